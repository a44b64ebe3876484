"""Words into boxes: how wide a text runs, which size fits, and where it must be cut.

Widths are estimates on the wide side, because the fonts of whoever opens the slides are not known.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import ceil

#: Widths in ems, and the height of a line.
WIDE_EM, NARROW_EM, DIGIT_EM, CAPITAL_EM, THIN_EM = 1.02, 0.56, 0.63, 0.70, 0.32
#: How much wider bold letters run.
BOLD = 1.15
LINE_EM = 1.25
CUT = "…"


def legal(text: str) -> str:
    """Text without what XML cannot hold: control characters, halves of characters, and the two that are none.

    >>> legal("a\\x00b\\uffff")
    'a b '
    """
    return "".join(c if c == "\n" or _in_xml(ord(c)) else " " for c in str(text))


def _in_xml(code: int) -> bool:
    return code >= 32 and not 0xD800 <= code < 0xE000 and code not in (0xFFFE, 0xFFFF)


@dataclass(frozen=True)
class Fitted:
    """A text as it stands in its box: the words that fit, their size in points, and the lines they take."""

    text: str
    size_pt: float
    lines: int


def fit(text: str, width_pt: float, height_pt: float, sizes_pt: tuple[float, ...]) -> Fitted:
    """The largest of the sizes in which the text fits; at the smallest it is cut."""
    for size in sizes_pt:
        taken = lines(text, width_pt, size)
        if taken <= room(height_pt, size):
            return Fitted(text, size, taken)
    size = sizes_pt[-1]
    return Fitted(cut(text, width_pt, size, room(height_pt, size)), size, room(height_pt, size))


def cut(text: str, width_pt: float, size_pt: float, most_lines: int) -> str:
    """The longest beginning of the text, with an ellipsis, that takes no more lines."""
    if lines(text, width_pt, size_pt) <= most_lines:
        return text
    short, long = 0, len(text)
    while short < long:
        middle = (short + long + 1) // 2
        fits = lines(text[:middle].rstrip() + CUT, width_pt, size_pt) <= most_lines
        short, long = (middle, long) if fits else (short, middle - 1)
    return text[:short].rstrip() + CUT


def lines(text: str, width_pt: float, size_pt: float) -> int:
    """Lines a text takes: words stay whole where they can, wide characters break anywhere."""
    return sum(_wrapped(paragraph, width_pt / size_pt) for paragraph in text.split("\n"))


def _wrapped(paragraph: str, width_em: float) -> int:
    count, used = 1, 0.0
    for piece in _pieces(paragraph):
        long = em(piece)
        if used + em(piece.rstrip()) > width_em and used:
            count, used = count + 1, 0.0
        if long > width_em:  # one word longer than a line is broken inside
            count, long = count + ceil(long / width_em) - 1, long % width_em
        used += long
    return count


def _pieces(paragraph: str) -> list[str]:
    """Words with the space after them; each wide character is a piece of its own."""
    found, word = [], ""
    for character in paragraph:
        if _wide(character):
            found += [word, character] if word else [character]
            word = ""
        elif character == " ":
            found.append(word + character)
            word = ""
        else:
            word += character
    return [*found, word] if word else found


def room(height_pt: float, size_pt: float) -> int:
    """Lines that fit a height; at least one."""
    return max(int(height_pt / (size_pt * LINE_EM)), 1)


def em(text: str) -> float:
    """The width of a text in ems."""
    return sum(map(_em, text))


def _em(character: str) -> float:
    if _wide(character):
        return WIDE_EM
    if character in " .,:;'|iIlj·()[]":
        return THIN_EM
    if character.isdigit():
        return DIGIT_EM
    return CAPITAL_EM if character.isupper() or character in "mwMW%@—" else NARROW_EM


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
