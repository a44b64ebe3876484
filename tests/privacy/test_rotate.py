"""After a rotation everything opens with the new cipher key alone, however often it was cut off on the way."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import Keys
from siyu.privacy import rotate as rotating
from siyu.privacy.backup.make import make
from siyu.privacy.backup.restore import Asked, restore
from siyu.privacy.rotate import SEALED, WAITING, rotate
from siyu.sources import live
from siyu.sources.landed import landing
from siyu.store import hooks, inbox, schema
from siyu.store.engines import duck
from siyu.store.schema import QUARANTINE
from siyu.store.tables import TABLES
from siyu.store.workspace import KEYS_VARIABLE, Workspace, open_workspace, read_keys
from tests.breadth import wide
from tests.privacy.planted import AFTER, bytes_of, sealed
from tests.sources.arrivals import everything

CHILD = """
import datetime, pathlib, sys
from siyu.privacy.rotate import rotate
from siyu.store.workspace import open_workspace
with open_workspace(pathlib.Path(sys.argv[1])) as workspace:
    print("ready", flush=True)
    rotate(workspace, actor="cli", now=datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC))
"""
#: What the power may go at, after it is done or before.
STEPS = [(rotating, "write_keys"), (rotating, "_identifiers"), (landing, "_keep_resealed"), (rotating, "_column"),
         (duck, "copy"), (rotating, "scour")]  # fmt: skip
SECRET = {"secret": "a secret of sixteen"}


class PowerLoss(BaseException):
    """Nobody catches this."""


@pytest.fixture
def hooked(brand: Workspace) -> Workspace:
    """The planted brand, with a hook besides all the rest that is sealed."""
    hooks.create(brand.operations, brand.keys, "signed", "erp", SECRET, now=AFTER)
    return brand


def opened(workspace: Workspace) -> str:
    """All that is sealed, opened."""
    keys, purpose = workspace.keys, b"identifier"
    rows = workspace.warehouse.rows(workspace.warehouse.table("identifier"))
    values = sorted((row["masked"], keys.open(row["cipher"], purpose).decode()) for row in rows)
    with workspace.inbox.engine.connect() as connection:
        bodies = [keys.open(body, inbox.PURPOSE).decode()
                  for body in connection.execute(sa.select(inbox.ARRIVAL.c.body)).scalars()]  # fmt: skip
    found = hooks.find(workspace.operations, keys, "signed", "erp")
    return json.dumps([values, bodies, found and found.secrets, sealed(workspace)], ensure_ascii=False)


def check(workspace: Workspace, before: str, old: Keys, ciphers: list[bytes]) -> None:
    """Everything opens with the key file's one cipher key, and nothing on disk with the old."""
    workspace.close()
    with open_workspace(workspace.directory) as again:
        assert (again.keys.old_cipher_key, again.keys.id_secret) == (b"", old.id_secret)
        assert again.keys.cipher_key != old.cipher_key
        assert opened(again) == before
        again.close()
    data = bytes_of(workspace.directory)
    assert [name for name, content in data.items() if any(cipher in content for cipher in ciphers)] == []
    assert [name for name, content in data.items() if old.cipher_key.hex().encode() in content] == []
    assert not list(workspace.directory.rglob("*.part"))


def ciphers_of(workspace: Workspace) -> list[bytes]:
    """Everything sealed in the stores, as it stands on disk; of landed chunks, their beginnings."""
    rows = workspace.warehouse.rows(workspace.warehouse.table("identifier"))
    with workspace.operations.connect() as connection:
        held = [value[:64] for column, _ in SEALED for value in connection.execute(sa.select(column)).scalars()]
    frames = [sealed_[:64] for path in workspace.landed.iterdir() for _, sealed_ in landing._frames(path) if sealed_]
    return [*(row["cipher"] for row in rows), *held, *frames]


def test_everything_is_sealed_anew_and_the_old_key_is_gone(hooked):
    before, old, ciphers, facts = opened(hooked), hooked.keys, ciphers_of(hooked), everything(hooked)
    found = rotate(hooked, actor="cli", now=AFTER)
    assert (found.identifiers, found.landed_files) == (len(hooked.warehouse.rows(hooked.warehouse.table("identifier"))),
                                                       len(list(hooked.landed.iterdir())))  # fmt: skip
    assert min(found.quarantine, found.hooks, found.inbox) > 0
    check(hooked, before, old, ciphers)
    assert everything(hooked) == facts
    assert live.drain(hooked, now=AFTER).messages == 2


@pytest.mark.parametrize("after", wide([True, False], always=1), ids=["after", "before"])
@pytest.mark.parametrize(("module", "name"), wide(STEPS, always=3),
                         ids=lambda part: getattr(part, "__name__", part).split(".")[-1])  # fmt: skip
