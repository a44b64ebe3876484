"""Small cells: exports never tell a count of one to nine people, nor what rests on it or would give it away.

The page is written with `smallest=SMALLEST`, so every text says "<10"; here tables lose what rests on such a cell
(shares, money, changes) and a second cell where a total would give the first away; charts (`smallcharts`) lose both.
Nobody (0) is told: no person stands in that cell. Two-way tables are protected line by line, not against a system of
equations.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from siyu.console.context import Finding, Grid, Indicator, Page, Panel, Tile
from siyu.console.figure import Figure, read
from siyu.console.smallcharts import Untold, sheltered_chart
from siyu.console.smalltexts import SMALLEST, UNTOLD, parts, resting, sentence, unsaid
from siyu.console.words import LEFT_OUT, N_, Words

#: Amounts of a line may each be rounded by so much.
CENT = 0.01
NOTE = N_(
    "<10: fewer than ten people; not told. *: left out, because it rests on such a cell or a total would give it away."
)

Cell = tuple[int, int]
Line = list[Cell]


def sheltered(page: Page) -> Page:
    """The page as it may leave the house: a page written with `smallest=SMALLEST`, its small cells protected."""
    words = Words(page.lang, page.currency)
    few = 0 < page.people < SMALLEST
    handful = few or any(UNTOLD in one.value for one in page.indicators)
    panels = [panel for section in page.sections for panel in section.panels]
    elsewhere = _elsewhere([panel.grid for panel in panels if panel.grid and panel.people])
    return replace(
        page,
        verdict=parts(_plain(page.verdict), few=few),
        indicators=tuple(_indicator(one, few=handful) for one in page.indicators),
        findings=() if few else tuple(_finding(f) for f in page.findings if not 0 < f.people < SMALLEST),
        sections=tuple(
            replace(section, panels=tuple(_panel(panel, words, elsewhere, few=few) for panel in section.panels))
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


def protect(grid: Grid, elsewhere: Elsewhere = NOWHERE, *, few: bool = False) -> Protected:
    """What to hide in a table: also counts that other tables hide under its labels, and in a row without a count of its
    own all that they hide under its label. Of a brand that knows but a `few` people, all that is no count.
    """
    numbers = Numbers.of(grid)
    counts = numbers.counts
    small = frozenset(cell for cell in counts if UNTOLD in grid.rows[cell[0]][cell[1]])
    again = {cell for cell in counts if _written(grid, cell) in elsewhere.told or numbers.figures[cell].few}
    again |= {cell for row in numbers.by_row for cell in numbers.all_but_few(row)}
    beside = _beside(counts, small, again - small, summed=grid.summed)
    hidden, others = small | beside, [(cell, f) for cell, f in numbers.figures.items() if cell not in counts]
    resting = {cell for cell, figure in others if few or figure.few or _rests(cell, numbers, hidden)}
    resting |= _before(numbers, summed=grid.summed)
    resting |= {c for c in numbers.figures if not numbers.counted(c[0]) and _hidden_elsewhere(grid, c, elsewhere)}
    return Protected(small, frozenset(beside), frozenset(resting | _told_by_a_sum(numbers, resting)))


def _hidden_elsewhere(grid: Grid, cell: Cell, elsewhere: Elsewhere) -> bool:
    label, text = _written(grid, cell)
    return label in elsewhere.labels or (label, text) in elsewhere.told


def _written(grid: Grid, cell: Cell) -> tuple[str, str]:
    """The label of a cell's row, and what stands in it."""
    row, column = cell
    return grid.rows[row][0], grid.rows[row][column]


@dataclass(frozen=True)
class Numbers:
    """The numbers of a table by place and by row; `counts` are the counts among them, `apart` columns whose counts are
    of something else than their row.
    """

    figures: dict[Cell, Figure]
    counts: dict[Cell, float]
    by_row: dict[int, Line]
    apart: tuple[int, ...]

    @staticmethod
    def of(grid: Grid) -> Numbers:
        figures = _figures(grid)
        counts = {cell: f.number for cell, f in figures.items() if f.kind == "count" and not f.change}
        return Numbers(figures, counts, _gathered(figures, 0), grid.apart)

    def counted(self, row: int) -> Line:
        """The counts of a row, from the left."""
        return [cell for cell in self.by_row.get(row, []) if cell in self.counts]

    def base(self, row: int) -> Cell | None:
        """The count a row is about: its first, where none of the others is larger (visitors, then those who bought)."""
        line = self._together(row)
        return line[0] if line and self.counts[line[0]] == max(self.counts[cell] for cell in line) else None

    def _together(self, row: int) -> Line:
        """The counts of a row that may be parts of one whole."""
        return [cell for cell in self.counted(row) if cell[1] not in self.apart]

    def all_but_few(self, row: int) -> Line:
        """Counts of a row that tell the few of its base who are not among them (visitors, then those who came back)."""
        base = self.base(row)
        return [c for c in self._together(row) if base and 0 < self.counts[base] - self.counts[c] < SMALLEST]


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


