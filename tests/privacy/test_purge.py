"""What is past its time goes out of every store, and neither a file nor a rebuild brings it back; all else stays."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
import sqlalchemy as sa

from siyu.core.time import day_of, instant_of
from siyu.identity.resolve import resolve
from siyu.measures.build import refresh
from siyu.measures.measure import measure
from siyu.privacy import orphans
from siyu.privacy import purge as purging
from siyu.sources import expiring, live
from siyu.sources.landed import landing
from siyu.sources.replay import rebuild
from siyu.store import retention
from siyu.store import workspace as workspaces
from siyu.store.audit import acts
from siyu.store.inbox import Arrival
from siyu.store.schema import CONSENT_PROOF, QUARANTINE
from siyu.store.tables import CONSUMER, LAST_ACT, RELATION_SPAN
from siyu.store.workspace import Workspace, open_workspace
from tests.breadth import wide
from tests.privacy.planted import bytes_of, sealed
from tests.privacy.untied import power_lost_after
from tests.sources.arrivals import everything, in_force, take

NOW = dt.datetime(2027, 1, 20, 4, tzinfo=dt.UTC)
#: 24 months before NOW.
LIMIT = "2025-01-20"
HEADER = "event_id,occurred_at,name,touchpoint,id.phone,id.unionid"
OLD = """e1,2025-01-19 23:59,visit,old-shop,13800000001,u1
    e2,2024-06-01 10:00,enter,old-shop,13800000002,u-only-then"""
YOUNG = f"""e3,{LIMIT} 00:00,visit,shop,13800000001,u1
    e4,2026-12-01 10:00,visit,shop,13800000003,"""
#: Distinctive values of rows that go.
GONE = ("old-shop", "u-only-then")


def filled(workspace: Workspace, folder, *, old: bool = True) -> Workspace:
    """Events of two files, one repeated in the other; orders; a live message; what the purge must leave alone."""
    folder.mkdir()
    rows = f"{OLD}\n{YOUNG}" if old else YOUNG
    take(workspace, folder, "events.csv", f"{HEADER}\n{rows}\nnever,never,visit,shop,13800000001,", now=NOW)
    take(workspace, folder, "events-2.csv", f"{HEADER}\n{rows}\ne5,2026-12-02,visit,shop,13800000001,u1", now=NOW)
    take(workspace, folder, "orders.csv", "order_id,paid_at,paid_amount,id.phone\n1,2024-01-01,5,13800000001", now=NOW)
    for stated in ("2024-03-01T10:00:00Z", "2026-12-05T10:00:00Z") if old else ("2026-12-05T10:00:00Z",):
        call = {"type": "page", "messageId": stated, "timestamp": stated, "sentAt": "2027-01-20T04:00:00Z",
                "anonymousId": f"a-{stated[:4]}", "name": "old-shop" if stated < LIMIT else "home"}  # fmt: skip
        body = json.dumps({"batch": [call]}).encode()
        workspace.inbox.put([Arrival("segment", "site", instant_of(NOW), body, 1)])
        live.drain(workspace, now=NOW)
    resolve(workspace)
    return workspace


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("aged")
    with workspaces.create(folder / "brand") as workspace:
        filled(workspace, folder / "files")
    return folder / "brand"


@pytest.fixture
def aged(once, tmp_path):
    """A brand with events older than two years."""
    shutil.copytree(once, tmp_path / "aged")
    with open_workspace(tmp_path / "aged") as workspace:
        yield workspace


def purged(workspace: Workspace) -> purging.Purged:
    return purging.run(workspace, actor="cli", now=NOW)


def test_old_events_go_out_of_every_store_and_the_report_says_so(aged):
    assert "old-shop" in sealed(aged)
    found = purged(aged)
    assert (found.through["events"], found.rows["events"], sum(found.raw.values())) == (dt.date(2025, 1, 19), 3, 5)
    assert min(day for (day,) in in_force(aged, "events", "occurred_day")) >= 20108
    assert len(in_force(aged, "events", "event_id")) == 4
    assert [value for value in GONE if value in sealed(aged)] == []
    aged.close()
    assert [name for name, data in bytes_of(aged.directory).items() if any(v.encode() in data for v in GONE)] == []
    (act,) = acts(aged.operations, act="retention.purge")
    assert act.detail == found.as_json()


def test_all_else_is_as_if_the_rows_had_never_come(aged, tmp_path):
    purged(aged)
    resolve(aged)
    with workspaces.create(tmp_path / "other") as other:
        other.keys = aged.keys
        filled(other, tmp_path / "others", old=False)
        here, there = everything(aged), everything(other)
        assert {name for name in here if [r for r in there[name] if r not in here[name]]} <= {"message"}
        assert {name for name in here if len(here[name]) != len(there[name])} == {"message"}  # repeated ones are known


def test_the_last_acts_are_those_of_the_events_that_are_left(aged):
    """An incremental measure afterwards reads none of them again."""
    refresh(aged)
    before = aged.warehouse.rows(LAST_ACT.expr())
    purged(aged)
    refresh(aged)
    left = {repr(row) for row in aged.warehouse.rows(LAST_ACT.expr())}
    assert len(left) < len(before)
    refresh(aged, full=True)
    assert left == {repr(row) for row in aged.warehouse.rows(LAST_ACT.expr())}


def test_an_act_that_only_a_purged_correction_had_moved_counts_again(aged, tmp_path):
    take(aged, tmp_path, "events.csv", f"{HEADER}\ne4,2024-06-02 10:00,visit,shop,13800000003,", now=NOW)
    resolve(aged)
    refresh(aged)
    purged(aged)
    refresh(aged)
    left = sorted(map(repr, aged.warehouse.rows(LAST_ACT.expr())))
    refresh(aged, full=True)
    assert left == sorted(map(repr, aged.warehouse.rows(LAST_ACT.expr())))
    assert len(in_force(aged, "events", "event_id")) == len({e for (e,) in in_force(aged, "events", "event_id")})


def test_consumers_whose_id_was_that_of_a_purged_identifier_count_once(workspace, tmp_path):
    """A consumer has the lowest id of its identifiers: of some that of the phone that an old event alone showed."""
    old = [f"e{n},2024-06-01,visit,shop,1380000{n:04d},u{n}" for n in range(10)]
    take(workspace, tmp_path, "events.csv", "\n".join([HEADER, *old]), now=NOW)
    fans = [f"fan,2026-01-01,u{n}" for n in range(60)]
    take(workspace, tmp_path, "relations.csv", "\n".join(["relation_type,started_at,id.unionid", *fans]), now=NOW)
    resolve(workspace)
    refresh(workspace)
    assert purged(workspace).identifiers == 10
    refresh(workspace)
    holders = [row["consumer_id"] for row in workspace.warehouse.rows(RELATION_SPAN.expr())]
    assert sorted(holders) == sorted(row["consumer_id"] for row in workspace.warehouse.rows(CONSUMER.expr()))


@pytest.mark.parametrize("days", [("2026-06-02", "2024-06-03"), ("2024-06-02", "2024-06-03"),
                                  ("2026-06-02", "2026-06-03")])  # fmt: skip
def test_of_the_versions_that_are_left_of_an_event_the_newest_is_in_force(workspace, tmp_path, days):
    take(workspace, tmp_path, "first.csv", f"{HEADER}\ne1,2026-06-01,visit,shop,13800000001,", kind="events", now=NOW)
    more = [f"e1,{day},visit,shop,1380000000{n}," for n, day in enumerate(days, 2)]
    take(workspace, tmp_path, "more.csv", "\n".join([HEADER, *more]), kind="events", now=NOW)
    purged(workspace)
    left = in_force(workspace, "events", "occurred_day")
    rebuild(workspace, NOW)
    young = [day for day in ("2026-06-01", *days) if day >= LIMIT]
    assert left == in_force(workspace, "events", "occurred_day") == [(day_of(dt.date.fromisoformat(young[-1])),)]


def test_a_rebuild_brings_nothing_back(aged):
    purged(aged)
    before = everything(aged)
    report = rebuild(aged, NOW)
    assert [(load.file, load.then, load.now) for load in report.loads if not load.equal] == []
    assert everything(aged) == before


def test_neither_a_file_nor_a_message_brings_it_back(aged, tmp_path):
    purged(aged)
    before = everything(aged)
    report = take(aged, tmp_path, "events.csv", f"{HEADER}\n{OLD}", now=NOW)
    assert (report.counts["filtered"], report.counts["loaded"]) == (2, 0)
    assert "2 row(s) are older than is kept" in report.files[0].notes[-1]
    assert everything(aged) == before
    assert "old-shop" not in sealed(aged)


@pytest.mark.slow
def test_old_messages_keep_their_facts_alone(workspace):
    for year in (2024, 2026):
        came = NOW.replace(year=year)
        call = {"type": "track", "event": "Order Completed", "messageId": f"m{year}", "userId": f"c-{year}",
                "timestamp": came.isoformat(), "properties": {"order_id": f"o-{year}", "total": 5},
                "context": {"screen": f"only in the message {year}"}}  # fmt: skip
        workspace.inbox.put([Arrival("segment", "site", instant_of(came), json.dumps({"batch": [call]}).encode(), 1)])
        live.drain(workspace, now=came)
    resolve(workspace)
    before = in_force(workspace, "orders", "order_id", "paid_amount", "identifier_id")
    assert (len(before), len(in_force(workspace, "events", "event_id"))) == (2, 0)
    assert sum(purged(workspace).raw.values()) == 1
    assert [f"only in the message {year}" in sealed(workspace) for year in (2024, 2026)] == [False, True]
    assert rebuild(workspace, NOW).equal
    assert in_force(workspace, "orders", "order_id", "paid_amount", "identifier_id") == before
    assert purged(workspace).nothing


def test_a_second_run_finds_nothing(aged):
    purged(aged)
    before = bytes_of(aged.landed)
    assert purged(aged).nothing
    assert bytes_of(aged.landed) == before


def test_a_plan_changes_nothing(aged):
    before = everything(aged)
    assert purging.plan(aged, NOW).rows["events"] == 3
    assert (everything(aged), retention.purged(aged.operations)) == (before, {})


def test_a_kind_without_a_time_is_kept(aged):
    aged.settings = aged.settings.with_values(retention__events=0)
    assert purged(aged).rows.get("events") is None
    assert len(in_force(aged, "events", "event_id")) == 7


@pytest.mark.parametrize("after", wide([True, False], always=1), ids=["after", "before"])
@pytest.mark.parametrize(("module", "name"), [(purging, "_remove"), (expiring, "forget"), (orphans, "forget"),
                                              (landing, "sync_folder"), (purging, "_rows")])  # fmt: skip
def test_cut_off_at_a_step_it_is_finished_by_the_next_run(aged, calm, monkeypatch, module, name, after):
    step = getattr(module, name)

    def cut_off(*arguments, **options):
        if after:
            step(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, name, cut_off)
    with pytest.raises(KeyboardInterrupt):
        purged(aged)
    aged.close()
    monkeypatch.undo()
    purged(aged)
    assert (everything(aged), sealed(aged), told(aged)) == calm


@pytest.mark.parametrize("changes", wide([1, 0, *range(2, 8)], always=1))
def test_power_lost_where_nothing_ties_changes_together_loses_nothing(aged, calm, changes):
    aged.close()
    with power_lost_after(changes), open_workspace(aged.directory) as untied:
        purged(untied)
    purged(aged)
    assert (everything(aged), sealed(aged), told(aged)) == calm


def test_a_repeated_row_does_not_hold_a_link_that_an_old_one_had_shown(workspace, tmp_path):
    """What is no record of a load counts for none of its links, in a run that was cut off as in any other."""
    young = "e7,2026-12-01 10:00,visit,shop,13800000009,u9"
    take(workspace, tmp_path, "events.csv", f"{HEADER}\n{young}", now=NOW)
    old = young.replace("e7,2026-12-01", "e6,2024-06-01")
    take(workspace, tmp_path, "events-2.csv", f"{HEADER}\n{old}\n{young}", now=NOW)
    resolve(workspace)
    workspace.close()
    shutil.copytree(workspace.directory, tmp_path / "calm")
    with open_workspace(tmp_path / "calm") as other:
        purged(other)
        wanted = everything(other)
    assert len(wanted["link_record"]) == 1
    with power_lost_after(1), open_workspace(workspace.directory) as untied:
        purged(untied)
    purged(workspace)
    assert everything(workspace) == wanted


def told(workspace: Workspace) -> dict[str, object]:
    """What the audit says of the one purge, but for the identifiers, of which a run that goes on counts its own."""
    (act,) = acts(workspace.operations, act="retention.purge")
    return {name: value for name, value in act.detail.items() if name != "identifiers"}


@pytest.fixture(scope="module")
def calm(once, tmp_path_factory):
    """Facts and raw rows after a purge that nothing interrupted, and what is told of it."""
    directory = tmp_path_factory.mktemp("calm") / "brand"
    shutil.copytree(once, directory)
    with open_workspace(directory) as workspace:
        purged(workspace)
        return everything(workspace), sealed(workspace), told(workspace)


def test_quarantine_and_proofs_go_when_their_time_has_come(aged):
    with aged.operations.begin() as connection:
        for key, until in (("old", instant_of(NOW) - 1), ("young", instant_of(NOW) + 1)):
            row = {"key_hash": key, "purpose": "marketing", "action": "grant", "occurred_at": 1, "keep_until": until}
            connection.execute(sa.insert(CONSENT_PROOF).values(row))
    assert (purged(aged).rows["consent_proof"], rows(aged, QUARANTINE)) == (1, 1)
    later = purging.run(aged, actor="cli", now=NOW + dt.timedelta(days=800))
    assert (later.rows["quarantine"], rows(aged, QUARANTINE)) == (1, 0)


def rows(workspace: Workspace, table: sa.Table) -> int:
    with workspace.operations.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.slow
def test_measures_say_what_is_lost_and_keep_what_was_measured(aged):
    kept = measure(aged, as_of=dt.date(2025, 1, 10), window=30, now=NOW)
    value = measure(aged, as_of=dt.date(2024, 1, 31), window=30, now=NOW)["fast_plus"]["S"]["own_total"]
    purged(aged)
    gone = measure(aged, as_of=dt.date(2024, 2, 1), window=30, now=NOW)
    assert gone["not_measurable"]["fast.fertility"] == f"not measurable: events before {LIMIT} are purged"
    assert (gone["fast_plus"]["T"]["value"], gone["fast_plus"]["S"]["own_total"]) == (None, value)
    again = measure(aged, as_of=dt.date(2025, 1, 10), window=30, now=NOW)
    assert (again["fast_plus"]["T"], "fast_plus.T" in again["as_measured"]) == (kept["fast_plus"]["T"], True)
    assert "fast.aipl" not in measure(aged, as_of=dt.date(2026, 12, 31), now=NOW)["not_measurable"]
