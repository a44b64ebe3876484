"""Where entries come from, and public ones that became relations, counted on the fingers."""

from __future__ import annotations

import pytest

from siyu.measures.topics.entries import ENTRIES
from siyu.measures.topics.trade import TRAFFIC
from tests.measures.topics.told import Brand, event, relation, values


def visit(name: str, at: str, **more: str) -> dict[str, str]:
    return event(name, "visit", at, **{"touchpoint": "feed", "domain": "public", **more})


def test_entries_split_by_domain_and_by_who_paid_for_them(workspace):
    events = [visit("lin", "2026-06-10", paid_media="true"), visit("lin", "2026-06-11", paid_media="false"),
              visit("anna", "2026-06-11", domain="private"), visit("anna", "2026-06-12", domain="")]  # fmt: skip
    found = values(workspace, {"events": events}, ENTRIES)
    assert [found["public_share"], found["private_share"], found["paid_share"]] == [0.5, 0.25, 0.25]
    assert [found["entries"], found["visitors"]] == [4, 2]


def test_what_one_person_did_at_one_place_in_one_instant_is_one_entry(workspace):
    events = [visit("lin", "2026-06-10"), event("lin", "enter", "2026-06-10", touchpoint="feed", domain="public")]
    assert values(workspace, {"events": events}, ENTRIES)["entries"] == 1
    traffic = values(workspace, {"events": []}, TRAFFIC)
    assert [traffic[name] for name in ("visitors", "entries_per_visitor", "brand_uv_value", "pay_conversion_rate")] == [
        1, 1.0, None, None]  # fmt: skip


@pytest.mark.parametrize(("started", "rate"), [
    ("2026-06-09 12:00:00", None),  # was a relation before: no newcomer
    ("2026-06-10 12:00:00", 1.0),  # at the very entry it does not hold yet
    ("2026-06-30 23:59:59", 1.0),
    ("2026-07-01 00:00:00", 0.0),
])  # fmt: skip
def test_public_to_private_counts_relations_from_the_first_public_entry_to_the_day(workspace, started, rate):
    brand: Brand = {"events": [visit("lin", "2026-06-10")], "relations": [relation("lin", "fan", started)]}
    assert values(workspace, brand, ENTRIES)["public_to_private_rate"] == rate


def test_each_group_has_its_own_first_public_entry(workspace):
    """Lin came by the feed, followed, and came by search: a newcomer of the feed alone."""
    brand = {"events": [visit("lin", "2026-06-10"), visit("lin", "2026-06-12", touchpoint="search")],
             "relations": [relation("lin", "fan", "2026-06-11")]}  # fmt: skip
    found = values(workspace, brand, ENTRIES, ("touchpoint",))
    assert {group: row["public_to_private_rate"] for group, row in found.items()} == {("feed",): 1, ("search",): None}
