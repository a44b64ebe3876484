"""A backup is whole or not there, says nothing to who has not the id secret, and comes back as it was, without those
erased since.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from siyu.core.errors import NewerVersionError, PrivacyError
from siyu.core.identifiers import Keys
from siyu.measures.measure import measure
from siyu.privacy import erase, requests
from siyu.privacy.backup import archive, database, erased, place, stream
from siyu.privacy.backup.make import make
from siyu.privacy.backup.restore import Asked, restore
from siyu.privacy.docket import Case
from siyu.sources import live
from siyu.sources.load import load
from siyu.store.audit import acts
from siyu.store.database import connect
from siyu.store.operations import Operations
from siyu.store.schema import METADATA, TOMBSTONE
from siyu.store.workspace import Workspace, open_workspace
from tests.privacy.planted import AFTER, ANNA, DAY, PHONE, VALUES, bytes_of, marks, sealed
from tests.sources.arrivals import everything

CHILD = """
import datetime, pathlib, sys
from siyu.privacy.backup.make import make
from siyu.privacy.backup.restore import Asked, restore
from siyu.store.workspace import keys_in, open_workspace
brand, path, to = map(pathlib.Path, sys.argv[2:5])
now = datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC)
print("ready", flush=True)
if sys.argv[1] == "backup":
    with open_workspace(brand) as workspace:
        make(workspace, path, actor="cli", now=now)
else:
    restore(Asked(path, to, keys_in(brand / "secret.keys")), actor="cli", now=now)
"""


@pytest.fixture(scope="module")
def backed_up(grown: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workspace `brand` and its archive `one`; not to be changed."""
    folder = tmp_path_factory.mktemp("backed-up")
    shutil.copytree(grown / "brand", folder / "brand")
    (folder / "brand" / "metrics").mkdir()
    (folder / "brand" / "metrics" / "ours.txt").write_text("own", encoding="utf-8")
    with open_workspace(folder / "brand") as workspace:
        make(workspace, folder / "one", actor="cli", now=AFTER)
    return folder


