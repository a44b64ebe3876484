"""Refused rows are written to be mended; what came through a door has no file, and its rows know their kind."""

from __future__ import annotations

import json
from pathlib import Path

from siyu.core.time import instant_of
from siyu.sources.live import drain
from siyu.store.inbox import Arrival
from siyu.store.workspace import open_workspace
from tests.sources.arrivals import NOW, in_force

PAID = {"platform": "erp", "paid_at": "2026-06-01T10:00:00+08:00"}


def arrive(directory: Path, *bodies: object) -> None:
    with open_workspace(directory) as workspace:
        workspace.inbox.put([Arrival("canonical", "erp", instant_of(NOW), json.dumps(b).encode()) for b in bodies])
        drain(workspace, now=NOW)


def test_rows_that_came_over_http_are_mended_by_their_kind(siyu, brand: Path, tmp_path: Path):
    arrive(brand, {"kind": "orders", "rows": [
        {**PAID, "order_id": "x1", "paid_amount": "3.00"}, {**PAID, "order_id": "x2", "paid_amount": "much"}]},
        {"kind": "order_lines", "rows": [
            {"platform": "erp", "order_id": "x1", "line_no": "1", "quantity": "inf", "paid_amount": "3.00"}]},
        {"kind": "orders", "rows": [{"order_id": "x3", "paid_amonut": 1}]})  # fmt: skip
    told = siyu("-C", brand, "quarantine", "--load", 1, "-o", tmp_path / "mend.csv")
    assert sorted(path.name for path in tmp_path.glob("mend*")) == [
        "mend.messages.jsonl", "mend.order_lines.csv", "mend.orders.csv"]  # fmt: skip
    assert "--as order_lines" in told.out + told.err
    assert "paid_amonut" in (tmp_path / "mend.messages.jsonl").read_text("utf-8")
    for kind, wrong, right in (("orders", "much", "5.00"), ("order_lines", "inf", "2")):
        file = tmp_path / f"mend.{kind}.csv"
        file.write_text(file.read_text("utf-8").replace(wrong, right), "utf-8")
        assert siyu("-C", brand, "load", file, "--as", kind).code == 0
    with open_workspace(brand) as workspace:
        assert in_force(workspace, "orders", "order_id", "paid_amount") == [("x1", 300), ("x2", 500)]
        assert in_force(workspace, "order_lines", "order_id", "quantity") == [("x1", 2.0)]


def test_no_file_that_nobody_named_is_written_over(siyu, brand: Path, tmp_path: Path):
    arrive(brand, {"kind": "orders", "rows": [{**PAID, "order_id": "x2"}]}, {"kind": "orders", "rows": [{"x": 1}]})
    (tmp_path / "mend.orders.csv").write_text("mine")
    told = siyu("-C", brand, "quarantine", "--load", 1, "-o", tmp_path / "mend.csv")
    assert (told.code, "mend.orders.csv already" in told.err) == (2, True)
    assert (tmp_path / "mend.orders.csv").read_text() == "mine"
    (tmp_path / "other.csv").write_text("old")
    siyu("-C", brand, "quarantine", "--load", 1, "-o", tmp_path / "other.csv")
    assert (tmp_path / "other.orders.csv").stat().st_mode & 0o777 == 0o600


def test_rows_of_one_kind_stand_in_the_file_that_was_named(siyu, brand: Path, tmp_path: Path):
    arrive(brand, {"kind": "orders", "rows": [{**PAID, "order_id": "x2"}]})
    siyu("-C", brand, "quarantine", "--load", 1, "-o", tmp_path / "mend.csv")
    assert (tmp_path / "mend.csv").read_text("utf-8-sig").splitlines() == [
        "order_id,paid_amount,platform,paid_at", f"x2,,erp,{PAID['paid_at']}"]  # fmt: skip
