"""The workbook: the page's tables with numbers as numbers, texts that never compute, sheets a spreadsheet accepts."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from siyu.console.context import MOST_ROWS, Grid, Page, Panel, Section
from siyu.console.figure import Figure
from siyu.console.render import html
from siyu.console.workbook import HEADER_ROW, SHEET_NAME_UNITS, neutral, sheet_names, workbook
from tests.breadth import wide
from tests.console.hostile import CASES, FORMULAS, export, named
from tests.console.sample import document, material

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def opened(page: Page) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook(page, now=NOW)))


def rows(book: CalamineWorkbook, title: str) -> list[list]:
    """The table of the sheet with this title: its header first, up to the first empty row."""
    sheets = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names)
    sheet = next(cells for cells in sheets if cells[0][0] == title)[HEADER_ROW:]
    return sheet[: next((i for i, row in enumerate(sheet) if not any(cell != "" for cell in row)), len(sheet))]


@pytest.fixture(scope="module")
def book() -> CalamineWorkbook:
    return opened(export(material()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_of_the_page_is_a_sheet_with_the_same_numbers(lang: str):
    page = export(material(), lang)
    book = opened(page)
    for panel in (p for section in page.sections for p in section.panels if p.grid):
        header, *found = rows(book, panel.title)
        assert tuple(header[: len(panel.grid.header)]) == panel.grid.header
        for written, told in zip(found, panel.grid.rows, strict=True):
            for cell, text in list(zip(written, told))[1:]:
                assert isinstance(cell, float) == isinstance(text, Figure) or text == "·"
                if isinstance(text, Figure):
                    assert cell == pytest.approx(text.number, rel=1e-15)  # a spreadsheet keeps sixteen digits


def test_numbers_are_exact_and_not_as_the_page_shortens_them(book: CalamineWorkbook):
    s = document()["fast_plus"]["S"]
    found = {row[0]: row[1] for row in rows(book, "The brand's totals, kept apart")}
    assert found["Own total"] == s["own_total"] / 100
    gravity = {row[0]: row for row in rows(book, "How many came, and how strongly each touchpoint pulls")}
    assert gravity["旗舰店"][10] == document()["fast_plus"]["T"]["by_touchpoint"]["旗舰店"]["value"]


def test_days_are_days(book: CalamineWorkbook):
    assert rows(book, "People you can keep reaching, day by day")[1][0] == dt.date(2026, 6, 30)


def test_the_first_sheet_says_what_the_figures_stand_for(book: CalamineWorkbook):
    cells = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)}
    assert cells["As of"] == "June 30, 2026"
    assert cells["Window"] == "30 days"
    assert cells["Definitions"] == "fast_plus.v1"
    assert cells["Data through"] == "2026-06-30 23:41"
    assert "Net: only people with an open channel" in cells["Basis"]
    assert cells["F · Sustainable relations"] == 11_248
    assert cells["A · Role-deepening rate"] == 0.0443


def test_no_hidden_number_is_anywhere_in_the_file(book: CalamineWorkbook):
    moves = {row[0]: row[1:] for row in rows(book, "Who climbed, who slipped, who came and who left")}
    assert moves["First-purchase member"][0] == "<10"  # 8 in the document
    assert moves["Key opinion consumer"][3] == "<10"  # 9


@pytest.mark.parametrize("name", wide(FORMULAS, always=3))
def test_a_name_that_is_a_formula_stays_a_text(name: str):
    content = workbook(export(named(name, "a shop", brand=name)), now=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(part).decode() for part in parts.namelist() if "worksheets/sheet" in part]
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]", sheet)]
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    touchpoints = [row[0] for row in rows(book, "How many came, and how strongly each touchpoint pulls")]
    assert f"'{name}" in touchpoints
    assert book.get_sheet_by_index(0).to_python()[0][0].startswith("'")


def test_a_name_that_is_a_dot_stays_a_name():
    found = rows(opened(export(CASES["no characters"])), "How many came, and how strongly each touchpoint pulls")
    assert "·" in [row[0] for row in found]


def test_the_workbook_has_the_rows_that_the_page_does_not_show():
    many = Panel("many", "Many", grid=Grid(("Store", "People"), tuple((f"s{i}", "12") for i in range(MOST_ROWS + 20))))
    whole = export(material())
    whole = replace(whole, sections=(Section("s", "", "s", "s", "", (many,)),))
    assert len(rows(opened(whole), "Many")) == MOST_ROWS + 21
    shown = html(whole)
    assert (shown.count("<th scope=\"row\">s"), "… 20 more in the workbook" in shown) == (MOST_ROWS, True)


@given(st.text(min_size=1))
def test_no_text_begins_as_a_formula_does(text: str):
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", neutral(text))
    assert neutral(text).endswith(text)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=40))
def test_sheet_names_are_legal_and_never_the_same(titles: list[str]):
    names = sheet_names(titles)
    assert len({name.lower() for name in names}) == len(titles)
    for name in names:
        assert 0 < len(name.encode("utf-16-le", "surrogatepass")) // 2 <= SHEET_NAME_UNITS
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")


@pytest.mark.parametrize("case", wide(CASES, always=2))
def test_every_case_is_written_and_can_be_opened(case: str):
    assert len(opened(export(CASES[case], "zh")).sheet_names) >= 1


def test_a_panel_that_failed_is_listed_with_its_message():
    listed = opened(export(CASES["failing"])).get_sheet_by_index(0).to_python()
    assert any("it broke" in str(row[1]) for row in listed)


def test_whole_numbers_too_large_for_a_spreadsheet_stay_texts():
    grid = Grid(("Name", "Id"), (("a", str(2**60)), ("b", "12")))
    panel = Panel("ids", "Ids", grid=grid)
    page = export(material())
    book = opened(type(page)(**{**vars(page), "sections": (Section("s", "", "s", "s", "", (panel,)),)}))
    assert [row[1] for row in rows(book, "Ids")[1:]] == [str(2**60), 12.0]


def test_the_same_page_gives_the_same_bytes():
    page = export(material())
    assert workbook(page, now=NOW) == workbook(page, now=NOW)
