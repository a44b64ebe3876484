"""Before and after in the matrix: cuts frozen at the opening, a closed circle of people, groups compared."""

from __future__ import annotations

import pytest

from siyu.measures.people.difference import difference
from siyu.measures.people.movement import compared, difference_rows, migration_rows, movement, movement_rows
from tests.measures.people.told import accepted, of, order, phone, told

DAY, YEAR = "2026-06-30", 365
#: Ten buyers of 10 to 100 in the year before the opening (cuts 55 and 91), each of twice as much in the year after.
BEFORE = [order(n, "2025-03-01", f"{n}0") for n in range(1, 11)]
DOUBLED = [order(n, "2026-03-01", f"{2 * n}0") for n in range(1, 11)]


def member(person: int, at: str) -> dict[str, str]:
    return {"joined_at": at, "id.phone": phone(person)}


def test_the_cuts_of_the_opening_stay_so_a_brand_that_doubles_rises(workspace):
    facts, asked = told(workspace, DAY, {"orders": BEFORE + DOUBLED}, YEAR)
    (all_,) = movement_rows(facts, asked)
    assert (all_["consumers"], all_["upgraded"], all_["downgraded"]) == (10, 7, 0)
    assert (all_["delta_own"], all_["delta_total"]) == (55000, 55000)


def test_who_comes_after_the_opening_is_left_out(workspace):
    facts, asked = told(workspace, DAY, {"orders": [*BEFORE, order(77, "2026-03-01", "999")]}, YEAR)
    (all_,) = movement_rows(facts, asked)
    assert (all_["consumers"], all_["downgraded"], all_["delta_own"]) == (10, 10, -55000)


def test_a_rise_on_one_axis_and_a_fall_on_the_other_is_neither(workspace):
    facts, asked = told(workspace, DAY, {"orders": [*BEFORE, order(20, "2026-03-01", "10")],
                                         "referrals": [accepted(1, 20, "2026-02-01")]}, YEAR)  # fmt: skip
    assert of(workspace, facts, movement(facts, asked), 1)["moved"] == 0
    found = {tuple(row.values())[:4]: row["consumers"] for row in migration_rows(facts, asked)}
    assert found["low", "none", "none", "low"] == 1
    assert found["low", "none", "none", "none"] == 4


def test_a_referred_order_does_not_stand_twice_in_the_change_of_the_total(workspace):
    orders = [order(1, "2025-03-01"), order(2, "2025-03-01", "1"), order(1, "2026-03-01"), order(2, "2026-03-01")]
    click = {**accepted(1, 2, "2026-02-27"), "kind": "click"}
    facts, asked = told(workspace, DAY, {"orders": orders, "referrals": [click]}, YEAR)
    (all_,) = movement_rows(facts, asked)
    assert (all_["delta_own"], all_["delta_referral"], all_["delta_total"]) == (900, 1000, 900)


def test_members_stand_against_others_and_the_row_says_it_proves_nothing(workspace):
    """Of members 1 to 5 three rise (3, 4, 5), of the others four (6 to 9)."""
    brand = {"orders": BEFORE + DOUBLED, "members": [member(n, "2025-01-01") for n in range(1, 6)]}
    facts, asked = told(workspace, DAY, brand, YEAR)
    (row,) = difference_rows(facts, asked)
    assert (row["upgrade_share"], row["control_upgrade_share"], row["control_consumers"]) == (0.6, 0.8, 5)
    assert row["difference"] == pytest.approx(-0.2)
    assert row["low"] < -0.2 < row["high"]
    assert "not proof" in row["comparison"]


def test_who_joins_after_the_opening_is_no_member_of_it(workspace):
    brand = {"orders": BEFORE, "members": [member(1, "2025-06-30 23:59"), member(2, "2025-07-01 00:00")]}
    facts, asked = told(workspace, DAY, brand, YEAR)
    assert [row["consumers"] for row in movement_rows(facts, asked)] == [10, 1, 9]


def test_any_two_groups_can_be_compared_and_an_empty_one_gives_null(workspace):
    facts, asked = told(workspace, DAY, {"orders": BEFORE + DOUBLED}, YEAR)
    moved = movement(facts, asked)
    rich, poor = moved.filter(moved.own_value_before > 5000), moved.filter(moved.own_value_before <= 5000)
    assert compared(facts, moved, rich, poor)["difference"] == pytest.approx(4 / 5 - 3 / 5)
    nobody = moved.filter(moved.own_value_before < 0)
    found = compared(facts, moved, rich, nobody)
    assert (found["difference"], found["low"], found["control_upgrade_share"]) == (None, None, None)


@pytest.mark.parametrize(("counts", "wanted"), [
    ((56, 70, 48, 80), (0.2000, 0.0524, 0.3339)), ((9, 10, 3, 10), (0.6000, 0.1705, 0.8090)),
    ((10, 10, 0, 20), (1.0000, 0.6791, 1.0000)), ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926))])  # fmt: skip
def test_the_published_intervals_come_out(counts, wanted):
    """Newcombe (1998), table II, method 10."""
    assert difference(*counts) == pytest.approx(wanted, abs=5e-5)
