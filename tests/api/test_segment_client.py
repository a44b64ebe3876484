"""The unmodified Python client of Segment against our server: every call, packed or not, large, refused, put off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from segment.analytics.client import Client

from siyu.api import keys
from siyu.api.collect.calls import BODY_BYTES, CALL_BYTES
from tests.api.conftest import Site
from tests.api.serving import now


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def client(site: Site, request: pytest.FixtureRequest) -> Iterator[Client]:
    made = Client(site.key, host=site.url, gzip=request.param, upload_interval=0.1, upload_size=50)
    yield made
    made.shutdown()


def batches(site: Site) -> list[list[dict[str, Any]]]:
    return [json.loads(arrival.body)["batch"] for arrival in site.arrived()]


def test_every_call_of_the_client_arrives(site: Site, client: Client):
    client.identify("c-1", {"email": "lin@example.com"})
    client.track("c-1", "Order Completed", {"revenue": 59.9})
    client.page("c-1", "Home", "Shop", {"path": "/"})
    client.screen("c-1", "Home", "App")
    client.group("c-1", "g-7", {"name": "店员"})
    client.alias("a-1", "c-1")
    client.flush()
    [calls] = batches(site)
    assert [call["type"] for call in calls] == ["identify", "track", "page", "screen", "group", "alias"]
    assert calls[4]["traits"] == {"name": "店员"}


def test_a_thousand_events_arrive_once_each_in_batches(site: Site, client: Client):
    for number in range(1000):
        client.track(f"c-{number % 7}", "Viewed", {"n": number}, message_id=f"m-{number}")
    client.flush()
    found = batches(site)
    assert sorted(call["properties"]["n"] for batch in found for call in batch) == list(range(1000))
    assert len(found) >= 20


def test_the_largest_batch_the_client_makes_is_taken(site: Site):
    client = Client(site.key, host=site.url, upload_interval=1, upload_size=100, on_error=pytest.fail)
    envelope = 400  # what the client puts around a text, about
    for size in (*[31_200] * 15, CALL_BYTES - envelope - 50):
        client.track("c-1", "Viewed", {"text": "x" * size})
    client.shutdown()
    [largest] = site.arrived()
    assert BODY_BYTES - 8192 < len(largest.body) <= BODY_BYTES


def test_a_client_whose_key_is_unknown_hears_why(site: Site):
    told: list[Exception] = []
    client = Client("siyu_c0", host=site.url, on_error=lambda error, _items: told.append(error))
    client.track("c-1", "Viewed")
    client.shutdown()
    assert [(error.status, error.code) for error in told] == [(401, "unknown_key")]  # type: ignore[attr-defined]


def test_a_client_that_is_put_off_comes_back_and_loses_nothing(site: Site):
    slow = keys.create(site.workspace.operations, "slow", "collect", now(), rate=1)
    client = Client(slow, host=site.url, upload_interval=0.05, upload_size=1, on_error=pytest.fail)
    for number in range(4):
        client.track("c-1", "Viewed", {"n": number})
    client.flush()
    client.shutdown()
    assert sorted(call["properties"]["n"] for batch in batches(site) for call in batch) == [0, 1, 2, 3]
