"""The day's work: what lies in the inbox is loaded, and no plain copy of it stays."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

import siyu.daily
from siyu.core.errors import MappingError
from siyu.core.files import name_of
from siyu.daily import daily
from siyu.store.workspace import INBOX, Workspace
from tests.sources.arrivals import NOW, csv, in_force, take


@pytest.fixture
def inbox(workspace: Workspace) -> Path:
    """The folder where new exports are laid down, empty."""
    folder = workspace.directory / INBOX
    folder.mkdir()
    return folder


def publish(workspace: Workspace, _document: dict) -> Path:
    return workspace.directory / "page.html"


def test_loaded_files_leave_the_inbox_and_refused_ones_wait_apart(workspace, inbox):
    csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13800000001")
    csv(inbox, "odd.csv", "nothing,known\n 1,2")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.loaded.counts["loaded"], len(day.loaded.files_refused)) == (1, 1)
    assert sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*.csv")) == ["refused/odd.csv"]
    assert len(in_force(workspace, "contents", "fact_id")) == 1
    csv(inbox, "odd.csv", "nothing,known\n 1,2")
    csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-02,13800000001")
    daily(workspace, publish=publish, now=NOW)
    assert sorted(path.name for path in (inbox / "refused").iterdir()) == ["odd-2.csv", "odd.csv"]


def test_what_became_of_the_inbox_is_told_before_there_is_anything_to_measure(workspace, inbox):
    csv(inbox, "products.csv", "sku,name\n a,Lamp")
    csv(inbox, "orders.csv", "o1,2026-01-01,5.00\n o2,2026-01-02,6.00")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.measured, day.published) == (None, None)
    assert (day.loaded.counts["loaded"], len(day.loaded.files_refused)) == (1, 1)
    assert daily(workspace, publish=publish, now=NOW).loaded is None


@pytest.mark.parametrize("folder", ["more", ".more"])
def test_a_file_that_is_read_in_part_is_kept(workspace, inbox, folder):
    with zipfile.ZipFile(inbox / "pack.zip", "w") as pack:
        pack.writestr("contents.csv", "occurred_at,id.phone\n2026-01-01,13800000001")
        pack.writestr(f"{folder}/contents.json", "{}")
    with xlsxwriter.Workbook(inbox / "contents.xlsx") as book:
        for head in (["occurred_at", "id.phone"], ["时间", "手机"]):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, head)
            sheet.write_row(1, 0, ["2026-01-02", "13800000002"])
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.loaded.counts["loaded"], day.loaded.refused) == (2, 0)
    assert sorted(path.name for path in (inbox / "refused").iterdir()) == ["contents.xlsx", "pack.zip"]


def test_a_file_that_took_the_name_of_another_meanwhile_waits_for_the_next_run(workspace, inbox, monkeypatch):
    csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13800000001")
    loading = siyu.daily.load

    def and_replaced(*given, **named):
        report = loading(*given, **named)
        csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-02,13800000002\n 2026-01-03,13800000003")
        return report

    monkeypatch.setattr("siyu.daily.load", and_replaced)
    assert daily(workspace, publish=publish, now=NOW).files
    monkeypatch.undo()
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert day.loaded.counts["loaded"] == 2
    assert not list(inbox.iterdir())


def test_what_is_never_read_is_told(workspace, inbox):
    (inbox / "2026-06-30").mkdir()
    (inbox / "refused").mkdir()
    for name in ("orders.csv.gz", "orders.json", ".DS_Store"):
        (inbox / name).write_bytes(b"x")
    assert daily(workspace, publish=publish, now=NOW).left == ("2026-06-30/", "orders.csv.gz", "orders.json")


def test_a_mistake_in_an_own_mapping_leaves_the_inbox_as_it_is(workspace, inbox):
    exports = csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13800000001")
    own = workspace.directory / "mappings"
    own.mkdir()
    (own / "a.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(MappingError, match=r"a\.toml is not valid TOML"):
        daily(workspace, publish=publish, now=NOW)
    assert list(inbox.iterdir()) == [exports]
    (own / "a.toml").unlink()
    (own / "gone.toml").symlink_to("nowhere")
    with pytest.raises(MappingError, match="no mapping file"):
        daily(workspace, publish=publish, now=NOW)
    (own / "gone.toml").unlink()
    (own / ".#a.toml").symlink_to("user@host.123:456")  # an editor's, for as long as the file is open
    (own / "b.toml").mkdir()
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.loaded.counts["loaded"], list(inbox.iterdir())) == (1, [])


def test_one_amount_of_too_many_digits_stops_neither_its_file_nor_the_day(workspace, inbox):
    csv(inbox, "orders.csv", "order_id,paid_at,paid_amount\n a,2026-01-01,6.9012345678901E+12\n b,2026-01-01,5")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.loaded.counts["loaded"], day.loaded.counts["quarantined"]) == (1, 1)


def test_an_inbox_of_nothing_readable_is_put_away_and_the_day_is_measured(workspace, inbox, tmp_path):
    take(workspace, tmp_path, "contents.csv", "occurred_at,id.phone\n 2026-01-01,13800000001")
    csv(inbox, "odd.csv", "nothing,known\n 1,2")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert [refused["file"] for refused in day.loaded.files_refused] == ["odd.csv"]
    assert day.measured["as_of"] == "2026-01-01"
    assert [path.relative_to(inbox).as_posix() for path in inbox.rglob("*.csv")] == ["refused/odd.csv"]


def test_what_breaks_while_it_is_read_is_put_away_and_the_rest_of_the_day_goes_on(workspace, inbox, tmp_path):
    csv(inbox, "broken.csv", 'occurred_at,id.phone\n "2026-01-01,13800000001\n2026-01-01,13800000001')
    csv(inbox, "contents.csv", "occurred_at,id.phone\n 2026-01-02,13800000001")
    with zipfile.ZipFile(inbox / "two.zip", "w") as archive:
        archive.writestr("odd.csv", "nothing,known\n1,2\n")
        archive.writestr("contents.csv", "occurred_at,id.phone\n2026-01-03,13800000001\n")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert (day.loaded.counts["loaded"], day.measured["as_of"]) == (2, "2026-01-03")
    left = sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file())
    assert left == ["refused/broken.csv", "refused/two.zip"]


def test_a_name_in_gbk_and_bytes_that_are_no_text_stop_nothing(workspace, inbox):
    header = "occurred_at,id.phone\n"
    for name, row in (("contents_订单.csv", "2026-01-01,13800000001"), ("odd_订单.csv", "")):
        path = os.fsencode(inbox) + b"/" + name.encode("gb18030")
        Path(os.fsdecode(path)).write_text(header + row if row else "nothing,known\n1,2\n", encoding="utf-8")
    blobs = pa.table({"occurred_at": ["2026-01-02"], "id.phone": ["13800000001"], "seal": [b"\xff\xfe"]})
    pq.write_table(blobs, inbox / "contents.parquet")
    day = daily(workspace, publish=publish, now=NOW)
    assert day.loaded is not None
    assert [file.file for file in day.loaded.files] == ["contents_订单.csv"]
    refused = {one["file"]: one["message"] for one in day.loaded.files_refused}
    assert sorted(refused) == ["contents.parquet", "odd_订单.csv"]
    assert "column 'seal' (binary) holds values that are no text" in refused["contents.parquet"]
    assert sorted(name_of(path) for path in (inbox / "refused").iterdir()) == ["contents.parquet", "odd_订单.csv"]
    assert [path for path in inbox.iterdir() if path.is_file()] == []
