"""The report's HTML: everything is there, in both languages, and nothing from data or network gets through."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache

import pytest

from siyu.console.charts.trend import polyline
from siyu.console.material import rules
from siyu.console.page import page
from siyu.console.panels.sections import SECTIONS
from siyu.console.render import html
from siyu.console.words import Words
from siyu.core.settings import defaults
from siyu.measures.measurable import EVENT_DAYS, NEEDS, blank_at
from siyu.measures.orphans import Orphans
from siyu.measures.short import Short
from siyu.measures.undated import SeenLater
from siyu.measures.untaken import Untaken
from siyu.sources.coverage.questions import named
from siyu.sources.coverage.tally import Sold
from tests.console.sample import COVERAGE, document, material

LANGUAGES = ("zh", "en")


@cache
def report(lang: str) -> str:
    return html(page(material(), lang))


def own(text: str) -> str:
    """The page without the chart bundle."""
    return re.sub(r"<script>.*?</script>", "", text, flags=re.S)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_and_panel_stands_on_the_page(lang: str):
    text = own(report(lang))
    for name, _, tab, title, lead, questions in SECTIONS:
        assert f'id="{name}"' in text
        for said in (tab, title, lead):
            assert Words(lang)(said).replace("'", "&#39;") in text
        for question in questions:
            assert f'id="panel-{question.name}"' in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_panel_says_what_to_look_for_its_definition_its_basis_and_its_table(lang: str):
    for section in page(material(), lang).sections:
        for panel in section.panels:
            assert panel.look_for
            assert panel.definition
            assert len(panel.basis) == 3
            assert {"zh": "窗口", "en": "window"}[lang] in panel.basis[1]
            assert panel.grid is not None
            assert panel.grid.rows


@pytest.mark.parametrize(("lang", "days"), [("zh", "近 78 天的买家"), ("en", "Buyers of the last 78 days")])
def test_the_days_of_rfm_are_those_of_the_settings(lang: str, days: str):
    assert days in own(html(page(replace(material(), rules=rules(defaults().with_values(rfm__days=78))), lang)))


def test_where_the_chart_bundle_cannot_be_kept_the_page_is_made_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    assert html(page(material(), "en"), tmp_path / "file" / "cache") == report("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_panel_of_the_sample_fails(lang: str):
    panels = [p for section in page(material(), lang).sections for p in section.panels]
    assert [(p.name, p.message) for p in panels if p.failed or p.message] == []


def test_rows_of_a_table_are_as_wide_as_its_header():
    for section in page(material(), "en").sections:
        for panel in section.panels:
            assert panel.grid is not None
            assert {len(row) for row in panel.grid.rows} == {len(panel.grid.header)}, panel.name


def test_the_chinese_page_holds_no_english_sentence():
    text = re.sub(r"<style>.*?</style>|<script[^>]*>.*?</script>|<[^>]+>", " ", report("zh"), flags=re.S)
    sentences = [found for found in re.findall(r"(?:[A-Za-z'’]+ ){4,}", text) if "siyu consent" not in found]
    assert sentences == []


def test_nothing_is_fetched_from_elsewhere():
    text = own(report("zh"))
    assert re.findall(r'(?:src|href|action|url)\s*[=(]\s*["\']?(?!#)[^"\'>\s]', text) == []
    assert "default-src &#39;none&#39;" in text
    assert "://" not in text


def test_the_policy_names_the_hash_of_every_script_and_of_the_style():
    text = report("en")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    allowed = policy.group(1).replace("&#39;", "'")
    for inline in re.findall(r"<script>(.*?)</script>", text, flags=re.S) + re.findall(
        r"<style>(.*?)</style>", text, flags=re.S
    ):
        assert base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode() in allowed


def test_no_element_carries_a_style_of_its_own():
    assert " style=" not in own(report("en"))


def hostile() -> dict:
    """A document whose touchpoint is an attack."""
    changed = document()
    places = changed["fast_plus"]["T"]["by_touchpoint"]
    places["</script><script>alert(1)</script>"] = places.pop("旗舰店")
    return changed


def test_names_from_data_are_escaped_in_text_and_in_chart_data():
    text = html(page(material(document=hostile(), brand="<img src=x onerror=alert(1)>"), "zh"))
    assert "<script>alert" not in text
    assert "<img" not in own(text)
    assert "&lt;script&gt;alert" in text


def test_braces_in_names_from_data_are_left_alone():
    text = html(page(material(brand="{0} {__class__}"), "zh"))
    assert "{0} {__class__}" in own(text)


def test_chart_data_is_json_that_cannot_end_its_element():
    text = html(page(material(document=hostile()), "en"))
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', text, flags=re.S)
    assert found
    assert set(json.loads(found.group(1))) == {"config", "specs", "failed"}


def test_a_figure_that_is_null_is_a_dash_with_its_reason_and_never_zero():
    empty = document()
    empty["fast_plus"]["T"] = {"value": None, "visitors": 0, "by_touchpoint": {}}
    shown = page(material(document=empty), "en")
    gravity = next(i for i in shown.indicators if i.letter == "T")
    assert gravity.value == "—"
    assert gravity.reason == "not measurable: no visits with a touchpoint in this window"


def test_a_piece_that_could_not_be_gathered_is_a_message_and_the_page_stands():
    shown = page(material(failures={"coverage": "it broke"}), "en")
    panels = {p.name: p for section in shown.sections for p in section.panels}
    assert "it broke" in panels["coverage"].message
    assert panels["funnel"].chart


def test_a_platform_whose_orders_name_nobody_says_what_cannot_be_measured_from_it():
    sold = named(Sold("douyin", 550, 15971923, 550, 15971923, 905))
    platform = {"title": {"zh": "买家：douyin"}, "answer": sold.answer, "reason": sold.reason}
    shown = page(material(coverage={**COVERAGE, "platforms": [platform]}), "zh")
    panels = {p.name: p for section in shown.sections for p in section.panels}
    question, _, reason = panels["coverage"].grid.rows[-1]
    assert question == "买家：douyin"
    assert "550 笔付款订单都没有买家标识" in reason
    assert "RFM、CLV" in reason


def test_a_panel_that_fails_is_a_message_and_the_page_stands():
    broken = document()
    broken["fast_plus"]["F"]["by_channel"] = {"sms": "many"}
    shown = page(material(document=broken), "zh")
    panels = {p.name: p for section in shown.sections for p in section.panels}
    assert panels["channels"].failed
    assert not panels["relations"].failed


#: Paths of the document that are null together: by the facts that they need, and those that purged events take away.
NULL_TOGETHER = {
    **{" or ".join(needs): [path for path, asked, _ in NEEDS if asked == needs] for _, needs, _ in NEEDS},
    "events": list(EVENT_DAYS),
}


@pytest.mark.parametrize("lacking", NULL_TOGETHER)
def test_what_the_files_cannot_answer_breaks_no_panel(lacking: str):
    blanked = document()
    for path in NULL_TOGETHER[lacking]:
        blank_at(blanked, path)
    for previous in (None, blanked):
        panels = [p for section in page(material(document=blanked, previous=previous), "zh").sections
                  for p in section.panels]  # fmt: skip
        assert [(p.name, p.message) for p in panels if p.failed] == []


def test_nobody_is_zero_and_not_said_to_be_unmeasurable():
    gone = document()
    gone["fast_plus"]["F"] |= {"sustainable_relationships": 0, "relation_gross": 0, "by_role": {}}
    gone["fast_plus"]["S"] |= {"own_total": 0, "anonymous_total": 0, "by_role": {}, "clv_mean": None}
    shown = page(material(document=gone), "en")
    assert [(i.letter, i.value, i.reason) for i in shown.indicators if i.letter in "FS"] == [
        ("F", "0", ""), ("S", "¥0", "")]  # fmt: skip
    panels = {p.name: p.message for section in shown.sections for p in section.panels}
    nobody = "nobody held a relation that can be reached at the end of this day"
    assert (panels["funnel"], panels["rungs"], panels["value"]) == (nobody, nobody, nobody)


def test_a_state_of_aipl_whose_facts_are_not_loaded_is_a_dash_among_the_others():
    lacking = document()
    lacking["fast"]["aipl"]["P"] = None
    shown = page(material(document=lacking), "en")
    panel = next(p for section in shown.sections for p in section.panels if p.name == "aipl")
    assert panel.grid.rows[2] == ("Purchased (P)", "—", "—", "—")
    assert all(cell != "—" for row in panel.grid.rows if row != panel.grid.rows[2] for cell in row)
    drawn = [row for rows in panel.chart["datasets"].values() for row in rows if "Purchased" in str(row)]
    assert drawn
    assert all(row["text"] == "—" for row in drawn if "text" in row)


def test_what_the_files_lack_is_said_in_the_words_of_the_document():
    lacking = document()
    blank_at(lacking, "fast_plus.F")
    lacking["not_measurable"] = {"fast_plus.F": "not measurable: no relations and no members"}
    shown = page(material(document=lacking), "zh")
    assert shown.indicators[0].reason == "无法测量：没有连接关系和会员"


@pytest.mark.parametrize(("part", "letter"), [
    ("fast_plus.A.value", "A"), ("fast_plus.S.own_total", "S"), ("fast_plus.T.value", "T")])  # fmt: skip
def test_what_cannot_be_measured_has_no_line(part: str, letter: str):
    """Where the windows before are drawn from stored figures that are 0."""
    lacking = document()
    blank_at(lacking, part)
    lacking["not_measurable"] = {part: "not measurable: no paid orders"}
    (found,) = (one for one in page(material(document=lacking), "en").indicators if one.letter == letter)
    assert (found.value, found.trend, found.reason) == ("—", polyline([]), "not measurable: no paid orders")
    (shown,) = (one for one in page(material(), "en").indicators if one.letter == letter)
    assert shown.trend != polyline([])


def test_members_who_cannot_be_seen_to_fall_are_not_said_to():
    lacking = document()
    for name in ("value", "deepened", "weighted", "shallowing_rate"):
        blank_at(lacking, f"fast_plus.A.{name}")
    shown = page(material(document=lacking), "en")
    panels = {panel.name: panel for section in shown.sections for panel in section.panels}
    assert panels["steps"].note.startswith("On the other side: ")
    assert "lower rung" not in panels["steps"].note


def test_a_brand_with_nothing_measured_still_has_a_page():
    nothing = {"brand": "B", "as_of": "2026-06-30", "window_days": 30, "fast_plus": {}, "fast": {}}
    bare = replace(
        material(), document=nothing, previous=None, windows=[], series=[], held=[], consent=None, quality=None
    )
    shown = page(replace(bare, coverage=None), "zh")
    assert [i.value for i in shown.indicators] == ["—"] * 4
    assert not [p.name for section in shown.sections for p in section.panels if p.failed]
    assert html(shown)


def test_without_a_window_before_no_change_is_claimed():
    shown = page(material(previous=None, windows=[]), "en")
    assert {i.direction for i in shown.indicators} == {"none"}


def test_own_value_and_referral_value_are_never_added():
    s = document()["fast_plus"]["S"]
    added = Words("en").amount(s["own_total"] + s["propagation_total"])
    assert added not in own(report("en"))


def test_the_file_is_less_than_two_megabytes():
    assert len(report("zh").encode()) < 2_000_000


def test_refunds_that_are_not_taken_off_are_told_beside_the_value():
    missing = Untaken(SeenLater(2, 3500, 20_634), Short(3, 1200), Orphans(4, 700, 1))
    found = {p.name: p for section in page(material(untaken=missing), "en").sections for p in section.panels}
    note = found["totals"].note
    assert "refunds of 2 orders, ¥35." in note
    assert "Of 3 orders more went back than the loaded refunds tell, by their own export: ¥12 " in note
    assert "4 refunds, ¥7, are of orders that are not loaded" in note


def test_a_panel_with_days_of_its_own_names_them():
    shown = {panel.name: panel.basis[1] for section in page(material(), "en").sections for panel in section.panels}
    assert all(shown[name].endswith("(90 days)") for name in ("attribution", "sequences", "media"))
    assert (shown["trade"].endswith("(30 days)"), shown["promotions"]) == (True, "window: the days of each promotion")


def test_members_whose_purchases_are_unknown_are_not_said_to_be_nobody():
    shown = document()
    shown["fast_plus"]["A"]["steps"]["member_unpurchased_up"] = None
    shown["not_measurable"] = {"fast_plus.F.basic_buyers": "not measurable: no paid orders"}
    panels = {panel.name: panel for section in page(material(document=shown), "en").sections
              for panel in section.panels}  # fmt: skip
    [told] = [record["text"] for records in panels["steps"].chart["datasets"].values() for record in records
              if "no purchase" in str(record) and "this window" in str(record)]  # fmt: skip
    assert told == "not measurable: no paid orders"
    assert panels["rungs"].grid.note.startswith("Every member stands on the lowest rung")