def _beside(counts: dict[Cell, float], small: frozenset[Cell], beside: set[Cell], *, summed: bool) -> set[Cell]:
    """Complementary suppression: counts hidden so that no line gives a small one away, until nothing changes. `beside`
    are hidden in any case.
    """
    lines, before = _lines(counts, summed=summed), -1
    while len(beside) > before:
        before = len(beside)
        for line in lines:
            while _exposed(line, counts, small, beside):
                free = [c for c in line if c not in small and c not in beside and counts[c] >= SMALLEST]
                if not free:
                    break
                beside.add(min(free, key=lambda cell: (counts[cell], cell)))
    return beside


def _before(numbers: Numbers, *, summed: bool) -> set[Cell]:
    """Changes that tell a few people of the window before, and those that a total of that window would tell them by."""
    then = {}
    for cell, figure in numbers.figures.items():
        left = [c for c in numbers.counted(cell[0]) if c[1] < cell[1]]
        if figure.kind == "count" and figure.change and left:
            then[cell] = numbers.counts[left[-1]] - figure.number
    small = frozenset(cell for cell, people in then.items() if 0 < people < SMALLEST)
    return _beside(then, small, set(), summed=summed) | small


def _told_by_a_sum(numbers: Numbers, hidden: set[Cell]) -> set[Cell]:
    """Amounts to hide so that no line that adds up to one of its own gives a single hidden one away: those of one row
    first, as its parts and their sum give each other away.
    """
    money = {cell: f.number for cell, f in numbers.figures.items() if f.kind == "money"}
    lines = [line for axis in (0, 1) for line in _gathered(money, axis).values()
             if len(line) > 2 and _adds_up([money[cell] for cell in line], CENT)]  # fmt: skip
    beside, before = set[Cell](), -1
    while len(beside) > before:
        before = len(beside)
        for line in lines:
            free = [cell for cell in line if cell not in hidden and cell not in beside]
            if len(free) == len(line) - 1:
                rows = {row for row, _ in beside}
                beside.add(min(free, key=lambda cell, rows=rows: (cell[0] not in rows, abs(money[cell]), cell)))
    return beside


def _lines(counts: dict[Cell, float], *, summed: bool) -> list[Line]:
    """Columns, whose total may stand anywhere (if they are `summed`); and lines in which one count is the sum of the
    others.
    """
    columns, rows = _gathered(counts, 1).values(), _gathered(counts, 0).values()
    known = list(columns) if summed else []
    others = rows if summed else (*columns, *rows)
    return [*known, *(line for line in others if len(line) > 2 and _adds_up([counts[cell] for cell in line]))]


def _gathered(cells: Iterable[Cell], axis: int) -> dict[int, Line]:
    lines: dict[int, Line] = {}
    for cell in sorted(cells):
        lines.setdefault(cell[axis], []).append(cell)
    return lines


def _adds_up(numbers: list[float], off: float = 0.0) -> bool:
    """Whether one number is the sum of the others, each of which may be `off` so far."""
    total = sum(numbers)
    return any(abs(2 * number - total) <= off * len(numbers) for number in numbers)


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


def _rests(cell: Cell, numbers: Numbers, hidden: set[Cell] | frozenset[Cell]) -> bool:
    """Whether a figure rests on a hidden count (its row's base, or the nearest to its left; money and means on any
    small one of the row), or tells a small one: as a share of a count shown, or as the change from a count before."""
    row, column = cell
    figure, counts, line = numbers.figures[cell], numbers.counts, numbers.counted(row)
    left = [c for c in line if c[1] < column]
    bases = {c for c in (numbers.base(row), left[-1] if left else None) if c is not None}
    if figure.kind in ("money", "number"):
        bases |= {c for c in line if 0 < counts[c] < SMALLEST}
    if bases & hidden:
        return True
    if figure.kind == "share" and not figure.change:
        parts = (figure.number, 1 - figure.number)  # whoever is not among them is of the few as well
        return any(_small(part * counts[base]) for base in bases for part in parts)
    if figure.kind == "count":
        return any(_small(counts[base] - figure.number) for base in bases)
    if figure.kind == "points":
        shares = [c for c in numbers.by_row[row] if numbers.figures[c].kind == "share"]
        return any(_rests(c, numbers, hidden) for c in shares)
    return False


def _small(people: float) -> bool:
    return 0 < round(people) < SMALLEST and abs(people - round(people)) < 1e-6


def _elsewhere(grids: list[Grid]) -> Elsewhere:
    """What each table hides by itself, and by what others hide of it, until nothing changes."""
    found = NOWHERE
    grids = [grid for grid in grids if 1 not in grid.text]  # a row is known by its first column alone
    while True:
        each = [(grid, protect(grid, found)) for grid in grids]
        labels = frozenset(label for grid, hidden in each for label in _shy(grid, hidden))
        told = frozenset(told for grid, hidden in each for told in _told(grid, hidden))
        before, found = found, Elsewhere(found.labels | labels, found.told | told)  # which grow, so that it ends
        if found == before:
            return found


