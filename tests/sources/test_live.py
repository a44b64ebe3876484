"""What waits in the inbox becomes facts once: repeated, interrupted, spoiled or rebuilt."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb
import pytest
from sqlalchemy.exc import OperationalError

from siyu.core.time import date_of, instant_of
from siyu.sources import live
from siyu.sources.doors import livefile
from siyu.sources.live import drain
from siyu.sources.loading import keep as keeping
from siyu.sources.replay import rebuild
from siyu.store.inbox import Arrival, Inbox
from siyu.store.workspace import Workspace, open_workspace
from tests.sources.arrivals import LATER, NOW, in_force
from tests.sources.test_replay import rows


def page(n: object, **fields: Any) -> dict[str, Any]:
    return {"type": "page", "messageId": f"m{n}", "anonymousId": f"a{n}", "timestamp": "2026-06-30T09:59:00Z", **fields}


def put(workspace: Workspace, *calls: object, source: str = "site") -> None:
    body = json.dumps({"batch": calls}).encode()
    workspace.inbox.put([Arrival("segment", source, instant_of(NOW), body, len(calls))])


def events(workspace: Workspace) -> list[str]:
    return [event for (event,) in in_force(workspace, "events", "event_id")]


def named(numbers: Iterable[object]) -> list[str]:
    return sorted(f"site/m{n}" for n in numbers)


def test_what_waits_is_loaded_and_settled(workspace):
    put(workspace, page(1), page(2))
    drained = drain(workspace, now=NOW)
    assert (drained.messages, events(workspace)) == (2, named([1, 2]))
    assert workspace.inbox.waiting().arrivals == 0


def test_no_call_takes_more_columns_than_a_load_has(workspace):
    """A call with thousands of namespaces held up all others for minutes."""
    many = [page(n, context={"ids": {f"n{n}_{k}": "x" for k in range(39)}}) for n in range(12)]
    put(workspace, page("a"), *many, page("b", context={"ids": {f"m{k}": "x" for k in range(41)}}), page("c"))
    (load,) = drain(workspace, now=NOW).loads
    assert {*named("ac")} <= {*events(workspace)}
    assert (load.counts["loaded"], load.counts["quarantined"]) == (12, 3)


def test_nothing_that_waits_is_no_load(workspace):
    assert drain(workspace, now=NOW).loads == []
    assert workspace.operations.committed_loads() == []


def test_what_arrives_while_it_loads_waits_for_the_next_time(workspace, monkeypatch):
    plain = live.DOORS["segment"]

    def another_comes(arrival, settings):
        put(workspace, page(workspace.inbox.newest() + 1))
        return plain(arrival, settings)

    put(workspace, page(1))
    monkeypatch.setitem(live.DOORS, "segment", another_comes)
    assert drain(workspace, now=NOW).messages == 1
    assert workspace.inbox.waiting().arrivals == 1


def test_a_message_counts_once_in_a_batch_across_batches_and_after_a_restart(workspace):
    put(workspace, page(1), page(1, name="again"), page(2))
    put(workspace, page(2), page(3))
    drain(workspace, now=NOW)
    workspace.close()
    with open_workspace(workspace.directory) as reopened:
        put(reopened, page(1), page(3), page(4))
        (load,) = drain(reopened, now=LATER).loads
        assert events(reopened) == named([1, 2, 3, 4])
        assert (load.read, load.counts["duplicate"], load.counts["loaded"]) == (3, 2, 1)


def test_the_same_id_from_another_sender_is_another_message(workspace):
    put(workspace, page(1))
    put(workspace, page(1), source="app")
    drain(workspace, now=NOW)
    assert events(workspace) == ["app/m1", "site/m1"]


def test_a_load_that_says_everything_twice_is_no_load(workspace):
    put(workspace, page(1))
    drain(workspace, now=NOW)
    put(workspace, page(1))
    assert (drain(workspace, now=LATER).loads, workspace.inbox.waiting().arrivals) == ([], 0)


@pytest.mark.parametrize("place", ["before the load", "before the commit", "before it is settled"])
def test_a_death_anywhere_loses_and_doubles_nothing(workspace, monkeypatch, place):
    target = {"before the load": (live, "live_file"), "before the commit": (keeping, "_commit"),
              "before it is settled": (Inbox, "settle")}[place]  # fmt: skip

    def dies(*_args, **_more):
        raise KeyboardInterrupt

    put(workspace, page(1), page(2))
    with monkeypatch.context() as patched:
        patched.setattr(*target, dies)
        with pytest.raises(KeyboardInterrupt):
            drain(workspace, now=NOW)
    put(workspace, page(3))
    workspace.close()
    with open_workspace(workspace.directory) as reopened:
        drain(reopened, now=LATER)
        assert events(reopened) == named([1, 2, 3])
        assert reopened.inbox.waiting().arrivals == 0


def test_an_arrival_that_breaks_us_goes_to_quarantine_alone(workspace, monkeypatch):
    plain = live.DOORS["segment"]

    def breaks(arrival, settings):
        if b"spoiled" in arrival.body:
            raise ZeroDivisionError
        yield from plain(arrival, settings)

    monkeypatch.setitem(live.DOORS, "segment", breaks)
    for n in (1, "spoiled", 3):
        put(workspace, page(n))
    drained = drain(workspace, now=NOW)
    assert (events(workspace), sum(load.counts["quarantined"] for load in drained.loads)) == (named([1, 3]), 1)
    assert workspace.inbox.waiting().arrivals == 0


@pytest.mark.parametrize("error", [
    OperationalError("INSERT", {}, Exception("the connection was closed")), duckdb.IOException("no space left"),
    duckdb.FatalException("the database has been invalidated"), ZeroDivisionError()], ids=repr)  # fmt: skip
def test_a_store_that_is_away_for_a_moment_takes_nothing_that_was_acknowledged(workspace, monkeypatch, error):
    """What fails, and not for what it holds, is taken when it is tried again."""
    of_store = not isinstance(error, ArithmeticError)
    failing = [error, error] if of_store else [error]  # alone, too

    def away(*arguments, **options):
        if failing:
            raise failing.pop()
        return keeping.keep(*arguments, **options)

    monkeypatch.setattr(live, "keep", away)
    put(workspace, page(1), page(2))
    if of_store:
        with pytest.raises(type(error)):
            drain(workspace, now=NOW)
    drained = drain(workspace, now=LATER)
    assert (events(workspace), [load.counts["quarantined"] for load in drained.loads]) == (named([1, 2]), [0])
    assert workspace.inbox.waiting().arrivals == 0


def test_what_cannot_be_read_waits_in_quarantine_and_the_rest_is_loaded(workspace):
    put(workspace, page(1), {"type": "track"}, page(2, anonymousId="a\0"))
    (load,) = drain(workspace, now=NOW).loads
    assert (load.counts["loaded"], load.counts["quarantined"], events(workspace)) == (1, 2, named([1]))


def test_a_message_that_was_refused_may_come_again_mended_under_its_id(workspace):
    def order(total: object, **more: Any) -> dict[str, Any]:
        said = {"order_id": "o1", "total": total, "products": [{"sku": "s", "price": 10}]}
        return {"type": "track", "event": "Order Completed", "userId": "u", "properties": said, **more}

    for n, total in enumerate((33.333, "33,33", 33.33, 44), start=1):  # refused at the load, at the door; taken; known
        put(workspace, page(n), page("o", **order(total)))
        drain(workspace, now=NOW)
    assert in_force(workspace, "orders", "order_id", "paid_amount") == [("o1", 3333)]
    before = rows(workspace)
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


def test_a_message_of_which_the_last_row_is_refused_is_not_remembered_where_batches_end(workspace, monkeypatch):
    monkeypatch.setattr(livefile, "BATCH_ROWS", 2)
    monkeypatch.setattr(keeping, "joined", lambda batches: batches)
    products = [{"sku": "a", "price": 1}, {"sku": "b", "price": "1.333"}, {"sku": "c", "price": 2}]
    said = {"order_id": "o1", "total": 33.33, "products": products}
    put(workspace, page("o", type="track", event="Order Completed", userId="u", properties=said), page(5))
    drain(workspace, now=NOW)
    assert workspace.warehouse.count(workspace.warehouse.table("message")) == 1
    before = rows(workspace)
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


def test_a_cancellation_told_again_keeps_its_day(workspace):
    def said(n: int, event: str, day: int) -> dict[str, Any]:
        return page(n, type="track", event=event, userId="u", timestamp=f"2026-06-{day}T10:00:00Z",
                    properties={"order_id": "o1", "total": 20})

    for n, event, day in ((1, "Order Completed", 10), (2, "Order Cancelled", 11), (3, "Order Cancelled", 25)):
        put(workspace, said(n, event, day))
        drain(workspace, now=NOW)
    assert [date_of(day).day for (day,) in in_force(workspace, "refunds", "refunded_day")] == [11]


@pytest.mark.parametrize("namespace", ["", "a b", "Phone"])
def test_a_key_whose_namespace_no_column_can_have_holds_up_nobody(workspace, namespace):
    """Such keys are refused today; those made before are not."""
    said = json.dumps({"user_namespace": namespace})
    body = json.dumps({"batch": [page("bad", userId="u1")]}).encode()
    workspace.inbox.put([Arrival("segment", "site", instant_of(NOW), body, 1, defaults=said)])
    put(workspace, page(1))
    drain(workspace, now=NOW)
    assert {*named([1])} <= {*events(workspace)}
    assert workspace.inbox.waiting().arrivals == 0


def test_a_bot_is_remembered_and_counts_nowhere(workspace):
    put(workspace, page(1, context={"userAgent": "Googlebot/2.1"}), page(2))
    (load,) = drain(workspace, now=NOW).loads
    machines = workspace.warehouse.rows(workspace.warehouse.table("message").select("machine"))
    assert (load.counts["filtered"], sorted(row["machine"] for row in machines)) == (1, [False, True])


def test_loads_through_doors_are_rebuilt_row_for_row(workspace):
    said = {"order_id": "o1", "total": 20, "products": [{"sku": "s", "price": 10, "quantity": 2}]}
    put(workspace, page(1), page(2, type="track", event="Order Completed", userId="u", properties=said))
    drain(workspace, now=NOW)
    put(workspace, page(2), page(3, type="alias", userId="u", previousId="old"))
    drain(workspace, now=LATER)
    before = rows(workspace)
    assert rebuild(workspace, LATER).equal
    assert rows(workspace) == before


def test_links_of_a_call_make_one_person(workspace):
    put(workspace, page(1, type="identify", userId="u1", traits={"phone": "13800000001"}))
    drain(workspace, now=NOW)
    assert len(workspace.warehouse.rows(workspace.warehouse.table("link_record"))) == 3
