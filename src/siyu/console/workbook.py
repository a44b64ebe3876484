"""The report as a workbook: every table of the page on a sheet of its own, with numbers as numbers.

Small cells are protected by the caller (`smallcells.sheltered`). Text from data never becomes a formula: it is written
as text, and what a spreadsheet would compute when the sheet is saved as CSV gets an apostrophe before it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import xlsxwriter
from babel.numbers import get_currency_symbol
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from siyu.console.charts import theme
from siyu.console.context import Grid, Page, Panel
from siyu.console.figure import Figure, read
from siyu.console.words import Words
from siyu.core.money import exponent
from siyu.core.progress import Progress, silent
from siyu.sources.readers.cells import COMPUTED

#: Limits of the format, in UTF-16 units for names and characters for cells.
SHEET_NAME_UNITS, CELL_CHARACTERS = 31, 32_767
#: Larger whole numbers lose digits in a spreadsheet, so they stay texts.
EXACT = 2**53
#: A cell that begins so is computed by some spreadsheet, now or after a detour over CSV.
FORMULA = re.compile(rf"\s*[{re.escape(COMPUTED)}]|[\t\r\n]")
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: The page writes nobody as a dot in wide tables.
NOBODY = "·"
HEADER_ROW = 3
WIDEST, NARROWEST = 60, 9


def workbook(page: Page, *, now: dt.datetime, progress: Progress | None = None) -> bytes:
    """The file's bytes: the same for the same page and `now`."""
    say = progress or silent
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": page.title, "created": now.replace(tzinfo=None, microsecond=0)})
    write = Writer(book, page)
    panels = [panel for section in page.sections for panel in section.panels]
    tables = [panel for panel in panels if panel.grid or panel.tiles]
    names = dict(zip([panel.name for panel in tables], sheet_names([panel.title for panel in tables])))
    write.summary(book.add_worksheet(write.words("Summary")), names)
    for place, panel in enumerate(tables):
        say("workbook", place / len(tables))
        write.panel(book.add_worksheet(names[panel.name]), panel)
    book.close()
    return file.getvalue()


def sheet_names(titles: list[str]) -> list[str]:
    """Names a workbook accepts: numbered, so never twice the same, and short.

    >>> sheet_names(["Which relations hold them", "[a/b]: " + "long " * 9])
    ['1 Which relations hold them', '2 a b long long long long long…']
    """
    return [_short(f"{n} {' '.join(FORBIDDEN_IN_NAMES.sub(' ', title).split())}") for n, title in enumerate(titles, 1)]


def _short(name: str) -> str:
    if _units(name) <= SHEET_NAME_UNITS:
        return name.rstrip("'")
    while _units(name) >= SHEET_NAME_UNITS:
        name = name[:-1]
    return name.rstrip("' ") + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def neutral(text: str) -> str:
    """Text that no spreadsheet computes, cut to what a cell holds.

    >>> neutral("=1+1"), neutral("1+1")
    ("'=1+1", '1+1')
    """
    return (f"'{text}" if FORMULA.match(text) else text)[:CELL_CHARACTERS]


