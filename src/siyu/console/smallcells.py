"""Small cells: exports never tell a count of one to nine people, nor what rests on it or would give it away.

The page is written with `smallest=SMALLEST`, so every text says "<10"; here tables lose what rests on such a cell
(shares, money, changes), a second cell where a total would give the first away, and charts lose both. Nobody (0) is
told: no person stands in that cell. Two-way tables are protected line by line, not against a system of equations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from siyu.console.context import Grid, Indicator, Page, Panel, Tile
from siyu.console.figure import Figure, read
from siyu.console.words import N_, Words

#: Exports tell no count below it (definitions.md section 0.8).
SMALLEST = 10
UNTOLD = f"<{SMALLEST}"
#: What stands for a figure left out because it would tell a small cell.
LEFT_OUT = "*"
NOTE = N_(
    "<10: fewer than ten people; not told. *: left out, because it rests on such a cell or a total would give it away."
)
#: Shares, points and money inside a sentence, label or tooltip.
RESTING = re.compile(r"[+−-]?(?:[¥$€£]\s?\d[\d,.]*(?:\s?[万亿KMB]\b)?|\d[\d,.]*\s?%)")

Cell = tuple[int, int]
Line = list[Cell]


def sheltered(page: Page) -> Page:
    """The page as it may leave the house: a page written with `smallest=SMALLEST`, its small cells protected."""
    words = Words(page.lang, page.currency)
    few = any(UNTOLD in one.value for one in page.indicators)
    elsewhere = _elsewhere([panel.grid for section in page.sections for panel in section.panels if panel.grid])
    return replace(
        page,
        verdict=_verdict(_plain(page.verdict)),
        indicators=tuple(_indicator(one, few=few) for one in page.indicators),
        findings=tuple(replace(f, text=_plain(f.text)) for f in page.findings if not 0 < f.people < SMALLEST),
        sections=tuple(
            replace(section, panels=tuple(_panel(panel, words, elsewhere) for panel in section.panels))
            for section in page.sections
        ),
    )


# -- one table


@dataclass(frozen=True)
class Elsewhere:
    """What tables of the page hide: rows by label, and single figures by label and writing."""

    labels: frozenset[str] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()


NOWHERE = Elsewhere()


@dataclass(frozen=True)
class Protected:
    """Where a table's hidden cells are: small ones, counts hidden with them, and figures that rest on either."""

    small: frozenset[Cell]
    beside: frozenset[Cell]
    resting: frozenset[Cell]

    @property
    def left_out(self) -> frozenset[Cell]:
        return self.beside | self.resting


def protect(grid: Grid, elsewhere: Elsewhere = NOWHERE) -> Protected:
    """What to hide in a table: also counts that other tables hide under its labels, and in a row without a count of its
    own all that they hide under its label.
    """
    figures = _figures(grid)
    counts = _counts(figures)
    small = frozenset(cell for cell in counts if UNTOLD in grid.rows[cell[0]][cell[1]])
    again = {cell for cell in counts if _written(grid, cell) in elsewhere.told}
    beside = _beside(counts, small, again - small)
    resting = {cell for cell in figures if cell not in counts and _rests(cell, figures, counts, small | beside)}
    counted = {row for row, _ in counts}
    resting |= {cell for cell in figures if cell[0] not in counted and _hidden_elsewhere(grid, cell, elsewhere)}
    return Protected(small, frozenset(beside), frozenset(resting))


def _hidden_elsewhere(grid: Grid, cell: Cell, elsewhere: Elsewhere) -> bool:
    label, text = _written(grid, cell)
    return label in elsewhere.labels or (label, text) in elsewhere.told


def _written(grid: Grid, cell: Cell) -> tuple[str, str]:
    """The label of a cell's row, and what stands in it."""
    row, column = cell
    return grid.rows[row][0], grid.rows[row][column]


def _figures(grid: Grid) -> dict[Cell, Figure]:
    """Figures by place. A small count that lost its number on the way is taken for one person."""
    found = {}
    for i, row in enumerate(grid.rows):
        for j, text in enumerate(row):
            if j and j not in grid.text:
                figure = Figure(text, 1, "count") if text == UNTOLD and type(text) is str else read(text)
                if figure is not None:
                    found[i, j] = figure
    return found


def _beside(counts: dict[Cell, float], small: frozenset[Cell], beside: set[Cell]) -> set[Cell]:
    """Complementary suppression: counts hidden so that no line gives a small one away, until nothing changes. `beside`
    are hidden in any case.
    """
    lines, before = _lines(counts), -1
    while len(beside) > before:
        before = len(beside)
        for line in lines:
            while _exposed(line, counts, small, beside):
                free = [cell for cell in line if cell not in small | beside and counts[cell] >= SMALLEST]
                if not free:
                    break
                beside.add(min(free, key=lambda cell: (counts[cell], cell)))
    return beside


