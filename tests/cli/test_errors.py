"""Refusals are explained, bugs are logged without values, and nobody sees a traceback."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from siyu.cli import check, errors
from siyu.core.errors import DamagedError
from tests.sources.arrivals import csv
from tests.sources.exports import write


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException, cause: BaseException | None = None) -> None:
    """From now on `siyu check` ends with an error, which came of another."""

    def fail(_opened, _now):
        raise error from cause

    monkeypatch.setattr(check.checks, "run", fail)


def test_a_folder_that_is_no_workspace_is_refused_with_what_to_do(siyu, tmp_path: Path):
    ran = siyu("check", "-C", tmp_path)
    assert ran.code == 2
    assert ran.out == ""
    assert "siyu init DIR" in ran.err


def test_the_workspace_may_be_named_before_or_after_the_command(siyu, brand: Path):
    assert siyu("-C", brand, "check").code == siyu("check", "-C", brand).code == 0


@pytest.mark.parametrize("arguments", [("lod",), ("init",), ("query",), ("check", "--jsn")])
def test_a_mistyped_command_is_refused_without_a_traceback(siyu, arguments):
    ran = siyu(*arguments)
    assert ran.code == 2
    assert "siyu --help" in ran.err
    assert "Traceback" not in ran.err


def test_a_bug_says_so_and_the_log_holds_no_values(siyu, brand: Path, monkeypatch):
    phone = str(13_800_001_230 + 4)

    broken(monkeypatch, ValueError(f"{phone} is Lin's"))
    ran = siyu("check", "-C", brand)
    assert ran.code == 2
    assert "bug in siyu (ValueError)" in ran.err
    log = (brand / errors.LOG).read_text(encoding="utf-8")
    assert "ValueError" in log
    assert phone not in log + ran.err


def test_an_error_raised_from_itself_has_an_end():
    error = ValueError("again")
    error.__cause__ = error
    assert errors.places(error).splitlines() == ["ValueError"]


def test_ctrl_c_is_not_a_traceback(siyu, brand: Path, monkeypatch):
    broken(monkeypatch, KeyboardInterrupt())
    ran = siyu("check", "-C", brand)
    assert ran.code == 130
    assert "Stopped" in ran.err


def test_a_damaged_warehouse_is_explained_and_a_rebuild_offered(capfd):
    assert errors.explain(DamagedError("warehouse.duckdb will not open: x")) == 2
    assert "siyu rebuild" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("metrics", "show", "fast_plus.F.new"), "is of the document"),
        (("metrics", "show", "F"), "is of the document"),
        (("quarantine", "-o", "nodir/x.csv"), "no folder nodir"),
        (("quarantine", "--load", "99"), "no load 99"),
        (("subject-export", "--id", "phone:13800001234", "-o", "nodir/c.json", "--yes"), "no folder nodir"),
        (("metrics", "new", "trade"), "trade is a topic of siyu"),
        (("serve", "--port", "99999"), "65535"),
        (("measure", "--as-of", "0001-01-01"), "expected a day from 1900-01-01 on, found 0001-01-01"),
        (("erase", "show", str(10**20)), "less than or equal to"),
        (("potential", "--category", "x", "--top", str(10**20)), "less than or equal to"),
        (("clv", "score", "--days", str(10**8)), "less than or equal to"),
        (("clv", "backtest", "--days", str(10**20)), "less than or equal to"),
        (("identity", "unlink", str(10**20), "--reason", "x"), "less than or equal to"),
        (("identity", "unlink", "1"), "Missing option '--reason'"),
        (("coverage", "--json", "--lang", "fr"), "expected zh or en"),
        (("identity", "unlink", "1", str(10**20), "--reason", "x"), "less than or equal to"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_mistake_is_told_before_anything_is_done(siyu, brand: Path, arguments, told):
    ran = siyu("-C", brand, *arguments)
    assert (ran.code, "bug" in ran.err) == (2, False)
    assert told in ran.err
    assert siyu("-C", brand, "subject-export", "list").code == 0
    assert not (brand / "metrics" / "trade.toml").exists()


def test_a_folder_without_exports_is_refused_and_not_loaded_as_nothing(siyu, brand: Path):
    empty = brand.parent / "empty"
    empty.mkdir()
    (empty / "readme.md").write_text("none", encoding="utf-8")
    ran = siyu("-C", brand, "load", empty)
    assert (ran.code, "expected exports, found a folder without any" in ran.err, ".csv" in ran.err) == (2, True, True)


def test_a_dimension_asked_for_twice_is_asked_for_once(siyu, brand: Path):
    siyu("-C", brand, "load", csv(brand.parent, "orders.csv", "order_id,paid_at,paid_amount\no1,2026-06-01,9\n"))
    twice = siyu("-C", brand, "metrics", "show", "trade", "--by", "store,store", "--json")
    assert twice.code == 0
    assert twice.out == siyu("-C", brand, "metrics", "show", "trade", "--by", "store", "--json").out


def test_a_snapshot_of_a_day_ahead_is_refused(siyu, brand: Path):
    members = csv(brand.parent, "relations.csv", "relation_type,id.phone\nmember,13800001234\n")
    ran = siyu("-C", brand, "load", members, "--snapshot-of", "2962-06-20", "--scope", "relation_type=member")
    assert ran.code == 2
    assert "lies ahead" in ran.err


def test_a_store_that_cannot_be_reached_is_told_plainly(siyu, brand: Path):
    settings = brand / "siyu.toml"
    url = 'url = "postgresql://u:p@127.0.0.1:1/x"'
    settings.write_text(settings.read_text(encoding="utf-8").replace("[operations]", f"[operations]\n{url}"), "utf-8")
    for command in ("check", "measure"):
        ran = siyu("-C", brand, command)
        assert (ran.code, "bug" in ran.err, "will not open" in ran.out + ran.err) == (
            1 + (command == "measure"),
            False,
            True,
        )


def test_rows_with_too_few_or_too_many_cells_are_written_under_their_header_and_load_once_mended(siyu, brand: Path):
    lines = ["order_id;paid_at;paid_amount;store", "o1;2026-06-01;5;Wu", "o2;2026-06-01", "o3;2026-06-x;7;Li",
             "o4;2026-06-01;8;A;B"]  # fmt: skip
    assert siyu("-C", brand, "load", csv(brand.parent, "orders.csv", "\n".join(lines))).code == 1
    mend = brand.parent / "orders-mend.csv"
    siyu("-C", brand, "quarantine", "-o", mend)
    assert mend.read_text("utf-8-sig").splitlines() == [
        "order_id,paid_at,paid_amount,store", "o2,'2026-06-01", "o3,'2026-06-x,7,Li", "o4,'2026-06-01,8,A,B"]
    mended = mend.read_text("utf-8").replace("o2,'2026-06-01", "o2,'2026-06-01,6,").replace("-x", "-02")
    mend.write_text(mended.replace("A,B", "AB"), "utf-8")
    ran = siyu("-C", brand, "load", mend, "--json")
    assert (ran.code, ran.json["loaded"]) == (0, 3)


def test_refused_rows_stand_once_however_often_their_file_comes_and_go_when_dismissed(siyu, brand: Path):
    lines = ["order_id,paid_at,paid_amount", "o1,2026-06-01,5", "o2,2026-06-x,6", "o3,2026-06-01,x"]
    file = csv(brand.parent, "orders.csv", "\n".join(lines))
    for load in (1, 2):
        assert siyu("-C", brand, "load", file).code == 1
        rows = json.loads(siyu("-C", brand, "quarantine", "--json").out)["rows"]
        assert [(row["load"], row["line"]) for row in rows] == [(load, 3), (load, 4)]
    other = csv(brand.parent, "orders-2.csv", "\n".join([*lines[:2], "o9,2026-06-x,6"]))
    assert siyu("-C", brand, "load", other).code == 1
    assert "Add --load N" in siyu("-C", brand, "quarantine", "--dismiss").err
    assert "no load 9" in siyu("-C", brand, "quarantine", "--dismiss", "--load", 9).err
    gone = siyu("-C", brand, "quarantine", "--dismiss", "--load", 2, "--json")
    assert (gone.code, json.loads(gone.out)) == (0, {"load": 2, "dismissed": 2})
    left = siyu("-C", brand, "quarantine", "--json")
    assert [row["load"] for row in json.loads(left.out)["rows"]] == [3]
    assert siyu("-C", brand, "quarantine", "--dismiss", "--load", 3).code == 0
    assert siyu("-C", brand, "quarantine").code == 0
    assert "quarantine.dismiss" in siyu("-C", brand, "audit", "--json").out


def test_a_number_that_a_spreadsheet_has_shortened_joins_nobody(siyu, brand: Path):
    text = "order_id,paid_at,paid_amount,id.member_card\n"
    rows = ["2.026E+17,2026-06-01,9,", "o2,2026-06-01,9,6.22E+15", "o3,2026-06-01,9,6.22E+15"]
    ran = siyu("-C", brand, "load", csv(brand.parent, "orders.csv", text + "\n".join(rows)), "--json")
    [file] = json.loads(ran.out)["files"]
    assert file["kinds"]["orders"]["loaded"] == 2
    assert file["identifiers_ignored"]["member_card"] == {"invalid": 2}
    assert "spreadsheet" in siyu("-C", brand, "quarantine").out


def test_the_quarantine_names_the_columns_of_the_export(siyu, brand: Path):
    cells = {"订单号": "E1", "归属店铺": "店", "订单创建时间": "2026-05-01 20:00:00", "买家付款时间": "?",
             "订单实付金额": "5.00"}  # fmt: skip
    assert siyu("-C", brand, "load", write(brand.parent / "订单.csv", "youzan_order_2026", [cells])).code == 1
    assert "买家付款时间 (paid_at)" in siyu("-C", brand, "quarantine").out
    [row] = json.loads(siyu("-C", brand, "quarantine", "--json").out)["rows"]
    assert (row["column"], row["named"]) == ("paid_at", "买家付款时间 (paid_at)")


@pytest.mark.parametrize(("error", "told"), [
    (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
    (sqlite3.OperationalError("database or disk is full"), "The disk is full"),
    (sqlite3.OperationalError("attempt to write a readonly database"), "read-only"),
    (OSError(errno.EROFS, "Read-only file system"), "read-only"),
    (sqlite3.OperationalError("disk I/O error"), "did not take what was written"),
    (OperationalError(None, None, sqlite3.OperationalError("database or disk is full")), "The disk is full"),
    (PermissionError(errno.EACCES, "Permission denied", "out.html"), "out.html: permission denied"),
    (OSError(errno.ENAMETOOLONG, "File name too long"), "name of a file or folder is too long"),
])  # fmt: skip
def test_troubles_of_a_disk_are_told_as_such(siyu, brand: Path, monkeypatch, error, told):
    broken(monkeypatch, RuntimeError("the engine failed"), error)
    ran = siyu("check", "-C", brand)
    assert (ran.code, told in ran.err, "bug" in ran.err) == (2, True, False)


def test_a_database_that_goes_away_is_told_as_such(siyu, brand: Path, monkeypatch):
    with pytest.raises(OperationalError) as lost:
        sa.create_engine("postgresql+psycopg://u:p@127.0.0.1:1/x").connect()
    broken(monkeypatch, lost.value)
    ran = siyu("check", "-C", brand)
    assert (ran.code, "out of reach" in ran.err, "bug" in ran.err) == (2, True, False)


def test_ctrl_c_while_an_engine_works_is_ctrl_c(siyu, brand: Path, monkeypatch):
    broken(monkeypatch, RuntimeError("Query interrupted"), KeyboardInterrupt())
    ran = siyu("check", "-C", brand)
    assert (ran.code, "Stopped." in ran.err) == (130, True)


def test_a_log_that_cannot_be_written_is_shown(siyu, brand: Path, monkeypatch):
    phone = str(13_800_001_230 + 4)
    broken(monkeypatch, ValueError(phone))
    (brand / errors.LOG).mkdir()
    ran = siyu("check", "-C", brand)
    assert (ran.code, "ValueError" in ran.err, phone in ran.err) == (2, True, False)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_that_lacks_a_character_shows_a_mark(encoding: str):
    ran = subprocess.run([sys.executable, "-m", "siyu", "settings"], capture_output=True, check=False,
                         env={**os.environ, "PYTHONIOENCODING": encoding})  # fmt: skip
    assert (ran.returncode, b"Traceback" in ran.stderr, b"?" in ran.stdout) == (0, False, True)


def test_a_closed_output_is_no_bug():
    command = f"'{sys.executable}' -m siyu settings >&-"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_scope_names_each_word_once(siyu, brand: Path, tmp_path: Path):
    path = csv(tmp_path, "relations.csv", "relation_type,id.phone\nfan,13800001234")
    ran = siyu("load", path, "--snapshot-of", "2026-06-01", "--scope", "platform=a,platform=b", "-C", brand)
    assert (ran.code, "each name once" in ran.err) == (2, True)


def test_an_empty_path_is_not_the_folder_one_is_in(siyu, brand: Path):
    ran = siyu("load", "", "-C", brand)
    assert (ran.code, "found an empty one" in ran.err) == (2, True)


def test_a_workspace_has_a_name(siyu):
    assert siyu("init", "").code == 2
    assert not Path("siyu.toml").exists()
