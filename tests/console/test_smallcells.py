"""Small cells in exports: not told, not told by what rests on them, and not told by subtraction."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.console.charts.heat import Cell, heat
from siyu.console.charts.moves import THIN
from siyu.console.charts.overlap import Combination, overlap
from siyu.console.context import Grid, Page, Panel, Section, Tile
from siyu.console.figure import Figure
from siyu.console.material import Buyers, Consent, Held, Point
from siyu.console.page import page
from siyu.console.panels.asked import of_metric, sheet_grid
from siyu.console.smallcells import protect, sheltered
from siyu.console.smalltexts import SMALLEST, UNTOLD, resting
from siyu.console.view import View
from siyu.console.words import LEFT_OUT, Words
from siyu.core.kinds import ROLES
from siyu.measures.answer import Answer
from siyu.measures.metric import Metric, Topic
from siyu.measures.paths.attribution import ATTRIBUTION
from siyu.measures.topics.membership import MEMBERSHIP
from tests.console.sample import AS_OF, diagnosis, document, material, series

WORDS = Words("en", smallest=SMALLEST)
PEOPLE = st.one_of(st.integers(0, 12), st.integers(0, 400))


def column(*people: int) -> Grid:
    """A table of people by name, with their share of all."""
    rows = tuple((f"n{i}", WORDS.count(n), WORDS.percent(n / max(sum(people), 1))) for i, n in enumerate(people))
    return Grid(("Name", "People", "Share"), rows)


def cross(people: list[list[int]]) -> Grid:
    """A table of people two ways, each row with its sum."""
    rows = tuple((f"r{i}", *map(WORDS.count, row), WORDS.count(sum(row))) for i, row in enumerate(people))
    return Grid(("", *(f"c{j}" for j in range(len(people[0]))), "Together"), rows)


def hidden(grid: Grid) -> list[tuple[int, int]]:
    found = protect(grid)
    return sorted(found.small | found.left_out)


@given(st.lists(PEOPLE, min_size=1, max_size=8))
def test_exactly_the_counts_from_one_to_nine_are_small(people: list[int]):
    found = protect(column(*people))
    assert {row for row, _ in found.small} == {i for i, n in enumerate(people) if 0 < n < SMALLEST}


@given(st.lists(PEOPLE, min_size=2, max_size=6).filter(lambda people: sum(n > 40 for n in people) >= 2))
def test_a_total_never_tells_a_small_cell(people: list[int]):
    found = protect(column(*people))
    small = [people[row] for row, j in sorted(found.small) if j == 1]
    beside = [people[row] for row, j in sorted(found.beside) if j == 1]
    assert all(len(could_be(place, small, beside)) > 1 for place in range(len(small)))


def could_be(place: int, small: list[int], beside: list[int]) -> set[int]:
    """Values a small cell could have, told the sum of the hidden ones: small ones are 1 to 9, others 10 or more."""
    total = sum(small) + sum(beside)
    found = set()
    for guess in product(range(1, SMALLEST), repeat=min(len(small), 4)):
        rest = total - sum(guess) - sum(small[4:])
        if rest >= SMALLEST * len(beside) if beside else rest == 0:
            found.add(guess[place] if place < 4 else None)
    return found if place < 4 else {1, 2}


def test_one_hidden_count_takes_the_next_larger_one_with_it():
    found = protect(column(4, 300, 25, 700))
    assert (set(found.small), set(found.beside)) == ({(0, 1)}, {(2, 1)})


def test_two_small_counts_of_one_are_told_by_their_sum_so_a_third_is_hidden():
    assert set(protect(column(1, 1, 30, 700)).beside) == {(2, 1)}


def test_two_small_counts_hide_each_other():
    assert not protect(column(4, 7, 30, 700)).beside


def test_a_table_without_small_counts_is_left_as_it_is():
    assert hidden(column(10, 0, 300)) == []


@settings(max_examples=60)
@given(st.lists(st.lists(PEOPLE, min_size=3, max_size=4), min_size=2, max_size=5).filter(
    lambda rows: len({len(row) for row in rows}) == 1))  # fmt: skip
def test_no_row_with_its_sum_holds_a_single_hidden_count(people: list[list[int]]):
    counts = [cell for cell in hidden(cross(people)) if cell[1] > 0]
    for row, numbers in enumerate(people):
        lone = [cell for cell in counts if cell[0] == row]
        others = [n for n in numbers if n >= SMALLEST]
        assert len(lone) != 1 or not others


def test_what_rests_on_a_small_count_is_left_out():
    assert (0, 2) in protect(column(4, 300, 25)).resting


def test_a_share_of_a_shown_count_that_comes_to_a_few_people_is_left_out():
    rows = tuple((f"r{i}", WORDS.count(80), WORDS.percent(k / 80)) for i, k in enumerate((3, 20)))
    assert set(protect(Grid(("Rung", "Stood there", "Climbed"), rows)).resting) == {(0, 2)}


def test_a_change_that_tells_a_small_count_of_the_window_before_is_left_out():
    rows = (("a", WORDS.count(12), WORDS.signed(8, WORDS.count(8))),
            ("b", WORDS.count(500), WORDS.signed(8, WORDS.count(8))))  # fmt: skip
    assert set(protect(Grid(("", "People", "Change"), rows)).resting) == {(0, 2), (1, 2)}  # a total would tell 4 of 496
    assert set(protect(Grid(("", "People", "Change"), (("a", WORDS.count(22), rows[0][2]), rows[1]))).resting) == set()


def test_a_rate_is_hidden_in_a_table_without_counts_where_the_table_with_counts_hides_it():
    shown = export(places={"旗舰店": (4210, 1480, 1980, 121, 62, 4, 187, 4310)})
    gravity, rates = (panels(shown)[name].grid.rows for name in ("gravity", "rates"))
    row = next(row for row in gravity if row[0] == "旗舰店")
    assert (row[7], row[8]) == (UNTOLD, LEFT_OUT)
    assert next(row for row in rates if row[0] == "旗舰店")[3] == LEFT_OUT


def test_money_per_head_is_hidden_with_the_few_who_paid_it():
    gravity = panels(export(places={"旗舰店": (4210, 1480, 1980, 121, 62, 4, 187, 4310)}))["gravity"].grid.rows
    per_head = {row[0]: row[11] for row in gravity}
    assert per_head["旗舰店"] == LEFT_OUT
    assert per_head["门店"] == "¥92.40"


def test_a_brand_of_a_handful_tells_neither_shares_nor_money_of_it():
    few = document()
    few["fast_plus"]["F"] |= {"sustainable_relationships": 1, "by_role": {"basic": 1}}
    shown = {one.letter: one for one in sheltered(page(material(document=few), "en", smallest=SMALLEST)).indicators}
    assert (shown["F"].value, shown["S"].value, shown["S"].change) == (UNTOLD, LEFT_OUT, LEFT_OUT)
    assert not any(mark in note for one in shown.values() for note in one.notes for mark in "¥%")


def test_no_table_and_no_sentence_of_a_brand_of_a_handful_tells_shares_or_money():
    few = document()
    few["fast_plus"]["F"] |= {"sustainable_relationships": 3, "by_role": {"basic": 3}, "relation_gross": 4}
    few["fast"]["fertility"] = 7
    shown = sheltered(page(material(document=few), "en", smallest=SMALLEST))
    cells = [cell for p in panels(shown).values() for row in (p.grid.rows if p.grid else ()) for cell in row]
    cells += [tile.value for p in panels(shown).values() for tile in p.tiles]
    kinds = {cell.kind for cell in cells if isinstance(cell, Figure)}
    assert (kinds, LEFT_OUT in cells, "¥" in shown.verdict, shown.findings) == ({"count"}, True, False, ())


def test_a_brand_of_many_buyers_and_few_relations_keeps_what_rests_on_its_buyers():
    few = document()
    few["fast_plus"]["F"] |= {"sustainable_relationships": 3, "by_role": {"basic": 3}}
    shown, whole = (panels(sheltered(page(material(document=one), "en", smallest=SMALLEST)))
                    for one in (few, document()))  # fmt: skip
    assert shown["trade"].grid == whole["trade"].grid
    totals = {row[0]: row[1] for row in shown["totals"].grid.rows}
    assert (totals["Own total"] != LEFT_OUT, totals["Mean per person in F"]) == (True, LEFT_OUT)


BEFORE = AS_OF - dt.timedelta(days=30)
MANY = Buyers(500, 90)


@pytest.mark.parametrize(("now", "before", "told"), [
    (Buyers(3, 3), MANY, (False, False, False)), (MANY, Buyers(3, 3), (True, False, True)), (MANY, MANY, (True,) * 3),
])  # fmt: skip
def test_money_of_a_brand_rests_on_those_who_bought(now: Buyers, before: Buyers, told: tuple[bool, ...]):
    shown = sheltered(page(material(buyers={AS_OF: now, BEFORE: before}), "en", smallest=SMALLEST))
    worth = next(one for one in shown.indicators if one.letter == "S")
    assert (worth.value != LEFT_OUT, worth.change != LEFT_OUT, "¥" in shown.verdict) == told
    totals = {row[0]: row[1:] for row in panels(shown)["totals"].grid.rows}
    assert [cell != LEFT_OUT for cell in totals["Own total"]] == [now is MANY, before is MANY]
    assert LEFT_OUT not in totals["Anonymous total"]
    assert any("¥" in note for note in worth.notes) == (now is MANY)
    row = next(row for row in panels(shown)["lights"].grid.rows if row[0].startswith("S"))
    assert [cell != LEFT_OUT for cell in (row[1], row[4])] == [now is MANY] * 2


def test_what_moved_revenue_rests_on_those_who_paid_in_the_two_windows():
    pages = (page(material(buyers={AS_OF: MANY, BEFORE: before}), "en", smallest=SMALLEST)
             for before in (MANY, Buyers(500, 4)))  # fmt: skip
    told, few = (panels(sheltered(one))["revenue_change"] for one in pages)
    assert (LEFT_OUT in told.grid.rows[-1], f"From {LEFT_OUT} to ¥" in few.note) == (False, True)
    assert set(few.grid.rows[-1][1:]) == {LEFT_OUT}


def test_whoever_cannot_be_reached_tells_no_few_who_can():
    few = document()
    few["fast_plus"]["F"] |= {"relation_gross": 21, "sustainable_relationships": 1, "unreachable": 20}
    funnel = panels(sheltered(page(material(document=few), "en", smallest=SMALLEST)))["funnel"]
    assert f"{LEFT_OUT} have no open channel" in str(funnel.grid.rows)


@pytest.mark.parametrize("records", [13_065, 14_000])
def test_relations_in_all_tell_no_few_who_hold_two(records: int):
    some = document()
    some["fast_plus"]["F"]["relationship_records"] = records  # of a gross of 13,060
    hint = panels(sheltered(page(material(document=some), "en", smallest=SMALLEST)))["funnel"].grid.rows[0][-1]
    assert hint.startswith(LEFT_OUT) == (records == 13_065)


def test_a_rate_tells_no_count_that_is_left_out_beside_it():
    few = document()
    few["fast_plus"]["F"] |= {"new": 3, "lost": 0}
    shown = sheltered(page(material(document=few), "en", smallest=SMALLEST))
    climbed = next(one for one in shown.indicators if one.letter == "A")
    assert (climbed.value, f"of {LEFT_OUT} climbed" in climbed.notes[0]) == (LEFT_OUT, True)


def test_what_a_declaration_would_bring_tells_no_few():
    few = Consent(1046, 62, 2410, joining_f=4, value_joining_minor=276_718)
    shown = panels(sheltered(page(material(consent=few), "en", smallest=SMALLEST)))["consent"]
    cells = {row[0]: row[1] for row in shown.grid.rows}
    assert cells["Of them, people who would come into F"] == UNTOLD
    assert cells["What those bought in the last 365 days"] == LEFT_OUT
    assert "If you declare" not in str(shown.chart["datasets"])
    assert "If you declare" in str(panels(page(material(consent=few), "en"))["consent"].chart["datasets"])


def test_a_finding_that_would_move_a_few_tells_no_shares_and_no_money():
    found = diagnosis()
    found["findings"][0]["moved"] = 4.0
    shown = sheltered(page(material(diagnosis=found), "en", smallest=SMALLEST)).findings
    assert UNTOLD in shown[0].text
    assert not any(mark in shown[0].text for mark in "%¥")
    assert any("%" in one.text for one in shown[1:])


@pytest.mark.parametrize("window", ["document", "previous"])
def test_means_of_a_window_rest_on_the_people_of_that_window(window: str):
    few = document()
    few["fast_plus"]["F"] |= {"sustainable_relationships": 3, "by_role": {"basic": 3}}
    few["fast_plus"]["S"]["clv_mean"] = 12_345.0  # a figure that is hidden is hidden wherever it stands
    shown = panels(sheltered(page(material(**{window: few}), "en", smallest=SMALLEST)))["totals"].grid.rows
    means = {row[0]: tuple(cell == LEFT_OUT for cell in row[1:]) for row in shown}["Mean per person in F"]
    assert means == (window == "document", window == "previous")


@pytest.mark.parametrize("currency", ["CNY", "USD", "SGD", "KRW", "CHF", "THB", "XOF", "BRL", "EUR"])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("minor", [1234, 98_765_432_100])
def test_money_of_any_currency_is_found_in_a_sentence(currency: str, lang: str, minor: int):
    words = Words(lang, currency)
    for write in (words.money, words.amount, words.unit_amount):
        told = f"{UNTOLD} people paid {write(minor)} in all"
        assert resting().sub(LEFT_OUT, told) == f"{UNTOLD} people paid * in all"


@pytest.mark.parametrize(("buyers", "told"), [
    (2, [LEFT_OUT, UNTOLD, "40", LEFT_OUT]),
    (40, ["¥120", "40", "40", "¥3"]),
])  # fmt: skip
def test_money_of_a_topic_rests_on_the_people_of_its_group(buyers: int, told: list[str]):
    topic = Topic("t", "", "T", lambda *_: None, (  # type: ignore[arg-type, return-value]
        Metric("t.paid", "", "Paid", "minor units", "", "paid"),
        Metric("t.buyers", "", "Buyers", "consumers", "", "buyers"),
        Metric("t.orders", "", "Orders", "orders", "", "orders"),
        Metric("t.each", "", "Each", "minor units", "", "paid", "orders")), people="buyers")  # fmt: skip
    assert of_row(topic, paid=12_000, buyers=buyers, orders=40) == told


def test_money_of_a_topic_rests_on_people_of_its_own():
    topic = Topic("t", "", "T", lambda *_: None, (  # type: ignore[arg-type, return-value]
        Metric("t.paid", "", "Paid", "minor units", "", "paid", people="buyers"),
        Metric("t.weekly", "", "A week", "minor units", "", "paid", "relations"),
        Metric("t.each", "", "Each", "minor units", "", "paid", "buyers")), people="relations")  # fmt: skip
    assert of_row(topic, paid=12_000, buyers=2, relations=500) == [LEFT_OUT, "¥0", LEFT_OUT]
    assert of_row(topic, paid=12_000, buyers=40, relations=500) == ["¥120", "¥0", "¥3"]


@pytest.mark.parametrize(("buyers", "told"), [(3, [LEFT_OUT, LEFT_OUT]), (40, ["25.0%", "50.0%"])])
def test_the_part_of_sales_that_few_members_paid_is_not_told(buyers: int, told: list[str]):
    counts = dict.fromkeys({m.numerator for m in MEMBERSHIP.metrics} | {m.denominator for m in MEMBERSHIP.metrics}, 500)
    counts |= {"paid_by_members": 10_000, "paid_by_known": 20_000, "paid": 40_000, "member_buyers": buyers}
    shares = [place for place, m in enumerate(MEMBERSHIP.metrics) if m.numerator == "paid_by_members"]
    row = of_row(MEMBERSHIP, **counts)
    assert [row[place] for place in shares] == told


def of_row(topic: Topic, **counts: int) -> list[str]:
    """What an export tells of a topic's one group with these counts."""
    values = {m.code: {"value": counts[m.numerator] / (counts[m.denominator] if m.denominator else 1),
                       "numerator": counts[m.numerator], "denominator": counts.get(m.denominator)}
              for m in topic.metrics}  # fmt: skip
    row = {"group": {}, "people": counts[topic.people], "values": values}
    return [str(WORDS.in_a_sentence(of_metric(View(material(), WORDS), topic, m, row))) for m in topic.metrics]


