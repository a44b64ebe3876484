"""A load killed at any moment, or out of disk, leaves the workspace as before or after; running it again finishes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest

from siyu.core.errors import WorkspaceError
from siyu.daily import resolve_and_measure
from siyu.sources import load as loading
from siyu.sources.landed import landing
from siyu.sources.landed.landing import Landing
from siyu.sources.load import load
from siyu.sources.loading import keep as keeping
from siyu.sources.loading import pipeline
from siyu.store import workspace as workspaces
from tests.sources.arrivals import NOW, everything, take

KILLS = 4
CHILD = """
import datetime, pathlib, sys
from siyu.sources.load import load
from siyu.store.workspace import open_workspace
with open_workspace(pathlib.Path(sys.argv[1])) as workspace:
    print("ready", flush=True)
    load(workspace, sys.argv[2:], now=datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.UTC))
    print("done", flush=True)
"""
LINES = "order_id,line_no,quantity,paid_amount,unit_price,occurred_at,takes_back,sku,id.customer\n"


@pytest.fixture
def files(tmp_path):
    """Two files: orders with consents to be written to both stores, and lines that take back others."""
    orders = "occurred_at,purpose,channel,action,id.phone,id.unionid\n" + "".join(
        f"2026-01-01,marketing,sms,grant,{13800000000 + i},u{i}\n" for i in range(3000))
    lines = LINES + "".join(f"o{i},1,{-1 if i % 3 == 2 else 2},{2 if i % 3 != 2 else -1},1,2026-01-01 10:{i % 60:02},"
                            f"{i % 3 == 2},s{i % 7},c{i % 50}\n" for i in range(3000))
    for name, text in (("consents.csv", orders), ("order_lines.csv", lines)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / "consents.csv", tmp_path / "order_lines.csv"]


def start(workspace, files):
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(workspace.directory), *map(str, files)],
                             stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.mark.slow
def test_a_load_killed_at_any_moment_is_whole_or_not_there(workspace, tmp_path, files):
    with workspaces.create(tmp_path / "calm") as calm:
        calm.keys = workspace.keys
        states = [everything(calm)]
        began = time.monotonic()
        for file in files:
            load(calm, [file], now=NOW)
            states.append(everything(calm))
        longest = time.monotonic() - began
    workspace.close()
    pace = random.Random(11)
    for _ in range(KILLS):
        child = start(workspace, files)  # from here on it loads
        time.sleep(pace.uniform(0, longest))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert everything(workspace) in states
        workspace.close()
    load(workspace, files, now=NOW)
    assert everything(workspace) == states[-1]
    assert not list(workspace.landed.glob("*.part"))
    assert len(list(workspace.landed.iterdir())) == len(workspace.operations.committed_loads())


@pytest.mark.parametrize("place", ["landing", "finish", "commit"])
def test_a_full_disk_leaves_the_workspace_as_it_was(workspace, tmp_path, files, monkeypatch, place):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount\n o1,5")
    before, landed = everything(workspace), set(workspace.landed.iterdir())

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    target = {"landing": (Landing, "_write"), "finish": (Landing, "finish"), "commit": (keeping, "_file_hash")}[place]
    monkeypatch.setattr(*target, full)
    with pytest.raises(WorkspaceError, match=r"consents.csv: nothing was loaded.*No space left"):
        load(workspace, files, now=NOW)
    assert everything(workspace) == before
    assert set(workspace.landed.iterdir()) == landed
    monkeypatch.undo()
    load(workspace, files, now=NOW)
    assert workspace.operations.committed_loads() == [1, 2, 3]


def test_a_bug_in_the_middle_of_a_file_leaves_nothing_of_it(workspace, files, monkeypatch):
    monkeypatch.setattr(pipeline._Run, "_write_links", lambda _run: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load(workspace, files, now=NOW)
    assert all(rows == [] for rows in everything(workspace).values())


def test_refunds_due_when_the_process_died_are_worked_out_before_anything_is_measured(workspace, files, monkeypatch):
    monkeypatch.setattr(loading.cancellations, "refresh", lambda _workspace: None)
    load(workspace, files, now=NOW)
    refunds = workspace.warehouse.table("derived_refund")
    assert workspace.warehouse.count(refunds) == 0
    monkeypatch.undo()
    resolve_and_measure(workspace, now=NOW)
    assert workspace.warehouse.count(refunds) > 0


def test_the_file_before_the_one_that_fails_stays_loaded(workspace, files, monkeypatch):
    calls = []

    def second_fails(self, *_args):
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return finish(self, *_args)

    finish = landing.Landing.finish
    monkeypatch.setattr(Landing, "finish", second_fails)
    with pytest.raises(WorkspaceError, match=r"order_lines.csv"):
        load(workspace, files, now=NOW)
    assert workspace.operations.committed_loads() == [1]
