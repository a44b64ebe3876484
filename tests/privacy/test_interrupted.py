"""An erasure that is killed at any moment is finished by the next run, as if nothing had happened."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from siyu.identity.resolve import resolve
from siyu.privacy import erase, folder, ledger, loads, requests
from siyu.privacy.docket import OPEN, Case
from siyu.sources.erasing import relanding, requarantine, unname
from siyu.sources.replay import rebuild
from siyu.store.engines import duck
from siyu.store.workspace import open_workspace
from tests.breadth import wide
from tests.privacy.planted import AFTER, PHONE, VALUES, bytes_of, sealed
from tests.privacy.untied import PowerLoss, power_lost_after
from tests.sources.arrivals import everything, in_force, take

KILLS = 3
CHILD = """
import datetime, pathlib, sys
from siyu.privacy import erase
from siyu.store.workspace import open_workspace
with open_workspace(pathlib.Path(sys.argv[1])) as workspace:
    print("ready", flush=True)
    erase.run(workspace, actor="cli", now=datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC))
    print("done", flush=True)
"""
#: What the power may go at, after it is done or before.
STEPS = [(relanding, "forget"), (requarantine, "forget"), (loads, "foretell"), (unname, "forget"), (ledger, "forget"),
         (erase, "resolve"), (folder, "clear"), (duck, "copy")]  # fmt: skip


@pytest.fixture(scope="module")
def calm(grown, tmp_path_factory):
    """The facts after an erasure that nothing interrupted, and its receipt."""
    directory = tmp_path_factory.mktemp("calm") / "brand"
    shutil.copytree(grown / "brand", directory)
    with open_workspace(directory) as workspace:
        asked(workspace)
        (request,) = erase.run(workspace, actor="cli", now=AFTER).done
        yield everything(workspace), request.receipt


def asked(workspace):
    request = requests.file(workspace, f"phone:{PHONE}", Case(), actor="cli", now=AFTER)
    return requests.approve(workspace.operations, request.number, actor="cli", now=AFTER)


def check(workspace, calm) -> None:
    """Everything is as after an erasure without an interruption."""
    assert requests.listing(workspace.operations, OPEN) == []
    assert (everything(workspace), requests.get(workspace.operations, 1).receipt) == calm
    assert [value for value in VALUES if value in sealed(workspace)] == []
    workspace.close()
    shown = {name for name, data in bytes_of(workspace.directory).items() for v in VALUES if v.encode() in data}
    assert shown == set()
    assert not list(workspace.landed.glob("*.part"))


@pytest.mark.parametrize("after", wide([True, False], always=1), ids=["after", "before"])
@pytest.mark.parametrize(("module", "name"), wide(STEPS, always=1),
                         ids=lambda part: getattr(part, "__name__", part).split(".")[-1])  # fmt: skip
def test_power_lost_at_a_step_loses_nothing(brand, calm, monkeypatch, module, name, after):
    asked(brand)
    step = getattr(module, name)

    def cut_off(*arguments, **options):
        if after:
            step(*arguments, **options)
        raise PowerLoss

    monkeypatch.setattr(module, name, cut_off)
    with pytest.raises(PowerLoss):
        erase.run(brand, actor="cli", now=AFTER)
    brand.close()
    monkeypatch.undo()
    erase.run(brand, actor="cli", now=AFTER)
    check(brand, calm)


@pytest.mark.parametrize("changes", wide(range(0, 33, 4), always=1))
def test_power_lost_where_nothing_ties_changes_together_loses_nothing(brand, calm, changes):
    asked(brand)
    brand.close()
    with power_lost_after(changes), open_workspace(brand.directory) as untied:
        erase.run(untied, actor="cli", now=AFTER)
    erase.run(brand, actor="cli", now=AFTER)
    check(brand, calm)


@pytest.mark.parametrize("changes", wide([1, 0, 2, 3], always=1))
def test_power_lost_between_versions_of_an_event_hides_none_of_others(workspace, tmp_path, changes):
    """An event that a later file says was the erased person's is again whose it was before."""
    rows = "event_id,occurred_at,name,touchpoint,id.phone\ne1,2026-06-01 10:00,visit,shop"
    for day, phone in enumerate(("13900000001", PHONE)):
        take(workspace, tmp_path, f"{day}.csv", f"{rows},{phone}", kind="events", now=AFTER - dt.timedelta(9 - day))
    resolve(workspace)
    asked(workspace)
    workspace.close()
    with power_lost_after(changes), open_workspace(workspace.directory) as untied:
        erase.run(untied, actor="cli", now=AFTER)
    erase.run(workspace, actor="cli", now=AFTER)
    assert len(in_force(workspace, "events", "event_id")) == 1
    left = everything(workspace)
    assert rebuild(workspace, AFTER).equal
    assert everything(workspace) == left


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_finishes(brand, calm):
    asked(brand)
    brand.close()
    pace = random.Random(7)
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(brand.directory)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(pace.uniform(0, 4))
        child.send_signal(signal.SIGKILL)
        child.wait()
    erase.run(brand, actor="cli", now=AFTER)
    check(brand, calm)