def test_members_who_did_something_are_not_told_by_their_share_of_all_members():
    few = document()
    few["fast"] |= {"superiority": 60, "thriving_30d": 2 / 60, "thriving_180d": 55 / 60}
    shown = panels(sheltered(page(material(document=few), "en", smallest=SMALLEST)))["fast"]
    assert shown.grid is not None
    assert [row[1] for row in shown.grid.rows[-3:]] == ["60", LEFT_OUT, LEFT_OUT]
    assert [tile.value for tile in shown.tiles[-2:]] == [LEFT_OUT, LEFT_OUT]


def test_a_table_of_thousands_of_rows_is_protected_row_by_row():
    many = Grid(("Store", "People", "Share", "Money"), tuple(
        (f"s{i}", WORDS.count(i % 40), WORDS.percent(0.5), WORDS.amount(100 * i)) for i in range(5_000)))  # fmt: skip
    found = protect(many)
    assert len(found.small) == 125 * 9
    assert all(((row, 3) in found.resting) == ((row, 1) in found.small | found.beside) for row in range(5_000))


def test_what_one_table_hides_no_other_tells_under_the_same_label():
    flows = Grid(("From", "Stayed", "Rose", "Together"), (
        ("Basic", WORDS.count(500), WORDS.count(40), WORDS.count(540)),
        ("First", WORDS.count(27), WORDS.count(1), WORDS.count(28))))  # fmt: skip
    stayed = Grid(("Rung", "Stayed", "Bought"), (
        ("Basic", WORDS.count(500), WORDS.percent(0.3)), ("First", WORDS.count(27), WORDS.percent(0.5))))  # fmt: skip
    shown = page(material(), "en", smallest=SMALLEST)
    first, *others = shown.sections
    told = tuple(replace(first.panels[0], name=name, grid=grid, chart=None, tiles=(Tile("First", WORDS.count(27)),))
                 for name, grid in (("flows", flows), ("stayed", stayed)))  # fmt: skip
    hidden = sheltered(replace(shown, sections=(replace(first, panels=told), *others))).sections[0].panels
    assert hidden[0].grid.rows[1] == ("First", LEFT_OUT, UNTOLD, "28")
    assert hidden[1].grid.rows[1] == ("First", LEFT_OUT, LEFT_OUT)
    assert [panel.tiles[0].value for panel in hidden] == [LEFT_OUT] * 2


