"""The collector's addresses: what is taken, from whom, in which form, and what is answered otherwise."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable

import pytest

from siyu.api import keys
from siyu.api.collect.calls import BATCH_CALLS, BODY_BYTES, CALL_BYTES
from siyu.api.rates import Rates
from siyu.api.refusals import Refusal
from tests.api.conftest import Site
from tests.api.serving import now

CALLS = ("track", "identify", "page", "screen", "group", "alias")
CALL = {"userId": "c-1", "messageId": "m-1"}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("letter", [False, True])
def test_a_single_call_is_kept_with_its_type(site: Site, name: str, letter: bool):
    answered = site.client.post(f"/v1/{name[0] if letter else name}", json=CALL)
    assert (answered.status_code, answered.json()) == (200, {"success": True})
    [arrival] = site.arrived()
    assert json.loads(arrival.body) == {**CALL, "type": name}
    assert (arrival.door, arrival.source, arrival.messages) == ("segment", "web", 1)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import"])
def test_a_batch_is_kept_as_it_came(site: Site, path: str):
    body = {"batch": [{**CALL, "type": "track"}, {**CALL, "type": "page"}], "sentAt": "2026-06-30T12:00:00Z"}
    assert site.client.post(path, json=body).json() == {"success": True}
    [arrival] = site.arrived()
    assert (json.loads(arrival.body), arrival.messages) == (body, 2)


def test_an_arrival_carries_our_clock_the_key_and_the_agent_and_no_address(site: Site):
    before = now().timestamp()
    site.client.post("/v1/track", json=CALL, headers={"User-Agent": "品牌 bot".encode(), "X-Forwarded-For": "1.2.3.4"})
    [arrival] = site.arrived()
    assert before <= arrival.received_at / 1e6 <= now().timestamp()
    assert json.loads(arrival.defaults).keys() == {"platform", "user_agent"}
    assert "1.2.3.4" not in f"{arrival.defaults}{arrival.body}"


def basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_key_comes_as_basic_as_bearer_or_in_the_body(site: Site):
    taken = [
        site.post("/v1/track", CALL, Authorization=f"Basic {basic(f'{site.key}:')}"),
        site.post("/v1/track", CALL, Authorization=f"basic {basic(site.key)}"),
        site.post("/v1/track", CALL, Authorization=f"Bearer {site.key}"),
        site.post("/v1/track", {**CALL, "writeKey": site.key}),
        site.post("/v1/batch", {"batch": [CALL], "writeKey": site.key}),
    ]
    assert [answered.status_code for answered in taken] == [200] * 5
    assert len(site.arrived()) == 5


def test_nobody_and_strangers_are_told_so(site: Site):
    answers = [
        site.post("/v1/track", CALL),
        site.post("/v1/track", {**CALL, "writeKey": "siyu_c0"}),
        site.post("/v1/track", CALL, Authorization="Bearer siyu_c0"),
        site.post("/v1/track", {**CALL, "writeKey": site.key}, Authorization=f"Basic {basic('siyu_c0:')}"),
        site.post("/v1/track", CALL, Authorization="Basic %%%"),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(401, "unknown_key")] * 5
    assert site.arrived() == []


def test_a_key_for_something_else_may_not_collect(site: Site):
    reading = keys.create(site.workspace.operations, "panel", "read", now())
    refused = site.post("/v1/track", CALL, Authorization=f"Bearer {reading}")
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_scope")


def test_a_key_that_calls_too_often_is_told_when_to_come_back(site: Site):
    slow = keys.create(site.workspace.operations, "slow", "collect", now(), rate=1)
    answers = [site.post("/v1/track", {**CALL, "writeKey": slow}) for _ in range(20)]
    refused = [a for a in answers if a.status_code != 200]
    assert {(a.status_code, a.json()["code"], a.headers["retry-after"]) for a in refused} == {(429, "too_often", "1")}
    assert len(site.arrived()) == 20 - len(refused) > 0


def test_a_rate_allows_so_many_calls_a_second_and_saves_up_no_more():
    at, rates = now(), Rates()

    def taken(seconds: float, tries: int) -> int:
        return sum(may(lambda: rates.take("web", 3, at + dt.timedelta(seconds=seconds))) for _ in range(tries))

    assert [taken(0, 5), taken(0.5, 5), taken(1, 5), taken(3600, 5), taken(60, 5)] == [3, 1, 2, 3, 0]


def may(call: Callable[[], None]) -> bool:
    try:
        call()
    except Refusal:
        return False
    return True


def padded(size: int) -> dict[str, str]:
    """A call of so many bytes of JSON."""
    return {"event": "x" * (size - len('{"event":""}'))}


def test_a_call_may_have_its_limit_and_not_one_byte_more(site: Site):
    fits, over = padded(CALL_BYTES), padded(CALL_BYTES + 1)
    assert site.client.post("/v1/track", json=fits).status_code == 200
    assert site.client.post("/v1/batch", json={"batch": [fits]}).status_code == 200
    assert site.client.post("/v1/track", json=over).json()["code"] == "call_too_large"
    refused = site.client.post("/v1/batch", json={"batch": [CALL, fits, over]})
    assert (refused.status_code, refused.json()["code"]) == (400, "call_too_large")
    assert "batch[2]" in refused.json()["message"]
    assert len(site.arrived()) == 2


def test_a_body_may_have_its_limit_and_not_one_byte_more(site: Site):
    fits = json.dumps({"batch": [CALL]}).encode().ljust(BODY_BYTES)
    assert site.client.post("/v1/batch", content=fits).status_code == 200
    refused = site.client.post("/v1/batch", content=fits + b" ")
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert site.client.post("/v1/batch", content=fits * 20).status_code == 413


def test_a_batch_may_have_its_number_of_calls_and_not_one_more(site: Site):
    assert site.client.post("/v1/batch", json={"batch": [{}] * BATCH_CALLS}).status_code == 200
    assert site.client.post("/v1/batch", json={"batch": [{}] * (BATCH_CALLS + 1)}).json()["code"] == "too_many"


def test_an_empty_batch_is_taken_and_nothing_is_written(site: Site):
    assert site.client.post("/v1/batch", json={"batch": []}).json() == {"success": True}
    assert site.arrived() == []


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"{", b"{}", b'{"batch":{}}', b'{"batch":[1]}', b'{"batch":[{}]} x', b'{"batch":[NaN]}',
    b"\xff\xfe", b'{"batch":[{"a":"\xff"}]}', b'{"batch":' + b"[" * 100_000, b'{"batch":[],"writeKey":5}',
])  # fmt: skip
def test_a_batch_that_is_none_is_refused_whole(site: Site, body: bytes):
    refused = site.client.post("/v1/batch", content=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")
    assert site.arrived() == []


def test_a_batch_does_not_go_where_single_calls_go(site: Site):
    refused = site.client.post("/v1/track", json={"batch": [CALL]})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


def test_what_is_refused_is_told_in_json_and_without_values(site: Site):
    secret = "13800001234"
    answers = [
        site.client.post("/v1/batch", content=f'{{"batch":[{{"phone":"{secret}"}},"{secret}"]}}'),
        site.client.post("/v1/batch", content=f'{{"batch":"{secret}"}}'),
        site.client.post("/v1/batch", content=f'{{"batch":[{secret}'),
        site.client.get(f"/v1/batch?phone={secret}"),
        site.client.post(f"/v1/{secret}"),
        site.client.delete("/v1/track"),
    ]
    assert [a.status_code for a in answers] == [400, 400, 400, 405, 404, 405]
    assert all(a.json().keys() == {"code", "message"} and secret not in a.text for a in answers)


def test_a_cut_emoji_costs_one_character_and_no_batch(site: Site):
    sent = rb'{"batch":[{"event":"\ud83d\ude00 \ud83d","name":"\\ud83d \udc00x"},{"event":"whole"}]}'
    assert site.client.post("/v1/batch", content=sent).status_code == 200
    [arrival] = site.arrived()
    calls = json.loads(arrival.body)["batch"]
    assert calls == [{"event": "😀 \ufffd", "name": "\\ud83d \ufffdx"}, {"event": "whole"}]
