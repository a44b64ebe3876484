"""The slides: a title, findings and one slide for each question; nothing runs out of its box or over a picture."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.presentation import Presentation as Opened

from siyu.console.context import Grid, Page
from siyu.console.slides.deck import slides
from siyu.console.slides.drawing import png, shortened, size_px
from siyu.console.slides.slide import HEAD_LINES, MOST_ROWS, Box, Slide
from siyu.console.slides.text import LINE_EM, cut, fit, lines
from siyu.console.words import Words
from tests.breadth import wide
from tests.console.hostile import CASES, export

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
LANGUAGES = wide(("en", "zh"), always=1)
#: Hard cases, in the language that asks more of them.
HARD = wide([("sample", "en"), ("long names", "en"), *((case, "zh") for case in CASES)], always=1)


#: Sections that the hard cases do not reach: their charts are drawn for the sample alone.
UNREACHED = ("act", "worth", "lifecycle", "trade", "aipl")


@cache
def exported(case: str, lang: str) -> Page:
    page = export(CASES[case], lang)
    kept = tuple(s for s in page.sections if case == "sample" or s.name not in UNREACHED)
    return replace(page, sections=kept)


@cache
def deck(case: str, lang: str) -> Opened:
    return Presentation(io.BytesIO(slides(exported(case, lang), now=NOW)))


def panels(case: str, lang: str) -> list:
    return [panel for section in exported(case, lang).sections for panel in section.panels]


def texts(slide) -> str:
    return "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def pictures(slide) -> list:
    return [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]


def tables(slide) -> list:
    return [shape.table for shape in slide.shapes if shape.has_table]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_slide_holds_brand_day_and_the_four_indicators(lang: str):
    shown, first = export(CASES["sample"], lang), texts(deck("sample", lang).slides[0])
    for told in (shown.brand, shown.facts[0][1], *(one.value for one in shown.indicators)):
        assert told in first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_has_a_slide_with_its_sentence_definition_and_notes(lang: str):
    pages = list(deck("sample", lang).slides)[2:]
    for slide, panel in zip(pages, panels("sample", lang), strict=True):
        assert slide.shapes.title.text_frame.text == panel.title
        assert panel.look_for in texts(slide)
        assert panel.definition[:80] in texts(slide)
        notes = slide.notes_slide.notes_text_frame.text
        assert panel.definition in notes
        assert panel.basis[0] in notes


def test_a_panel_with_a_chart_shows_its_picture_and_one_without_its_table():
    pages = list(deck("sample", "en").slides)[2:]
    for slide, panel in zip(pages, panels("sample", "en"), strict=True):
        assert len(pictures(slide)) == bool(panel.chart)
        assert len(tables(slide)) == (panel.chart is None)


def test_findings_stand_on_the_second_slide_with_people_and_money():
    shown, second = export(CASES["sample"], "en"), texts(deck("sample", "en").slides[1])
    words = Words("en")
    for one in shown.findings:
        assert one.title in second
        assert words.count(one.people) in second
        assert words.money(one.money_minor) in second
        assert "<b>" not in second


@pytest.mark.slow
def test_a_table_shows_twelve_rows_and_says_where_the_rest_is():
    slide = next(s for s in deck("many files", "en").slides if "Where every row went" in texts(s))
    assert len(tables(slide)[0].rows) == MOST_ROWS + 1
    assert "… 29 more in the workbook" in texts(slide)


@pytest.mark.slow
def test_the_message_of_a_failed_panel_is_the_slides_text():
    said = [texts(slide) for slide in deck("failing", "en").slides]
    assert [text for text in said if "it broke" in text]


@pytest.mark.parametrize(("case", "lang"), HARD)
def test_every_shape_stands_inside_its_slide_and_over_no_other(case: str, lang: str):
    opened = deck(case, lang)
    for number, slide in enumerate(opened.slides):
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height, s.name) for s in slide.shapes]
        for left, top, right, bottom, name in boxes:
            assert min(left, top) >= 0, (number, name)
            assert right <= opened.slide_width, (number, name)
            assert bottom <= opened.slide_height, (number, name)
        assert [(number, a[4], b[4]) for a, b in combinations(boxes, 2) if meet(a, b)] == []


def meet(one: tuple, other: tuple) -> bool:
    grain = 12_700  # a point, to which places are rounded
    across = one[0] < other[2] - grain and other[0] < one[2] - grain
    return across and one[1] < other[3] - grain and other[1] < one[3] - grain


@pytest.mark.parametrize(("case", "lang"), HARD)
def test_no_text_is_taller_than_its_box(case: str, lang: str):
    for slide in deck(case, lang).slides:
        for shape in (s for s in slide.shapes if s.has_text_frame and s.text_frame.text):
            tall = sum(height_pt(p, shape.width / 12_700) for p in shape.text_frame.paragraphs)
            assert tall <= shape.height / 12_700 + 2, shape.text_frame.text[:60]


def height_pt(paragraph, width_pt: float) -> float:
    size = max((run.font.size.pt for run in paragraph.runs), default=0)
    return size * LINE_EM * lines(paragraph.text, width_pt + 1, size) if size else 0


@pytest.mark.parametrize(("case", "lang"), HARD)
def test_no_cell_of_a_table_breaks_its_line(case: str, lang: str):
    for slide in deck(case, lang).slides:
        for table in tables(slide):
            assert len(table.rows) <= MOST_ROWS + 1
            for place, row in enumerate(table.rows):
                for column, cell in zip(table.columns, row.cells, strict=True):
                    run = cell.text_frame.paragraphs[0].runs[0]
                    taken = lines(run.text, column.width / 12_700 - 7, run.font.size.pt)
                    assert taken <= (1 if place else HEAD_LINES)


def test_heads_that_begin_alike_can_be_told_apart():
    header = ("Promotion", *(f"Buyers of the days {when} the promotion" for when in ("before", "of", "after")))
    grid = Grid((*header, *header[1:]), (("Double eleven", *["1,204"] * 6),))
    slide = Slide(Presentation().slides.add_slide(Presentation().slide_layouts[5]), "en")
    slide.table(grid, Box(44, 100, 872, 300), "")
    [table] = [shape.table for shape in slide.slide.shapes if shape.has_table]
    heads = [cell.text_frame.text for cell in table.rows[0].cells]
    assert len(set(heads[1:4])) == 3


@pytest.mark.slow
def test_no_picture_is_stretched_and_every_one_says_what_it_shows():
    for slide in deck("sample", "zh").slides:
        for picture in pictures(slide):
            width, height = size_px(picture.image.blob)
            assert picture.width / picture.height == pytest.approx(width / height, rel=0.02)
            assert picture._element.nvPicPr.cNvPr.get("descr") == slide.shapes.title.text_frame.text


def test_charts_draw_chinese_wherever_they_are_drawn():
    spec = {"mark": {"type": "text", "fontSize": 40}, "height": 60, "encoding": {"text": {"field": "t"}}}
    one, other = (png({**spec, "data": {"values": [{"t": t}]}}, "zh", ratio=4) for t in ("思域", "四鱼"))
    assert one != other  # a machine without the letters draws the same empty boxes


def test_names_too_long_for_a_picture_are_cut_and_stay_apart():
    first, second = (record["name"] for record in shortened([{"name": f"{'long ' * 20}{n}"} for n in (1, 2)]))
    assert len(first) < 50
    assert first != second


@pytest.mark.slow
def test_a_name_that_is_a_formula_or_holds_control_characters_is_plain_text():
    said = [texts(slide) for slide in deck("formulas", "en").slides]
    assert said[0].splitlines()[0] == '=HYPERLINK("http://x","y")'
    assert not any("\x00" in text for text in said)


@pytest.mark.slow
def test_a_name_with_what_is_no_character_ends_no_slides():
    said = "\n".join(texts(slide) for slide in deck("no characters", "zh").slides)
    assert ("店" in said, "\uffff" in said, "\ufffe" in said) == (True, False, False)


@pytest.mark.slow
def test_the_same_page_gives_the_same_bytes():
    shown = export(CASES["nothing"], "zh")
    assert slides(shown, now=NOW) == slides(shown, now=NOW)


@given(st.text(max_size=300), st.integers(30, 600), st.integers(10, 120))
def test_a_fitted_text_takes_no_more_lines_than_there_is_room(text: str, width: int, height: int):
    fitted = fit(text, width, height, (24, 18, 12, 9))
    assert lines(fitted.text, width, fitted.size_pt) <= max(int(height / (fitted.size_pt * LINE_EM)), 1)


def test_a_text_is_cut_with_an_ellipsis_only_where_it_must_be():
    assert cut("short", 200, 12, 1) == "short"
    assert cut("a very long text indeed", 60, 12, 1).endswith("…")
