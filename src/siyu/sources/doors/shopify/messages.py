"""From a delivery of Shopify to rows, by its topic. Topics that tell nothing of what siyu measures give no rows.

The privacy topics (customers/redact, customers/data_request, shop/redact) are answered where they arrive and never come
this far: what asks to be forgotten is not kept as data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from siyu.core.settings import Settings
from siyu.sources.doors.defaults import Defaults
from siyu.sources.doors.document import cell, object_of, parsed
from siyu.sources.doors.message import Message, Row, Unreadable, checked, instant, message_key
from siyu.sources.doors.shopify import customers, orders
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.store.inbox import Arrival

#: What makes rows of a payload: payload, defaults of the sender, currency of the brand.
Rows = Callable[[dict[str, Any], Defaults, str], list[Row]]
ORDER_TOPICS = ("orders/create", "orders/paid", "orders/updated", "orders/edited", "orders/fulfilled",
                "orders/partially_fulfilled", "orders/cancelled")  # fmt: skip
CUSTOMER_TOPICS = ("customers/create", "customers/update", "customers/enable", "customers/disable")
CONSENT_TOPICS = ("customers_email_marketing_consent/update", "customers_marketing_consent/update")
TOPICS: dict[str, Rows] = {
    **dict.fromkeys(ORDER_TOPICS, orders.of_order),
    "refunds/create": orders.of_refund,
    **dict.fromkeys(CUSTOMER_TOPICS, customers.of_customer),
    **dict.fromkeys(CONSENT_TOPICS, customers.of_consent),
}
#: The namespace of customers' numbers, where the hook names none.
CUSTOMER_NAMESPACE = "shopify_customer"
#: To be forgotten, to be told, to forget a whole shop.
PRIVACY_TOPICS = ("customers/redact", "customers/data_request", "shop/redact")


def messages(arrival: Arrival, settings: Settings) -> Iterator[Message]:
    """The one message of a delivery."""
    key, text = message_key(arrival.source, hashlib.sha256(arrival.body).hexdigest()), ""
    stated, subject = None, ""
    try:
        delivery = Delivery.of(arrival.body)
        key, text = message_key(arrival.source, _id(delivery)), delivery.payload
        stated = instant(delivery.triggered_at, settings.zone)
        rows = checked(_rows(arrival, delivery, settings))
        stated, subject = _state(arrival, delivery, stated, settings)
    except Unreadable as error:
        text = text or arrival.body.decode("utf-8", "replace")
        yield Message(key, arrival.received_at, text, stated_at=stated, refused=str(error))
    else:
        yield Message(key, arrival.received_at, delivery.payload, stated_at=stated, rows=rows, subject=subject)


def _state(arrival: Arrival, delivery: Delivery, triggered_at: int | None,
           settings: Settings) -> tuple[int | None, str]:
    """As of when a delivery tells the whole state of an order or a customer, and of which; what happened has none."""
    if delivery.topic not in (*ORDER_TOPICS, *CUSTOMER_TOPICS):
        return triggered_at, ""
    payload = object_of(parsed(delivery.payload), "the payload")
    at = instant(cell(payload.get("updated_at"), "updated_at"), settings.zone) or triggered_at
    document, _, what = delivery.topic.partition("/")
    if at is not None and what == "create":
        at -= 1  # Shopify tells seconds: what was paid in the one in which it was made is the later state
    number = cell(payload.get("id"), "id")
    return at, f"{arrival.source}\x1f{document}\x1f{number}" if number else ""


def _rows(arrival: Arrival, delivery: Delivery, settings: Settings) -> list[Row]:
    make = TOPICS.get(delivery.topic)
    if make is None:
        return []
    payload = object_of(parsed(delivery.payload), "the payload")
    defaults = Defaults.of(arrival, platform="shopify", user_namespace=CUSTOMER_NAMESPACE, store=delivery.shop,
                           triggered_at=delivery.triggered_at)  # fmt: skip
    return [defaults.fill(row) for row in make(payload, defaults, settings.currency)]


def _id(delivery: Delivery) -> str:
    """What tells deliveries apart; a delivery without an id by what it says."""
    if delivery.webhook_id:
        return delivery.webhook_id
    return hashlib.sha256(f"{delivery.topic}\x1f{delivery.payload}".encode("utf-8", "surrogatepass")).hexdigest()
