"""`siyu metrics` as a person uses it: what there is, what it comes to, and the workspace's own."""

from __future__ import annotations

from pathlib import Path

import pytest

HEADER = "order_id,platform,paid_at,paid_amount,id.phone\n"
ROWS = ("o1,tmall,2026-06-29 10:00:00,10,13900000001\n", "o2,jd,2026-06-30 10:00:00,25,13900000002\n")
ALTERNATIVE = '''
name = "big"
zh = "大"
en = "Big"
sql = """
SELECT count(*) AS orders FROM orders WHERE paid_amount >= 2000 AND paid_day BETWEEN :first_day AND :as_of
"""
[[metric]]
code = "trade.orders"
zh = "大额订单数"
en = "Big orders"
unit = "orders"
definition = "Orders of 20 or more."
numerator = "orders"
version = "big.v1"
'''


@pytest.fixture
def shop(siyu, brand: Path, tmp_path: Path) -> Path:
    """A workspace with two orders and an alternative definition of their number."""
    (tmp_path / "orders.csv").write_text(HEADER + "".join(ROWS), encoding="utf-8")
    assert siyu("load", tmp_path / "orders.csv", "-C", brand).code == 0
    (brand / "metrics").mkdir()
    (brand / "metrics" / "big.toml").write_text(ALTERNATIVE, encoding="utf-8")
    return brand


def test_both_definitions_are_listed_with_version_and_origin(siyu, shop):
    listed = siyu("metrics", "--json", "-C", shop).json["metrics"]
    found = [(m["version"], m["origin"]) for m in listed if m["code"] == "trade.orders"]
    assert found == [("fast_plus.v1", "siyu"), ("big.v1", "metrics/big.toml")]
    assert "metrics/big.toml" in siyu("metrics", "-C", shop).out


def test_the_days_of_a_window_are_those_of_the_settings(siyu, shop):
    file = shop / "siyu.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("# days = 365", "days = 90"), encoding="utf-8")
    listed = {m["code"]: m["window"] for m in siyu("metrics", "--json", "-C", shop).json["metrics"]}
    assert (listed["league.S"], listed["people.rfm"], listed["goods.entry"]) == ("90 days", "90 days", "365 days")
    told = " ".join(siyu("metrics", "show", "people.rfm", "--as-of", "2026-06-30", "-C", shop).out.split())
    assert "90 days, as of 2026-06-30" in told


def test_both_definitions_are_shown_by_their_code(siyu, shop):
    shown = siyu("metrics", "show", "trade.orders", "--as-of", "2026-06-30", "--json", "-C", shop).json["answers"]
    assert [
        (one["name"], one["rows"][0]["values"]["trade.orders"]["value"], one["measures"][0]["version"]) for one in shown
    ] == [("trade", 2, "fast_plus.v1"), ("big", 1, "big.v1")]
    told = siyu("metrics", "show", "trade.orders", "--as-of", "2026-06-30", "-C", shop).out
    assert "big.v1 of metrics/big.toml" in " ".join(told.split())


def test_a_starter_is_written_checked_and_never_overwritten(siyu, shop):
    assert siyu("metrics", "new", "coupons", "-C", shop).out.strip() == str(shop / "metrics" / "coupons.toml")
    assert siyu("metrics", "new", "large", "--python", "-C", shop).code == 0
    checked = siyu("metrics", "check", "--as-of", "2026-06-30", "--json", "-C", shop)
    assert checked.code == 0
    assert {one["code"]: one["found"] for one in checked.json["checks"]} == {
        "trade.orders": "1", "coupons.coupon_order_share": "0", "large.large_order_share": "0",
    }  # fmt: skip
    assert siyu("metrics", "new", "coupons", "-C", shop).code == 2


def test_what_the_check_finds_is_told_with_an_exit_code(siyu, shop):
    (shop / "metrics" / "big.toml").write_text(ALTERNATIVE.replace("AS orders", "AS n"), encoding="utf-8")
    ran = siyu("metrics", "check", "-C", shop)
    assert ran.code == 1
    assert "!!" in ran.out


def test_a_broken_file_is_refused_with_its_line_and_no_traceback(siyu, shop):
    (shop / "metrics" / "wrong.py").write_text("TOPICS = (\n", encoding="utf-8")
    ran = siyu("metrics", "show", "trade", "-C", shop)
    assert ran.code == 2
    assert "metrics/wrong.py, line 1: SyntaxError" in ran.err
    assert "Traceback" not in ran.err


def test_a_new_file_needs_a_workspace(siyu, tmp_path):
    ran = siyu("metrics", "new", "coupons", "-C", tmp_path)
    assert ran.code == 2
    assert "not a workspace" in ran.err
    assert not (tmp_path / "metrics").exists()


def test_days_in_which_nothing_was_there_to_group_say_so(siyu, shop):
    shown = siyu("metrics", "show", "trade", "--by", "platform", "--as-of", "2025-01-31", "-C", shop)
    told = " ".join(shown.out.split())
    assert "30 days to 2025-01-31" in told
    assert "nothing to tell apart by platform." in told
