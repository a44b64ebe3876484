"""Pages of the web: those of a key's origins may send and read the answer, others may not, however they send."""

from __future__ import annotations

import httpx
import pytest

from siyu.api import keys
from tests.api.conftest import PAGE, Site
from tests.api.serving import now

BODY = {"batch": [{"type": "page", "anonymousId": "a"}]}
OTHERS = ("https://brand.cn", "http://www.brand.cn", "https://www.brand.cn.evil.example", "null", "")


def asked(site: Site, origin: str, path: str = "/v1/batch") -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return site.nobody.options(path, headers=headers)


def sent(site: Site, origin: str, key: str, type_: str = "text/plain;charset=UTF-8") -> httpx.Response:
    return site.post("/v1/batch", {**BODY, "writeKey": key}, Origin=origin, Content_Type=type_)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track", "/v1/t"])
def test_a_page_of_a_key_may_ask_first(site: Site, path: str):
    answered = asked(site, PAGE, path)
    assert (answered.status_code, answered.headers["access-control-allow-origin"]) == (204, PAGE)
    assert "authorization" in answered.headers["access-control-allow-headers"].lower()
    assert answered.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", OTHERS)
def test_other_pages_are_refused_when_they_ask(site: Site, origin: str):
    answered = asked(site, origin)
    assert (answered.status_code, answered.json()["code"]) == (403, "wrong_origin")
    assert "access-control-allow-origin" not in answered.headers


def test_a_page_reads_that_it_was_taken_and_why_it_was_not(site: Site):
    taken, refused = sent(site, PAGE, site.key), site.client.post("/v1/batch", content=b"{", headers={"Origin": PAGE})
    assert (taken.status_code, refused.status_code) == (200, 400)
    assert {a.headers["access-control-allow-origin"] for a in (taken, refused)} == {PAGE}


@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize("type_", ["text/plain;charset=UTF-8", "application/json"])
def test_other_pages_are_refused_also_when_they_do_not_ask(site: Site, origin: str, type_: str):
    refused = sent(site, origin, site.key, type_)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_origin")
    assert "access-control-allow-origin" not in refused.headers
    assert site.arrived() == []


def test_an_origin_is_for_the_key_that_names_it(site: Site):
    other = keys.create(site.workspace.operations, "shop", "collect", now(), origins=["https://shop.cn"])
    assert [sent(site, origin, other).status_code for origin in ("https://shop.cn", PAGE)] == [200, 403]


def test_who_is_no_page_asks_and_sends_without_an_origin(site: Site):
    answered = site.nobody.options("/v1/batch")
    assert (answered.status_code, answered.headers["allow"]) == (204, "POST, OPTIONS")
    assert "access-control-allow-origin" not in site.client.post("/v1/batch", json=BODY).headers
