"""Who may ask what: every address and method of the application, with every kind of key. A new one needs its row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from litestar.routes import HTTPRoute

from siyu.api.app import application
from tests.api.whole import Whole

#: What each kind of key is answered, for each kind of address: a status, or IN: it is let in, whatever comes of it.
IN = 0
OPEN = {"none": IN, "collect": IN, "read": IN, "admin": IN, "revoked": IN}
COLLECT = {"none": 401, "collect": IN, "read": 403, "admin": 403, "revoked": 401}
READ = {"none": 401, "collect": 403, "read": IN, "admin": IN, "revoked": 401}
ADMIN = {"none": 401, "collect": 403, "read": 403, "admin": IN, "revoked": 401}
#: Addresses that look at a signature or a token, and at no key; none of these is known here.
SIGNED = dict.fromkeys(OPEN, 404)
ASKED_FIRST = {"OPTIONS": OPEN}
CALLS = ("track", "identify", "page", "screen", "group", "alias", "batch", "import", *"tipsgab")

TABLE: dict[str, dict[str, dict[str, int]]] = {
    "/siyu.js": ASKED_FIRST | {"GET": OPEN},
    **{f"/v1/{call}": ASKED_FIRST | {"POST": COLLECT} for call in CALLS},
    "/hooks/shopify/{name:str}": ASKED_FIRST | {"POST": SIGNED},
    "/hooks/signed/{name:str}": ASKED_FIRST | {"POST": SIGNED},
    "/hooks/wecom/{name:str}": ASKED_FIRST | {"GET": SIGNED, "POST": SIGNED},
    "/preferences/{token:str}": ASKED_FIRST | {"GET": SIGNED, "POST": SIGNED},
    **{path: ASKED_FIRST | {"GET": OPEN} for path in ("/health", "/ready", "/metrics", "/openapi.json", "/docs",
                                                      "/docs/openapi.json", "/docs/{path:str}")},
    "/api/v1/measure": {"GET": READ, "OPTIONS": READ},
    "/api/v1/query": {"POST": READ, "OPTIONS": READ},
    "/api/v1/keys": {"GET": ADMIN, "POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/keys/{number:int}/revoke": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/hooks": {"GET": ADMIN, "POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/hooks/{name:str}/revoke": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures": {"GET": ADMIN, "POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures/plan": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures/run": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures/{number:int}": {"GET": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures/{number:int}/approve": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/erasures/{number:int}/reject": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports": {"GET": ADMIN, "POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports/look": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports/{number:int}": {"GET": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports/{number:int}/approve": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports/{number:int}/reject": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/subject-exports/{number:int}/run": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/consents": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/consents/show": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/consents/link": {"POST": ADMIN, "OPTIONS": ADMIN},
    "/api/v1/audit": {"GET": ADMIN, "OPTIONS": ADMIN},
}  # fmt: skip
#: What stands for the parts of an address that are not fixed.
PARTS = {"int": "999", "str": "nothing"}
#: Bodies with which an address answers at all; the others are asked with an empty one.
BATCH = {"/v1/batch": [], "/v1/import": [], "/v1/b": []}


def walked(whole: Whole) -> Iterator[tuple[str, str]]:
    """Every address with each of its methods, as the framework dispatches them."""
    for route in application(whole.site).routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            yield from ((route.path, str(method)) for method in handler.http_methods)


def test_the_table_has_every_address_and_no_other(whole: Whole):
    rows = {(path, method) for path, methods in TABLE.items() for method in methods}
    assert set(walked(whole)) == rows


@pytest.mark.parametrize("scope", list(OPEN))
def test_every_address_lets_in_whom_it_is_for_and_nobody_else(whole: Whole, scope: str):
    expected = {(path, method): by[scope] for path, methods in TABLE.items() for method, by in methods.items()}
    found = {row: let_in(whole, scope, *row, told) for row, told in expected.items()}
    assert {row: status for row, status in found.items() if status != expected[row]} == {}


def let_in(whole: Whole, scope: str, path: str, method: str, expected: int) -> int:
    """The status of the answer; IN for any that lets in, where that is what is expected."""
    address = re.sub(r"\{\w+:(\w+)\}", lambda part: PARTS[part[1]], path)
    body = {"batch": BATCH[path]} if path in BATCH else {}
    answer = whole.call(method, address, scope, **({"json": body} if method == "POST" else {}))
    assert answer.status_code < 500, answer.text
    if answer.status_code in (401, 403) and address.startswith("/api/v1/"):
        assert "siyu key create" in answer.json()["hint"]
    return IN if expected == IN and answer.status_code not in (401, 403) else answer.status_code
