"""Shopify's webhooks: the HMAC of the raw body under the app's client secret; what headers say is kept beside it."""

from __future__ import annotations

import base64
import binascii
import hmac

from siyu.api.refusals import Refusal
from siyu.api.webhooks.receiver import Call
from siyu.core.time import instant_of
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.store.hooks import Hook
from siyu.store.inbox import Arrival

DOOR = "shopify"
#: An order with hundreds of lines has hundreds of kilobytes.
BODY_BYTES = 4 * 1024**2
#: What headers may hold.
HEADER_MOST = 256


def arrival_of(hook: Hook, call: Call, delivery: Delivery) -> Arrival:
    """A delivery as it is kept."""
    return Arrival(DOOR, hook.name, instant_of(call.now), delivery.body(), defaults=hook.defaults)


def delivered(hook: Hook, call: Call) -> Delivery:
    """The delivery of a call, if Shopify signed it. Raises Refusal with 401, as Shopify's own checks expect."""
    expected = hmac.digest(hook.secrets["secret"].encode(), call.body, "sha256")
    if not hmac.compare_digest(expected, _signature(call)):
        raise Refusal(401, "wrong_signature", "X-Shopify-Hmac-Sha256 is not the HMAC-SHA256 of this body.")
    return Delivery(_header(call, "topic"), _header(call, "webhook-id"), _header(call, "shop-domain"),
                    _header(call, "triggered-at"), call.body.decode("utf-8", "replace"))  # fmt: skip


def _signature(call: Call) -> bytes:
    try:
        return base64.b64decode(call.headers.get("x-shopify-hmac-sha256", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _header(call: Call, name: str) -> str:
    return call.headers.get(f"x-shopify-{name}", "")[:HEADER_MOST]
