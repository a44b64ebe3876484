"""identity unlink, identity review: a link taken back, and what is said of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


def test_a_link_taken_back_is_told_with_its_reason_and_its_hour(siyu, brand: Path, tmp_path: Path):
    orders = tmp_path / "orders.csv"
    orders.write_text("order_id,paid_at,paid_amount,id.phone,id.member_card\n1,2026-01-01,5,13800000001,K1\n", "utf-8")
    siyu("load", orders, "-C", brand)
    siyu("resolve", "-C", brand)
    [pair] = siyu("query", "SELECT a, b FROM link", "-C", brand, "--json").json["rows"]
    taken = siyu("identity", "unlink", pair["a"], pair["b"], "--reason", "two people", "-C", brand, "--json").json
    siyu("resolve", "-C", brand)
    assert [row["n"] for row in siyu("query", "SELECT count(*) AS n FROM consumer", "-C", brand, "--json").json["rows"]
            ] == [2]  # fmt: skip
    [told] = siyu("identity", "review", "-C", brand, "--json").json["retracted"]
    assert taken["decisions"] == [told]
    assert (told["reason"], told["action"]) == ("two people", "retract")
    assert dt.datetime.fromisoformat(told["decided_at"]).tzinfo