def _lines(counts: dict[Cell, float]) -> list[Line]:
    """Columns, whose total may stand anywhere; and rows in which one count is the sum of the others."""
    columns, rows = _gathered(counts, 1), _gathered(counts, 0)
    return columns + [row for row in rows if len(row) > 2 and _adds_up([counts[cell] for cell in row])]


def _gathered(counts: dict[Cell, float], axis: int) -> list[Line]:
    lines: dict[int, Line] = {}
    for cell in sorted(counts):
        lines.setdefault(cell[axis], []).append(cell)
    return list(lines.values())


def _adds_up(numbers: list[float]) -> bool:
    return any(2 * number == sum(numbers) and number for number in numbers)


def _exposed(line: Line, counts: dict[Cell, float], small: frozenset[Cell], beside: set[Cell]) -> bool:
    """Whether the sum of a line's hidden cells tells one of them: small ones lie in 1..9, the others in 10 and more.

    Small cells alone are told where all must be 1 or all must be 9; with others beside them, a small one could be
    anything from 1 to 9 only while the others could give way that far.
    """
    lows, highs = [c for c in line if c in small], [c for c in line if c in beside]
    if len(lows) + len(highs) < 2:
        return bool(lows or highs)
    total = sum(counts[cell] for cell in lows + highs)
    if not highs:
        return total in (len(lows), (SMALLEST - 1) * len(lows))
    least = len(lows) + SMALLEST * len(highs)
    return total < least + SMALLEST - 2 if lows else total == least


def _rests(cell: Cell, figures: dict[Cell, Figure], counts: dict[Cell, float], hidden: set[Cell] | frozenset) -> bool:
    """Whether a figure rests on a hidden count (its row's base, or the nearest to its left; money and means on any
    small one of the row), or tells a small one: as a share of a count shown, or as the change from a count before."""
    row, column = cell
    figure = figures[cell]
    left = [c for c in sorted(counts) if c[0] == row and c[1] < column]
    bases = {c for c in (_base(counts, row), left[-1] if left else None) if c is not None}
    if figure.kind in ("money", "number"):
        bases |= {c for c in counts if c[0] == row and 0 < counts[c] < SMALLEST}
    if bases & hidden:
        return True
    if figure.kind == "share" and not figure.change:
        parts = (figure.number, 1 - figure.number)  # whoever is not among them is of the few as well
        return any(_small(part * counts[base]) for base in bases for part in parts)
    if figure.kind == "count":
        return any(_small(counts[base] - figure.number) for base in bases)
    if figure.kind == "points":
        return any(_rests(c, figures, counts, hidden) for c in figures if c[0] == row and figures[c].kind == "share")
    return False


def _small(people: float) -> bool:
    return 0 < round(people) < SMALLEST and abs(people - round(people)) < 1e-6


def _base(counts: dict[Cell, float], row: int) -> Cell | None:
    """The count a row is about: its first, where none of the others is larger (visitors, then those who bought)."""
    line = [cell for cell in sorted(counts) if cell[0] == row]
    return line[0] if line and counts[line[0]] == max(counts[cell] for cell in line) else None


def _elsewhere(grids: list[Grid]) -> Elsewhere:
    """What each table hides by itself, and by what others hide of it, until nothing changes."""
    found = NOWHERE
    while True:
        each = [(grid, protect(grid, found)) for grid in grids]
        labels = frozenset(label for grid, hidden in each for label in _shy(grid, hidden))
        told = frozenset(told for grid, hidden in each for told in _told(grid, hidden))
        before, found = found, Elsewhere(found.labels | labels, found.told | told)  # which grow, so that it ends
        if found == before:
            return found


def _shy(grid: Grid, found: Protected) -> set[str]:
    """Labels of rows whose base is hidden."""
    counts = _counts(_figures(grid))
    bases = {_base(counts, row) for row in range(len(grid.rows))} & (found.small | found.beside)
    return {grid.rows[cell[0]][0] for cell in bases if cell}


def _told(grid: Grid, found: Protected) -> set[tuple[str, str]]:
    """Label and writing of what a table leaves out."""
    return {_written(grid, cell) for cell in found.left_out}


def _counts(figures: dict[Cell, Figure]) -> dict[Cell, float]:
    return {cell: f.number for cell, f in figures.items() if f.kind == "count" and not f.change}


def _grid(grid: Grid, found: Protected) -> Grid:
    """The table as it may be told."""
    marks = dict.fromkeys(found.small, UNTOLD) | dict.fromkeys(found.left_out, LEFT_OUT)
    rows = tuple(tuple(marks.get((i, j), text) for j, text in enumerate(row)) for i, row in enumerate(grid.rows))
    return replace(grid, rows=rows, note=_sentence(grid.note))


