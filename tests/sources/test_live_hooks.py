"""What hooks bring becomes facts: an order of Shopify with its lines and refunds, rows of a system of the brand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from siyu.core.settings import defaults
from siyu.core.time import date_of, instant_of
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.sources.landed import landing
from siyu.sources.live import drain
from siyu.sources.load import load
from siyu.sources.replay import rebuild
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace, create
from tests.sources.arrivals import LATER, NOW, in_force
from tests.sources.doors.test_shopify import CUSTOMER, ORDER, REFUND
from tests.sources.test_replay import rows


@pytest.fixture
def shop(tmp_path: Path):
    with create(tmp_path / "brand", defaults().with_values(brand__currency="USD")) as workspace:
        yield workspace


def deliver(workspace: Workspace, topic: str, payload: dict[str, Any], webhook_id: str) -> None:
    body = Delivery(topic, webhook_id, "tea.myshopify.com", "2026-11-25T14:02:00Z", json.dumps(payload)).body()
    workspace.inbox.put([Arrival("shopify", "tea", instant_of(NOW), body)])


def test_an_order_of_shopify_becomes_an_order_with_its_line_its_refund_and_one_consumer(shop: Workspace):
    deliver(shop, "orders/paid", ORDER, "w-1")
    deliver(shop, "refunds/create", REFUND, "w-2")
    deliver(shop, "orders/updated", {**ORDER, "refunds": [REFUND]}, "w-3")
    deliver(shop, "customers/create", CUSTOMER, "w-4")
    drain(shop, now=NOW)
    assert in_force(shop, "orders", "order_id", "paid_amount") == [("820982911946154508", 40994)]
    assert in_force(shop, "order_lines", "sku", "quantity", "paid_amount") == [("TEA-1", 2.0, 38800)]
    assert in_force(shop, "refunds", "refund_amount") == [(4194,)]
    assert in_force(shop, "consents", "channel", "action") == [("email", "grant")]


def test_a_profile_keeps_no_word_of_the_message_and_is_known_again(shop: Workspace):
    for hour in (14, 15):
        deliver(shop, "customers/update", {**CUSTOMER, "updated_at": f"2026-11-25T{hour}:00:00Z"}, f"w-{hour}")
        (load,) = drain(shop, now=NOW).loads
    assert in_force(shop, "members", "city", "attributes") == [("Ottawa", None)]
    assert (load.counts["duplicate"], load.counts["corrected"]) == (2, 0)


@pytest.mark.parametrize(("kind", "row", "column", "kept"), [
    ("events", {"event_id": "e", "name": "visit", "occurred_at": "2026-06-30T00:00:00Z", "properties":
                {"姓名": "张三", "住址": "南京路1号", "size": "L", "of": {"openid": "o6", "name": "Tea"}}},
     "properties", {"size": "L", "of": {"name": "Tea"}}),
    ("members", {"city": "上海", "attributes": {"姓名": "张三", "收货地址": "南京路1号", "等级名称": "金"}},
     "attributes", {"等级名称": "金"}),
])  # fmt: skip
def test_json_keeps_nothing_under_the_name_of_a_person(workspace, tmp_path, kind, row, column, kept):
    for place, said in enumerate((row, {**row, "event_id": "f"} if kind == "events" else row)):
        if place:  # the second comes as a file
            said = {**said, "id.phone": "13900000001", column: json.dumps(said[column])}
            (tmp_path / "x.jsonl").write_text(json.dumps(said), encoding="utf-8")
            load(workspace, [tmp_path / "x.jsonl"], kind=kind, now=NOW)
        else:
            body = {"kind": kind, "rows": [{**said, "id.phone": "13800000001"}]}
            workspace.inbox.put([Arrival("canonical", "own", instant_of(NOW), json.dumps(body).encode())])
            drain(workspace, now=NOW)
    assert [json.loads(text) for (text,) in in_force(workspace, kind, column)] == [kept, kept]


def test_json_that_cannot_be_looked_through_is_left_out_and_numbers_stay_as_written(workspace, tmp_path):
    deep, long = '{"a":' * 3000 + '{"姓名":"张三"}' + "}" * 3000, f'{{"mobile":"1","n":{"1" * 5000}}}'
    told = [long, deep, '{"mobile\\"x":"13","y":1}', '{"mobile":"x","n":1e400,"m":12345678901234567890.12345}']
    rows = [{"event_id": f"e{n}", "name": "visit", "occurred_at": "2026-06-30T00:00:00Z", "id.member_card": "7",
             "properties": text} for n, text in enumerate(told)]  # fmt: skip
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = load(workspace, [tmp_path / "events.jsonl"], now=NOW)
    kept = dict(in_force(workspace, "events", "event_id", "properties"))
    assert {n: kept.get(n) for n in ("e2", "e3")} == {
        "e2": '{"y": 1}', "e3": '{"n": 1e400, "m": 12345678901234567890.12345}'}  # fmt: skip
    assert not [text for text in kept.values() if "张三" in text or "mobile" in text]
    assert any("names of people" in note and "'mobile'" in note for note in report.files[0].notes)


def test_what_json_leaves_out_is_part_of_what_a_row_is(workspace, tmp_path):
    """Of events without ids all values are the key: a longer export, loaded later, holds the same ones."""
    lines = ["name,occurred_at,id.member_card,properties"]
    lines += [f'visit,2026-06-30 10:00:0{n},7,"{{""mobile"": ""1{n}"", ""size"": ""L""}}"' for n in range(4)]
    for count in (3, 4):
        (tmp_path / "events.csv").write_text("\n".join(lines[: count + 1]), encoding="utf-8")
        report = load(workspace, [tmp_path / "events.csv"], now=NOW)
    assert report.files[0].counts["duplicate"] == 3
    assert in_force(workspace, "events", "properties") == [('{"size": "L"}',)] * 4


def test_a_delivery_tried_again_counts_once(shop: Workspace):
    for _attempt in range(3):
        deliver(shop, "orders/paid", ORDER, "w-1")
    (load,) = drain(shop, now=NOW).loads
    assert (load.counts["duplicate"], len(in_force(shop, "orders", "order_id"))) == (2, 1)


@pytest.mark.parametrize("parts", [((2, 1, 3),), ((2,), (1,), (3, 1)), ((3, 1, 2),), ((3,), (2, 1))])
def test_an_older_state_that_comes_later_changes_nothing(shop: Workspace, parts: tuple[tuple[int, ...], ...]):
    for part in parts:
        for hour in part:
            state = {**ORDER, "updated_at": f"2026-11-25T1{hour}:00:00-05:00", "total_price": f"{hour}00.00"}
            deliver(shop, "orders/updated", state, f"w-{hour}-{part}")
        drain(shop, now=NOW)
    assert in_force(shop, "orders", "paid_amount") == [(30000,)]
    before = rows(shop)
    assert (rebuild(shop, LATER).equal, rows(shop)) == (True, before)


@pytest.mark.parametrize("parts", [((100, 150, 100),), ((100,), (150,), (100,)), ((100, 150), (100, 150, 100))])
def test_an_order_may_go_back_to_what_it_was(shop: Workspace, parts: tuple[tuple[int, ...], ...]):
    hours = iter(range(10, 24))
    for part in parts:
        for total in part:
            hour, lines = next(hours), [{**ORDER["line_items"][0], "quantity": total // 50}]
            told = {"updated_at": f"2026-11-25T{hour}:00:00Z", "total_price": str(total), "line_items": lines}
            deliver(shop, "orders/edited", {**ORDER, **told}, f"w-{hour}")
        drain(shop, now=NOW)
    assert in_force(shop, "orders", "paid_amount") == [(10000,)]
    assert in_force(shop, "order_lines", "quantity") == [(2.0,)]
    before = rows(shop)
    assert (rebuild(shop, LATER).equal, rows(shop)) == (True, before)


@pytest.mark.parametrize("topics", [("orders/create", "orders/paid"), ("orders/paid", "orders/create")])
def test_what_is_paid_in_the_second_in_which_it_was_made_is_paid(shop: Workspace, topics: tuple[str, str]):
    for topic in topics:
        state = "paid" if topic == "orders/paid" else "pending"
        deliver(shop, topic, {**ORDER, "updated_at": "2026-11-25T09:01:00-05:00", "financial_status": state}, topic)
        drain(shop, now=NOW)
    assert [paid_at is not None for (paid_at,) in in_force(shop, "orders", "paid_at")] == [True]


@pytest.mark.parametrize("days", [(1, 3), (3, 1), (2, 1, 3), (1, 2, 1, 3)])
@pytest.mark.parametrize("at_once", [True, False])
def test_an_order_told_again_stays_paid_when_it_was(workspace, days: tuple[int, ...], at_once: bool):
    for place, day in enumerate(days):
        said, at = {"order_id": "o", "total": 9 + place}, f"2026-11-0{day}T10:00:00Z"
        call = {"type": "track", "event": "Order Completed", "messageId": f"m{place}", "userId": "u", "timestamp": at,
                "properties": said}  # fmt: skip
        workspace.inbox.put([Arrival("segment", "site", instant_of(NOW), json.dumps(call).encode())])
        if not at_once:
            drain(workspace, now=NOW)
    drain(workspace, now=NOW)
    [(paid_at, paid_day, ordered_at, amount)] = in_force(workspace, "orders", "paid_at", "paid_day", "ordered_at",
                                                         "paid_amount")  # fmt: skip
    assert (paid_at, ordered_at) == (instant_of(dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)),) * 2
    assert (date_of(paid_day), amount) == (dt.date(2026, 11, 1), 100 * (8 + len(days)))
    before = rows(workspace)
    assert (rebuild(workspace, LATER).equal, rows(workspace)) == (True, before)


def test_a_state_of_which_a_line_is_refused_is_newer_all_the_same(shop: Workspace):
    late, early = "2026-11-26T10:00:00Z", "2026-11-25T10:00:00Z"
    spoiled = [*ORDER["line_items"], {"id": 87, "quantity": 3, "price": "33.333"}]
    newer = {**ORDER, "updated_at": late, "total_price": "300.00", "line_items": spoiled}
    deliver(shop, "orders/updated", newer, "w-2")
    (load,) = drain(shop, now=NOW).loads
    deliver(shop, "orders/paid", {**ORDER, "updated_at": early}, "w-1")
    drain(shop, now=LATER)
    assert (load.counts["quarantined"], in_force(shop, "orders", "paid_amount")) == (1, [(30000,)])


def test_what_brings_no_rows_lands_without_its_text(shop: Workspace):
    late, early = {**ORDER, "updated_at": "2026-11-25T12:00:00Z"}, {**ORDER, "updated_at": "2026-11-25T11:00:00Z"}
    told = ("orders/paid", late), ("orders/paid", early), ("carts/update", CUSTOMER)
    for place, (topic, payload) in enumerate(told):
        deliver(shop, topic, payload, f"w-{place}")
    (load,) = drain(shop, now=NOW).loads
    [landed] = [list(landing.batches(path, shop.keys)) for path in shop.landed.iterdir()]
    texts = [text for batch in landed for text in batch["message"].to_pylist() if text]
    assert ([json.loads(text) for text in texts], load.counts["filtered"]) == ([late], 2)


def test_states_of_two_orders_do_not_touch_each_other_and_a_refund_has_none(shop: Workspace):
    late, early = "2026-11-25T12:00:00-05:00", "2026-11-25T11:00:00-05:00"
    deliver(shop, "orders/paid", {**ORDER, "updated_at": late}, "w-1")
    deliver(shop, "orders/paid", {**ORDER, "id": 1, "updated_at": early}, "w-2")
    deliver(shop, "customers/update", {**CUSTOMER, "id": ORDER["id"], "updated_at": early}, "w-3")
    deliver(shop, "refunds/create", {**REFUND, "updated_at": early}, "w-4")
    drain(shop, now=NOW)
    found = [len(in_force(shop, kind, "fact_id")) for kind in ("orders", "members", "refunds")]
    assert found == [2, 1, 1]


def test_rows_of_the_brands_own_system_become_facts_and_a_bad_one_stands_in_quarantine(workspace: Workspace):
    paid = {"paid_at": "2026-11-25T10:00:00+08:00", "paid_amount": 199.90}
    rows = [{"order_id": "A-1", **paid, "id.phone": "13800001234"},
            {"order_id": "A-2", "paid_amount": "much"}, {"order_id": "A-3", "paid_amonut": 1}]  # fmt: skip
    body = json.dumps({"kind": "orders", "rows": rows}).encode()
    workspace.inbox.put([Arrival("canonical", "erp", instant_of(NOW), body, 3, '{"platform": "erp"}')])
    (load,) = drain(workspace, now=NOW).loads
    assert in_force(workspace, "orders", "order_id", "platform", "paid_amount") == [("A-1", "erp", 19990)]
    assert (load.counts["loaded"], load.counts["quarantined"]) == (1, 2)
