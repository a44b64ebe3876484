"""The example of own metrics, twelve GAIN-like indicators, on a brand whose numbers can be counted on the fingers."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from siyu.core import settings
from siyu.core.time import day_of
from siyu.measures import answer, build, own
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.own.trial import tried
from siyu.store import workspace as workspaces
from tests.plain import load_plain

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gain"
ASKED_ON = dt.date(2026, 6, 30)
#: Ann was worth 1,200 before June, Bo, Cai, Fu and Gu less; Di and Eve only came by.
PHONES = {name: f"1390000000{n}" for n, name in enumerate(("ann", "bo", "cai", "di", "eve", "fu", "gu"), start=1)}
ORDERS = (
    ("ann", "2025-09-10", "tmall", "1200"), ("ann", "2026-06-10", "tmall", "300"), ("bo", "2026-01-10", "jd", "100"),
    ("bo", "2026-06-12", "jd", "100"), ("cai", "2026-02-01", "tmall", "200"), ("di", "2026-06-20", "jd", "50"),
    ("fu", "2026-05-15", "tmall", "80"), ("gu", "2026-03-03", "jd", "60"),
)  # fmt: skip
LINES = ((0, "", "cream"), (1, "new-mask", ""), (3, "old-cream", "cream"))  # the order's place, sku, category
EVENTS = (
    ("ann", "2026-06-10", "tmall", "false"), ("di", "2026-05-01", "jd", "true"),
    ("eve", "2026-05-10", "tmall", "true"), ("eve", "2026-06-05", "tmall", "true"),
)  # fmt: skip
MEMBERS = (("ann", "2025-01-01"), ("eve", "2026-03-01"), ("gu", "2026-01-01"), ("bo", "2026-06-13"))
PRODUCTS = (("new-mask", "mask", "2026-04-01"), ("old-cream", "cream", "2024-01-01"))
WANTED = {
    "gain.mindshare": (1, 2),  # Ann of Ann and Eve
    "gain.audience_breakthrough": (1, 3),  # Di of Ann, Bo, Di
    "gain.channel_growth": (1, 1),  # Di in June, Fu in May
    "gain.high_value_penetration": (1, 1),  # Ann
    "gain.mainstay_penetration": (1, 4),  # Bo of Bo, Cai, Fu, Gu
    "gain.potential_penetration": (1, 2),  # Di of Di and Eve
    "gain.old_customer_join_rate": (1, 3),  # Bo of Bo, Cai, Fu
    "gain.member_activity": (3, 4),  # not Gu
    "gain.member_reach": (1, 4),  # Ann's SMS
    "gain.member_repurchase": (2, 3),  # Ann and Bo, not Gu
    "gain.member_cross_category": (1, 2),  # Ann of Ann and Bo
    "gain.member_new_product": (1, 2),  # Ann of Ann and Bo
}


def brand() -> dict[str, list[dict[str, str]]]:
    return {
        "orders": [
            {"id.phone": PHONES[who], "order_id": f"o{n}", "platform": platform, "ordered_at": f"{day} 12:00:00",
             "paid_at": f"{day} 12:00:00", "paid_amount": paid, "touchpoint": "app"}
            for n, (who, day, platform, paid) in enumerate(ORDERS)
        ],
        "order_lines": [
            {"id.phone": PHONES[ORDERS[n][0]], "order_id": f"o{n}", "platform": ORDERS[n][2],
             "line_no": "1", "sku": sku, "category": category, "quantity": "1", "paid_amount": ORDERS[n][3]}
            for n, sku, category in LINES
        ],
        "events": [
            {"id.phone": PHONES[who], "occurred_at": f"{day} 09:00:00", "name": "visit", "touchpoint": "app",
             "platform": platform, "paid_media": paid}
            for who, day, platform, paid in EVENTS
        ],
        "relations": [
            {"id.phone": PHONES[who], "relation_type": "member", "touchpoint": "app", "started_at": f"{day} 10:00:00"}
            for who, day in MEMBERS
        ],
        "consents": [{"id.phone": PHONES["ann"], "occurred_at": "2025-01-01 10:00:00", "purpose": "marketing",
                      "channel": "sms", "action": "grant"}],
        "products": [{"sku": sku, "category": category, "launched_at": day} for sku, category, day in PRODUCTS],
    }  # fmt: skip


@pytest.fixture
def gain(engine: str, tmp_path: Path):
    """A workspace with the brand and the example's files."""
    chosen = settings.defaults().with_values(warehouse__engine=engine)
    with workspaces.create(tmp_path / "brand", chosen) as workspace:
        load_plain(workspace, brand())
        build.refresh(workspace)
        shutil.copytree(EXAMPLE, workspace.directory / own.FOLDER)
        yield workspace


def test_the_twelve_indicators_are_those_counted_by_hand(gain):
    registry, facts = own.registry_of(gain), Facts(gain.warehouse)
    asked = Asked(day_of(ASKED_ON), 30, gain.settings)
    assert [finding for finding in tried(facts, asked, own.own_in(gain.directory)) if not finding.fine] == []
    found = {}
    for topic, metrics in answer.find(registry, list(WANTED)):
        (row,) = answer.answer(facts, asked, topic, metrics).rows
        found |= {code: (value["numerator"], value["denominator"]) for code, value in row["values"].items()}
        assert [v["value"] for v in row["values"].values()] == [n / d for n, d in map(found.get, row["values"])]
    assert found == WANTED
    by_platform = answer.answer(facts, asked, *answer.find(registry, ["gain.channel_growth"])[0], by=("platform",))
    assert {row["group"]["platform"]: row["values"]["gain.channel_growth"]["value"] for row in by_platform.rows} == {
        "jd": None, "tmall": 0.0,
    }  # fmt: skip
    ((sheet, _),) = answer.find(registry, ["gain.audiences"])
    assert [tuple(row.values()) for row in answer.answer(facts, asked, sheet).rows] == [
        ("high value", 1, 120_000, 30_000), ("mainstay", 4, 44_000, 10_000),
    ]  # fmt: skip