# -- one panel


def _panel(panel: Panel, words: Words, elsewhere: Elsewhere) -> Panel:
    note, tiles = _sentence(_plain(panel.note)), tuple(_tile(tile, elsewhere) for tile in panel.tiles)
    if panel.grid is None:
        chart = _chart(panel.chart, set(elsewhere.labels), set()) if panel.chart else None
        return replace(panel, chart=chart, tiles=tiles, note=note)
    found = protect(panel.grid, elsewhere)
    if found.small or found.left_out or any(LEFT_OUT in row for row in panel.grid.rows):
        note = " ".join(filter(None, (note, words(NOTE))))
    chart = _chart(panel.chart, _shy(panel.grid, found), _told(panel.grid, found)) if panel.chart else None
    return replace(panel, grid=_grid(panel.grid, found), chart=chart, tiles=tiles, note=note)


def _chart(spec: dict[str, Any], shy: set[str], pairs: set[tuple[str, str]]) -> dict[str, Any]:
    """The spec with its records on hidden cells muted: no length, no figure; the name stays."""
    datasets = {
        name: [_muted(record, shy, pairs) for record in records]
        for name, records in (spec.get("datasets") or {}).items()
    }
    return {**spec, "datasets": datasets} if datasets else spec


def _muted(record: dict[str, Any], shy: set[str], pairs: set[tuple[str, str]]) -> dict[str, Any]:
    """A chart's record; one that says "<10", is of a shy row or writes what the table hides is muted."""
    texts = {key: value for key, value in record.items() if isinstance(value, str)}
    told = {figure for label, figure in pairs if any(text.startswith(label) for text in texts.values())}
    written = _whole(told)
    if not (
        any(UNTOLD in text or text in shy for text in texts.values())
        or (told and any(written.search(text) for text in texts.values()))
    ):
        return record
    muted = {key: _mute(key, text, shy, written if told else None) for key, text in texts.items()}
    return {**record, **muted, **({"value": None} if "value" in record else {})}


def _whole(figures: set[str]) -> re.Pattern[str]:
    """These figures where they stand by themselves, not inside longer ones."""
    return re.compile(rf"(?<![\d,.])(?:{'|'.join(map(re.escape, sorted(figures)))})(?![\d,.])")


def _mute(key: str, text: str, shy: set[str], written: re.Pattern[str] | None) -> str:
    """One text of a muted record: `text` is its figure, everything else a name."""
    if text in shy:
        return text
    if key == "text":
        return UNTOLD if UNTOLD in text else LEFT_OUT
    return _sentence(written.sub(LEFT_OUT, text) if written else text)


# -- texts


def _indicator(one: Indicator, *, few: bool) -> Indicator:
    """An indicator on a handful of people tells neither its change nor its notes' shares; a share of which a note names
    the handful would tell it. A brand that holds but a `few` people tells no share and no money at all.
    """
    value, change = read(one.value), read(one.change)
    before = value.number - change.number if value and change and value.kind == "count" else SMALLEST
    named = any(UNTOLD in note for note in one.notes)
    hidden = few or named or UNTOLD in one.value or 0 < before < SMALLEST
    share = value is not None and value.kind in ("share", "points")
    resting = (named and share) or (few and value is not None and value.kind != "count")
    return replace(
        one,
        value=LEFT_OUT if resting else _bare(one.value),
        change=LEFT_OUT if hidden else one.change,
        notes=tuple(RESTING.sub(LEFT_OUT, note) if few else _sentence(note) for note in one.notes),
    )


def _tile(tile: Tile, elsewhere: Elsewhere) -> Tile:
    hidden = any(UNTOLD in text for text in (tile.label, tile.value, tile.note))
    value = RESTING.sub(LEFT_OUT, tile.value) if hidden else tile.value
    if (tile.label, tile.value) in elsewhere.told:
        value = LEFT_OUT
    return replace(tile, label=_sentence(tile.label), value=_bare(value), note=_sentence(tile.note))


def _verdict(text: str) -> str:
    """The page in one breath: what it says between semicolons is of different people, each part a sentence of its own.

    >>> _verdict("120 can be reached; <10 climbed (3%); they bought for ¥5")
    '120 can be reached; <10 climbed (*); they bought for ¥5'
    """
    return "".join(map(_sentence, re.split(r"(?<=[;；])", text)))


def _sentence(text: str) -> str:
    """A sentence that names a small count keeps no share and no money beside it."""
    return RESTING.sub(LEFT_OUT, text) if UNTOLD in text else text


def _bare(text: str) -> str:
    """A small count without the number it carries."""
    return UNTOLD if text == UNTOLD else text


def _plain(text: str) -> str:
    """A sentence without the page's marks."""
    unmarked = getattr(text, "striptags", None)
    return unmarked() if unmarked else text