def test_a_share_rests_on_its_base_and_on_no_other_count_of_its_row():
    rows = [("a", WORDS.count(5000), WORDS.count(2500), WORDS.percent(0.5), WORDS.count(16)),
            ("b", WORDS.count(5000), WORDS.count(0), WORDS.percent(0), WORDS.count(4)),
            ("c", WORDS.count(4000), WORDS.count(4000), WORDS.percent(1), WORDS.count(3))]  # fmt: skip
    assert not protect(Grid(("", "Visitors", "Bought", "Rate", "Deepened"), tuple(rows))).resting


def test_a_share_of_all_but_a_few_is_left_out():
    rows = tuple((f"r{i}", WORDS.count(80), WORDS.percent(k / 80)) for i, k in enumerate((77, 60)))
    assert set(protect(Grid(("Rung", "Stood there", "Reached"), rows)).resting) == {(0, 2)}


def test_a_chart_tells_neither_the_small_cell_nor_the_one_hidden_with_it():
    shown = export(by_role={"basic": 5120, "member_unpurchased": 2890, "member_first": 1840, "member_repeat": 1312,
                            "koc": 6})  # fmt: skip
    records = {r["label"]: r for r in panels(shown)["rungs"].chart["datasets"]["rows"]}
    assert (records["Key opinion consumer"]["text"], records["Key opinion consumer"]["value"]) == (UNTOLD, None)
    assert (records["Repeat member"]["text"], records["Repeat member"]["value"]) == (LEFT_OUT, None)
    assert records["Basic contact"]["value"] == 5120


