"""A customer of Shopify as a profile, and what they said about marketing as consents.

An account in a shop is no membership: the profile has no dates, it links identifiers and keeps the city.
"""

from __future__ import annotations

from typing import Any

from siyu.sources.doors.defaults import Defaults
from siyu.sources.doors.document import cell, object_of
from siyu.sources.doors.message import Row

#: Consents by the member that states them: the channel, and the states that grant and withdraw. Others say neither.
CONSENTS = {"email_marketing_consent": "email", "sms_marketing_consent": "sms"}
ACTIONS = {"subscribed": "grant", "unsubscribed": "withdraw"}


def of_customer(customer: dict[str, Any], defaults: Defaults, _currency: str) -> list[Row]:
    """The profile of a customer, and their consents as they stand."""
    address = object_of(customer.get("default_address") or {}, "default_address")
    who = persons({"customer": customer}, defaults)
    profile = Row("members", {"platform": defaults["platform"], "store": defaults["store"],
                              "city": cell(address.get("city"), "city"), **who})  # fmt: skip
    return [profile, *_consents(customer, who, defaults, cell(customer.get("created_at"), "created_at"))]


def of_consent(change: dict[str, Any], defaults: Defaults, _currency: str) -> list[Row]:
    """The consents of a change of consent, which names the customer in words of its own."""
    customer = {"id": change.get("customer_id") or change.get("id"), "phone": change.get("phone"),
                "email": change.get("email_address") or change.get("email")}  # fmt: skip
    return _consents(change, persons({"customer": customer}, defaults), defaults, defaults["triggered_at"])


def persons(document: dict[str, Any], defaults: Defaults) -> dict[str, str | None]:
    """Who stands on an order or a profile: e-mail, phone, number of the customer in the shop.

    The phone of the shipping address is somebody's who receives, who need not be the buyer.
    """
    customer = object_of(document.get("customer") or {}, "customer")
    shipping = object_of(document.get("shipping_address") or {}, "shipping_address")
    return {
        "id.email": cell(document.get("email"), "email") or cell(customer.get("email"), "email"),
        "id.phone": cell(document.get("phone"), "phone") or cell(customer.get("phone"), "phone"),
        f"id.{defaults['user_namespace']}": cell(customer.get("id"), "id"),
        "id.recipient_phone": cell(shipping.get("phone"), "phone"),
    }


def _consents(document: dict[str, Any], who: dict[str, str | None], defaults: Defaults,
              granted_since: str | None) -> list[Row]:
    """What a document states of consents. A refusal without a date counts from the delivery. A grant without one does
    not: an address that changes would grant again what was withdrawn in between.
    """
    rows = []
    for member, channel in CONSENTS.items():
        said = object_of(document.get(member) or {}, member)
        action = ACTIONS.get(cell(said.get("state"), "state") or "")
        undated = defaults["triggered_at"] if action == "withdraw" else granted_since
        at = cell(said.get("consent_updated_at"), "consent_updated_at") or undated
        if action and at:
            rows.append(Row("consents", {"occurred_at": at, "purpose": "marketing", "channel": channel,
                                         "action": action, "source": defaults["platform"], **who}))  # fmt: skip
    return rows
