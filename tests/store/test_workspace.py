"""A workspace: made once, opened with all its mistakes told, keys for its owner only, nothing half-committed kept."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from siyu.core.errors import DamagedError, HeldError, NewerVersionError, SettingsError, WorkspaceError
from siyu.store import workspace as workspaces
from siyu.store.engines import spark_owner
from siyu.store.tables import BY_NAME, FACT_ID_STEP, IDENTIFIER
from siyu.store.workspace import KEYS_VARIABLE, Workspace

ORDERS = BY_NAME["orders"]


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    """The folder of a closed workspace with an empty warehouse."""
    with workspaces.create(tmp_path / "brand") as fresh:
        assert fresh.warehouse.count(ORDERS) == 0
    return tmp_path / "brand"


def order(load_id: int) -> pa.Table:
    return pa.Table.from_pylist([{"fact_id": load_id * FACT_ID_STEP, "load_id": load_id}], schema=ORDERS.schema)


def commit(workspace: Workspace, load_id: int, committed_at: int | None) -> None:
    row = {"load_id": load_id, "file_name": "orders.csv", "file_hash": "", "mapping_name": "orders", "mapping": "",
           "options": "{}", "loaded_at": 1, "counts": "{}", "committed_at": committed_at}
    with workspace.operations.begin() as connection:
        workspace.operations.add_load(connection, **row)


# -- making and opening


def test_making_one_where_one_is_changes_nothing(brand: Path):
    before = (brand / "secret.keys").read_bytes()
    with pytest.raises(WorkspaceError, match="already a workspace"):
        workspaces.create(brand)
    assert (brand / "secret.keys").read_bytes() == before


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path):
    with pytest.raises(WorkspaceError, match="siyu init"):
        workspaces.open_workspace(tmp_path)


def test_mistakes_in_the_settings_are_told_at_open(brand: Path):
    (brand / "siyu.toml").write_text("[brand]\nzone = 'Mars'\ncurrency = 'x'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="2 mistake"):
        workspaces.open_workspace(brand)


# -- keys


def test_only_the_owner_reads_the_keys(brand: Path):
    assert stat.S_IMODE((brand / "secret.keys").stat().st_mode) == 0o600
    assert stat.S_IMODE(brand.stat().st_mode) == 0o700


def test_two_workspaces_share_no_key(brand: Path, tmp_path: Path):
    first, second = workspaces.open_workspace(brand).keys, workspaces.create(tmp_path / "other").keys
    assert len({first.id_secret, first.cipher_key, second.id_secret, second.cipher_key}) == 4


def test_a_missing_key_file_is_not_replaced(brand: Path):
    (brand / "secret.keys").unlink()
    with pytest.raises(WorkspaceError, match=r"missing(.|\n)*backup"):
        workspaces.open_workspace(brand)
    assert not (brand / "secret.keys").exists()


@pytest.mark.parametrize("text", ["", "id_secret = 'xyz'", "not toml", "id_secret = 'ab'\ncipher_key = 'cd'",
                                  "id_secret = 1\ncipher_key = 2", "\udcff"])
def test_a_broken_key_file_is_refused_without_showing_it(brand: Path, text: str):
    (brand / "secret.keys").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(WorkspaceError, match="backup"):
        workspaces.open_workspace(brand)


def test_keys_may_come_from_the_environment(brand: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(KEYS_VARIABLE, f"{'ab' * 32}:{'cd' * 32}")
    (brand / "secret.keys").unlink()
    assert workspaces.open_workspace(brand).keys.cipher_key == b"\xcd" * 32
    monkeypatch.setenv(KEYS_VARIABLE, "only-one")
    with pytest.raises(WorkspaceError, match=KEYS_VARIABLE):
        workspaces.open_workspace(brand)


def test_the_keys_of_another_workspace_are_refused(brand: Path, tmp_path: Path):
    workspaces.create(tmp_path / "other").close()
    own = (brand / "secret.keys").read_bytes()
    (brand / "secret.keys").write_bytes((tmp_path / "other" / "secret.keys").read_bytes())
    with workspaces.open_workspace(brand) as opened, pytest.raises(WorkspaceError, match="not those of this workspace"):
        _ = opened.warehouse
    (brand / "secret.keys").write_bytes(own)
    with workspaces.open_workspace(brand) as opened:
        assert opened.warehouse.count(ORDERS) == 0


def test_the_keys_stand_in_no_other_file(brand: Path):
    keys = workspaces.open_workspace(brand).keys
    for path in brand.rglob("*"):
        if path.is_file() and path.name != "secret.keys":
            content = path.read_bytes()
            assert not any(s in content for k in (keys.id_secret, keys.cipher_key) for s in (k, k.hex().encode()))


# -- the commit point


def land(workspace: Workspace, *names: str) -> None:
    workspace.landed.mkdir(exist_ok=True)
    for name in names:
        (workspace.landed / name).write_bytes(b"sealed")


def landed(brand: Path) -> list[str]:
    return sorted(path.name for path in (brand / "landed").iterdir())


@pytest.mark.parametrize("row_of_it", [True, False])
def test_what_a_load_left_that_was_never_committed_is_dropped_at_open(brand: Path, row_of_it: bool):
    with workspaces.open_workspace(brand) as workspace:
        commit(workspace, 1, 10)
        if row_of_it:
            commit(workspace, 2, None)
        for load_id in (1, 2):
            workspace.warehouse.append(ORDERS, order(load_id))
        land(workspace, "00000001.siyu", "00000002.siyu", "00000002.part", "00000001.part")
    with workspaces.open_workspace(brand) as again:
        assert again.warehouse.load_ids() == {1}
        assert again.warehouse.count(ORDERS) == 1
    assert landed(brand) == ["00000001.siyu"]


def test_the_first_load_of_all_may_be_killed(brand: Path):
    with workspaces.open_workspace(brand) as workspace:
        workspace.warehouse.append(ORDERS, order(1))
        land(workspace, "00000001.siyu")
    with workspaces.open_workspace(brand) as again:
        assert again.warehouse.load_ids() == set()
    assert landed(brand) == []


def with_loads(brand: Path, *loads: int) -> None:
    with workspaces.open_workspace(brand) as workspace:
        for load_id in loads:
            assert workspace.operations.begin_load() == load_id
            commit(workspace, load_id, 10)
            workspace.warehouse.append(ORDERS, order(load_id))
            land(workspace, f"{load_id:08d}.siyu")


@pytest.mark.parametrize("loads", [1, 2, 5])
@pytest.mark.parametrize("lost", [("operations.sqlite",), ("operations.sqlite", "warehouse.duckdb")])
def test_other_operations_cost_no_row(brand: Path, loads: int, lost: tuple[str, ...]):
    """A file that was deleted, or an `operations.url` that names an empty database."""
    with_loads(brand, *range(1, loads + 1))
    own = (brand / "operations.sqlite").read_bytes()
    for name in lost:
        (brand / name).unlink()
    for _time in range(2):
        with workspaces.open_workspace(brand) as workspace, pytest.raises(WorkspaceError) as refused:
            _ = workspace.warehouse
        assert f"know nothing of {loads} load(s)" in refused.value.message
        assert "operations.url" in refused.value.remedy
    assert len(landed(brand)) == loads
    (brand / "operations.sqlite").write_bytes(own)
    if len(lost) == 1:
        with workspaces.open_workspace(brand) as workspace:
            assert workspace.warehouse.count(ORDERS) == loads


@pytest.mark.parametrize("later", [(2,), (2, 3)])
def test_an_older_copy_of_operations_costs_no_row(brand: Path, later: tuple[int, ...]):
    """Not even one that is a single load older, which looks like a load that was cut off."""
    with_loads(brand, 1)
    old = (brand / "operations.sqlite").read_bytes()
    with_loads(brand, *later)
    new = (brand / "operations.sqlite").read_bytes()
    (brand / "operations.sqlite").write_bytes(old)
    with workspaces.open_workspace(brand) as workspace, pytest.raises(WorkspaceError, match="older copy"):
        _ = workspace.warehouse
    (brand / "operations.sqlite").write_bytes(new)
    with workspaces.open_workspace(brand) as workspace:
        assert workspace.warehouse.count(ORDERS) == 1 + len(later)
    assert len(landed(brand)) == 1 + len(later)


@pytest.fixture
def sharing(brand: Path, tmp_path: Path, postgres) -> Iterator[tuple[Workspace, Workspace, str]]:
    """A workspace, a copy of its folder, and the URL of the operations that both use."""
    url = postgres()
    other = tmp_path / "other"
    shutil.copytree(brand, other)
    with workspaces.open_workspace(brand) as one, workspaces.open_workspace(other) as two:
        for workspace in (one, two):
            workspace.settings = workspace.settings.with_values(operations__url=url)
        yield one, two, url


def test_one_warehouse_loads_by_operations_on_postgresql(sharing: tuple[Workspace, Workspace, str]):
    """Another folder with the same keys would share the loads out with it."""
    one, two, _url = sharing
    _ = one.warehouse
    for _time in range(2):
        with pytest.raises(HeldError, match="into a warehouse of its own"):
            _ = two.warehouse
    one.close_warehouse()
    assert two.warehouse.load_ids() == set()
    with pytest.raises(HeldError):
        _ = one.warehouse


def test_a_warehouse_whose_lock_was_cut_takes_it_again_or_loads_no_more(sharing: tuple[Workspace, Workspace, str]):
    """The lock goes with its connection: a server that is restarted, a line that breaks."""
    one, two, url = sharing
    _ = one.warehouse
    _cut(url)
    assert one.operations.begin_load() == 1
    with pytest.raises(HeldError, match="into a warehouse of its own"):
        _ = two.warehouse
    _cut(url)
    _ = two.warehouse
    assert two.operations.begin_load() == 1
    with pytest.raises(HeldError):
        one.operations.begin_load()
    two.close_warehouse()
    for _time in range(2):
        with pytest.raises(HeldError, match="took over"):
            one.operations.begin_load()
    _ = two.warehouse  # nothing holds it off
    two.close_warehouse()
    with pytest.raises(HeldError, match="took over"), one.operations.begin() as connection:
        one.operations.add_load(connection, mapping="", options="")


def _cut(url: str) -> None:
    """End every connection to a database but this one."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    engine.dispose()