def test_rows_of_files_are_no_people_and_are_told():
    assert "4" in [row[-1] for row in panels(export())["refused"].grid.rows]


def test_the_note_says_what_the_marks_mean():
    assert "fewer than ten people" in panels(export())["flows"].note
    assert "fewer than ten people" not in panels(export())["funnel"].note


def test_a_sentence_with_a_small_count_keeps_no_share():
    text = panels(export(held=2))["overlap"].note
    assert f"{UNTOLD} people ({LEFT_OUT})" in text


def test_who_holds_several_relations_is_not_told_beside_a_combination_of_a_few():
    """13 of 94 hold several, 53 and 20 one: the other 8 would be what is left."""
    few = [Held(frozenset(types), people, people) for types, people in (
        (("member",), 53), (("fan",), 20), (("guide",), 8), (("member", "fan"), 7), (("fan", "guide"), 6))]  # fmt: skip
    told = panels(sheltered(page(material(held=few), "en", smallest=SMALLEST)))["overlap"].note
    assert told.startswith("The 5 largest of 5 combinations are drawn. <10: fewer than ten people")
    assert panels(page(material(held=few), "en"))["overlap"].note.startswith("13 people (13.8%)")
    assert "hold more than one kind" in panels(export(held=12))["overlap"].note


def test_no_hidden_count_is_carried_along_unseen():
    shown = export(by_role={"basic": 5120, "koc": 6})
    cells = [cell for p in panels(shown).values() if p.grid for row in p.grid.rows for cell in row]
    assert all(type(cell) is str for cell in cells if cell in (UNTOLD, LEFT_OUT))
    assert all(type(one.value) is str for one in shown.indicators if one.value == UNTOLD)


def sizes(chart: dict, name: str, *keys: str) -> list[tuple]:
    """The sizes of a chart's records."""
    return [tuple(record.get(key) for key in keys) for record in chart["datasets"][name]]


def test_a_muted_record_has_no_size_to_measure():
    rows = [Combination(frozenset({"fan"}), n, n - 1, str(WORDS.count(n)), "") for n in (40, 7)]
    bars = muted(overlap(rows, [("fan", "Fans")]))
    begins = bars["datasets"]["lengths"][1]["x"]
    assert sizes(bars, "lengths", "all", "inner")[1] == (begins, begins)
    cells = [Cell("r", column, n / 10, str(WORDS.count(n)), "") for column, n in (("a", 40), ("b", 7))]
    assert sizes(muted(heat(cells, ["r"], ["a", "b"], "#000")), "rows", "shade", "dark") == [(4.0, True), (0, False)]


def muted(chart: dict) -> dict:
    panel = Panel("p", "P", grid=Grid(("a", "b"), ()), chart=chart)
    shown = replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),))
    return panels(sheltered(shown))["p"].chart


def test_the_middle_of_touchpoints_is_not_drawn_where_one_of_them_is_not_told():
    drawn = panels(export(places={"门店": (8, 6, 1, 1, 1, 1, 1, 100)}))["gravity"].chart
    assert sizes(drawn, "guide", "visitors") == [(None,)]
    assert sizes(panels(export())["gravity"].chart, "guide", "visitors") != [(None,)]


def test_flows_of_a_few_are_as_broad_as_any_and_no_sum_tells_them():
    few = document()
    moves = [("basic", "basic", 400), ("basic", "member_unpurchased", 60), ("basic", None, 3),
             ("member_unpurchased", "member_first", 4), ("member_unpurchased", "member_unpurchased", 90),
             ("member_first", "member_repeat", 45), ("member_first", "member_first", 55)]  # fmt: skip
    few["fast_plus"]["A"]["transitions"] = [{"from": s, "to": e, "consumers": n} for s, e, n in moves]
    few["fast_plus"]["F"]["by_role"] = {"basic": 400, "member_unpurchased": 150, "member_first": 59,
                                        "member_repeat": 45}  # fmt: skip
    chart = panels(sheltered(page(material(document=few), "en", smallest=SMALLEST)))["flows"].chart
    ribbons = {(r["label"], r["text"], round(r["y"] - r["y2"], 4)) for r in chart["datasets"]["ribbons"]}
    assert {breadth for _, text, breadth in ribbons if text in (UNTOLD, LEFT_OUT)} == {THIN}
    assert ("Basic contact → Left F", UNTOLD, THIN) in ribbons
    named = [r["label"] for r in chart["datasets"]["nodes"] if r["label"].startswith(("Basic", "Left"))]
    assert all(not any(c.isdigit() for c in name) for name in named)


def test_charts_stay_as_they_are_where_nothing_is_hidden():
    plain, shown = panels(page(material(), "en")), panels(export())
    assert json.dumps(shown["funnel"].chart) == json.dumps(plain["funnel"].chart)


def test_a_chart_does_not_tell_what_its_table_leaves_out_as_of_few():
    money = WORDS.resting(WORDS.amount(123_400), 4)
    grid = Grid(("Name", "Money"), (("A", money), ("B", WORDS.amount(500))))
    chart = {"datasets": {"d": [{"name": "A", "value": 1234, "text": "¥1,234"},
                                {"name": "B", "value": 5, "text": "¥5"}]}}  # fmt: skip
    panel = Panel("few", "Few", grid=grid, chart=chart, tiles=(Tile("A", money), Tile("B", WORDS.amount(500))))
    shown = replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),))
    told = panels(sheltered(shown))["few"]
    assert [row[1] for row in told.grid.rows] == [LEFT_OUT, "¥5"]
    assert [tile.value for tile in told.tiles] == [LEFT_OUT, "¥5"]
    assert [(r["value"], r["text"]) for r in told.chart["datasets"]["d"]] == [(None, LEFT_OUT), (5, "¥5")]