@pytest.fixture
def copied(backed_up: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    folder = tmp_path / "copied"
    shutil.copytree(backed_up, folder)
    with open_workspace(folder / "brand") as workspace:  # the copy is told of its own erasures
        workspace.operations.set_state(erased.FOLDER, str(folder))
    return folder


def keys(folder: Path) -> Keys:
    with open_workspace(folder / "brand") as workspace:
        return workspace.keys


def restored(folder: Path, to: Path, **options) -> Workspace:
    """The archive restored, open."""
    restore(Asked(folder / "one", to, keys(folder), **options), actor="cli", now=AFTER)
    return open_workspace(to)


def forget(workspace: Workspace, phone: str) -> None:
    request = requests.file(workspace, f"phone:{phone}", Case(reference="case 7"), actor="cli", now=AFTER)
    requests.approve(workspace.operations, request.number, actor="cli", now=AFTER)
    erase.run(workspace, actor="cli", now=AFTER)


def held(workspace: Workspace) -> dict[str, int]:
    """Rows of operations by table."""
    with workspace.operations.connect() as connection:
        return {table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in METADATA.sorted_tables if table.name not in ("audit", "state")}  # fmt: skip


def test_it_comes_back_as_it_was(backed_up, tmp_path):
    with open_workspace(backed_up / "brand") as was, restored(backed_up, tmp_path / "again") as now:
        assert (everything(now), sealed(now), held(now)) == (everything(was), sealed(was), held(was))
        assert now.inbox.waiting() == was.inbox.waiting() != (0, 0, None)
        assert measure(now, as_of=DAY, window=30, now=AFTER) == measure(was, as_of=DAY, window=30, now=AFTER)
        assert (now.directory / "metrics" / "ours.txt").read_text(encoding="utf-8") == "own"
        assert next(act.act for act in acts(now.operations)) == "backup.restore"
        assert next(act.act for act in acts(was.operations)) == "backup.make"


def test_what_a_killed_load_had_claimed_waits_again(copied, tmp_path):
    (copied / "one").unlink()
    with open_workspace(copied / "brand") as was:
        claim = was.inbox.claim("segment")
        assert claim is not None
        make(was, copied / "one", actor="cli", now=AFTER)
    with restored(copied, tmp_path / "again") as now:
        assert now.inbox.claims() == [claim.token]
        live.recover(now)
        again = now.inbox.claim("segment")
        assert again is not None
        assert again.arrivals == claim.arrivals


def test_a_restored_workspace_goes_on(backed_up, grown, tmp_path):
    with restored(backed_up, tmp_path / "again") as now:
        drained = live.drain(now, now=AFTER)
        assert drained.messages == 2
        report = load(now, [grown / "files" / "orders.csv"], now=AFTER)
        assert report.counts["loaded"] == 0


def test_the_archive_tells_nothing_without_the_id_secret(backed_up):
    data = (backed_up / "one").read_bytes() + erased.path_of(backed_up, keys(backed_up)).read_bytes()
    with open_workspace(backed_up / "brand") as workspace:
        secrets = (workspace.keys.id_secret, workspace.keys.cipher_key)
        told = [*marks(workspace).values(), *secrets, *(secret.hex().encode() for secret in secrets)]
    assert [value for value in [*told, *(v.encode() for v in VALUES), b"orders", b"PAR1"] if value in data] == []
    assert (backed_up / "one").stat().st_mode & 0o077 == 0
    with pytest.raises(PrivacyError, match="another id secret"):
        archive.verify(backed_up / "one", Keys(bytes(32), secrets[1]), lambda *_: None)


def test_the_cipher_key_of_its_day_lies_inside(backed_up, tmp_path):
    given = Keys(keys(backed_up).id_secret, keys(backed_up).cipher_key)
    restore(Asked(backed_up / "one", tmp_path / "again", given), actor="cli", now=AFTER)
    assert (tmp_path / "again" / "secret.keys").stat().st_mode & 0o077 == 0
    with open_workspace(tmp_path / "again") as now:
        assert (now.keys, ANNA in sealed(now)) == (given, True)


# -- who was erased since


@pytest.mark.slow
def test_nobody_erased_since_comes_back(copied, tmp_path):
    with open_workspace(copied / "brand") as workspace:
        wanted = marks(workspace)
        forget(workspace, PHONE)
        (receipt,) = requests.listing(workspace.operations)
        left = everything(workspace)
    with restored(copied, tmp_path / "again") as now:
        (request,) = requests.listing(now.operations)
        live.drain(now, now=AFTER)
        assert (request.status, request.receipt, request.reference) == ("done", receipt.receipt, "case 7")
        assert everything(now) == left
        assert ([value for value in VALUES if value in sealed(now)], ANNA in sealed(now)) == ([], True)
    for name, data in bytes_of(tmp_path / "again").items():
        shown = [value for value in VALUES if value.encode() in data or value.encode("gb18030") in data]
        told = [] if name.startswith("operations") else [what for what, mark in wanted.items() if mark in data]
        assert (name, shown, told) == (name, [], [])


def test_without_the_list_it_is_not_guessed(copied, tmp_path):
    erased.path_of(copied, keys(copied)).unlink()
    with pytest.raises(PrivacyError, match="not known"):
        restored(copied, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    with restored(copied, tmp_path / "again", erased="none") as now:
        assert PHONE in sealed(now)


def test_the_list_is_kept_up_to_date_or_said_to_lack_somebody(copied, tmp_path):
    with open_workspace(copied / "brand") as workspace:
        away = tmp_path / "away"
        workspace.operations.set_state(erased.FOLDER, str(away))
        bury(workspace, 7)
        assert (erased.tell(workspace, AFTER), erased.untold(workspace)) == ((away,), {away: 1})
        away.mkdir()
        assert (erased.tell(workspace, AFTER), erased.untold(workspace)) == ((), {})


def test_every_folder_that_holds_a_backup_is_told(copied, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    with open_workspace(copied / "brand") as workspace:
        make(workspace, other / "two", actor="cli", now=AFTER)
        bury(workspace, 7)
        assert erased.tell(workspace, AFTER) == ()
        assert erased.folders_of(workspace.operations) == (copied, other)
        lists = [erased.read(erased.path_of(folder, workspace.keys), workspace.keys) for folder in (copied, other)]
    assert lists[0].rows == lists[1].rows


def test_the_workspace_itself_or_a_list_may_say_who_was_erased(copied):
    with open_workspace(copied / "brand") as workspace:
        bury(workspace, 7)
        erased.tell(workspace, AFTER)
    given, beside = keys(copied), erased.path_of(copied, keys(copied))
    said = [erased.known(copied / "one", said, given) for said in (None, str(beside), str(copied / "brand"))]
    assert [[row["identifier_id"] for row in one.rows["tombstone"]] for one in said if one] == [[7]] * 3
    with pytest.raises(PrivacyError, match="another workspace"):
        erased.known(copied / "one", str(copied / "brand"), Keys(b"other" * 8, given.cipher_key))


def test_a_list_forgets_nobody(copied):
    for identifier in (7, 8):
        with open_workspace(copied / "brand") as workspace:
            bury(workspace, identifier)
            erased.tell(workspace, AFTER)
            with workspace.operations.begin() as connection:
                connection.execute(sa.delete(TOMBSTONE))
    told = erased.read(erased.path_of(copied, keys(copied)), keys(copied))
    assert [row["identifier_id"] for row in told.rows["tombstone"]] == [8, 7]


def test_requests_filed_since_are_not_lost(copied, tmp_path):
    with open_workspace(copied / "brand") as workspace:
        filed = requests.file(workspace, f"phone:{ANNA}", Case(), actor="cli", now=AFTER)
        erased.tell(workspace, AFTER)
    with restored(copied, tmp_path / "again") as now:
        assert requests.listing(now.operations) == [filed]


def bury(workspace: Workspace, identifier: int) -> None:
    """A tombstone without the erasing."""
    row = {"identifier_id": identifier, "key_hash": "00", "erased_at": 1, "erasure_id": 1}
    with workspace.operations.begin() as connection:
        connection.execute(sa.insert(TOMBSTONE).values(row))


# -- what is refused


@pytest.mark.parametrize("place", [0.0001, 0.3, 0.9, 0.99999])
def test_a_damaged_archive_is_refused_with_nothing_made(copied, tmp_path, place):
    data = bytearray((copied / "one").read_bytes())
    data[50 + int((len(data) - 51) * place)] ^= 1
    (copied / "one").write_bytes(data)
    with pytest.raises(PrivacyError, match="one is damaged"):
        restored(copied, tmp_path / "again")
    assert list(tmp_path.iterdir()) == [copied]


def test_an_archive_cut_off_is_refused(copied, tmp_path):
    data = (copied / "one").read_bytes()
    for part in (data[:-1], data[: len(data) // 2], data[:60]):
        (copied / "one").write_bytes(part)
        with pytest.raises(PrivacyError, match="damaged"):
            restored(copied, tmp_path / "again")
    (copied / "one").write_bytes(b"no archive" * 100)
    with pytest.raises(PrivacyError, match="not a backup"):
        restored(copied, tmp_path / "again")


@pytest.mark.parametrize("frame", [stream.FRAME_BYTES, 1024])
def test_of_a_backup_for_which_there_is_no_room_nothing_is_left(copied, tmp_path, monkeypatch, frame):
    late: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", late.append)
    monkeypatch.setattr(stream, "FRAME_BYTES", frame)
    (tmp_path / "one.part").symlink_to("/dev/full")
    with open_workspace(copied / "brand") as workspace, pytest.raises(PrivacyError, match="No space left"):
        make(workspace, tmp_path / "one", actor="cli", now=AFTER)
    gc.collect()
    assert (late, list(tmp_path.iterdir())) == ([], [copied])


def test_a_folder_that_holds_something_is_left_alone(backed_up, tmp_path):
    (tmp_path / "note").write_text("mine", encoding="utf-8")
    with pytest.raises(PrivacyError, match="not empty"):
        restored(backed_up, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_an_empty_folder_is_filled_and_not_replaced(backed_up, tmp_path):
    (tmp_path / "volume").mkdir(mode=0o750)
    was = (tmp_path / "volume").stat()
    with restored(backed_up, tmp_path / "volume") as now:
        assert (now.directory.stat().st_ino, now.directory.stat().st_mode) == (was.st_ino, was.st_mode)
    assert list(tmp_path.iterdir()) == [tmp_path / "volume"]


def test_a_restore_that_fails_leaves_nothing(backed_up, tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.privacy.backup.restore.audit.record", stopped)
    with pytest.raises(KeyboardInterrupt):
        restored(backed_up, tmp_path / "again")
    assert list((tmp_path / "again").iterdir()) == []


def test_an_archive_of_a_newer_siyu_is_refused(backed_up, tmp_path, monkeypatch):
    monkeypatch.setattr("siyu.privacy.backup.restore.WAREHOUSE_VERSION", 0)
    with pytest.raises(NewerVersionError):
        restored(backed_up, tmp_path / "again")


def test_an_archive_is_never_written_over_another(backed_up):
    with open_workspace(backed_up / "brand") as workspace, pytest.raises(PrivacyError, match="there already"):
        make(workspace, backed_up / "one", actor="cli", now=AFTER)


# -- killed


@pytest.mark.slow
def test_a_backup_killed_at_any_moment_leaves_nothing_half(copied):
    pace = random.Random(3)
    for _ in range(3):
        _killed("backup", copied, pace.uniform(0.2, 2))
        assert not (copied / "two").exists() or _sound(copied / "two", copied)
        (copied / "two").unlink(missing_ok=True)
    with open_workspace(copied / "brand") as workspace:
        make(workspace, copied / "two", actor="cli", now=AFTER)
    assert not list(copied.glob("*.part"))


def test_a_backup_has_its_list_before_its_name(copied, tmp_path, monkeypatch):
    with open_workspace(copied / "brand") as workspace:
        with monkeypatch.context() as patch:
            patch.setattr(archive, "os", SimpleNamespace(replace=stopped, fstat=os.fstat))
            with pytest.raises(KeyboardInterrupt):
                make(workspace, tmp_path / "two", actor="cli", now=AFTER)
        assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [erased.SUFFIX]
        made = make(workspace, tmp_path / "two", actor="cli", now=AFTER)
    assert (made.path.is_file(), made.erased.is_file()) == (True, True)


@pytest.mark.slow
def test_a_restore_killed_at_any_moment_leaves_nothing_half(copied, tmp_path):
    pace = random.Random(4)
    for _ in range(3):
        _killed("restore", copied, pace.uniform(0.2, 2), path="one")
        if (copied / "again" / "siyu.toml").exists():  # it was done before
            with open_workspace(copied / "again") as whole, open_workspace(copied / "brand") as was:
                assert everything(whole) == everything(was)
            shutil.rmtree(copied / "again")
    with restored(copied, copied / "again") as now, open_workspace(copied / "brand") as was:
        assert everything(now) == everything(was)
    assert not list((copied / "again").glob(".restoring-*"))


@pytest.mark.parametrize("moved", [0, 3])
def test_a_restore_killed_while_its_parts_move_up_begins_anew(backed_up, tmp_path, monkeypatch, moved):
    _killed_in_place(backed_up, tmp_path / "again", monkeypatch, moved)
    left = {path.name for path in (tmp_path / "again").iterdir()}
    assert (len(left), "siyu.toml" in left) == (moved + 1, False)
    with restored(backed_up, tmp_path / "again") as now, open_workspace(backed_up / "brand") as was:
        assert everything(now) == everything(was)
    assert not list((tmp_path / "again").glob(".restoring-*"))


def test_what_somebody_laid_beside_a_killed_restore_is_left_alone(backed_up, tmp_path, monkeypatch):
    _killed_in_place(backed_up, tmp_path / "again", monkeypatch, 3)
    (tmp_path / "again" / "note").write_text("mine", encoding="utf-8")
    was = sorted((tmp_path / "again").rglob("*"))
    with pytest.raises(PrivacyError, match="not empty"):
        restored(backed_up, tmp_path / "again")
    assert sorted((tmp_path / "again").rglob("*")) == was


def test_a_workspace_is_never_taken_for_what_a_restore_left(backed_up, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "shutil", SimpleNamespace(rmtree=stopped))
    with pytest.raises(KeyboardInterrupt):
        restored(backed_up, tmp_path / "again")  # its settings are in place, its hidden folder is there still
    with pytest.raises(PrivacyError, match="not empty"):
        restored(backed_up, tmp_path / "again")
    with open_workspace(tmp_path / "again") as now, open_workspace(backed_up / "brand") as was:
        assert everything(now) == everything(was)


def stopped(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt


def _killed_in_place(folder: Path, to: Path, monkeypatch: pytest.MonkeyPatch, moved: int, **options) -> None:
    """A restore that ends, as if it were killed, when so many of its parts have moved up."""
    with monkeypatch.context() as patch:
        patch.setattr(place, "os", SimpleNamespace(replace=_dying(moved), fsync=os.fsync))
        with pytest.raises(KeyboardInterrupt):
            restored(folder, to, **options)


def _dying(moved: int) -> Callable[[Path, Path], None]:
    left = iter(range(moved))

    def replace(source: Path, target: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        source.replace(target)

    return replace


def _killed(what: str, folder: Path, seconds: float, path: str = "two") -> None:
    arguments = [what, str(folder / "brand"), str(folder / path), str(folder / "again")]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()


def _sound(path: Path, folder: Path) -> bool:
    return len(archive.verify(path, keys(folder), lambda *_: None).files) > 0


def test_a_database_is_emptied_only_beside_the_folder_it_was_filled_for(tmp_path):
    url = f"sqlite:///{tmp_path / 'full'}"
    full = Operations(url)
    with full.begin() as connection:
        database.finished(connection, ".restoring-1")
    for others in ([], [".restoring-2"]):
        with pytest.raises(PrivacyError, match="holds a workspace"):
            database.clear(url, others)
    database.clear(url, [".restoring-1"])
    assert sa.inspect(full.engine).get_table_names() == []
    full.close()


# -- PostgreSQL


@pytest.mark.slow
def test_operations_move_between_sqlite_and_postgresql(backed_up, tmp_path, postgres):
    url = postgres()
    with restored(backed_up, tmp_path / "on", operations_url=url) as on:
        assert (on.operations.engine.dialect.name, on.settings["operations.url"]) == ("postgresql", url)
        assert not list(on.directory.glob("*.sqlite*"))
        make(on, tmp_path / "one", actor="cli", now=AFTER)
        with open_workspace(backed_up / "brand") as was:
            assert (everything(on), sealed(on), held(on)) == (everything(was), sealed(was), held(was))
        filed = requests.file(on, f"phone:{ANNA}", Case(), actor="cli", now=AFTER)  # counters go on
        assert filed.number == 1
        given = on.keys
    restore(Asked(tmp_path / "one", tmp_path / "off", given), actor="cli", now=AFTER)
    with open_workspace(tmp_path / "off") as off, open_workspace(backed_up / "brand") as was:
        assert off.settings["operations.url"] == ""
        assert (everything(off), held(off)) == (everything(was), held(was))
    with pytest.raises(PrivacyError, match="holds a workspace"):
        restored(backed_up, tmp_path / "third", operations_url=url)
    left = Operations(url)
    assert left.newest_load() > 0
    left.set_state("restoring", "1")  # as if the restore had been killed
    left.close()
    with restored(backed_up, tmp_path / "third", operations_url=url) as on:
        assert on.operations.state("restoring") is None


@pytest.mark.slow
def test_a_restore_killed_when_only_its_database_is_in_place_begins_anew(backed_up, tmp_path, monkeypatch, postgres):
    url = postgres()
    _killed_in_place(backed_up, tmp_path / "again", monkeypatch, 0, operations_url=url)
    with pytest.raises(PrivacyError, match="holds a workspace"):
        restored(backed_up, tmp_path / "third", operations_url=url)
    with restored(backed_up, tmp_path / "again", operations_url=url) as on, open_workspace(backed_up / "brand") as was:
        assert (everything(on), held(on)) == (everything(was), held(was))
    with pytest.raises(PrivacyError, match="holds a workspace"):
        restored(backed_up, tmp_path / "third", operations_url=url)


@pytest.mark.slow
def test_a_restore_that_fails_leaves_an_empty_database(backed_up, tmp_path, monkeypatch, postgres):
    url = postgres()
    monkeypatch.setattr("siyu.privacy.backup.restore.audit.record", stopped)
    with pytest.raises(KeyboardInterrupt):
        restored(backed_up, tmp_path / "again", operations_url=url)
    assert sa.inspect(connect(url)).get_table_names() == []