def _shy(grid: Grid, found: Protected) -> set[str]:
    """Labels of rows whose base is hidden."""
    numbers = Numbers.of(grid)
    bases = {numbers.base(row) for row in numbers.by_row} & (found.small | found.beside)
    return {grid.rows[cell[0]][0] for cell in bases if cell}


def _told(grid: Grid, found: Protected) -> set[tuple[str, str]]:
    """Label and writing of what a table leaves out."""
    return {_written(grid, cell) for cell in found.left_out}


def _grid(grid: Grid, found: Protected) -> Grid:
    """The table as it may be told."""
    marks = dict.fromkeys(found.small, UNTOLD) | dict.fromkeys(found.left_out, LEFT_OUT)
    rows = tuple(tuple(marks.get((i, j), text) for j, text in enumerate(row)) for i, row in enumerate(grid.rows))
    return replace(grid, rows=rows, note=_unsaid(sentence(grid.note), grid, found))


# -- one panel


def _panel(panel: Panel, words: Words, elsewhere: Elsewhere, *, few: bool) -> Panel:
    if not panel.people:
        return panel
    note = sentence(_plain(panel.note), few=few)
    message = sentence(_plain(panel.message), few=few)
    tiles = tuple(_tile(tile, elsewhere, few=few) for tile in panel.tiles)
    if panel.grid is None:
        chart = sheltered_chart(panel.chart, set(elsewhere.labels), {}, few=few) if panel.chart else None
        return replace(panel, chart=chart, tiles=tiles, note=note, message=message)
    found = protect(panel.grid, elsewhere, few=few)
    note, message = (_unsaid(text, panel.grid, found) for text in (note, message))
    if found.small or found.left_out:
        note = " ".join(filter(None, (note, words(NOTE))))
    chart = sheltered_chart(panel.chart, *_names(panel.grid, found), few=few) if panel.chart else None
    return replace(panel, grid=_grid(panel.grid, found), chart=chart, tiles=tiles, note=note, message=message)


def _unsaid(text: str, grid: Grid, found: Protected) -> str:
    """A sentence beside a table without the figures that the table leaves out."""
    return unsaid(text, {figure for _, figure in _told(grid, found)})


def _names(grid: Grid, found: Protected) -> tuple[set[str], Untold]:
    """What a chart must not tell of its table: rows by their label, and single figures by all that names their row."""
    names = 1 + (1 in grid.text)  # a row may be known by its first two columns
    untold: Untold = {}
    for row, column in found.left_out:
        untold.setdefault(grid.rows[row][:names], set()).add(grid.rows[row][column])
    return _shy(grid, found), untold


# -- texts


def _indicator(one: Indicator, *, few: bool) -> Indicator:
    """An indicator on a handful of people tells neither its change nor its notes' shares, nor does a count tell its
    change beside the few who came or left. Those of a brand that holds but a `few` relations tell no share, no money.
    """
    value, change = read(one.value), read(one.change)
    count = value is not None and value.kind == "count"
    before = value.number - change.number if value and change and count else SMALLEST
    named = count and any(UNTOLD in note for note in one.notes)
    of_few = value is not None and value.few
    hidden = few or named or of_few or (change is not None and change.few) or UNTOLD in one.value
    resting = of_few or (few and value is not None and not count)
    return replace(
        one,
        value=LEFT_OUT if resting else _bare(one.value),
        change=LEFT_OUT if hidden or 0 < before < SMALLEST else one.change,
        notes=tuple(parts(note, few=few) for note in one.notes),
    )


def _finding(one: Finding) -> Finding:
    """A finding that would move but a few tells no money."""
    text = sentence(_plain(one.text))
    return replace(one, text=text, money_minor=None if UNTOLD in text else one.money_minor)


def _tile(tile: Tile, elsewhere: Elsewhere, *, few: bool) -> Tile:
    figure = read(tile.value)
    hidden = any(UNTOLD in text for text in (tile.label, tile.value, tile.note)) or few
    value = resting().sub(LEFT_OUT, tile.value) if hidden else tile.value
    of_few = figure is not None and (figure.few or (few and figure.kind != "count"))
    if of_few or (tile.label, tile.value) in elsewhere.told:
        value = LEFT_OUT
    return replace(tile, label=sentence(tile.label), value=_bare(value), note=sentence(tile.note, few=few))


def _bare(text: str) -> str:
    """A small count without the number it carries."""
    return UNTOLD if text == UNTOLD else text


def _plain(text: str) -> str:
    """A sentence without the page's marks."""
    unmarked = getattr(text, "striptags", None)
    return unmarked() if unmarked else text
