"""The measure document: equal to the worked brands, stored once, honest about what it rests on."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest

from siyu.core.errors import MeasureError
from siyu.core.time import day_of
from siyu.measures import measure as measures
from siyu.measures.answer import of_topic
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.measurable import why
from siyu.measures.measure import measure
from siyu.measures.series import daily
from siyu.measures.topics.league import LEAGUE
from siyu.sources.coverage.coverage import coverage
from tests.measures.worked import CASES, differences, expected
from tests.plain import load_plain
from tests.sources.arrivals import take

NOW = dt.datetime(2026, 7, 2, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(("brand", "day", "window"), CASES)
def test_a_worked_brand_gives_its_expected_document(workspace, shared, brand, day, window):
    load_plain(workspace, shared / "oracles" / brand)
    found = measure(workspace, as_of=dt.date.fromisoformat(day), window=window, now=NOW)
    assert differences(expected(shared, brand, day, window), found) == []


def test_asking_again_with_nothing_new_gives_the_kept_document(workspace, shared, monkeypatch):
    load_plain(workspace, shared / "oracles" / "brand_11")
    first = measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW)
    monkeypatch.setattr("siyu.measures.measure.compute", lambda *_: pytest.fail("computed again"))
    assert measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW) == first


def test_the_default_day_is_the_newest_fact_when_that_is_before_yesterday(workspace):
    load_plain(
        workspace,
        {
            "orders": [
                {"order_id": "1", "paid_at": "2026-03-01 10:00:00", "paid_amount": "10", "id.phone": "13800000001"}
            ]
        },
    )
    assert measure(workspace, now=NOW)["as_of"] == "2026-03-01"


def test_without_facts_the_error_says_what_to_do(workspace):
    with pytest.raises(MeasureError, match="no facts"):
        measure(workspace, now=NOW)


def test_without_a_buyer_nobodys_value_is_0(workspace):
    load_plain(workspace, {"orders": [{"order_id": "1", "paid_at": "2026-03-01 10:00:00", "paid_amount": "10"}]})
    found = measure(workspace, now=NOW)
    assert found["fast_plus"]["S"]["own_total"] is None
    assert found["fast_plus"]["S"]["anonymous_total"] == 1000
    assert found["not_measurable"]["fast_plus.S.own_total"] == "not measurable: no paid order names its buyer"


def test_what_the_files_cannot_answer_is_null_with_its_reason(workspace):
    load_plain(
        workspace,
        {
            "orders": [
                {"order_id": "1", "paid_at": "2026-03-01 10:00:00", "paid_amount": "10", "id.phone": "13800000001"}
            ]
        },
    )
    found = measure(workspace, now=NOW)
    assert found["fast_plus"]["S"]["own_total"] == 1000
    assert found["fast_plus"]["S"]["propagation_total"] is None
    assert found["fast_plus"]["F"]["sustainable_relationships"] is None
    assert found["fast_plus"]["T"]["visitors"] is None
    assert found["not_measurable"]["fast_plus.F"] == "not measurable: no relations and no members"


WHO = {"id.phone": "13800000001"}
FANS = [{"relation_type": "fan", "started_at": "2026-01-05", "id.phone": "13800000002"}]
VISITS = [{"event_id": "1", "occurred_at": "2026-03-01 09:00:00", "name": "visit", "touchpoint": "store", **WHO}]
MEMBERS = [{"joined_at": "2026-02-01 10:00:00", **WHO}]
ORDERS = [{"order_id": "1", "paid_at": "2026-03-01 10:00:00", "paid_amount": "10", **WHO}]
UNPAID = [{**ORDERS[0], "paid_amount": "", "paid_at": ""}]


@pytest.mark.parametrize(("facts", "seen", "unseen", "reason"), [
    ({"events": VISITS, "relations": FANS, "members": MEMBERS}, {"settled": 0, "eligible": 1, "deepened": 0},
     {"converted", "convert_rate", "uv_value"}, "not measurable: no paid orders"),
    ({"events": VISITS, "orders": ORDERS}, {"converted": 1, "convert_rate": 1.0, "uv_value": 1000.0},
     {"new_visitors", "eligible", "settled", "settle_rate", "deepened", "deepen_rate"},
     "not measurable: no relations and no members"),
])  # fmt: skip
def test_what_a_touchpoint_cannot_be_seen_to_bring_is_null(workspace, facts, seen, unseen, reason):
    load_plain(workspace, facts)
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    store = found["fast_plus"]["T"]["by_touchpoint"]["store"]
    assert {name: store[name] for name in seen} == seen
    assert all(store[name] is None for name in unseen)
    lacking = {path: why for path, why in found["not_measurable"].items() if path.startswith("fast_plus.T")}
    assert lacking == {f"fast_plus.T.by_touchpoint.*.{name}": reason for name in unseen}


def test_states_and_steps_that_only_orders_or_events_show_are_null_without_them(workspace):
    load_plain(workspace, {"members": MEMBERS})
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    assert found["fast"]["aipl"] == {"A": None, "I": 1, "P": None, "L": None}
    assert found["fast_plus"]["A"]["steps"]["member_unpurchased_up"] is None
    assert found["not_measurable"]["fast.aipl.P"] == "not measurable: no paid orders"
    assert [path for path in found["not_measurable"] if path.startswith("fast_plus.T")] == ["fast_plus.T"]


@pytest.mark.parametrize(("facts", "value", "eligible", "fell"), [
    ({"members": MEMBERS}, None, 1, None),
    ({"members": MEMBERS, "orders": UNPAID}, None, 1, None),
    ({"relations": FANS}, 0.0, 1, 0.0),
    ({"members": MEMBERS, "relations": FANS}, 0.0, 2, 0.0),
    ({"members": MEMBERS, "orders": ORDERS}, 1.0, 1, 0.0),
], ids=["members", "unpaid", "followers", "both", "buyers"])  # fmt: skip
def test_members_of_whom_no_purchase_can_be_known_take_no_step(workspace, facts, value, eligible, fell):
    load_plain(workspace, facts)
    found = measure(workspace, as_of=dt.date(2026, 3, 10), window=12, now=NOW)
    a = found["fast_plus"]["A"]
    assert (a["value"], a["eligible"], a["shallowing_rate"]) == (value, eligible, fell)
    assert (a["deepened"] is None, a["relation_churn_rate"]) == (value is None, 0.0)
    reason = "not measurable: no paid orders that name their buyers, and no relations but memberships"
    assert why(found, "A") == (reason if value is None else "")


REFERRAL = {"occurred_at": "2026-02-10 10:00:00", "kind": "invite", "inviter.id.phone": "13800000001",
            "invitee.id.phone": "13800000002"}  # fmt: skip


def test_where_no_step_could_be_seen_places_and_days_tell_none_either(workspace):
    load_plain(workspace, {"members": MEMBERS, "events": VISITS})
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    store = found["fast_plus"]["T"]["by_touchpoint"]["store"]
    assert (store["eligible"], store["deepened"], store["deepen_rate"]) == (1, None, None)
    daily(workspace, day_of(dt.date(2026, 2, 20)), day_of(dt.date(2026, 3, 1)))
    assert {row["metric"] for row in workspace.warehouse.rows(workspace.warehouse.table("daily_series"))} == {"F"}
    asked = Asked(day_of(dt.date(2026, 3, 1)), 30, workspace.settings)
    league = of_topic(Facts(workspace.warehouse), asked, LEAGUE)
    assert league.rows[0]["values"]["league.A"]["value"] is None


def test_a_document_that_was_kept_under_another_rule_of_what_it_lacks_is_worked_out_anew(workspace, monkeypatch):
    load_plain(workspace, {"members": MEMBERS})
    day = dt.date(2026, 3, 15)
    monkeypatch.setattr(measures, "LACKS", "before")
    monkeypatch.setattr(measures, "blank", lambda _facts, document, _purged: {**document, "not_measurable": {}})
    assert measure(workspace, as_of=day, now=NOW)["fast_plus"]["A"]["value"] == 0
    monkeypatch.undo()
    assert measure(workspace, as_of=day, now=NOW)["fast_plus"]["A"]["value"] is None


def test_t_is_null_where_nothing_can_follow_a_visit(workspace):
    load_plain(workspace, {"events": VISITS})
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    t = found["fast_plus"]["T"]
    assert (t["visitors"], t["value"], t["progressed"]) == (1, None, None)
    assert (t["by_touchpoint"]["store"]["value"], t["by_touchpoint"]["store"]["progressed"]) == (None, None)
    assert why(found, "T") == "not measurable: no relations, no members and no paid orders that name their buyers"


def test_the_value_of_referrals_and_the_buyers_of_f_need_orders(workspace):
    load_plain(workspace, {"members": MEMBERS, "referrals": [REFERRAL], "events": VISITS})
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    assert found["fast_plus"]["S"]["propagation_total"] is None
    assert found["fast_plus"]["F"]["basic_buyers"] is None
    assert {row["referral_total"] for row in found["fast_plus"]["S"]["by_role"].values()} == {None}
    assert why(found, "referral") == why(found, "purchases") == "not measurable: no paid orders"


def test_interest_needs_events_or_relations(workspace):
    load_plain(workspace, {"orders": ORDERS})
    aipl = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)["fast"]["aipl"]
    assert aipl == {"A": None, "I": None, "P": 1, "L": 0}


PRAISE = [{"content_id": "1", "occurred_at": "2026-02-20 10:00:00", "type": "review", "positive": "true", **WHO}]
NOBODYS = {"events": [{**VISITS[0], "id.phone": ""}], "orders": [{**ORDERS[0], "id.phone": ""}]}
A_TEST = [{**ORDERS[0], "is_test": "true"}]


@pytest.mark.parametrize(("facts", "fertility", "aipl", "advancing", "thriving", "proven"), [
    ({"members": MEMBERS}, 1, (None, 1, None, None), None, None, None),
    ({"events": VISITS}, 1, (1, 0, None, None), None, None, None),
    ({"contents": PRAISE, "members": MEMBERS}, 1, (None, 0, None, 1), 0.0, None, 1),
    (NOBODYS, None, (None, None, None, None), None, None, None),
    ({"events": VISITS, "members": MEMBERS}, 1, (0, 1, None, None), 0.0, 0.0, 1),
], ids=["members", "events", "praise", "nobody", "events and members"])  # fmt: skip
def test_fast_tells_what_its_facts_can_show_and_no_more(
    workspace, facts, fertility, aipl, advancing, thriving, proven
):
    load_plain(workspace, facts)
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    assert found["fast"]["fertility"] == fertility
    assert tuple(found["fast"]["aipl"][state] for state in "AIPL") == aipl
    assert (found["fast"]["advancing"], found["fast"]["thriving_30d"]) == (advancing, thriving)
    assert found["fast_plus"]["F"]["proven_180d"] == proven


@pytest.mark.parametrize("orders", [UNPAID, A_TEST], ids=["unpaid", "test"])
def test_orders_that_count_nowhere_make_nothing_measurable(workspace, orders):
    load_plain(workspace, {"orders": orders, "members": MEMBERS})
    found = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    assert (found["fast_plus"]["S"]["own_total"], found["fast"]["aipl"]["P"]) == (None, None)
    assert why(found, "S") == why(found, "purchases") == "not measurable: no paid orders"


LOADED = {"members": MEMBERS, "orders": ORDERS, "events": VISITS, "referrals": [REFERRAL]}


@pytest.mark.parametrize("kinds", [kinds for n in range(1, 5) for kinds in combinations(LOADED, n)], ids="+".join)
def test_coverage_says_no_of_what_cannot_be_measured_and_of_nothing_else(workspace, kinds):
    load_plain(workspace, {kind: LOADED[kind] for kind in kinds})
    document = measure(workspace, as_of=dt.date(2026, 3, 1), now=NOW)
    unseen = {code for code in ("F", "A", "T", "S", "referral", "aipl") if why(document, code)}
    said_no = {one["code"].removesuffix("_value") for one in coverage(workspace)["questions"] if one["answer"] == "no"}
    assert said_no - {"sms_email", "by_store", "by_guide"} == unseen


def test_a_brand_with_every_kind_of_fact_lacks_nothing(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_13")
    assert measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW)["not_measurable"] == {}


@pytest.mark.parametrize("facts", [
    {"relations": [{"relation_type": "fan", "started_at": "2026-01-05", "ended_at": "2026-03-09", **WHO}]},
    {"members": [{"joined_at": "2026-01-05", "left_at": "2026-03-09", **WHO}]},
    {"orders": [{**ORDERS[0], "refund_amount": "4", "refunded_at": "2026-03-09"}]},
], ids=["relation", "member", "order"])
def test_what_came_to_an_end_is_how_far_the_data_reaches(workspace, facts):
    load_plain(workspace, facts)
    found = measure(workspace, now=NOW)
    assert (found["as_of"], found["data_through"]) == ("2026-03-09", "2026-03-09T00:00:00+08:00")


def test_a_refund_without_a_date_moves_no_day(workspace):
    """It is dated by the load that first showed it."""
    load_plain(workspace, {"orders": [{**ORDERS[0], "refund_amount": "4"}]})
    found = measure(workspace, now=NOW)
    assert (found["as_of"], found["data_through"]) == ("2026-03-01", "2026-03-01T10:00:00+08:00")


def test_every_figure_is_kept_as_a_row(workspace, shared):
    load_plain(workspace, shared / "oracles" / "brand_11")
    document = measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW)
    rows = workspace.warehouse.query("SELECT value FROM measure_result WHERE metric = 'fast_plus.A.value'").to_pylist()
    assert rows == [{"value": document["fast_plus"]["A"]["value"]}]


def test_data_reaches_as_far_as_what_is_in_force(workspace, tmp_path):
    for day in ("2026-05-10", "2026-05-01"):
        row = f"e1,{day},login,13900000001"
        take(workspace, tmp_path, "events.csv", f"event_id,occurred_at,name,id.phone\n{row}", now=NOW)
    document = measure(workspace, as_of=dt.date(2026, 6, 30), now=NOW)
    assert document["data_through"] == "2026-05-01T00:00:00+08:00"
