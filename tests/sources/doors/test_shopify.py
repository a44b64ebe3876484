"""Deliveries of Shopify as rows: orders with lines and refunds, customers with consents; nothing makes it raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.settings import Settings, defaults
from siyu.sources.doors.message import Message
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.sources.doors.shopify.messages import messages
from siyu.store.inbox import Arrival
from tests.sources.doors.nonsense import TEXTS, VALUES, is_sound, spoiled

SETTINGS = defaults().with_values(brand__currency="USD")
REFUND = {
    "id": 509562969, "order_id": 820982911946154508, "created_at": "2026-11-26T09:00:00-05:00", "processed_at": None,
    "transactions": [{"amount": "41.94", "kind": "refund", "status": "success", "currency": "USD"},
                     {"amount": "10.00", "kind": "refund", "status": "failure", "currency": "USD"}],
}  # fmt: skip
ORDER = {
    "id": 820982911946154508, "email": "jon@example.com", "phone": None, "created_at": "2026-11-25T09:00:00-05:00",
    "processed_at": "2026-11-25T09:01:00-05:00", "financial_status": "paid", "total_price": "409.94",
    "total_outstanding": "0.00", "currency": "USD", "test": False, "source_name": "web",
    "landing_site": "/?utm_campaign=black%20friday", "discount_codes": [{"code": "BF10", "amount": "10.00"}],
    "customer": {"id": 115310627314723954, "email": "john@example.com", "phone": "+12125550100"},
    "shipping_address": {"phone": "+12125550199"}, "refunds": [],
    "line_items": [{"id": 866550311766439020, "sku": "TEA-1", "title": "Tea", "quantity": 2, "price": "199.00",
                    "discount_allocations": [{"amount": "5.00"}, {"amount": "5.00"}]}],
}  # fmt: skip
CUSTOMER = {
    "id": 706405506930370084, "email": "bob@example.com", "phone": None, "default_address": {"city": "Ottawa"},
    "email_marketing_consent": {"state": "subscribed", "consent_updated_at": "2026-11-01T00:00:00-05:00"},
    "sms_marketing_consent": {"state": "not_subscribed", "consent_updated_at": None},
}  # fmt: skip


def delivered(topic: str, payload: Any, *, webhook_id: str = "w-1", hook: str = "{}",
              settings: Settings = SETTINGS) -> Message:  # fmt: skip
    text = payload if isinstance(payload, str) else json.dumps(payload)
    body = Delivery(topic, webhook_id, "tea.myshopify.com", "2026-11-25T14:02:00.000Z", text).body()
    (message,) = messages(Arrival("shopify", "tea", 1_800_000_000_000_000, body, defaults=hook), settings)
    return message


def rows(topic: str, payload: Any, kind: str) -> list[dict[str, str | None]]:
    message = delivered(topic, payload)
    assert message.refused == ""
    return [row.cells for row in message.rows if row.kind == kind]


def test_a_paid_order():
    assert rows("orders/paid", ORDER, "orders") == [{
        "order_id": "820982911946154508", "platform": "shopify", "store": "tea.myshopify.com",
        "ordered_at": "2026-11-25T09:00:00-05:00", "paid_at": "2026-11-25T09:01:00-05:00", "paid_amount": "409.94",
        "touchpoint": "web", "campaign": "black friday", "coupon": "BF10", "is_test": "false",
        "id.email": "jon@example.com", "id.phone": "+12125550100", "id.shopify_customer": "115310627314723954",
        "id.recipient_phone": "+12125550199",
    }]  # fmt: skip


@pytest.mark.parametrize(("state", "outstanding", "paid", "amount"), [
    ("pending", "409.94", False, "409.94"), ("authorized", "409.94", False, "409.94"), ("voided", "0", False, "409.94"),
    ("partially_paid", "300.00", True, "109.94"), ("refunded", "0", True, "409.94"), (None, None, False, "409.94"),
])  # fmt: skip
def test_an_order_is_paid_as_its_state_says(state: str | None, outstanding: str | None, paid: bool, amount: str):
    order = {**ORDER, "financial_status": state, "total_outstanding": outstanding}
    (made,) = rows("orders/updated", order, "orders")
    assert (made["paid_at"] is not None, made["paid_amount"]) == (paid, amount)


def test_a_line_costs_what_was_paid_for_it():
    (line,) = rows("orders/create", ORDER, "order_lines")
    assert (line["line_no"], line["quantity"], line["unit_price"], line["paid_amount"]) == (
        "866550311766439020", "2", "199.00", "388.00")  # fmt: skip


@pytest.mark.parametrize(("topic", "payload"), [
    ("refunds/create", REFUND), ("orders/updated", {**ORDER, "refunds": [REFUND]}),
])  # fmt: skip
def test_a_refund_is_the_money_that_went_back_whichever_topic_tells_it(topic: str, payload: dict[str, Any]):
    assert rows(topic, payload, "refunds") == [{
        "refund_id": "509562969", "order_id": "820982911946154508", "platform": "shopify",
        "refunded_at": "2026-11-26T09:00:00-05:00", "refund_amount": "41.94",
    }]  # fmt: skip


def test_goods_that_came_back_without_money_are_no_refund():
    assert delivered("refunds/create", {**REFUND, "transactions": []}).rows == []


def test_a_customer_is_a_profile_without_dates():
    assert rows("customers/update", CUSTOMER, "members") == [{
        "platform": "shopify", "store": "tea.myshopify.com", "city": "Ottawa", "id.email": "bob@example.com",
        "id.phone": None, "id.shopify_customer": "706405506930370084", "id.recipient_phone": None,
    }]  # fmt: skip


@pytest.mark.parametrize(("state", "created_at", "dated"), [
    ("subscribed", "2026-01-01T00:00:00Z", ["2026-01-01T00:00:00Z"]), ("subscribed", None, []),
    ("unsubscribed", "2026-01-01T00:00:00Z", ["2026-11-25T14:02:00.000Z"]),
    ("unsubscribed", None, ["2026-11-25T14:02:00.000Z"]),
])  # fmt: skip
def test_an_undated_grant_is_as_old_as_its_profile_and_an_undated_refusal_new(state, created_at, dated: list[str]):
    said = {"state": state, "consent_updated_at": None}
    profile = {**CUSTOMER, "created_at": created_at, "email_marketing_consent": said}
    assert [row["occurred_at"] for row in rows("customers/update", profile, "consents")] == dated


def test_a_consent_is_what_the_customer_last_said():
    (grant,) = rows("customers/create", CUSTOMER, "consents")
    assert (grant["channel"], grant["action"], grant["occurred_at"]) == ("email", "grant", "2026-11-01T00:00:00-05:00")
    said = {"email_marketing_consent": {"state": "unsubscribed"}}
    change = {"customer_id": 7, "email_address": "bob@example.com", **said}
    (withdrawal,) = rows("customers_email_marketing_consent/update", change, "consents")
    assert (withdrawal["action"], withdrawal["occurred_at"], withdrawal["id.email"]) == (
        "withdraw", "2026-11-25T14:02:00.000Z", "bob@example.com")  # fmt: skip


def test_another_currency_is_refused():
    message = delivered("orders/create", ORDER, settings=defaults())
    assert message.refused == "an amount in USD, where the brand counts in CNY (brand.currency)"
    assert message.text == json.dumps(ORDER)


def test_the_hook_names_platform_touchpoint_and_customers():
    message = delivered("orders/create", ORDER,
                        hook='{"platform": "site", "touchpoint": "shop", "user_namespace": "customer"}')  # fmt: skip
    cells = message.rows[0].cells
    assert (cells["platform"], cells["touchpoint"], cells["id.customer"]) == ("site", "shop", "115310627314723954")


def test_a_delivery_tried_again_is_the_same_message():
    assert delivered("orders/paid", ORDER).key == delivered("orders/paid", CUSTOMER).key
    assert delivered("orders/paid", ORDER).key != delivered("orders/paid", ORDER, webhook_id="w-2").key


@pytest.mark.parametrize("topic", ["themes/publish", "customers/redact", "customers/data_request", "shop/redact"])
def test_other_topics_give_no_rows(topic: str):
    message = delivered(topic, CUSTOMER)
    assert (message.rows, message.refused) == ([], "")


TOPICS = st.sampled_from(["orders/create", "refunds/create", "customers/update", "customers_marketing_consent/update"])


@given(TOPICS, TEXTS.map(str) | VALUES | spoiled(ORDER) | spoiled(CUSTOMER) | spoiled(REFUND))
def test_no_payload_makes_it_raise(topic: str, payload: Any):
    assert is_sound(delivered(topic, payload))


DELIVERIES = spoiled({"topic": "orders/create", "payload": "{}"}).map(lambda v: json.dumps(v).encode())


@given(st.binary(max_size=60) | DELIVERIES)
def test_no_delivery_makes_it_raise(body: bytes):
    (message,) = messages(Arrival("shopify", "tea", 1_800_000_000_000_000, body), SETTINGS)
    assert is_sound(message)