# -- files that will not open


@pytest.fixture
def holder(brand: Path) -> Iterator[subprocess.Popen]:
    """Another process that holds the warehouse."""
    code = f"import duckdb; c = duckdb.connect({str(brand / 'warehouse.duckdb')!r}); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    yield process
    process.communicate("\n")


def test_a_held_file_names_its_holder(brand: Path, holder: subprocess.Popen):
    with workspaces.open_workspace(brand) as workspace, pytest.raises(HeldError) as refused:
        _ = workspace.warehouse
    assert f"process {holder.pid}" in refused.value.message
    assert "try again" in refused.value.remedy


def test_a_spark_warehouse_is_held_while_it_is_open_and_while_another_takes_its_place(brand: Path):
    """Whoever has it open would go on writing into the folder that was set aside."""
    folder = brand / "warehouse"
    with workspaces.open_workspace(brand) as workspace:
        workspace.settings = workspace.settings.with_values(warehouse__engine="spark")
        with spark_owner.held(folder), pytest.raises(HeldError, match=rf"process {os.getpid()}"), workspace.alone():
            pass
        with workspace.alone():
            folder.mkdir()
            folder.rename(brand / "warehouse.aside-1")
            with pytest.raises(HeldError):
                spark_owner.held(folder)
        spark_owner.held(folder).close()


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000, b"\0" * 20_000])
def test_a_damaged_file_is_told_and_stays_as_it_is(brand: Path, content: bytes):
    path = brand / "warehouse.duckdb"
    whole = path.read_bytes()
    damaged = content or whole[:4096] + b"\xff" * (len(whole) - 4096)
    path.write_bytes(damaged)
    with workspaces.open_workspace(brand) as workspace, pytest.raises(DamagedError, match="will not open"):
        _ = workspace.warehouse
    assert path.read_bytes() == damaged


