"""What the topic of content counts, on brands small enough to count by hand."""

from __future__ import annotations

from siyu.measures.topics.content import CONTENT
from tests.measures.topics.baskets import Brand, order, row


def meets(who: str, at: str, content: str, name: str = "watch"):
    return row("events", who, name=name, occurred_at=at, content_id=content, touchpoint="live")


def test_a_purchase_is_the_last_contents_within_a_day(workspace):
    brand = Brand(
        workspace, meets("1", "2026-06-10T10:00", "live-1"), meets("1", "2026-06-10T11:00", "post-1"),
        order("1", "1", "2026-06-10"),
        meets("2", "2026-06-09T12:00", "live-1"), order("2", "2", "2026-06-10"),
        meets("3", "2026-06-09T11:59", "live-1"), order("3", "3", "2026-06-10"),
        meets("4", "2026-06-10T12:01", "live-1"), order("4", "4", "2026-06-10"),
    )  # fmt: skip
    found = brand.values(CONTENT, "content_id")
    assert (found["live-1"]["visitors"], found["live-1"]["converted"], found["live-1"]["value_per_visitor"]) == (
        4,
        1,
        250,
    )
    assert (found["post-1"]["visitors"], found["post-1"]["convert_rate"]) == (1, 1)
    assert brand.values(CONTENT)["visitors"] == 4


def test_being_shown_is_not_coming_and_refunded_is_not_bought(workspace):
    brand = Brand(
        workspace, meets("1", "2026-06-10T10:00", "live-1", "impression"), order("1", "1", "2026-06-10"),
        meets("2", "2026-06-10T10:00", "live-1", "interact"), meets("2", "2026-06-10T10:05", "live-1", "interact"),
        order("2", "2", "2026-06-10", refund_amount="10", refunded_at="2026-06-30T23:59"),
    )  # fmt: skip
    found = brand.values(CONTENT)
    assert (found["visitors"], found["interactions"], found["interaction_rate"], found["converted"]) == (1, 2, 1, 0)