def panels(shown: Page) -> dict:
    return {panel.name: panel for section in shown.sections for panel in section.panels}


def export(*, by_role=None, places=None, held: int | None = None) -> Page:
    """The sample brand as it leaves the house, with some of its numbers changed."""
    changed = document()
    if by_role:
        changed["fast_plus"]["F"]["by_role"] = by_role
    for name, (visitors, new, settled, deepened, _, bought, moved, value) in (places or {}).items():
        place = changed["fast_plus"]["T"]["by_touchpoint"][name]
        place.update(visitors=visitors, new_visitors=new, settled=settled, deepened=deepened, converted=bought,
                     convert_rate=bought / visitors, progressed=moved, uv_value=value)  # fmt: skip
    more = {}
    if held is not None:
        more["held"] = [*[h for h in material().held if len(h.types) == 1][:3], _two(held)]
    return sheltered(page(material(document=changed, **more), "en", smallest=SMALLEST))


def _two(people: int):
    both = next(h for h in material().held if len(h.types) == 2)
    return type(both)(both.types, people, people)


def test_rates_notes_and_days_do_not_tell_the_few_who_moved():
    few = document()
    few["fast_plus"]["A"] |= {"base": 204, "deepened": 9, "shallowing_rate": 2 / 204, "relation_churn_rate": 12 / 204}
    shown = sheltered(page(material(document=few), "en", smallest=SMALLEST))
    conversion = next(one for one in shown.indicators if one.letter == "A")
    assert (conversion.value, conversion.notes[1]) == (LEFT_OUT, "<10 fell; 5.9% left")
    told = page(material(document=few), "en")
    assert next(one for one in told.indicators if one.letter == "A").notes[1] == "1.0% fell; 5.9% left"


def climbing(people: list[int]) -> list[Point]:
    """The sample's series with an A of each day, newest first, by which so many of those below the top rung climbed."""
    points = series()
    stood = {p.day: 0.0 for p in points}
    for point in points:
        stood[point.day] += point.value if point.metric == "F" and point.member in ROLES[:-1] else 0
    days = sorted(stood)[::-1][: len(people)]
    at = {day: n / stood[day - dt.timedelta(days=30)] for day, n in zip(days, people)}
    return [replace(p, value=at[p.day]) if p.metric == "A" else p for p in points if p.metric != "A" or p.day in at]


def test_days_on_which_a_few_climbed_are_not_told():
    told, few = (panels(sheltered(page(material(series=climbing(people)), "en", smallest=SMALLEST)))["a_daily"]
                 for people in ([12, 40, 9, 0, 1, 30, 25, 14], [3, 9, 1]))  # fmt: skip
    drawn = {record["date"] for records in told.chart["datasets"].values() for record in records}
    assert drawn == {WORDS.date(AS_OF - dt.timedelta(days=back)) for back in (0, 1, 3, 5, 6, 7)}
    assert few.message == "left out: fewer than ten people climbed"
    assert (few.chart, few.grid) == (None, None)


def test_rates_of_the_few_who_climbed_before_or_fell_are_not_told():
    """Of these nothing in the table says of how many they are."""
    few, before = document(), document(scale=0.955)
    few["fast_plus"]["A"] |= {"base": 204, "shallowing_rate": 2 / 204}
    stood = sum(pair["consumers"] for pair in before["fast_plus"]["A"]["transitions"] if pair["from"] == "basic")
    before["fast_plus"]["A"]["steps"]["basic_up"] = 7 / stood
    told, shown = (panels(one)["steps"] for one in (
        page(material(document=few, previous=before), "en"),
        sheltered(page(material(document=few, previous=before), "en", smallest=SMALLEST))))
    assert [panel.grid.rows[0][3] for panel in (told, shown)] == [WORDS.percent(7 / stood), "<10"]
    assert ("1.0% fell" in told.note, "%" in shown.note) == (True, False)


def test_an_indicator_does_not_tell_the_handful_that_its_note_hides():
    shown = page(material(), "en", smallest=SMALLEST)
    climbed, came = f"{WORDS.count(9)} of 416 climbed", f"{WORDS.count(8)} came, {WORDS.count(10)} left"
    f, a, *others = shown.indicators
    f = replace(f, value=WORDS.count(414), change=WORDS.signed(-2, WORDS.count(2)), notes=(came,))
    rate, change = WORDS.resting(WORDS.percent(9 / 416), 9), WORDS.signed(-0.01, WORDS.percent(0.01))
    a = replace(a, value=rate, change=change, notes=(climbed,))
    f, a, *_ = sheltered(replace(shown, indicators=(f, a, *others))).indicators
    assert ((str(f.value), f.change), (a.value, a.change)) == (("414", LEFT_OUT), (LEFT_OUT, LEFT_OUT))


def test_the_lights_tell_no_rate_that_the_summary_hides():
    few, found = document(), diagnosis()
    few["fast_plus"]["T"] |= {"progressed": 4}
    shown = sheltered(page(material(document=few, diagnosis=found), "en", smallest=SMALLEST))
    light = next(one for one in found["lights"] if one["letter"] == "T")
    lights = panels(shown)["lights"]
    told = {row[0][0]: row for row in lights.grid.rows}
    assert (told["T"][1], told["T"][4], told["T"][5]) == (LEFT_OUT, LEFT_OUT, light["light"])
    assert LEFT_OUT not in told["F"] + told["S"]
    assert next(tile.value for tile in lights.tiles if tile.label.startswith("T")) == LEFT_OUT
    t = next(one for one in shown.indicators if one.letter == "T")
    assert (t.value, any(WORDS.number(light["index"]) in note for note in t.notes)) == (LEFT_OUT, False)


