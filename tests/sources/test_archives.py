"""Archives load as the files inside, by the names they have there, and never fill a disk or a memory."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from siyu.core.errors import SourceError
from siyu.sources.load import load
from siyu.sources.readers import archive, place
from tests.sources.arrivals import NOW, csv, in_force, take
from tests.sources.oldbooks import xls

ORDERS = "order_id,paid_at,paid_amount\n1,2026-03-01,9.90\n2,2026-03-02,5\n"
LATER = "order_id,paid_at,paid_amount\n3,2026-03-03,1\n"


def zipped(path: Path, files: dict[str, str | bytes], *, stored: bool = False) -> Path:
    """An archive as written today: names in UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def in_gbk(path: Path, name: str, content: str) -> Path:
    """An archive as made by Chinese Windows: names in GBK, and nothing that says so."""
    raw = name.encode("gbk")
    zipped(path, {"x" * len(raw): content})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    return path


def entries(path: Path, offset: int, value: bytes) -> Path:
    """The archive with other bytes at a place of each entry of its directory."""
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + offset : at + offset + len(value)] = value
    path.write_bytes(bytes(data))
    return path


def test_files_of_an_archive_load_under_its_name_and_theirs(workspace, tmp_path):
    path = zipped(tmp_path / "exports.zip", {"2026/orders-b.csv": LATER, "orders-a.csv": ORDERS, "2026/": ""})
    report = load(workspace, [path], now=NOW)
    assert [(f.file, f.read) for f in report.files] == [
        ("exports.zip/2026/orders-b.csv", 1), ("exports.zip/orders-a.csv", 2)]  # fmt: skip
    assert [order for (order,) in in_force(workspace, "orders", "order_id")] == ["1", "2", "3"]


def test_an_archive_holds_what_its_files_hold(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", ORDERS)
    report = load(workspace, [zipped(tmp_path / "again.zip", {"orders.csv": ORDERS})], now=NOW)
    assert report.counts["duplicate"] == 2


def test_names_in_gbk_are_read_as_they_were_meant(workspace, tmp_path):
    report = load(workspace, [in_gbk(tmp_path / "导出.zip", "订单/orders.csv", ORDERS)], now=NOW)
    assert report.files[0].file == "导出.zip/订单/orders.csv"


@pytest.mark.parametrize("stored", [True, False])
def test_workbooks_inside_are_files_and_not_taken_for_the_archive(workspace, tmp_path, stored):
    book = xls([["order_id", "paid_at", "paid_amount"], ["1", "2026-03-01", "9.9"]])
    inner = zipped(tmp_path / "inner.zip", {"orders.csv": ORDERS}).read_bytes()
    path = zipped(tmp_path / "o.zip", {"orders.xls": book, "more.zip": inner, "说明.pdf": "%PDF"}, stored=stored)
    report = load(workspace, [path], now=NOW)
    assert [(f.file, f.read) for f in report.files] == [("o.zip/orders.xls", 1)]


def test_a_folder_gives_its_archives_too(workspace, tmp_path):
    (tmp_path / "in").mkdir()
    csv(tmp_path / "in", "orders-a.csv", ORDERS)
    zipped(tmp_path / "in" / "b.zip", {"orders-b.csv": LATER, "__MACOSX/._orders-b.csv": "x", ".DS_Store": "x"})
    assert [f.file for f in load(workspace, [tmp_path / "in"], now=NOW).files] == ["b.zip/orders-b.csv", "orders-a.csv"]


@pytest.mark.parametrize("name", [".\\orders-b.csv", "./orders-b.csv", ".备份/orders-b.csv", "../b.csv", ".orders.csv"])
def test_a_name_that_begins_with_a_point_is_a_name(workspace, tmp_path, name):
    path = zipped(tmp_path / "o.zip", {"orders-a.csv": ORDERS, name: LATER})
    report = load(workspace, [path], now=NOW)
    assert {file.file for file in report.files} == {"o.zip/orders-a.csv", f"o.zip/{name}"}
    assert report.left_out == []


def test_litter_goes_unnamed_and_what_else_is_not_read_is_named(workspace, tmp_path):
    litter = ("__MACOSX/._orders.csv", "__MACOSX\\orders.csv", "2026/._orders.csv", ".DS_Store", "2026/Thumbs.db")
    path = zipped(tmp_path / "o.zip", {"orders.csv": ORDERS, ".备份/orders.bak": "x", **dict.fromkeys(litter, "x")})
    report = load(workspace, [path], now=NOW)
    assert ([f.file for f in report.files], report.left_out) == (["o.zip/orders.csv"], ["o.zip/.备份/orders.bak"])


def test_a_file_that_cannot_be_read_leaves_the_others_of_the_archive(workspace, tmp_path):
    path = zipped(tmp_path / "o.zip", {"orders.csv": ORDERS, "other.csv": "x,y\n1,2\n"})
    report = load(workspace, [path], now=NOW)
    assert [f["file"] for f in report.files_refused] == ["o.zip/other.csv"]
    assert report.counts["loaded"] == 2


def test_an_archive_cut_short_is_refused(workspace, tmp_path):
    path = zipped(tmp_path / "o.zip", {"orders.csv": ORDERS})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceError, match=r"o\.zip: expected a ZIP archive, found one that is damaged or cut short"):
        load(workspace, [path], now=NOW)


