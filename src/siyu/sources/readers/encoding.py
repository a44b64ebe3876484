"""Which encoding a text file is in, decided by decoding all of it strictly, block by block."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from siyu.core.errors import SourceError
from siyu.sources.readers.place import Place

BLOCK_BYTES = 1 << 20
#: In this order: GB18030 reads almost any bytes, so it comes last. It holds all of GBK and GB2312.
ENCODINGS = ("utf-8-sig", "gb18030")
#: Two Chinese characters in UTF-8. In a line that is UTF-8 throughout, GB18030 has these bytes for hardly any words.
WORDS = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
#: Marks that begin a file of these; the longer ones first, as they begin like the shorter.
MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
         codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # fmt: skip


@dataclass(frozen=True)
class TextFile:
    """What one pass over a text file tells: its encoding, and how many quotes it holds."""

    encoding: str
    quotes: int


def inspect(place: Place, given: str | None = None) -> TextFile:
    """Decode the whole file and say how. `given` is tried alone. Raises SourceError when nothing fits."""
    if given:
        candidates: tuple[str, ...] = (_known(place, given),)
    else:
        with place.open() as file:
            start = file.read(max(map(len, MARKS)))
        marked = next((encoding for mark, encoding in MARKS.items() if start.startswith(mark)), None)
        candidates = (marked,) if marked else ENCODINGS
    failures = []
    for encoding in candidates:
        try:
            found = TextFile(encoding, _decode_all(place, encoding))
        except UnicodeDecodeError as error:
            failures.append((encoding, error.reason))
            continue
        if failures:  # not all of it is UTF-8: then nothing may be
            _refuse_mixed(place, failures[0][0])
        return found
    tried = ", ".join(encoding.removesuffix("-sig").upper() for encoding, _ in failures)
    remedy = "Save the file as UTF-8 (\"CSV UTF-8\" in Excel), or export it again."
    if given:
        remedy = (f'Its mapping says encoding = "{given}": take that line out, and UTF-8 and GB18030 are told apart '
                  "without it; or save the file in that encoding.")  # fmt: skip
    raise SourceError(f"{place.name}: expected text, found bytes that are not {tried}.", remedy=remedy)


def _known(place: Place, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise SourceError(f"{place.name}: unknown encoding '{encoding}'.",
                          remedy="Use utf-8, gb18030 or another name Python knows.") from None
    return "utf-8-sig" if name == "utf-8" else name


def _decode_all(place: Place, encoding: str) -> int:
    """Quotes in the file; raises UnicodeDecodeError at the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    quotes = 0
    with place.open() as file:
        while block := file.read(BLOCK_BYTES):
            decoder.decode(block)
            quotes += block.count(b'"')
    decoder.decode(b"", final=True)
    return quotes


def _refuse_mixed(place: Place, other: str) -> None:
    """SourceError if a line with words of Chinese is in another encoding than the file: both would read it, one of them
    as other words.
    """
    with place.open() as file:
        for number, line in enumerate(file, start=1):
            if WORDS.search(line) and _decodes(line, other):
                raise SourceError(f"{place.name}: line {number} is UTF-8 in a file that is not: expected one encoding.",
                                  remedy="Save the file anew as UTF-8, or load the parts it was put together from.")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