def test_everyone_but_a_few_who_can_be_reached_is_not_told_of():
    """Gross and F together tell the few who cannot be reached: gross is left out wherever it stands."""
    few = document()
    few["fast_plus"]["F"] |= {"relation_gross": 11_255, "sustainable_relationships": 11_248, "unreachable": 7}
    shown = sheltered(page(material(document=few), "en", smallest=SMALLEST))
    f = next(one for one in shown.indicators if one.letter == "F")
    funnel = panels(shown)["funnel"]
    assert (str(f.value), f.notes[0]) == ("11,248", f"gross {LEFT_OUT}, {LEFT_OUT} of them reachable")
    assert "11,248 of * people" in shown.verdict
    assert [row[1] for row in funnel.grid.rows][:2] == [LEFT_OUT, "11,248"]
    assert "11,255" not in json.dumps([shown.verdict, funnel.chart, panels(shown)["consent"].chart])


def test_a_part_of_all_but_a_few_is_not_told_beside_the_whole():
    counts = [("gross", WORDS.count(87), WORDS.count(86)), ("fans", WORDS.count(90), WORDS.count(70)),
              ("group", WORDS.count(50), WORDS.count(30)), ("live", WORDS.count(40), WORDS.count(40))]  # fmt: skip
    grid = Grid(("Relation", "People", "Reachable"), tuple(counts))
    assert (0, 2) in hidden(grid)
    assert {(0, 1), (1, 1), (1, 2), (3, 2)}.isdisjoint(hidden(grid))


@given(st.lists(st.integers(-50_000, 90_000), min_size=2, max_size=7), st.integers(0, 6))
def test_no_amount_that_a_total_tells_is_hidden_alone(minor: list[int], few: int):
    few = few % len(minor)
    amounts = [WORDS.resting(WORDS.amount(n), 4 if i == few else 40) for i, n in enumerate(minor)]
    rows = tuple((f"r{i}", amount) for i, amount in enumerate([*amounts, WORDS.amount(sum(minor))]))
    left_out = hidden(Grid(("Rung", "In all"), rows))
    assert (few, 1) in left_out
    assert len(left_out) > 1


def test_a_hidden_row_of_parts_takes_one_other_row_with_it():
    parts = [(4_000, -900, 120), (81_000, 2_500, -7_700), (-64_000, 31_000, 5_200), (12_300, -45_000, 66_000)]
    told = [[WORDS.amount(n) for n in (*row, sum(row))] for row in (*parts, [sum(c) for c in zip(*parts)])]
    told[1] = [WORDS.resting(text, 4) for text in told[1]]
    left_out = hidden(Grid(("Rung", "Size", "Mix", "Rate", "In all"), tuple((f"r{i}", *r) for i, r in enumerate(told))))
    assert {row for row, _ in left_out} == {0, 1}
    assert len(left_out) == 8


def test_amounts_that_nothing_sums_stay_beside_a_hidden_one():
    amounts = [WORDS.resting(WORDS.amount(5_000), 4), WORDS.amount(7_100), WORDS.amount(9_900)]
    assert hidden(Grid(("Shop", "Paid"), tuple((f"r{i}", amount) for i, amount in enumerate(amounts)))) == [(0, 1)]


def test_a_note_tells_no_figure_that_its_table_leaves_out():
    grid = Grid(("Figure", "People"), (("a", WORDS.count(4)), ("b", WORDS.count(55)), ("c", WORDS.count(155))))
    panel = Panel("few", "Few", grid=grid, note="SMS would open to 55 members, of 155 in all.")
    told = panels(sheltered(replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),))))["few"]
    assert told.note.startswith("SMS would open to * members, of 155 in all.")


def test_conversions_of_a_few_and_their_money_are_not_told():
    row = {"touchpoint": "store", "journeys": 40, "converting": 1, "consumers": 38, "removal_effect": 0.5,
           "markov": 0.6, "first": 1, "last": 0, "linear": 0.5, "paid_markov": 600, "paid_first": 1_000, "paid_last": 0,
           "paid_linear": 500}  # fmt: skip
    other = {**row, "touchpoint": "app", "converting": 30, "markov": 29.4, "first": 29, "last": 30, "linear": 29.5}
    view = View(material(), WORDS)
    grid = sheet_grid(view, Answer(ATTRIBUTION, (), (), [row, other, {**other, "touchpoint": "live"}], {}))
    left_out = hidden(grid)
    assert {(0, place) for place in (2, 5, 6, 9, 10, 12)} <= set(left_out)


def told_by_alerts(*alerts: tuple[str, str, float | None]) -> list[str]:
    """What the alerts of an export say was found. alerts: subject, what was found, of how many people."""
    found = diagnosis()
    said = {"kind": "band", "since": "2026-06-30", "usual": {"en": "40"}, "what": {"en": "?"}, "act": {"en": "Look."}}
    found["alerts"] = [{**said, "subject": subject, "found": {"en": text}, "people": of}
                       for subject, text, of in alerts]  # fmt: skip
    shown = sheltered(page(material(diagnosis=found), "en", smallest=SMALLEST))
    return [row[3] for row in panels(shown)["alerts"].grid.rows]


def test_a_day_of_a_few_is_not_told_as_out_of_the_usual():
    told = told_by_alerts(("visitors", "3 that day", 3), ("visitors", "0 that day", 0), ("visitors", "12 that day", 12),
                          ("f_change", "-4 that day", 4), ("paid_amount", "1,250 that day", 2),
                          ("paid_amount", "9,100 in the last 7 days", 31))  # fmt: skip
    assert told[:4] == ["<10 that day", "0 that day", "12 that day", "<10 that day"]
    assert told[4:] == ["* that day", "9,100 in the last 7 days"]


def test_days_and_rows_of_files_are_told_however_few():
    told = told_by_alerts(("events", "6 days without rows", None), ("orders tmall", "8 rows in 7 days", None))
    assert told == ["6 days without rows", "8 rows in 7 days"]


def test_a_rate_of_few_is_not_told_as_out_of_the_usual():
    few = document()
    few["fast_plus"]["A"] |= {"deepened": 6, "eligible": 118, "value": 6 / 118}
    found = diagnosis()
    found["alerts"] = [{"kind": "band", "subject": letter, "people": None, "since": "2026-06-01", "what": {"en": "A"},
                        "usual": {"en": "0.1"}, "found": {"en": "0.0508 (30-day window)"}, "act": {"en": "Look."}}
                       for letter in ("A", "T")]  # fmt: skip
    shown = sheltered(page(material(document=few, diagnosis=found), "en", smallest=SMALLEST))
    told = [row[3] for row in panels(shown)["alerts"].grid.rows]
    assert told == ["* (30-day window)", "0.0508 (30-day window)"]


