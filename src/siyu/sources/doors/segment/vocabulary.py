"""What the names of track events mean: which become another kind of fact, and what the others are called here.

Names of the Segment e-commerce spec; a name that stands nowhere here is kept in snake case.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

#: Event names of the spec, and the event of ours that says the same.
EVENT_NAMES: dict[str, str] = {
    "Product Added": "add_to_cart",
    "Product Added to Wishlist": "favorite",
    "Wishlist Product Added to Cart": "add_to_cart",
    "Product Viewed": "view",
    "Product List Viewed": "view",
    "Product Clicked": "click",
    "Products Searched": "search",
    "Promotion Viewed": "impression",
    "Promotion Clicked": "click",
    "Cart Shared": "interact",
    "Product Shared": "interact",
    "Coupon Applied": "claim_benefit",
    "Application Opened": "open",
    "Application Installed": "install",
    "Brand Searched": "brand_search",
    "Sample Claimed": "claim_sample",
    "Benefit Claimed": "claim_benefit",
}


@dataclass(frozen=True)
class Fact:
    """A track event that becomes a fact of another kind. row: the function that makes it (commerce.py, relations.py).

    properties: those it reads, an asterisk behind those it must have; `place` stands for touchpoint, platform, store.
    """

    row: str
    kind: str
    properties: str
    meaning: str


FACTS: dict[str, Fact] = {
    "Order Completed": Fact(
        "order", "orders, order_lines", "order_id*, total* (or revenue, with shipping and tax), currency, coupon, "
        "campaign, guide, products [product_id, sku, name, category, price, quantity], place",
        "An order that is placed and paid; told again, it keeps its first time. Another currency than the brand's is "
        "refused."),
    "Order Refunded": Fact("refund", "refunds", "order_id*, total*, refund_id, currency, platform",
                           "Money that went back; told again with its refund_id, it keeps its first time. If another "
                           "key told of the order, state its platform."),
    "Order Cancelled": Fact("cancelled_order", "refunds", "order_id*, total, currency, platform",
                            "Gives back its total, once; without one it says nothing that counts. As for a refund, "
                            "state the platform of an order that another key told of."),
    "Relation Started": Fact("relation", "relations", "relation_type*, started_at, campaign, guide, group, paid_media, "
                             "source_domain, place", "A relation begins, at started_at or when it happened."),
    "Relation Ended": Fact(
        "ended_relation", "relations, relation_ends", "relation_type*, started_at, ended_at, guide, group, place",
        "The relation that began at started_at ends, at ended_at or when it happened; if another key told of it, state "
        "its place. Without started_at, those of the type end that are held then, or of them those that the other "
        "properties speak of."),
    "Consent Granted": Fact("grant", "consents", "purpose*, channel, source, notice_version", "A consent is given."),
    "Consent Withdrawn": Fact("withdrawal", "consents", "purpose*, channel, source, notice_version",
                              "A consent is taken back."),
    "Referral Accepted": Fact(
        "accepted_referral", "referrals", "inviter* (a user id, or ids by namespace), campaign, place",
        "The person of the call accepted an invitation."),
    "Referral Clicked": Fact("clicked_referral", "referrals", "inviter*, campaign, place",
                             "The person of the call followed a shared link."),
    "Product Reviewed": Fact("review", "contents", "rating, positive, approved", "A review; positive from 4 of 5."),
    "Content Published": Fact("content", "contents", "kind, positive, approved", "Something the person made."),
    "Feedback Given": Fact("feedback", "feedback", "kind*, score, text, order_id, place", "A score or a complaint."),
}  # fmt: skip
#: How calls other than track are named as events.
CALLS = {"page": "visit", "screen": "visit", "identify": "identify", "group": "group", "alias": "alias"}


@functools.lru_cache(maxsize=4096)
def event_name(name: str) -> str:
    """The name of an event here.

    >>> event_name("Product Added"), event_name("Store Locator Opened"), event_name("claim_sample")
    ('add_to_cart', 'store_locator_opened', 'claim_sample')
    """
    known = EVENT_NAMES.get(name)
    return known or re.sub(r"\W+", "_", name.strip().lower()).strip("_")
