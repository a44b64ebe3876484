"""What else stands on the rows of a random brand: stores, campaigns, guides, lines, products, spend, promotions,
panels' own figures and feedback. Nothing here moves a role, a relation or a purchase.
"""

from __future__ import annotations

import datetime as dt

from tests.measures.teller import AS_OF, EDGES, Row, Teller

TOUCHPOINTS = ("app", "booth", "chat")
STORES, CAMPAIGNS, GUIDES = ("s1", "s2", ""), ("spring", "618", ""), ("g1", "g2", "g3", "", "")
CONTENTS = ("live-1", "live-2", "post-1", "", "")
SKUS = {"A1": "cream", "A2": "cream", "B1": "serum", "B2": "serum", "C1": "mask", "": ""}


def garnish(brand: Teller) -> None:
    """Give rows their other columns, and add the kinds that no story tells."""
    for kind, columns in COLUMNS.items():
        for row in brand.rows.get(kind, []):
            for name, choices in columns.items():
                row.setdefault(name, brand.rng.choice(choices))
    for order in list(brand.rows.get("orders", [])):
        _lines(brand, order)
    for tell in (_products, _spend, _promotions, _panels, _reported):
        tell(brand)
    for _ in range(len(brand.people) // 3):
        _feedback(brand)
    for _ in range(len(brand.people) // 4):
        _personalization(brand)


COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "orders": {"store": STORES, "campaign": CAMPAIGNS, "guide": GUIDES, "coupon": ("", "", "c10")},
    "relations": {"store": STORES, "campaign": CAMPAIGNS, "guide": GUIDES, "platform": ("tmall", "wecom", ""),
                  "group": ("", "", "vip", "mums"), "paid_media": ("", "true", "false"),
                  "source_domain": ("public", "private", "")},
    "events": {"platform": ("tmall", "jd", ""), "store": STORES, "campaign": CAMPAIGNS, "content_id": CONTENTS,
               "domain": ("public", "private", ""), "paid_media": ("true", "false", "")},
    "members": {"store": STORES, "guide": GUIDES, "city": ("hz", "sh", "")},
    "referrals": {"touchpoint": (*TOUCHPOINTS, "")},
}  # fmt: skip


def _lines(brand: Teller, order: Row) -> None:
    """None, one or a few lines; one in a while names another platform than its order, or takes pieces back."""
    rng = brand.rng
    for number in range(rng.choice((0, 1, 1, 2, 3))):
        sku = rng.choice(list(SKUS))
        brand.add("order_lines", order_id=order["order_id"], line_no=str(number + 1), sku=sku, category=SKUS[sku],
                  platform=order.get("platform", "") if rng.random() < 0.95 else "jd",
                  product=sku and f"{SKUS[sku]} {sku}", quantity=rng.choice(("1", "1", "2", "3", "-1")),
                  paid_amount=f"{rng.randrange(0, 300)}.{rng.choice(('00', '50'))}")  # fmt: skip


def _products(brand: Teller) -> None:
    for sku, category in SKUS.items():
        if sku:
            launched = brand.rng.choice(AS_OF) - dt.timedelta(days=brand.rng.choice((0, 29, 30, 89, 90, 400)))
            brand.add("products", sku=sku, name=f"{category} {sku}", category=category, price="99.00",
                      launched_at=launched.isoformat(), cost=brand.rng.choice(("", "12.50", "20.00")))  # fmt: skip


def _spend(brand: Teller) -> None:
    for _ in range(len(brand.people) // 2):
        brand.add("spend", date=_day(brand).isoformat(), touchpoint=brand.rng.choice((*TOUCHPOINTS, "")),
                  campaign=brand.rng.choice(("spring", "618", "invite")), amount=f"{brand.rng.randrange(1, 500)}.00",
                  paid_media=brand.rng.choice(("true", "true", "false", "")))  # fmt: skip


def _promotions(brand: Teller) -> None:
    for name, day in zip(("618", "double 11", "spring"), AS_OF):
        starts = day - dt.timedelta(days=brand.rng.choice((0, 3, 20, 40)))
        warm = brand.rng.choice((None, starts - dt.timedelta(days=14)))
        brand.add("promotions", promotion=name, starts_on=starts.isoformat(), warmup_from=warm and warm.isoformat(),
                  ends_on=(starts + dt.timedelta(days=brand.rng.choice((0, 2, 19)))).isoformat())  # fmt: skip


def _panels(brand: Teller) -> None:
    for _ in range(len(brand.people) // 2):
        counts = {
            name: str(brand.rng.randrange(0, 200)) if brand.rng.random() < 0.8 else ""
            for name in (
                "visitors",
                "new_visitors",
                "new_fans",
                "new_members",
                "buyers",
                "orders",
                "impressions",
                "clicks",
            )
        }
        brand.add("touchpoint_daily", date=_day(brand).isoformat(), touchpoint=brand.rng.choice(TOUCHPOINTS),
                  platform=brand.rng.choice(("tmall", "jd")), store=brand.rng.choice(STORES),
                  source_domain=brand.rng.choice(("public", "private", "")), content_id=brand.rng.choice(CONTENTS),
                  paid_amount=f"{brand.rng.randrange(0, 5000)}.00", spend=f"{brand.rng.randrange(0, 900)}.00",
                  **counts)  # fmt: skip


def _reported(brand: Teller) -> None:
    for _ in range(len(brand.people) // 4):
        brand.add("reported_metrics", metric=brand.rng.choice(("gmv", "buyers", "orders", "members")),
                  platform=brand.rng.choice(("tmall", "jd")), store=brand.rng.choice(STORES),
                  date=_day(brand).isoformat(), value=str(brand.rng.randrange(0, 900)),
                  source=brand.rng.choice(("databank", "sycm")))  # fmt: skip


def _feedback(brand: Teller) -> None:
    rng, at = brand.rng, brand.rng.choice((brand.moment(), brand.recent()))
    kind = rng.choice(("nps", "nps", "csat", "dsr", "complaint", "return_reason"))
    order = rng.choice(brand.rows["orders"])["order_id"] if rng.random() < 0.5 else ""
    score = {"nps": str(rng.randrange(0, 11)), "csat": str(rng.randint(1, 5)), "dsr": str(rng.randint(1, 5))}
    said = rng.choice(("too big", "late", "")) if kind == "return_reason" else ""
    brand.add("feedback", brand.person(), occurred_at=at, kind=kind, score=score.get(kind, ""), order_id=order,
              touchpoint=rng.choice((*TOUCHPOINTS, "")), text=said,
              resolved_at=rng.choice((None, at + dt.timedelta(hours=5), at + dt.timedelta(days=40))))  # fmt: skip


def _personalization(brand: Teller) -> None:
    """Often said again, of another channel or at the same instant."""
    rng, person = brand.rng, brand.person()
    at = rng.choice((brand.moment(), brand.recent()))
    for hours in rng.choice(((0,), (0, 1), (0, 0), (0, 1, 2))):
        brand.add("consents", person, occurred_at=at + dt.timedelta(hours=hours), purpose="personalization",
                  channel=rng.choice(("", "", "sms")), action=rng.choice(("grant", "withdraw")))  # fmt: skip


def _day(brand: Teller) -> dt.date:
    """Often the edge of a window, else any day of two years."""
    if brand.rng.random() < 0.5:
        return brand.rng.choice(AS_OF) - dt.timedelta(days=brand.rng.choice(EDGES) - 1)
    return dt.date(2024, 7, 1) + dt.timedelta(days=brand.rng.randrange(760))
