"""What the names of track events mean: which become another kind of fact, and what the others are called here.

Names of the Segment e-commerce spec; a name that stands nowhere here is kept in snake case.
"""

from __future__ import annotations

import functools
import re

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
#: Track events that become facts of other kinds: the function is named after the fact (see messages.py).
FACTS: dict[str, str] = {
    "Order Completed": "order",
    "Order Refunded": "refund",
    "Order Cancelled": "cancelled_order",
    "Relation Started": "relation",
    "Relation Ended": "ended_relation",
    "Consent Granted": "grant",
    "Consent Withdrawn": "withdrawal",
    "Referral Accepted": "accepted_referral",
    "Referral Clicked": "clicked_referral",
    "Product Reviewed": "review",
    "Content Published": "content",
    "Feedback Given": "feedback",
}
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