class Writer:
    """One workbook's formats and words, and the sheets written with them."""

    def __init__(self, book: xlsxwriter.Workbook, page: Page) -> None:
        self.page, self.words = page, Words(page.lang, page.currency)
        font = {"font_name": "Microsoft YaHei" if page.lang == "zh" else "Calibri", "font_size": 10, "valign": "top"}
        self._make: Callable[..., Format] = lambda **look: book.add_format({**font, **look})
        self.title = self._make(bold=True, font_size=14, font_color=theme.INK)
        self.muted = self._make(font_color=theme.MUTED)
        self.strong = self._make(bold=True)
        self.header = self._make(bold=True, bg_color=theme.LINE, bottom=1, text_wrap=True)
        self.text, self.wrapped = self._make(), self._make(text_wrap=True)
        self.right = self._make(align="right")
        self.day = self._make(num_format="yyyy-mm-dd", align="left")
        self._numbers: dict[str, Format] = {}

    def summary(self, sheet: Worksheet, names: dict[str, str]) -> None:
        """The first sheet: what the figures stand for, the four indicators, findings, and where each table is."""
        page, words = self.page, self.words
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 22)
        sheet.set_column(2, 5, 30)
        self.cell(sheet, 0, 0, page.brand, self.title)
        self.cell(sheet, 1, 0, page.verdict, self.muted)
        row = self._rows(sheet, 3, [list(fact) for fact in self._facts()])
        row = self._block(sheet, row + 1, (words("Indicator"), words("Measured"), words("Against the window before"),
                                           words("What it says"), words("Beside it")), self._indicators())  # fmt: skip
        row = self._block(sheet, row + 1, (words("Findings"), words("People"), words("Money"), words("What to do"),
                                           words("How this was worked out")), self._findings())  # fmt: skip
        self._contents(sheet, row + 1, names)

    def panel(self, sheet: Worksheet, panel: Panel) -> None:
        """A panel's sheet: its question, what it rests on, the table under a frozen header, and its definition."""
        self.cell(sheet, 0, 0, panel.title, self.title)
        self.cell(sheet, 1, 0, " · ".join(panel.basis), self.muted)
        grid = panel.grid or self._tiles(panel)
        self._header(sheet, HEADER_ROW, grid.header)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        days = bool(grid.rows) and all(row and DAY.fullmatch(row[0]) for row in grid.rows)
        for i, row in enumerate(grid.rows, HEADER_ROW + 1):
            for j, text in enumerate(row):
                self._figure(sheet, i, j, text, is_text=j in grid.text or (j == 0 and not days))
        self._widths(sheet, grid)
        end = self._rows(sheet, HEADER_ROW + len(grid.rows) + 2, self._tile_rows(panel) if panel.grid else [])
        for place, text in enumerate(filter(None, (grid.note, panel.note, panel.message, panel.look_for,
                                                   panel.definition)), end + 1):  # fmt: skip
            self.cell(sheet, place, 0, text, self.muted)

    def cell(self, sheet: Worksheet, row: int, column: int, text: str, look: Format | None = None) -> None:
        """Text as text, whatever it begins with."""
        sheet.write_string(row, column, neutral(str(text)), look or self.text)

    def _figure(self, sheet: Worksheet, row: int, column: int, text: str, *, is_text: bool = False) -> None:
        """A figure as its number where it has one a spreadsheet can hold; everything else as text."""
        figure = None if is_text else read(text)
        if text == NOBODY and not is_text:
            figure = Figure(text, 0, "count")
        if figure is not None and abs(figure.number) <= EXACT:
            sheet.write_number(row, column, figure.number, self._look(figure))
        elif not is_text and DAY.fullmatch(text) and (day := _day(text)):
            sheet.write_datetime(row, column, day, self.day)
        else:
            self.cell(sheet, row, column, text, self.text if is_text or not column else self.right)

    def _look(self, figure: Figure) -> Format:
        shape = self._shape(figure)
        if shape not in self._numbers:
            self._numbers[shape] = self._make(num_format=shape, align="right")
        return self._numbers[shape]

    def _shape(self, figure: Figure) -> str:
        """The number format of a figure; a change shows its sign."""
        decimals = "." + "0" * exponent(self.page.currency) if exponent(self.page.currency) else ""
        symbol = get_currency_symbol(self.page.currency, locale=self.words.locale).replace("CN¥", "¥")
        whole = float(figure.number).is_integer()
        plain = {
            "count": "#,##0",
            "share": "0.0%" if abs(figure.number) >= 0.01 or not figure.number else "0.00%",
            "points": "0.0%",
            "money": f'"{symbol}"#,##0{decimals}',
            "number": "#,##0" if whole else "#,##0.00",
        }[figure.kind]
        return f"+{plain};-{plain};{plain}" if figure.change else plain

    def _header(self, sheet: Worksheet, row: int, names: tuple[str, ...]) -> None:
        for column, name in enumerate(names):
            self.cell(sheet, row, column, name, self.header)

    def _block(self, sheet: Worksheet, row: int, header: tuple[str, ...], rows: list[list[str]]) -> int:
        self._header(sheet, row, header)
        return self._rows(sheet, row + 1, rows)

    def _rows(self, sheet: Worksheet, first: int, rows: list[list[str]]) -> int:
        """Rows of a name and its figures and sentences; the row after the last."""
        for row, cells in enumerate(rows, first):
            self.cell(sheet, row, 0, cells[0])
            for column, text in enumerate(cells[1:], 1):
                if isinstance(text, Figure):
                    self._figure(sheet, row, column, text)
                else:
                    self.cell(sheet, row, column, text, self.wrapped)
        return first + len(rows)

    def _facts(self) -> list[tuple[str, str]]:
        words, bases = (
            self.words,
            {panel.basis[0]: None for s in self.page.sections for panel in s.panels if panel.basis},
        )
        return [*self.page.facts, (words("Basis"), "; ".join(bases))]

    def _indicators(self) -> list[list[str]]:
        return [
            [f"{one.letter} · {one.name}", one.value, one.change, one.reason or one.question, "; ".join(one.notes)]
            for one in self.page.indicators
        ]

    def _findings(self) -> list[list[str]]:
        words = self.words
        return [[f.title, words.count(f.people), words.amount(f.money_minor), f.text,
                 f"{f.people_label}; {f.money_label}. {f.basis}"] for f in self.page.findings]  # fmt: skip

    def _contents(self, sheet: Worksheet, row: int, names: dict[str, str]) -> None:
        """Each question with the sheet of its table, or why there is none."""
        self._header(sheet, row, (self.words("Question"), self.words("Sheet")))
        for section in self.page.sections:
            for panel in section.panels:
                row += 1
                self.cell(sheet, row, 0, panel.title)
                if panel.name in names:
                    place = names[panel.name].replace("'", "''")
                    sheet.write_url(row, 1, f"internal:'{place}'!A1", self.muted, neutral(names[panel.name]))
                else:
                    self.cell(sheet, row, 1, panel.message, self.muted)

    def _tiles(self, panel: Panel) -> Grid:
        """A panel whose figures stand by themselves, as a table."""
        rows = tuple((tile.label, tile.value, tile.note) for tile in panel.tiles)
        return Grid((self.words("Figure"), self.words("Measured"), self.words("What it says")), rows, text=(2,))

    def _tile_rows(self, panel: Panel) -> list[list[str]]:
        return [[tile.label, tile.value, tile.note] for tile in panel.tiles]

    def _widths(self, sheet: Worksheet, grid: Grid) -> None:
        for column, name in enumerate(grid.header):
            longest = max([_width(name) / (2 if column else 1), *(_width(row[column]) for row in grid.rows)], default=0)
            look: Any = None
            sheet.set_column(column, column, min(max(longest + 2, NARROWEST), WIDEST), look)


def _width(text: str) -> float:
    """Roughly how many columns of a Latin digit a text takes."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _day(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