def test_rows_of_files_and_steps_of_a_way_hide_nothing_of_a_touchpoint():
    files = Panel("files", "Files", grid=Grid(("File", "Read", "Loaded"), (("a.csv", "2,603", "2,595"),)), people=False)
    way = Grid(("First", "Second", "Consumers"), (("store", "app", WORDS.count(4)),), text=(0, 1))
    rates = Grid(("Touchpoint", "Settled"), (("store", WORDS.percent(0.25)),))
    shown = (files, Panel("ways", "Ways", grid=way), Panel("rates", "Rates", grid=rates))
    told = panels(sheltered(replace(export(), sections=(Section("s", "", "s", "s", "", shown),))))
    assert told["files"] == files
    assert (told["ways"].grid.rows[0][2], told["rates"].grid.rows) == (UNTOLD, rates.rows)


def test_a_change_from_a_few_hides_another_that_a_total_of_then_would_tell_it_by():
    """Then 2, 68, 108 and 102; whoever knows that they were 280 in all and sees three knows the two."""
    found = [("A", 0, -2), ("I", 68, 0), ("P", 103, -5), ("L", 111, 9)]
    grid = Grid(("State", "People", "Change"), tuple((name, WORDS.count(n), WORDS.signed(by, WORDS.count(abs(by))))
                                                     for name, n, by in found))  # fmt: skip
    assert hidden(grid) == [(0, 2), (1, 2)]


def test_a_count_of_all_but_a_few_of_its_whole_is_not_told_beside_it():
    fans = Metric("t.reached", "甲", "A", "consumers", "m", "in_f")
    everyone, rate = (Metric(code, "甲", "A", unit, "m", *sides) for code, unit, sides in (
        ("t.gross", "consumers", ("gross",)), ("t.rate", "share", ("in_f", "gross"))))  # fmt: skip
    topic = Topic("t", "甲", "A", None, (fans, everyone, rate))
    values = {"t.reached": {"value": 14, "numerator": 14, "denominator": None},
              "t.gross": {"value": 15, "numerator": 15, "denominator": None},
              "t.rate": {"value": 14 / 15, "numerator": 14, "denominator": 15}}  # fmt: skip
    view = View(material(), WORDS)
    told = [of_metric(view, topic, metric, {"group": {}, "values": values}).few for metric in topic.metrics]
    assert told == [True, False, True]


def test_a_change_does_not_tell_the_window_before_of_which_only_a_few_came():
    then, now = document(), document()
    then["fast_plus"]["T"] |= {"visitors": 27, "progressed": 8, "value": 8 / 27}
    now["fast_plus"]["T"] |= {"visitors": 120, "progressed": 49, "value": 49 / 120}
    shown = sheltered(page(material(document=now, previous=then), "en", smallest=SMALLEST))
    gravity = next(one for one in shown.indicators if one.letter == "T")
    assert (str(gravity.value), gravity.change) == ("40.8%", LEFT_OUT)


def test_a_few_who_fell_hide_nothing_of_those_who_climbed():
    now = document()
    now["fast_plus"]["A"] |= {"base": 500, "eligible": 466, "deepened": 13, "value": 13 / 466,
                              "shallowing_rate": 2 / 500, "relation_churn_rate": 20 / 500}  # fmt: skip
    shown = sheltered(page(material(document=now), "en", smallest=SMALLEST))
    conversion = next(one for one in shown.indicators if one.letter == "A")
    assert (str(conversion.value), conversion.notes[1]) == ("2.8%", "<10 fell; 4.0% left")


def test_actions_tell_no_money_of_the_few_who_would_move():
    found = diagnosis()
    for campaign in found["campaigns"]:
        for scenario in campaign["scenarios"]:
            for action in scenario["actions"]:
                action |= {"people": 40, "moved": 4.2, "money_minor": 76_692}
    told = panels(sheltered(page(material(diagnosis=found), "en", smallest=SMALLEST)))["actions"]
    assert {row[3] for row in told.grid.rows} == {LEFT_OUT}
    assert {(r["value"], r["text"]) for r in told.chart["datasets"]["rows"]} == {(None, LEFT_OUT)}


def test_a_mean_that_is_whole_is_no_count():
    metric = Metric("m.pieces", "件", "Pieces", "pieces", "Pieces an order.", "pieces", "orders")
    topic = Topic("m", "m", "m", lambda *_: None, (metric,), (), (), "buyers", None)  # type: ignore
    row = {"values": {"m.pieces": {"value": 1.0, "numerator": 80, "denominator": 80}}}
    assert of_metric(View(material(), WORDS), topic, metric, row) == "1.00"


def test_a_mean_does_not_tell_with_its_count_how_few_came():
    outlook = material().outlook
    tenths = [{"decile": n, "consumers": 15, "predicted": 0.4, "actual": came / 15} for n, came in ((1, 12), (2, 2))]
    outlook = {**outlook, "backtest": {**outlook["backtest"], "deciles": tenths}}
    told = panels(sheltered(page(material(outlook=outlook), "en", smallest=SMALLEST)))["backtest"]
    assert [row[3] for row in told.grid.rows] == ["0.800", LEFT_OUT]
    drawn = [(r["label"], r["value"]) for r in told.chart["datasets"]["rows"] if r["kind"] == "came"]
    assert drawn == [("1", 0.8), ("2", None)]


def test_a_hidden_rung_is_told_neither_by_flows_nor_by_who_stood_there():
    """KOC are 9 of 496: what came to the rung hidden with them, and who could climb, would give them away."""
    now = document()
    stayed = {"basic": 150, "member_unpurchased": 75, "member_first": 99, "member_repeat": 151, "koc": 9}
    moves = [*((role, role, n) for role, n in stayed.items()), ("basic", "member_unpurchased", 12)]
    now["fast_plus"]["A"] |= {"transitions": [{"from": s, "to": e, "consumers": n} for s, e, n in moves],
                              "base": 496, "eligible": 487, "deepened": 12, "value": 12 / 487}  # fmt: skip
    now["fast_plus"]["F"] |= {"by_role": {**stayed, "member_unpurchased": 87}, "sustainable_relationships": 496}
    shown = sheltered(page(material(document=now), "en", smallest=SMALLEST))
    told = panels(shown)
    rungs = {row[0]: row[1] for row in told["rungs"].grid.rows}
    top, second = "Key opinion consumer", "Member, no purchase yet"
    assert (rungs[top], rungs[second]) == (UNTOLD, LEFT_OUT)
    flows, column = told["flows"].grid.rows, told["flows"].grid.header.index(second)
    assert flows[-1][column] == LEFT_OUT
    assert sum(row[column] == LEFT_OUT for row in flows) >= 2
    stood = {row[0]: row[1] for row in told["steps"].grid.rows}
    assert (stood[top], stood[second]) == (UNTOLD, LEFT_OUT)
    conversion = next(one for one in shown.indicators if one.letter == "A")
    assert conversion.notes[0] == f"12 of {LEFT_OUT} climbed"


