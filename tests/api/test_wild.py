"""Whatever bytes are sent: they are refused as malformed, or taken and then readable, each call loaded or set aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, event, given, settings

from siyu.api.collect.calls import Posted, read_batch, read_call
from siyu.api.refusals import Refusal
from siyu.core.time import instant_of
from siyu.sources import live
from siyu.sources.live import drain
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace
from tests.api.conftest import Site
from tests.api.wild import BODIES
from tests.sources.arrivals import NOW
from tests.sources.doors.nonsense import is_sound, read

ANY: dict[str, Any] = {"suppress_health_check": list(HealthCheck)}


def refusal(read: Callable[[], Posted]) -> Refusal | None:
    """Why it is not taken; None if it is."""
    try:
        read()
    except Refusal as refused:
        return refused
    return None


def taken(body: bytes) -> list[Posted]:
    """What is kept of a body at either kind of address."""
    reads: tuple[Callable[[], Posted], ...] = (lambda: read_batch(body), lambda: read_call(body, "track"))
    refused = [refusal(read) for read in reads]
    assert {(r.status, r.retry_after) for r in refused if r} <= {(400, None)}
    return [read() for read, reason in zip(reads, refused) if reason is None]


@given(BODIES)
@settings(max_examples=400, **ANY)
def test_what_is_taken_is_json_and_each_call_of_it_is_read(body: bytes):
    for posted in taken(body):
        posted.body.decode()
        messages = read("segment", posted.body, messages=posted.calls)
        assert all(map(is_sound, messages))
        whole = len(messages) == 1 and bool(messages[0].refused)
        assert whole or len(messages) == posted.calls
        event(f"{min(posted.calls, 2)} calls{' set aside as one' if whole and posted.calls > 1 else ''}")


@given(BODIES)
@settings(max_examples=300, **ANY)
def test_no_batch_is_refused_that_is_one(body: bytes):
    refused = refusal(lambda: read_batch(body))
    assert refused is None or "nested" in refused.message or not is_batch(body)


def is_batch(body: bytes) -> bool:
    """Whether Python reads it as a batch of objects."""
    try:
        document = json.loads(body.decode(), parse_constant=_no_number, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        return False
    batch = document.get("batch") if isinstance(document, dict) else None
    keyed = isinstance(document, dict) and isinstance(document.get("writeKey", ""), str | None)
    return keyed and isinstance(batch, list) and all(isinstance(call, dict) for call in batch)


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def _named_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(members)) < len(members):
        raise ValueError
    return dict(members)


def test_what_is_taken_is_loaded_or_in_quarantine_and_never_stops_the_loader(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(live, "_spoiled", pytest.fail)
    kept: list[Posted] = []

    @given(BODIES)
    @settings(max_examples=150, database=None, derandomize=True, **ANY)
    def gather(body: bytes) -> None:
        kept.extend(taken(body))

    gather()
    workspace.inbox.put([Arrival("segment", "web", instant_of(NOW), p.body, p.calls) for p in kept])
    drained = drain(workspace, now=NOW)
    assert drained.messages >= len([posted for posted in kept if posted.calls]) > 50
    assert all(load.read == sum(load.counts.values()) for load in drained.loads)
    assert workspace.inbox.waiting().arrivals == 0


@given(BODIES)
@settings(max_examples=60, **ANY)
def test_the_server_answers_whatever_is_sent(open_site: Site, body: bytes):
    for path in ("/v1/batch", "/v1/track"):
        assert open_site.client.post(path, content=body).status_code in (200, 400)
