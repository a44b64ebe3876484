"""Refused rows are written to be mended; what came through a door has no file, and its rows know their kind."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from siyu.core.time import instant_of
from siyu.sources.live import drain
from siyu.sources.readers.cells import guarded
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
        "order_id,paid_amount,platform,paid_at", f"x2,,erp,'{PAID['paid_at']}"]  # fmt: skip


IDS = ('=HYPERLINK("http://x","y")', "+1+cmd|x", "-2+3", "@SUM(A1)", "＝1+1", "000123", "6920000000000000123", "12E5",
       "7-8", "1.10", "125", "'tis")  # fmt: skip


def opened_and_saved(file: Path) -> None:
    """What a spreadsheet does to a file: numbers are written its own way; nothing in it may be one to compute."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = [[number(cell) for cell in row] for row in csv.reader(text)]
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@＝＋－＠"))]
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)


def number(cell: str) -> str:
    """A cell as a spreadsheet saves it: of a number no more than 15 digits, and of a day no seconds."""
    try:
        return f"{float(cell):.15g}"
    except ValueError:
        return re.sub(r"^(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d$", r"\1", cell)


def test_a_file_mended_in_a_spreadsheet_makes_the_orders_that_were_refused(siyu, brand: Path, tmp_path: Path):
    file = tmp_path / "orders.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([["order_id", "paid_at", "paid_amount"],
                                    *([one, "2026-06-01 10:00:05", "much"] for one in IDS)])  # fmt: skip
    assert siyu("-C", brand, "load", file, "--as", "orders").code == 1
    siyu("-C", brand, "quarantine", "--load", 1, "-o", tmp_path / "mend.csv")
    opened_and_saved(tmp_path / "mend.csv")
    mended = (tmp_path / "mend.csv").read_text("utf-8-sig").replace("much", "5")
    (tmp_path / "mend.csv").write_text(mended, "utf-8")
    assert siyu("-C", brand, "load", tmp_path / "mend.csv", "--as", "orders").code == 0
    with open_workspace(brand) as workspace:
        made = in_force(workspace, "orders", "order_id", "paid_at")
    assert [one for one, _ in made] == sorted(IDS)
    assert {at % 60_000_000 for _, at in made} == {5_000_000}


def test_what_protected_a_cell_of_a_torn_row_is_not_protected_twice():
    assert guarded(['="0138"', "'0138", "\t=1 "]) == ["'0138", "'0138", "'=1"]