def test_a_newer_layout_is_refused_with_the_version_it_has(brand: Path):
    connection = duckdb.connect(brand / "warehouse.duckdb")
    connection.execute("UPDATE _siyu SET warehouse_version = 99")
    connection.close()
    with workspaces.open_workspace(brand) as workspace, pytest.raises(NewerVersionError, match="version 99"):
        _ = workspace.warehouse


def test_a_file_of_an_older_siyu_is_told_by_the_columns_it_lacks(brand: Path):
    connection = duckdb.connect(brand / "warehouse.duckdb")
    connection.execute("ALTER TABLE identifier DROP COLUMN key_word")
    connection.execute("ALTER TABLE _siyu DROP COLUMN declared")
    connection.close()
    with workspaces.open_workspace(brand) as workspace, pytest.raises(DamagedError, match=r"older.*\.key_word"):
        _ = workspace.warehouse


def test_a_file_of_a_siyu_that_knew_fewer_tables_gets_the_others(brand: Path):
    connection = duckdb.connect(brand / "warehouse.duckdb")
    connection.execute("DROP TABLE identifier")
    connection.execute("UPDATE _siyu SET declared = 'of another siyu'")
    connection.close()
    for _ in range(2):
        with workspaces.open_workspace(brand) as workspace:
            assert workspace.warehouse.count(IDENTIFIER) == 0