def test_cut_off_at_a_step_it_is_finished_by_running_it_again(hooked, monkeypatch, module, name, after):
    before, old, ciphers, step = opened(hooked), hooked.keys, ciphers_of(hooked), getattr(module, name)

    def cut_off(*arguments, **options):
        if after:
            step(*arguments, **options)
        raise PowerLoss

    monkeypatch.setattr(module, name, cut_off)
    with pytest.raises(PowerLoss):
        rotate(hooked, actor="cli", now=AFTER)
    hooked.close()
    monkeypatch.undo()
    with open_workspace(hooked.directory) as again:
        assert opened(again) == before  # whatever sealed it, it opens
        rotate(again, actor="cli", now=AFTER)
    check(hooked, before, old, ciphers)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_finishes(hooked):
    before, old, ciphers = opened(hooked), hooked.keys, ciphers_of(hooked)
    hooked.close()
    pace = random.Random(5)
    for _ in range(3):
        command = [sys.executable, "-c", CHILD, str(hooked.directory)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(pace.uniform(0, 1.5))
        child.send_signal(signal.SIGKILL)
        child.wait()
    with open_workspace(hooked.directory) as again:
        rotate(again, actor="cli", now=AFTER)
    check(hooked, before, old, ciphers)


def test_what_opens_with_neither_key_keeps_both(hooked):
    with hooked.operations.begin() as connection:
        connection.execute(sa.update(QUARANTINE).values(row_cipher=b"damaged" * 10))
    old = hooked.keys.cipher_key
    with pytest.raises(PrivacyError, match="neither"):
        rotate(hooked, actor="cli", now=AFTER)
    assert read_keys(hooked.directory / "secret.keys").old_cipher_key == old


def test_keys_of_the_environment_are_rotated_by_who_sets_them(hooked, monkeypatch):
    before, keys, fresh = opened(hooked), hooked.keys, "ab" * 32
    given = f"{keys.id_secret.hex()}:{keys.cipher_key.hex()}"
    monkeypatch.setenv(KEYS_VARIABLE, given)
    with pytest.raises(PrivacyError, match="no new one"):
        rotate(hooked, actor="cli", now=AFTER)
    hooked.close()
    monkeypatch.setenv(KEYS_VARIABLE, f"{keys.id_secret.hex()}:{fresh}:{keys.cipher_key.hex()}")
    with open_workspace(hooked.directory) as workspace:
        rotate(workspace, actor="cli", now=AFTER)
    monkeypatch.setenv(KEYS_VARIABLE, f"{keys.id_secret.hex()}:{fresh}")
    with open_workspace(hooked.directory) as workspace:
        assert opened(workspace) == before


def test_a_backup_of_before_comes_back_under_the_new_key(hooked, tmp_path):
    before = opened(hooked)
    made = make(hooked, tmp_path / "one", actor="cli", now=AFTER)
    rotate(hooked, actor="cli", now=AFTER)
    restore(Asked(made.path, tmp_path / "again", hooked.keys), actor="cli", now=AFTER)
    with open_workspace(tmp_path / "again") as again:
        assert (again.keys, opened(again)) == (hooked.keys, before)


def test_no_backup_is_made_while_two_keys_seal(hooked, tmp_path, monkeypatch):
    """It would lack what opens the rest."""

    def cut_off(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rotating, "reseal", cut_off)
        with pytest.raises(KeyboardInterrupt):
            rotate(hooked, actor="cli", now=AFTER)
    with pytest.raises(PrivacyError, match="is being rotated") as refused:
        make(hooked, tmp_path / "one.siyu-backup", actor="cli", now=AFTER)
    assert "siyu key rotate" in refused.value.remedy
    assert not list(tmp_path.glob("*.siyu-backup*"))
    rotate(hooked, actor="cli", now=AFTER)
    make(hooked, tmp_path / "one.siyu-backup", actor="cli", now=AFTER)


def test_no_column_that_holds_ciphers_is_forgotten():
    declared = {str(column) for metadata in (schema.METADATA, inbox.METADATA)
                for table in metadata.sorted_tables for column in table.columns
                if isinstance(column.type, sa.LargeBinary)}  # fmt: skip
    assert declared == {str(column) for column, _ in (*SEALED, *WAITING)}
    assert [(t.name, c.name) for t in TABLES for c in t.columns if c.type == "bytes"] == [("identifier", "cipher")]


def test_an_old_key_opens_and_never_seals():
    old = Keys(bytes(32), b"o" * 32)
    both = replace(old, cipher_key=b"n" * 32, old_cipher_key=old.cipher_key)
    fresh = both.resealed(old.seal(b"x", b"p"), b"p")
    assert (both.open(fresh, b"p"), both.resealed(fresh, b"p")) == (b"x", fresh)
    with pytest.raises(InvalidTag):
        old.open(fresh, b"p")