def test_a_file_damaged_inside_is_refused_and_nothing_of_it_is_kept(workspace, tmp_path):
    path = zipped(tmp_path / "o.zip", {"orders.csv": ORDERS}, stored=True)
    path.write_bytes(path.read_bytes().replace(b"9.90", b"9.91"))
    with pytest.raises(SourceError, match=r"o\.zip/orders\.csv: expected a file that unpacks"):
        load(workspace, [path], now=NOW)
    assert in_force(workspace, "orders", "order_id") == []


def test_an_archive_locked_by_a_password_is_refused_in_plain_words(workspace, tmp_path):
    path = entries(zipped(tmp_path / "o.zip", {"orders.csv": ORDERS}), 8, b"\x01\x00")
    with pytest.raises(SourceError, match="locked by a password") as refused:
        load(workspace, [path], now=NOW)
    assert "Unpack it with the password" in refused.value.remedy


def test_an_archive_made_to_fill_a_disk_is_refused_unread(workspace, tmp_path):
    path = entries(zipped(tmp_path / "bomb.zip", {"orders.csv": "0" * 1000}), 24, (2**32 - 2).to_bytes(4, "little"))
    many = zipped(tmp_path / "many.zip", {f"{i}.csv": "" for i in range(archive.MOST_FILES + 1)})
    assert archive.places(path, (".csv",))[0].size == 2**32 - 2
    five = zipped(tmp_path / "five.zip", {f"{i}.csv": "0" for i in range(5)})
    entries(five, 24, (2**32 - 2).to_bytes(4, "little"))
    for bomb in (five, many):
        with pytest.raises(SourceError, match=r"at most 2,000 files of 16 GB in all"):
            load(workspace, [bomb], now=NOW)


def test_a_large_workbook_inside_is_left_to_whoever_unpacks_it(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "MOST_IN_MEMORY", 100)
    path = zipped(tmp_path / "o.zip", {"orders.xls": xls([["order_id"]])})
    with pytest.raises(SourceError, match=r"o\.zip/orders\.xls: expected at most"):
        load(workspace, [path], now=NOW)


def test_an_archive_without_exports_says_what_it_holds(workspace, tmp_path):
    path = zipped(tmp_path / "o.zip", {"readme.pdf": "x"})
    with pytest.raises(SourceError, match=r"found readme\.pdf") as refused:
        load(workspace, [path], now=NOW)
    assert ".csv" in refused.value.remedy