def test_a_file_of_a_newer_duckdb_is_not_taken_for_damaged(brand: Path):
    path = brand / "warehouse.duckdb"
    content = bytearray(path.read_bytes())
    content[12:20] = (9999).to_bytes(8, "little")  # DuckDB's main header: checksum, "DUCK", storage version
    words = np.frombuffer(bytes(content[8:4096]), dtype="<u8") * np.uint64(0xBF58476D1CE4E5B9)
    content[:8] = (int(np.bitwise_xor.reduce(words)) ^ 5381).to_bytes(8, "little")
    path.write_bytes(content)
    with workspaces.open_workspace(brand) as workspace, pytest.raises(NewerVersionError, match=r"newer"):
        _ = workspace.warehouse


def test_what_the_holder_of_a_file_has_spilled_stays(brand: Path, holder: subprocess.Popen):
    spilled = brand / "warehouse.duckdb.tmp"
    spilled.mkdir()
    (spilled / "rows.tmp").write_bytes(b"rows")
    with workspaces.open_workspace(brand) as workspace, pytest.raises(HeldError):
        _ = workspace.warehouse
    assert (spilled / "rows.tmp").exists()


def test_what_the_engine_spilled_before_a_kill_is_wiped_at_open(brand: Path):
    spilled = brand / "warehouse.duckdb.tmp"
    spilled.mkdir()
    (spilled / "duckdb_temp_storage-0.tmp").write_bytes(b"rows")
    with workspaces.open_workspace(brand) as workspace:
        assert workspace.warehouse.load_ids() == set()
        assert not list(spilled.glob("*"))


def test_closing_twice_or_without_opening_is_no_mistake(brand: Path):
    workspace = workspaces.open_workspace(brand)
    workspace.close()
    assert workspace.warehouse.count(ORDERS) == 0
    workspace.close()
    workspace.close()


def test_the_settings_choose_where_spark_keeps_its_tables(brand: Path):
    text = (brand / "siyu.toml").read_text(encoding="utf-8")
    text = re.sub(r"# engine = .*", 'engine = "spark"', text)
    (brand / "siyu.toml").write_text(text, encoding="utf-8")
    assert workspaces.open_workspace(brand).settings["warehouse.engine"] == "spark"


def test_a_workspace_moves_with_its_folder(brand: Path, tmp_path: Path):
    os.rename(brand, tmp_path / "moved 到 'here'")
    with workspaces.open_workspace(tmp_path / "moved 到 'here'") as workspace:
        assert workspace.warehouse.query("SELECT count(*) AS n FROM orders").to_pylist() == [{"n": 0}]
        assert workspace.operations.committed_loads() == []