def test_counts_of_other_things_and_windows_are_no_parts_of_a_row():
    of_orders = Grid(("Group", "Orders", "Buyers"), (("a", WORDS.count(47), WORDS.count(40)),))
    assert hidden(of_orders) == [(0, 2)]
    assert hidden(replace(of_orders, apart=(2,))) == []


def test_without_a_total_nothing_is_hidden_beside_a_small_cell():
    people = column(40, 5, 25)
    assert (1, 1) in hidden(people)
    assert {(0, 1), (2, 1)} & set(hidden(people))
    assert not {(0, 1), (2, 1)} & set(hidden(replace(people, summed=False)))


def test_a_sentence_keeps_its_days():
    grid = Grid(("Name", "People"), (("a", WORDS.count(5)), ("b", WORDS.count(15)), ("c", WORDS.count(70))))
    panel = Panel("p", "P", grid=grid, note="15 people paid in the last 15 days")
    shown = sheltered(replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),)))
    assert panels(shown)["p"].note.startswith(f"{LEFT_OUT} people paid in the last 15 days")


def test_a_stack_has_no_fall_where_a_rung_of_many_is_hidden():
    days = ("2026-06-01", "2026-06-02", "2026-06-03")
    drawn = [{"day": day, "member": rung, "value": n, "text": str(WORDS.count(n))}
             for day in days for rung, n in (("basic", 200), ("koc", 4))]  # fmt: skip
    grid = Grid(("Day", "F", "basic", "koc"), ((days[1], WORDS.count(204), WORDS.count(200), WORDS.count(4)),))
    panel = Panel("p", "P", grid=grid, chart={"datasets": {"rows": drawn}})
    drawn[2]["label"] = drawn[3]["label"] = days[1]
    shown = replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),))
    told = panels(sheltered(shown))["p"]
    assert told.grid.rows[0][2:] == (LEFT_OUT, UNTOLD)
    left = [(r["day"], r["member"], r["value"]) for r in told.chart["datasets"]["rows"]]
    assert left == [(day, rung, n) for day in (days[0], days[2]) for rung, n in (("basic", 200), ("koc", None))]


def test_a_cell_known_by_two_names_hides_no_other_of_either():
    counts = {("low", "none"): 527, ("none", "none"): 704, ("low", "high"): 3, ("none", "high"): 12, ("mid", "low"): 40}
    grid = Grid(("Buys", "Brings", "People"), tuple((*names, WORDS.count(n)) for names, n in counts.items()), text=(1,))
    cells = [Cell(f"buys: {buys}", brings, 0.5, str(WORDS.count(n)), "") for (buys, brings), n in counts.items()]
    panel = Panel("p", "P", grid=grid, chart=heat(cells, [], [], "#000"))
    shown = panels(sheltered(replace(export(), sections=(Section("s", "", "s", "s", "", (panel,)),))))["p"]
    table = [row[2] for row in shown.grid.rows]
    assert (table[:2], table[2], LEFT_OUT in table) == (["527", "704"], UNTOLD, True)
    assert [r["text"] for r in shown.chart["datasets"]["rows"]] == table


def test_where_a_few_left_nothing_tells_f_as_it_was():
    """F is 496, 30 came and 9 left: 475 stood there at the start, which no sum of what is told may give."""
    now = document()
    stayed = {"basic": 150, "member_unpurchased": 75, "member_first": 99, "member_repeat": 142}
    moves = [*((role, role, n) for role, n in stayed.items()), ("basic", None, 9)]
    closing = {**stayed, "basic": 180}
    now["fast_plus"]["A"] |= {"transitions": [{"from": s, "to": e, "consumers": n} for s, e, n in moves],
                              "base": 475, "eligible": 475, "deepened": 0, "value": 0.0}  # fmt: skip
    now["fast_plus"]["F"] |= {"by_role": closing, "sustainable_relationships": 496, "new": 30, "lost": 9}
    shown = sheltered(page(material(document=now), "en", smallest=SMALLEST))
    told = panels(shown)
    assert told["flows"].grid.rows[-1][-1] == ""
    assert LEFT_OUT in [row[1] for row in told["steps"].grid.rows]
    assert LEFT_OUT in [row[-1] for row in told["flows"].grid.rows[:4]]
    conversion = next(one for one in shown.indicators if one.letter == "A")
    assert conversion.notes[0] == f"0 of {LEFT_OUT} climbed"


def test_a_column_that_adds_up_tells_no_part_though_it_has_no_total():
    parts = Grid(("Figure", "Now"), (("All", WORDS.count(66)), ("Some", WORDS.count(6)), ("Others", WORDS.count(60))),
                 summed=False)  # fmt: skip
    assert {(0, 1), (2, 1)} & set(hidden(parts))


def test_a_flow_that_other_tables_hide_takes_its_picture_with_it():
    """Its breadth would tell it, and so would the places of those beside it."""
    now = document()
    moves = [("basic", "basic", 400), ("basic", "member_unpurchased", 60), ("member_first", "member_repeat", 45)]
    now["fast_plus"]["A"]["transitions"] = [{"from": s, "to": e, "consumers": n} for s, e, n in moves]
    now["fast_plus"]["F"]["by_role"] = {"basic": 400, "member_unpurchased": 60, "member_repeat": 45}
    whole = page(material(document=now), "en", smallest=SMALLEST)
    basic = panels(whole)["flows"].grid.rows[0][0]
    other = Panel("o", "O", grid=Grid(("Rung", "a", "b"), ((basic, WORDS.count(60), WORDS.count(55)),)))
    sections = (Section("s", "", "s", "s", "", (panels(whole)["flows"], other)),)
    told = panels(sheltered(replace(whole, sections=sections)))
    assert told["o"].grid.rows[0][2] == LEFT_OUT
    assert panels(sheltered(whole))["flows"].chart
    again = Panel("o", "O", grid=Grid(("Rung", "a", "b"), ((basic, WORDS.count(65), WORDS.count(60)),)))
    told = panels(sheltered(replace(whole, sections=(replace(sections[0], panels=(sections[0].panels[0], again)),))))
    assert told["flows"].chart is None
