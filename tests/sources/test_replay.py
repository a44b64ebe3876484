"""A warehouse that will not open is set aside and rebuilt, equal to the last id."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from subprocess import PIPE

import pytest

from siyu.core.errors import DamagedError, HeldError, SettingsError, SourceError, WorkspaceError
from siyu.core.settings import defaults
from siyu.sources.doors import asks
from siyu.sources.load import load
from siyu.sources.replay import rebuild, replay
from siyu.store import tables
from siyu.store.workspace import create, open_workspace
from tests.sources.arrivals import LATER, NOW, take

DATABASE = "warehouse.duckdb"


def rows(workspace):
    """Every fact and derived refund with all its columns; ciphers are salted anew."""
    owned = [t for t in tables.TABLES if t.fact or t.owner == "sources"]
    return {t.name: sorted((tuple(v for k, v in row.items() if k != "cipher")
                            for row in workspace.warehouse.rows(t.expr())), key=repr) for t in owned}


def busy(workspace, folder):
    """Loads of every sort: duplicates, corrections, quarantine, a mapping, snapshots, cancellations, a refund."""
    text = "order_id,paid_at,paid_amount,refund_amount,id.phone\n o1,2026-03-01,10,4,13800000001\n o2,never,5,,"
    take(workspace, folder, "orders.csv", text)
    take(workspace, folder, "orders.csv", text.replace(",10,", ",12,"), now=LATER)
    take(workspace, folder, "cd.txt", "00004 0001 19970101 2 29.33\n 00005 0002 19970101 2 0", mapping="cdnow")
    for day, people in (("2026-06-01", ("1", "2", "3")), ("2026-07-01", ("1", "4"))):
        list_ = "id.phone\n" + "\n".join(f"1380000000{p}" for p in people)
        take(workspace, folder, "relations.csv", list_, kind="relations", allow_drop=True,
             snapshot_of=day_of(day), scope={"relation_type": "fan", "platform": "youzan"})
    header = "order_id,line_no,quantity,paid_amount,unit_price,occurred_at,takes_back,sku,id.customer\n"
    lines = "c1,1,-2,-4,2,2026-03-02,true,s,a\no1,1,5,10,2,2026-03-01,0,s,a"
    take(workspace, folder, "order_lines.csv", header + lines)


def day_of(text):
    return dt.date.fromisoformat(text)


def test_a_damaged_warehouse_is_set_aside_and_rebuilt_row_for_row(workspace, tmp_path):
    busy(workspace, tmp_path)
    before = rows(workspace)
    workspace.close()
    (workspace.directory / DATABASE).write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedError):
        _ = workspace.warehouse
    report = rebuild(workspace, LATER)
    assert report.equal
    assert rows(workspace) == before
    assert (workspace.directory / report.set_aside[0]).read_bytes().startswith(b"not a database")


HOLDING = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def test_a_warehouse_that_another_process_has_open_is_not_rebuilt(workspace, tmp_path):
    """It would go on writing into the file that was set aside."""
    busy(workspace, tmp_path)
    before = rows(workspace)
    workspace.close()
    path = workspace.directory / DATABASE
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdin=PIPE, stdout=PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(HeldError, match=f"held by process .*{holder.pid}"):
            rebuild(workspace, LATER)
        holder.communicate()
    assert [found.name for found in workspace.directory.glob("warehouse*")] == [DATABASE]
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


@pytest.mark.parametrize("there", [True, False], ids=["file", "no file"])
def test_two_rebuilds_do_not_run_at_once(workspace, tmp_path, there):
    busy(workspace, tmp_path)
    before = rows(workspace)
    workspace.close()
    if not there:
        (workspace.directory / DATABASE).unlink()
    held = ("import sys; from siyu.store.engines.duck_file import held; from pathlib import Path\n"
            "with held(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()")
    command = [sys.executable, "-c", held, str(workspace.directory / DATABASE)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HeldError):
            rebuild(workspace, LATER)
        holder.communicate()
    assert (workspace.directory / DATABASE).exists() is there
    report = rebuild(workspace, LATER)
    assert (report.equal, len(report.set_aside)) == (True, int(there))
    assert rows(workspace) == before


def test_what_is_no_file_is_set_aside_as_well(workspace, tmp_path):
    busy(workspace, tmp_path)
    before = rows(workspace)
    workspace.close()
    (workspace.directory / DATABASE).unlink()
    (workspace.directory / DATABASE).mkdir()
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


def test_while_a_rebuild_is_under_way_no_other_process_opens_the_warehouse(workspace, tmp_path):
    busy(workspace, tmp_path)
    workspace.close()
    opened = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    asked = []

    def ask(*_):
        asked.append(subprocess.run([sys.executable, "-c", opened, str(workspace.directory / DATABASE)],
                                    capture_output=True, text=True, check=False).stderr)

    rebuild(workspace, LATER, progress=ask)
    assert asked
    assert all("Conflicting lock is held" in answer for answer in asked)


def test_a_mapping_that_changed_since_is_replayed_as_it_was(workspace, tmp_path):
    path = tmp_path / "m.toml"
    mapping = 'name = "m"\n[[rows]]\nkind = "products"\n[rows.columns]\nsku = "a"\nname = { const = "old" }'
    path.write_text(mapping, encoding="utf-8")
    take(workspace, tmp_path, "f.csv", "a,b\n 1,2", mapping=str(path))
    path.write_text(mapping.replace("old", "new"), encoding="utf-8")
    before = rows(workspace)
    rebuild(workspace, LATER)
    assert rows(workspace) == before


def test_the_region_of_phones_is_that_of_the_load(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_at,paid_amount,id.phone\n o1,2026-03-01,5,13800000001")
    before = rows(workspace)
    workspace.settings = workspace.settings.with_values(brand__phone_region="US")
    rebuild(workspace, LATER)
    assert rows(workspace) == before


@pytest.mark.parametrize(("then", "now"), [
    ({}, {"identity__blocked_phones": ["13800000001"]}), ({}, {"identity__blocked": ["u1"]}),
    ({}, {"identity__not_linking": []}),
    ({"identity__not_linking": ["device", "unionid"]}, {"identity__not_linking": ["device"]})])  # fmt: skip
def test_a_rebuild_reads_everything_with_the_settings_of_today(tmp_path, then, now):
    """Who is nobody, and what links, is asked of all that was ever loaded."""
    text = ("order_id,paid_at,paid_amount,id.phone,id.unionid,id.device\n o1,2026-03-01,5,13800000001,u1,d1\n"
            "o2,2026-03-01,5,13800000002,u1,d1\n o3,2026-03-01,5,,u2,d1")  # fmt: skip
    new = defaults().with_values(**now)
    with create(tmp_path / "old", defaults().with_values(**then)) as old, create(tmp_path / "new", new) as fresh:
        fresh.use(old.keys)
        for workspace in (old, fresh):
            take(workspace, tmp_path, "orders.csv", text)
        old.close_warehouse()
        old.settings = new
        assert rows(old) != rows(fresh)
        assert rebuild(old, LATER).equal
        assert rows(old) == rows(fresh)
        assert take(old, tmp_path, "orders.csv", text, now=LATER).counts["duplicate"] == 3


NAIVE = "order_id,paid_at,paid_amount\n o1,2026-03-01 10:00:00,10"


@pytest.mark.parametrize(("then", "later", "now"), [
    ({"brand__zone": "America/New_York"}, NAIVE.replace(" 10:00:00", "T10:00:00+08:00"), {}),
    ({}, "order_id,paid_at,paid_amount,id.phone\n o1,2026-03-01 10:00:00,10,13800000001",
     {"identity__blocked_phones": ["13800000001"]}),
], ids=["zone", "blocked"])  # fmt: skip
def test_a_load_of_which_a_rebuild_leaves_no_fact_keeps_nothing_from_opening(tmp_path, then, later, now):
    """Its rows are those of a load before it, once all are read with the settings of today."""
    with create(tmp_path / "brand", defaults().with_values(**then)) as workspace:
        take(workspace, tmp_path, "orders.csv", NAIVE)
        assert take(workspace, tmp_path, "orders.csv", later, now=LATER).counts["corrected"] == 1
        workspace.close_warehouse()
        workspace.settings = defaults().with_values(**now)
        report = rebuild(workspace, LATER)
        assert [load.equal for load in report.loads] == [True, False]
        assert workspace.warehouse.count(tables.BY_NAME["orders"]) == 1
        assert rebuild(workspace, LATER).equal


@pytest.mark.parametrize(("name", "then", "now"), [
    ("zone", "Asia/Shanghai", "America/New_York"), ("currency", "CNY", "JPY")])  # fmt: skip
def test_a_zone_or_currency_that_changed_is_refused_until_everything_is_read_again(tmp_path, name, then, now):
    text = "order_id,paid_at,paid_amount,id.phone\n o1,2026-03-08T04:00:00+00:00,5,13800000001\n o2,2026-03-08,7,"
    other = {f"brand__{name}": now}
    with create(tmp_path / "old") as workspace, create(tmp_path / "new", defaults().with_values(**other)) as new:
        new.use(workspace.keys)
        take(new, tmp_path, "orders.csv", text)
        take(workspace, tmp_path, "orders.csv", text)
        assert rows(workspace) != rows(new)
        workspace.close_warehouse()
        workspace.settings = workspace.settings.with_values(**other)
        with pytest.raises(SettingsError, match=rf"brand\.{name} is {now} now, .* while it was {then}") as refused:
            take(workspace, tmp_path, "orders.csv", text.replace("o1", "o3"))
        assert "siyu rebuild" in refused.value.remedy
        assert rebuild(workspace, LATER).equal
        assert rows(workspace) == rows(new)
        assert take(workspace, tmp_path, "orders.csv", text, now=LATER).counts["duplicate"] == 2


def test_a_warehouse_file_that_was_removed_is_damage_not_an_empty_brand(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount\n o1,5")
    before = rows(workspace)
    workspace.close()
    (workspace.directory / DATABASE).unlink()
    with pytest.raises(DamagedError, match="lacks the facts of 1 load"):
        _ = workspace.warehouse
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


def test_operations_of_another_workspace_rebuild_nothing(workspace, tmp_path):
    busy(workspace, tmp_path)
    before = rows(workspace)
    workspace.close()
    path = workspace.directory / "operations.sqlite"
    own = path.rename(tmp_path / "own.sqlite")
    with pytest.raises(WorkspaceError, match=r"know nothing of 6 load\(s\)"):
        rebuild(workspace, LATER)
    workspace.close()
    own.rename(path)
    assert rows(workspace) == before
    assert not list(workspace.directory.glob("*.aside-*"))


def test_a_landed_file_that_is_gone_is_told(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount\n o1,5")
    next(workspace.landed.iterdir()).unlink()
    report = rebuild(workspace, LATER)
    assert (report.equal, report.missing) == (False, ["00000001.siyu (orders.csv)"])


def test_without_a_landed_file_the_workspace_opens_and_its_rows_may_be_loaded_again(workspace, tmp_path):
    texts = [f"order_id,paid_at,paid_amount\n o{n},2026-06-01,5" for n in range(2)]
    for text in texts:
        take(workspace, tmp_path, "orders.csv", text)
    lost, aside = workspace.landed / "00000001.siyu", tmp_path / "aside"
    lost.rename(aside)
    assert rebuild(workspace, LATER).missing == ["00000001.siyu (orders.csv)"]
    assert workspace.warehouse.load_ids() == {2}
    assert rebuild(workspace, LATER).equal
    aside.rename(lost)
    rebuild(workspace, LATER)
    assert workspace.warehouse.load_ids() == {1, 2}
    lost.unlink()
    assert rebuild(workspace, LATER).missing == ["00000001.siyu (orders.csv)"]
    assert [take(workspace, tmp_path, "orders.csv", text).counts["loaded"] for text in texts] == [1, 0]


def test_loading_goes_on_after_a_rebuild(workspace, tmp_path, shared):
    files = [shared / "oracles" / "brand_11" / name for name in ("orders.csv", "members.csv")]
    load(workspace, files, now=NOW)
    rebuild(workspace, LATER)
    again = load(workspace, files, now=LATER)
    assert again.counts["duplicate"] == again.read


@pytest.mark.parametrize("again", [lambda brand: rebuild(brand, LATER), lambda brand: replay(brand, NOW.date())],
                         ids=["rebuild", "replay"])  # fmt: skip
def test_what_is_still_to_be_asked_for_at_the_other_side_stays_so(workspace, tmp_path, again):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_at,paid_amount\no1,2026-03-01,10")
    asks.note(workspace.operations, "wecom", ["chat-1"])
    again(workspace)
    assert asks.noted(workspace.operations, "wecom") == ["chat-1"]


def test_a_day_is_replayed_with_what_followed_it_row_for_row(workspace, tmp_path):
    busy(workspace, tmp_path)
    before = rows(workspace)
    report = replay(workspace, LATER.date())
    assert [load.load_id for load in report.loads] == [2]
    assert report.equal
    assert replay(workspace, NOW.date()).equal
    assert rows(workspace) == before


def test_a_replay_that_dies_leaves_the_warehouse_as_it_was(workspace, tmp_path, monkeypatch):
    busy(workspace, tmp_path)
    before = rows(workspace)
    with monkeypatch.context() as patched:
        patched.setattr("siyu.sources.replay.pipeline.run", lambda *_args, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            replay(workspace, NOW.date())
    assert rows(workspace) == before


def test_a_day_without_loads_or_without_its_landed_rows_is_refused(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_at,paid_amount\no1,2026-03-01,10")
    with pytest.raises(SourceError, match="Nothing was loaded"):
        replay(workspace, day_of("2030-01-01"))
    next(workspace.landed.iterdir()).unlink()
    with pytest.raises(SourceError, match="gone"):
        replay(workspace, NOW.date())


def test_a_folder_without_the_landed_rows_of_a_shared_database_takes_nothing_from_the_one_that_has_them(
    tmp_path, postgres
):
    settings = defaults().with_values(operations__url=postgres())
    with create(tmp_path / "one", settings) as workspace:
        take(workspace, tmp_path, "orders.csv", "order_id,paid_at,paid_amount\n o1,2026-03-01,5")
        before, told = rows(workspace), workspace.operations.loads_with_facts({1})
    shutil.copytree(tmp_path / "one", tmp_path / "other", ignore=shutil.ignore_patterns("landed", DATABASE))
    (tmp_path / "other" / "landed").mkdir()
    with open_workspace(tmp_path / "other") as other:
        with pytest.raises(WorkspaceError, match=r"The landed rows of 1 load\(s\) are not in this folder") as refused:
            rebuild(other, LATER)
        assert "--without-lost" in refused.value.remedy
    with open_workspace(tmp_path / "one") as workspace:
        assert (rows(workspace), workspace.operations.loads_with_facts({1})) == (before, told)
    with open_workspace(tmp_path / "other") as other:
        assert rebuild(other, LATER, without_lost=True).missing == ["00000001.siyu (orders.csv)"]
