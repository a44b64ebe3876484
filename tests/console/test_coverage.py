"""What the files can answer, as it leaves the house: of few phones, orders and relations neither their number nor what
would tell it. The page and the command tell all of it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from python_calamine import CalamineWorkbook

from siyu.console.context import Panel
from siyu.console.panels.coverage import COUNTS
from siyu.console.panels.question import panel as drawn
from siyu.console.panels.trust import QUESTIONS
from siyu.console.report import write_reports
from siyu.console.smalltexts import SMALLEST
from siyu.console.view import View
from siyu.console.words import Words
from siyu.sources.coverage.coverage import document as told
from siyu.sources.coverage.reasons import REASONS
from siyu.sources.coverage.tally import Sold, Tally
from siyu.store.workspace import Workspace
from tests.console import sample
from tests.plain import load_plain

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 6, 30)
NOTHING = Tally(**{field.name: 0 for field in fields(Tally)})
MANY = replace(NOTHING, members=400, dated_members=400, phones=300, grants=200, orders=500, paid_orders=500,
               paid_amount=50_000, events=900, known_events=900, entries=800, known_entries=800,
               referrals=30)  # fmt: skip
QUESTION = next(question for question in QUESTIONS if question.name == "coverage")
TITLES = {"en": "What the loaded files can and cannot answer", "zh": "已加载的文件能回答什么、不能回答什么"}
PHONES = {"en": "<10 phones and e-mail addresses are known, but no consent", "zh": "有 <10 个手机号和邮箱"}


def brand(members: int, phones: int, orders: int) -> dict:
    """Members, some with a phone, each of whom buys once until the orders are used up."""
    return {
        "members": [{"joined_at": "2026-05-01", "platform": "youzan", "id.member_card": f"c{i}"}
                    | ({"id.phone": f"138000000{i:02d}"} if i < phones else {}) for i in range(members)],
        "orders": [{"order_id": f"o{i}", "platform": "youzan", "paid_at": "2026-06-10", "paid_amount": "10.00",
                    "id.member_card": f"c{i % members}"} for i in range(orders)],
    }  # fmt: skip


def exported(workspace: Workspace, lang: str) -> tuple[str, str]:
    """What a reader finds of the coverage in the workbook and on the slides."""
    paths = [workspace.directory / name for name in ("r.xlsx", "r.pptx")]
    write_reports(workspace, paths, as_of=AS_OF, lang=lang, now=NOW)
    book = CalamineWorkbook.from_path(str(paths[0]))
    sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    sheet = next(cells for cells in sheets if cells[0][0] == TITLES[lang])
    deck = Presentation(io.BytesIO(paths[1].read_bytes()))
    slide = next(s for s in deck.slides if TITLES[lang] in [p.text_frame.text for p in s.shapes if p.has_text_frame])
    shapes = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    shapes += [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join(str(cell) for row in sheet for cell in row), "\n".join(shapes)


def small(text: str) -> list[str]:
    """The numbers of 1 to 9 that stand in a text by themselves."""
    return re.findall(r"(?<![\d,.<-])[1-9](?!\d|[,.]\d|-)", text)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_neither_workbook_nor_slides_tell_the_few_phones_of_many_members(workspace: Workspace, lang: str):
    load_plain(workspace, brand(members=40, phones=3, orders=30))
    for text in exported(workspace, lang):
        assert PHONES[lang] in text
        assert "40" in text
        assert "30" in text
        assert not small(text)


def test_of_a_brand_of_one_consumer_no_row_is_counted(workspace: Workspace):
    load_plain(workspace, brand(members=1, phones=1, orders=2))
    for text in exported(workspace, "en"):
        assert PHONES["en"] in text
        assert "Paid orders that name their buyers: <10." in text
        assert not small(text)


# -- the sentences, from what was counted


def panel(counts: Tally, *platforms: Sold, lang: str = "en", smallest: int = SMALLEST, **changes) -> Panel:
    """The coverage of these counts, as exports hold it; with `smallest` 0 as the page does."""
    material = sample.material(coverage=told(counts, list(platforms)), **changes)
    return drawn(QUESTION, View(material, Words(lang, smallest=smallest)))


def reasons(counts: Tally, *platforms: Sold, **how) -> dict[str, str]:
    grid = panel(counts, *platforms, **how).grid
    assert grid
    return {row[0]: row[2] for row in grid.rows}


def sold(platform: str, paid: int, known: int) -> Sold:
    """Orders of a platform, of which some name their buyers; those that do not are too cheap to matter."""
    return Sold(platform, paid, paid * 100, paid - known, paid - known, 0)


def selling(*platforms: Sold) -> Tally:
    """A brand of many that sells on these platforms."""
    paid, nobody = sum(one.paid_orders for one in platforms), sum(one.anonymous_orders for one in platforms)
    return replace(MANY, orders=paid, paid_orders=paid, paid_amount=paid * 100, anonymous_orders=nobody,
                   anonymous_amount=nobody)  # fmt: skip


CASES = [
    replace(MANY, members=3, dated_members=3),
    replace(NOTHING, relations=3, observed_relations=3),
    replace(NOTHING, recipient_phones=3),
    replace(NOTHING, phones=2, emails=1),
    replace(MANY, phones=3, grants=3),
    replace(MANY, grants=3),
    replace(MANY, referrals=3),
    replace(MANY, undated_refunds=3),
    replace(MANY, known_entries=3, entries=3),
    replace(MANY, orders=3, paid_orders=3, paid_amount=300),
    replace(MANY, orders=3, paid_orders=3, paid_amount=300, anonymous_orders=3, anonymous_amount=300),
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("counts", CASES)
def test_three_of_anything_are_written_as_a_few(counts: Tally, lang: str):
    exact, shown = ("\n".join(reasons(counts, lang=lang, smallest=n).values()) for n in (0, SMALLEST))
    assert small(exact)
    assert "<10" in shown
    assert not small(shown)


def test_none_is_told_and_so_are_ten():
    found = reasons(replace(MANY, phones=10, grants=0, undated_refunds=10))
    assert found["Reach by SMS and e-mail"].startswith("10 phones and e-mail addresses are known")
    assert "refunds of 10 have no date" in found["Relationship value (S)"]


def test_the_page_and_the_document_tell_all_of_it():
    counts = replace(MANY, phones=3, grants=2)
    found, document = reasons(counts, sold("b", 4, 3), smallest=0), told(counts, [sold("b", 4, 3)])
    assert found["Reach by SMS and e-mail"] == "Phones and e-mail addresses: 3; grants of consent: 2."
    assert found == {one["title"]["en"]: one["reason"]["en"] for one in document["questions"] + document["platforms"]}


# -- what would tell them


def test_orders_that_name_their_buyers_do_not_tell_the_few_that_do_not():
    found = reasons(selling(sold("a", 100, 97)), sold("a", 100, 97))
    assert found["Buyers on a"] == "* of its 100 paid orders name their buyers."
    assert found["Relationship value (S)"] == "Paid orders that name their buyers: *."


def test_the_orders_of_all_platforms_do_not_tell_the_few_of_one():
    platforms = sold("a", 4, 4), sold("b", 96, 96), sold("c", 300, 300)
    found = reasons(selling(*platforms), *platforms)
    assert found["Buyers on a"] == "<10 of its <10 paid orders name their buyers."
    assert found["Buyers on b"] == "* of its * paid orders name their buyers."
    assert found["Buyers on c"] == "300 of its 300 paid orders name their buyers."
    assert found["Relationship value (S)"] == "Paid orders that name their buyers: 400."


def test_of_all_platforms_the_few_orders_that_name_nobody_are_not_told_by_what_is_known():
    platforms = sold("a", 100, 98), sold("b", 500, 498)
    found = reasons(selling(*platforms), *platforms)
    assert found["Relationship value (S)"] == "Paid orders that name their buyers: *."


@pytest.mark.parametrize("nobody", [3, 97])
def test_a_share_of_the_amount_rests_on_the_orders_on_either_side(nobody: int):
    one = Sold("a", 100, 10_000, nobody, 3_300, 0)
    counts = replace(MANY, paid_orders=100, paid_amount=10_000, anonymous_orders=nobody, anonymous_amount=3_300)
    found = reasons(counts, one)
    assert found["Relationship value (S)"].startswith("* of the paid amount")
    assert found["Buyers on a"].startswith("* of its paid amount")
    many = replace(counts, anonymous_orders=40)
    assert reasons(many)["Relationship value (S)"].startswith("33% of the paid amount")


@pytest.mark.parametrize(("changes", "title"), [
    ({"relation_stores": 3}, "Split by store"), ({"order_guides": 895}, "Split by guide"),
    ({"entries": 12, "known_entries": 3}, "Touchpoint gravity (T)"),
])  # fmt: skip
def test_a_share_of_few_rows_or_of_all_but_a_few_is_left_out(changes: dict[str, int], title: str):
    assert "%" in reasons(replace(MANY, **changes), smallest=0)[title]
    assert reasons(replace(MANY, **changes))[title].startswith("* of")


def test_of_a_brand_of_a_handful_no_share_is_told():
    few = sample.document()
    few["fast_plus"]["F"] |= {"sustainable_relationships": 3, "by_role": {"basic": 3}, "relation_gross": 4}
    few["fast"]["fertility"] = 7
    counts = replace(MANY, anonymous_orders=250, anonymous_amount=25_000, relation_stores=90)
    assert "50%" in "".join(reasons(counts).values())
    assert "%" not in "".join(reasons(counts, document=few).values())


def test_the_note_says_what_the_marks_mean_where_there_are_some():
    assert "fewer than ten people" in panel(replace(MANY, phones=3)).note
    assert "fewer than ten people" not in panel(MANY).note + panel(replace(MANY, phones=3), smallest=0).note


SALES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(any), min_size=1, max_size=4)


@settings(max_examples=80)
@given(SALES, st.integers(0, 30), st.integers(0, 12), st.integers(0, 12))
def test_no_sentence_tells_a_few_or_all_but_a_few(sales: list[tuple[int, int]], held: int, phones: int, grants: int):
    platforms = [sold(name, known + nobody, known) for name, (known, nobody) in zip("abcd", sales)]
    counts = replace(selling(*platforms), members=held, dated_members=held, phones=phones, grants=grants)
    found = reasons(counts, *platforms)
    assert not small("\n".join(found.values()))
    for one in platforms:
        figures = re.findall(r"(?<![<\d])\d+", found[f"Buyers on {one.platform}"])
        assert not (len(figures) == 2 and 0 < int(figures[1]) - int(figures[0]) < SMALLEST)


def test_every_count_of_a_sentence_is_one_that_is_protected():
    named = {name for text in REASONS.values() for said in text.values() for name in re.findall(r"{(\w+)}", said)}
    assert named == {*COUNTS, "share"}
