"""What a message in the Segment format becomes: rows of kinds, or a refusal that says why and shows no value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.settings import defaults
from siyu.core.time import HOUR, SECOND
from siyu.sources.doors.message import Message, Row, occurred
from siyu.sources.doors.segment.messages import is_machine, messages
from siyu.store.inbox import Arrival

AT = 1_782_813_600 * SECOND  # 2026-06-30T10:00:00Z
SETTINGS = defaults()


def read(*calls: Any, key: dict[str, Any] | None = None, body: bytes | None = None, **envelope: Any) -> list[Message]:
    text = body if body is not None else json.dumps({"batch": list(calls), **envelope}).encode()
    return list(messages(Arrival("segment", "site", AT, text, defaults=json.dumps(key or {})), SETTINGS))


def call(type_: str = "track", **fields: Any) -> dict[str, Any]:
    return {"type": type_, "messageId": "m1", "anonymousId": "a1", "timestamp": "2026-06-30T09:59:00Z", **fields}


def rows(*calls: Any, **more: Any) -> list[Row]:
    found = read(*calls, **more)
    assert [m.refused for m in found] == [""] * len(found)
    return [row for message in found for row in message.rows]


def tracked(event: str, **properties: Any) -> list[Row]:
    return rows(call(userId="u1", event=event, properties=properties))


def refusal(*calls: Any, **more: Any) -> str:
    (message,) = read(*calls, **more)
    assert not message.rows
    return message.refused


def test_an_event_keeps_the_id_of_its_message_under_its_source():
    (row,) = tracked("Product Added", sku="s1")
    assert (row.kind, row.cells["event_id"], row.cells["name"]) == ("events", "site/m1", "add_to_cart")


def test_a_name_of_ones_own_is_kept_in_snake_case():
    assert [tracked(name)[0].cells["name"] for name in ("Signed Up", "claim_sample")] == ["signed_up", "claim_sample"]


def test_ids_come_from_the_call_its_traits_and_its_context():
    (row,) = rows(call("identify", userId=7, traits={"email": "lin@example.com", "phone": "138"},
                       context={"ids": {"unionid": "o6"}}))  # fmt: skip
    ids = {name: cell for name, cell in row.cells.items() if name.startswith("id.")}
    assert ids == {"id.unionid": "o6", "id.email": "lin@example.com", "id.phone": "138", "id.customer": "7",
                   "id.anonymous_id": "a1"}  # fmt: skip


def test_the_key_says_platform_touchpoint_and_the_namespace_of_user_ids():
    key = {"platform": "app", "touchpoint": "home", "user_namespace": "member_card", "domain": "private"}
    (row,) = rows(call("page", userId="c9"), key=key)
    assert (row.cells["platform"], row.cells["touchpoint"], row.cells["id.member_card"]) == ("app", "home", "c9")


def test_properties_lose_what_names_a_person_and_traits_their_name_too():
    (event,) = tracked("Form Sent", email="x@y.zz", nested={"phone": "138", "size": "L"}, name="Form")
    (person,) = rows(call("identify", userId="u1", traits={"name": "Lin", "city": "Shanghai", "address": {"a": 1}}))
    assert json.loads(event.cells["properties"] or "") == {"nested": {"size": "L"}, "name": "Form"}
    assert json.loads(person.cells["properties"] or "") == {"city": "Shanghai"}


def test_what_names_a_person_does_so_in_both_languages_and_at_any_depth():
    (event,) = tracked("x", openid="o", 微信号="w", 住址="南京路", qq="1", account="a", 商品名称="茶", page_name="p")
    (person,) = rows(call("identify", traits={"wechat": "w", "收货人": "张三", "家庭住址": "南京路", "等级名称": "金",
                                              "of": {"name": "Lin", "city": "上海"}}))  # fmt: skip
    assert json.loads(event.cells["properties"] or "") == {"商品名称": "茶", "page_name": "p"}
    assert json.loads(person.cells["properties"] or "") == {"等级名称": "金", "of": {"city": "上海"}}


def test_a_campaign_comes_from_the_context_and_paid_media_from_its_medium():
    context = {"campaign": {"name": "618", "medium": "CPC"}}
    (row,) = rows(call("page", context=context))
    assert (row.cells["campaign"], row.cells["paid_media"]) == ("618", "true")


def test_an_order_is_paid_with_its_total_and_has_its_lines():
    order, *lines = tracked("Order Completed", order_id="o1", total=149.9, currency="CNY", products=[
        {"sku": "s1", "price": 99.95}, {"product_id": "p2", "price": 49.95, "quantity": 2}])  # fmt: skip
    assert (order.kind, order.cells["paid_amount"]) == ("orders", "149.9")
    assert order.cells["paid_at"] == order.cells["ordered_at"]
    assert [(li.cells["sku"], li.cells["quantity"], li.cells["paid_amount"]) for li in lines] == [
        ("s1", "1", "99.95"), ("p2", "2", "99.90")]  # fmt: skip


def test_revenue_without_a_total_gets_shipping_and_tax():
    (order,) = tracked("Order Completed", order_id="o1", revenue=0.1, shipping=0.2, tax="0.05")
    assert order.cells["paid_amount"] == "0.35"


@pytest.mark.parametrize(("total", "written"), [
    ("1E+3", "1000"), (1e-7, "0.0000001"), ("-.5", "-0.5"), (" 12.50 ", "12.50"), (12, "12"), ("0" * 20 + "7", "7"),
    ("1e-99", f"0.{1:099}"),
])  # fmt: skip
def test_an_amount_is_taken_as_it_is_written(total: Any, written: str):
    (order,) = tracked("Order Completed", order_id="o1", total=total)
    assert order.cells["paid_amount"] == written


def test_a_relation_may_state_its_start_in_milliseconds():
    (row,) = tracked("Relation Started", relation_type="fan", started_at=1767225600000)
    assert row.cells["started_at"] == "2026-01-01T00:00:00.000000+00:00"


@pytest.mark.parametrize("stated", ["2026-06-01", "2026-06-01 00:00:00", "2026-06-01T00:00:00+08:00"])
def test_a_time_without_an_offset_is_of_the_brands_zone(stated: str):
    """As at every other door: else an end would not find the start that a file told."""
    (row,) = tracked("Relation Started", relation_type="fan", started_at=stated)
    (seen,) = rows(call("page", timestamp=stated))
    assert row.cells["started_at"] == seen.cells["occurred_at"] == "2026-05-31T16:00:00.000000+00:00"


def test_a_relation_may_be_older_than_any_event():
    (row,) = tracked("Relation Started", relation_type="member", started_at="1998-05-01T00:00:00Z")
    assert row.cells["started_at"] == "1998-05-01T00:00:00.000000+00:00"


def test_a_cancelled_order_gives_back_what_it_states_and_nothing_without():
    (refund,) = tracked("Order Cancelled", order_id="o1", total=10)
    assert (refund.kind, refund.cells["refund_amount"]) == ("refunds", "10")
    assert tracked("Order Cancelled", order_id="o1") == []


def test_an_alias_joins_a_visitor_and_a_former_id():
    first, second = rows(call("alias", userId="new", previousId="old"))
    assert (first.cells["id.customer"], first.cells["id.anonymous_id"]) == ("new", "old")
    assert (second.cells["id.customer"], second.cells["id.anonymous_id"]) == ("old", "old")
    assert first.cells["event_id"] != second.cells["event_id"]


@pytest.mark.parametrize(("event", "said", "kind", "cell"), [
    ("Relation Started", {"relation_type": "fan"}, "relations", ("started_at", "2026-06-30T09:59:00.000000+00:00")),
    ("Relation Ended", {"relation_type": "fan", "started_at": "2026-06-01T00:00:00Z"}, "relations",
     ("ended_at", "2026-06-30T09:59:00.000000+00:00")),
    ("Relation Ended", {"relation_type": "fan", "group": "vip"}, "relation_ends", ("group", "vip")),
    ("Consent Granted", {"purpose": "marketing"}, "consents", ("action", "grant")),
    ("Consent Withdrawn", {"purpose": "marketing", "channel": "sms"}, "consents", ("action", "withdraw")),
    ("Referral Accepted", {"inviter": "u2"}, "referrals", ("inviter.id.customer", "u2")),
    ("Referral Clicked", {"inviter": {"unionid": "o6"}}, "referrals", ("inviter.id.unionid", "o6")),
    ("Product Reviewed", {"rating": 5}, "contents", ("positive", "true")),
    ("Product Reviewed", {"rating": "4.0"}, "contents", ("positive", "true")),
    ("Product Reviewed", {"rating": "3"}, "contents", ("positive", "false")),
    ("Product Reviewed", {"rating": "good"}, "contents", ("positive", None)),
    ("Content Published", {"kind": "video", "approved": True}, "contents", ("approved", "true")),
    ("Feedback Given", {"kind": "nps", "score": 9}, "feedback", ("score", "9")),
])  # fmt: skip
def test_the_vocabulary_reaches_every_kind(event: str, said: dict[str, Any], kind: str, cell: tuple[str, str]):
    (row,) = tracked(event, **said)
    assert (row.kind, row.cells[cell[0]]) == (kind, cell[1])


def test_the_senders_clock_is_corrected_by_what_it_differs_from_ours():
    (row,) = rows(call("page", timestamp="2026-06-30T12:59:00Z", sentAt="2026-06-30T13:00:00Z"))
    assert row.cells["occurred_at"] == "2026-06-30T09:59:00.000000+00:00"


@given(st.integers(-10**15, 10**15), st.integers(0, HOUR))
def test_a_clock_that_is_wrong_by_any_amount_gives_the_same_time(skew: int, ago: int):
    assert occurred(AT, AT + skew, AT + skew - ago) == AT - ago


def test_a_message_keeps_its_three_clocks():
    (message,) = read(call("page", sentAt="2026-06-30T09:59:30Z"))
    assert (message.received_at, message.sent_at, message.stated_at) == (AT, AT - 30 * SECOND, AT - 60 * SECOND)


def test_bots_and_link_scanners_leave_no_row_and_libraries_do():
    bots = read(call("page", context={"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
                key={"user_agent": "Mozilla/5.0 (compatible; bingbot/2.0)"})  # fmt: skip
    assert [(m.machine, m.rows) for m in bots] == [(True, [])]
    assert rows(call("page"), key={"user_agent": "python-requests/2.31"})


CHROME = ("Mozilla/5.0 (Linux; Android 9; OPPO R15; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
          "Chrome/66.0 Mobile Safari/537.36")  # fmt: skip


@pytest.mark.parametrize(("more", "machine"), [
    ("", False), (" SogouMSE,SogouMobileBrowser/5.22.8", False), (" MicroMessenger/8.0.49 NetType/WIFI", False),
    (" MQQBrowser/14.1", False), (" baiduboxapp/13.30", False), (" UCBrowser/16.2", False), (" Quark/6.5", False),
    (" Sogou web spider/4.0", True), (" Baiduspider/2.0", True), (" Bytespider", True),
])  # fmt: skip
def test_browsers_of_houses_that_have_crawlers_are_no_crawlers(more: str, machine: bool):
    assert is_machine(CHROME + more) is machine


@pytest.mark.parametrize(("body", "reason"), [
    (call(), "a track call without event"), (call("nothing"), "a type other than"), ("text", "Expected `object`"),
    (call(event="x", timestamp="2026-07-02T10:00:00Z"), "48 hours after it arrived"),
    (call(event="x", timestamp="1980-01-01T00:00:00Z"), "before the year 2000"),
    (call(event="x", timestamp="soon"), "neither ISO 8601"),
    *((call(event="Relation Ended", properties={"relation_type": "member", "ended_at": at}), "neither ISO 8601")
      for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")),
    (call(event="x", userId=["u"]), "$.userId"),
    (call(event="x", userId="a\0b"), "NUL"), (call(event="Order Completed", properties={"total": 1}), "order_id"),
    (call(event="Order Completed", properties={"order_id": "o", "total": "much"}), "no number"),
    (call(event="Order Completed", properties={"order_id": "o", "total": 1e300}), "beyond any amount"),
    *((call(event="Order Completed", properties={"order_id": "o", "total": total}), "no number")
      for total in ("1E-999999999", "1E999999999", "0E-999999", "1_0", "٣", "Infinity", "NaN", "9" * 5000)),
    (call(event="Order Completed", properties={"order_id": "o", "total": 1, "products": [
        {"price": "1e-99999999", "quantity": 2}]}), "no number"),
    (call(event="Relation Started", properties={"relation_type": "fan", "started_at": "2099-01-01T00:00:00Z"}),
     "still to come"),
    (call(event="Order Completed", properties={"order_id": "o", "total": 1, "currency": "USD"}), "other than CNY"),
    (call(event="Referral Accepted"), "without inviter"), (call("alias", userId="u"), "without previousId"),
])  # fmt: skip
def test_what_cannot_be_a_row_is_refused_with_its_reason(body: Any, reason: str):
    assert reason in refusal(body)


def test_a_request_to_one_endpoint_needs_no_type():
    body = json.dumps({"event": "x", "userId": "u", "messageId": "m"}).encode()
    (message,) = read(body=body, key={"type": "track"})
    assert [row.kind for row in message.rows] == ["events"]


def test_equal_ids_of_one_sender_are_one_message_and_content_stands_for_a_missing_id():
    one, other = read(call("page"), call("page", name="else"))
    assert one.key == other.key
    nameless = {"type": "page", "anonymousId": "a", "timestamp": "2026-06-30T09:00:00Z"}
    timeless = {"type": "page", "anonymousId": "a"}
    keys = [m.key for m in read(nameless, nameless, timeless, timeless)]
    assert len(set(keys)) == 3


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes):
    assert all(m.rows == [] for m in read(body=body) if m.refused)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8)
FIELDS = ("type", "event", "userId", "anonymousId", "previousId", "messageId", "properties", "traits", "context",
          "timestamp", "sentAt", "groupId", "name")  # fmt: skip
NAMES = ("Order Completed", "Order Refunded", "Relation Started", "Referral Accepted", "Product Reviewed")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from(NAMES), JSON)
def test_no_message_makes_it_raise_and_every_cell_is_text(fields: dict[str, Any], event: str, said: Any):
    found = read(fields, {"type": "track", "event": event, "userId": "u", "properties": said}, "x", body=None)
    assert len(found) == 3
    assert all(cell is None or isinstance(cell, str) for m in found for row in m.rows for cell in row.cells.values())
