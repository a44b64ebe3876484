"""Who stands where in the first-purchase matrix, on brands small enough to count by hand."""

from __future__ import annotations

from siyu.measures.topics.entry_matrix import MATRIX
from tests.measures.topics.baskets import Brand, Told, order, row


def visits(who: str, touchpoint: str, day: str = "2026-06-10") -> Told:
    return row("events", who, name="visit", occurred_at=f"{day}T10:00", touchpoint=touchpoint)


def found_in(brand: Brand, kind: str) -> dict[str, tuple]:
    return {r["segment"]: (r["size"], r["bought"], r["quadrant"]) for r in brand.rows(MATRIX) if r["kind"] == kind}


def test_segments_are_cut_at_the_medians_into_four_quadrants(workspace):
    many, few = [f"m{n}" for n in range(4)], [f"f{n}" for n in range(4)]
    told = [visits(who, "app") for who in many] + [visits(f"{who}x", "booth") for who in many]
    told += [visits(who, "chat") for who in few[:2]] + [visits(who, "mini") for who in few[2:]]
    told += [order(who, who, "2026-06-11") for who in (*many[:2], few[0])]
    found = found_in(Brand(workspace, *told), "touchpoint")
    assert (found["app"], found["booth"]) == ((4, 2, "core"), (4, 0, "potential"))
    assert (found["chat"], found["mini"]) == ((2, 1, "opportunity"), (2, 0, "watch"))


def test_who_bought_before_the_period_is_no_prospect_and_a_trace_after_buying_is_no_entry(workspace):
    brand = Brand(
        workspace, visits("1", "app"), order("1", "1", "2026-05-31"), visits("2", "app"),
        visits("3", "app", "2026-06-20"), order("3", "3", "2026-06-10"),
        visits("4", "booth"), visits("4", "app", "2026-06-11"), order("4", "4", "2026-06-12"),
    )  # fmt: skip
    assert found_in(brand, "touchpoint") == {"app": (1, 0, "potential"), "booth": (1, 1, "core")}


def test_nobody_converting_is_no_core_and_an_old_relation_is_where_its_holder_came_from(workspace):
    brand = Brand(
        workspace, row("relations", "1", relation_type="fan", touchpoint="live", started_at="2025-01-01"),
        row("relations", "2", relation_type="fan", touchpoint="chat", started_at="2025-01-01", ended_at="2026-05-01"),
        visits("1", "app"), visits("2", "app"), row("members", "1", city="hz"), order("9", "9", "2026-06-01"),
    )  # fmt: skip
    assert found_in(brand, "touchpoint") == {"live": (1, 0, "potential"), "app": (1, 0, "potential")}
    assert found_in(brand, "city") == {"hz": (1, 0, "potential")}
