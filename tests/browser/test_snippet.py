"""The script for web pages in Chromium, on a page of another origin than the collector's: what it sends and keeps.

Each test runs with the script as it is served and as it is written; those of rarer paths once in CI, as long work.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from siyu.api import keys
from siyu.api.collect.snippet import SOURCE, snippet, version
from siyu.api.writer import open_writer
from siyu.store.inbox import Inbox
from siyu.store.workspace import create
from tests.api.serving import HOST, application, now, served
from tests.breadth import wide

#: A shop's page: it can call before the script is there.
PAGE = """<!doctype html><title>店</title><script>
(function (w, q) {{ w.siyu = {{q: q}}; ["page", "track", "identify", "consent"].forEach(function (m) {{
w.siyu[m] = function () {{ q.push([m, arguments]) }} }}) }})(window, [])
{calls}</script><script async src="{script}" data-key="{key}"></script>"""
HIDE = "Object.defineProperty(document, 'hidden', {value: true}); document.dispatchEvent(new Event('visibilitychange'))"
#: What lets a page read that it shall come back.
PUT_OFF = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", "Retry-After": "1"}
#: Milliseconds in which the script would have sent, had it anything to send.
QUIET_MS = 1500
READY = "window.siyu && !siyu.q"
WHO = "JSON.parse(localStorage.getItem('siyu'))"
OPPOSED = {
    "gpc": "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})",
    "dnt": "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
}


class Pages(BaseHTTPRequestHandler):
    """Every address is the shop's page."""

    def do_GET(self) -> None:
        body = self.server.page.encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@dataclass
class Shop:
    """A shop's pages, the collector they report to, and what they asked of it."""

    browser: Any
    pages: ThreadingHTTPServer
    collector: str
    key: str
    inbox: Inbox
    script: str = "siyu.js"
    tabs: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.pages.server_port}"

    def open(self, path: str = "/", calls: str = "", init: str = "") -> Any:
        """The page in the browser of a new visitor. calls: made on the page; init: runs before all else."""
        tab = self.browser.new_context().new_page()
        tab.add_init_script(init)
        tab.on("request", lambda request: "/v1/" in request.url and self.asked.append(request))
        self.tabs.append(tab)
        return self.visit(tab, path, calls)

    def visit(self, tab: Any, path: str = "/", calls: str = "") -> Any:
        """Another page of the same visitor."""
        script = f"{self.collector}/{self.script}"
        self.pages.page = PAGE.format(calls=calls, script=script, key=self.key)  # type: ignore[attr-defined]
        tab.goto(f"{self.url}{path}")
        tab.wait_for_function(READY)
        return tab

    def calls(self, count: int) -> list[dict[str, Any]]:
        """So many calls that arrive, in order, and no more."""
        found, deadline = self.taken(), time.monotonic() + 30
        while len(found) < count and time.monotonic() < deadline:
            self.tabs[-1].wait_for_timeout(50)
            found += self.taken()
        assert len(found) == count
        return found

    def requests(self, count: int) -> list[Any]:
        """The requests to the collector, at least so many: the browser tells of them later than they arrive."""
        deadline = time.monotonic() + 30
        while len(self.asked) < count and time.monotonic() < deadline:
            self.tabs[-1].wait_for_timeout(50)
        return self.asked

    def quiet(self) -> bool:
        """Whether nothing is sent."""
        self.tabs[-1].wait_for_timeout(QUIET_MS)
        return self.asked == [] and self.taken() == []

    def taken(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while claim := self.inbox.claim("segment"):
            found += [call for arrival in claim.arrivals for call in json.loads(arrival.body)["batch"]]
            self.inbox.settle(claim.token)
        return found


@get("/written.js", media_type="text/javascript", sync_to_thread=False)
def written_js() -> str:
    """The script as it is written."""
    return SOURCE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def one_shop(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    pages = ThreadingHTTPServer((HOST, 0), Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    with create(tmp_path_factory.mktemp("site") / "brand") as workspace:
        origin = f"http://{HOST}:{pages.server_port}"
        key = keys.create(workspace.operations, "web", "collect", now(), origins=[origin])
        writer = open_writer(workspace)
        app: Litestar = application(workspace, writer)
        app.register(written_js)
        with served(app) as collector:
            yield Shop(browser, pages, collector, key, workspace.inbox)
        writer.close()
    pages.shutdown()


@pytest.fixture(params=wide(["siyu.js", "written.js"], always=1))
def shop(one_shop: Shop, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The shop with no visitors, its pages holding the script as it is served or as it is written."""
    one_shop.script, one_shop.tabs, one_shop.asked = request.param, [], []
    yield one_shop
    for tab in one_shop.tabs:
        tab.context.close()
    one_shop.taken()


def test_before_consent_nothing_is_sent_and_nothing_kept(shop: Shop):
    tab = shop.open(calls="siyu.page(); siyu.track('Viewed'); siyu.identify('c-1')")
    assert shop.quiet()
    assert tab.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert tab.context.cookies() == []


def test_with_consent_what_was_called_before_is_sent_in_order_under_one_id(shop: Shop):
    tab = shop.open(calls="siyu.page('Home'); siyu.track('Viewed', {sku: '甲'}); siyu.identify('c-1', {tier: 2})")
    tab.evaluate("siyu.consent(true)")
    page, track, identify = shop.calls(3)
    assert [page["type"], track["type"], identify["type"]] == ["page", "track", "identify"]
    assert {page["anonymousId"], track["anonymousId"], identify["anonymousId"]} == {tab.evaluate(f"{WHO}.a")}
    assert (page["name"], track["event"], track["properties"]) == ("Home", "Viewed", {"sku": "甲"})
    assert (identify["userId"], identify["traits"], "userId" in page) == ("c-1", {"tier": 2}, False)
    assert len({page["messageId"], track["messageId"], identify["messageId"]}) == 3
    assert tab.context.cookies() == []


def test_calls_and_consent_may_both_come_before_the_script(shop: Shop):
    shop.open(calls="siyu.consent(true); siyu.page(); siyu.track('Viewed')")
    assert [call["type"] for call in shop.calls(2)] == ["page", "track"]


def test_consent_holds_on_the_next_page_and_the_visitor_is_the_same(shop: Shop):
    tab = shop.open(calls="siyu.consent(true); siyu.identify('c-1')")
    [first] = shop.calls(1)
    shop.visit(tab, "/next", "siyu.page()")
    [second] = shop.calls(1)
    assert (second["anonymousId"], second["userId"]) == (first["anonymousId"], "c-1")


def test_refused_consent_drops_what_waits_and_forgets_the_visitor(shop: Shop):
    tab = shop.open(calls="siyu.page()")
    tab.evaluate("siyu.consent(false); siyu.track('Viewed')")
    assert shop.quiet()
    tab.evaluate("siyu.consent(true); siyu.track('Bought')")
    [first] = shop.calls(1)
    shop.requests(1).clear()
    tab.evaluate("siyu.track('Viewed'); siyu.consent(false)")
    assert shop.quiet()
    assert tab.evaluate("localStorage.length") == 0
    tab.evaluate("siyu.consent(true); siyu.track('Back')")
    [second] = shop.calls(1)
    assert (first["event"], second["event"]) == ("Bought", "Back")
    assert first["anonymousId"] != second["anonymousId"]


@pytest.mark.slow
@pytest.mark.parametrize("signal", OPPOSED)
def test_a_browser_that_asks_not_to_be_tracked_is_heard_whatever_the_page_says(shop: Shop, signal: str):
    known = "localStorage.setItem('siyu', '{\"a\": \"known\"}')"
    tab = shop.open(calls="siyu.consent(true); siyu.page()", init=f"{OPPOSED[signal]}; {known}")
    assert shop.quiet()
    assert tab.evaluate("localStorage.length") == 0


def test_what_is_called_as_a_page_goes_away_arrives(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    tab.evaluate("siyu.track('Left')")
    tab.goto("about:blank")
    assert [call["event"] for call in shop.calls(1)] == ["Left"]


def test_a_page_that_is_hidden_hands_over_what_it_has_as_plain_text(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    tab.evaluate(f"siyu.track('Hidden'); {HIDE}")
    assert [call["event"] for call in shop.calls(1)] == ["Hidden"]
    [request] = shop.requests(1)
    assert (request.resource_type, request.headers["content-type"]) == ("ping", "text/plain;charset=UTF-8")


def test_no_address_is_sent_beyond_its_path_and_campaigns_are(shop: Shop):
    tab = shop.open("/list?phone=13800001234")
    query = "utm_source=wecom&utm_medium=chat&utm_campaign=618%E5%A4%A7%E4%BF%83&token=secret"
    tab.evaluate(f"location.href = '/item?{query}#secret'")
    tab.wait_for_url("**/item**")
    tab.wait_for_function(READY)
    tab.evaluate("siyu.consent(true); siyu.page()")
    [call] = shop.calls(1)
    url = f"{shop.url}/item"
    assert call["properties"] == {"url": url, "path": "/item", "title": "店", "referrer": f"{shop.url}/list"}
    assert call["context"]["page"] == call["properties"]
    assert call["context"]["campaign"] == {"source": "wecom", "medium": "chat", "name": "618大促"}
    assert "secret" not in json.dumps(call)
    assert "13800001234" not in json.dumps(call)


@pytest.mark.slow
def test_another_person_at_the_same_browser_gets_another_id(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    tab.evaluate("siyu.page(); siyu.identify('c-1'); siyu.identify('c-1'); siyu.identify('c-2'); siyu.identify()")
    ids = [call["anonymousId"] for call in shop.calls(5)]
    assert ids[0] == ids[1] == ids[2]
    assert len({*ids[2:]}) == 3


@pytest.mark.slow
def test_what_is_too_large_is_left_out_and_the_rest_arrives_in_parts(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    tab.evaluate("for (let n = 0; n < 20; n++) siyu.track('Viewed', {n, text: '长'.repeat(n == 7 ? 11e3 : 3e3)})")
    assert [call["properties"]["n"] for call in shop.calls(19)] == [n for n in range(20) if n != 7]
    assert len(shop.requests(6)) >= 6


@pytest.mark.slow
def test_what_the_collector_cannot_take_now_is_sent_again_once_it_can(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    answers = iter([503, 429])

    def put_off(route) -> None:
        status = next(answers, None)
        route.fulfill(status=status, headers=PUT_OFF) if status else route.continue_()

    tab.route("**/v1/batch", put_off)
    tab.evaluate("siyu.track('Bought')")
    tab.wait_for_timeout(1200)
    tab.evaluate("siyu.track('Viewed')")
    assert [call["event"] for call in shop.calls(2)] == ["Bought", "Viewed"]
    assert len(shop.requests(3)) == 3


@pytest.mark.slow
def test_what_the_collector_refuses_is_not_sent_again(shop: Shop):
    tab = shop.open(calls="siyu.consent(true)")
    tab.route("**/v1/batch", lambda route: route.fulfill(status=400, headers={"Access-Control-Allow-Origin": "*"}))
    tab.evaluate("siyu.track('Bought')")
    tab.wait_for_timeout(3 * QUIET_MS)
    assert len(shop.requests(1)) == 1


@pytest.mark.slow
def test_a_page_whose_storage_is_closed_sends_and_forgets(shop: Shop):
    closed = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('closed') }})"
    shop.open(calls="siyu.consent(true); siyu.page()", init=closed)
    [call] = shop.calls(1)
    assert call["anonymousId"]


def test_the_script_is_two_kilobytes_and_kept_by_browsers(one_shop: Shop):
    url = f"{one_shop.collector}/siyu.js"
    plain, versioned = httpx.get(url), httpx.get(url, params={"v": version()})
    assert len(plain.content) <= 2048
    assert plain.text == versioned.text == snippet()
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (plain.headers["cache-control"], versioned.headers["cache-control"]) == (
        "public, max-age=3600", "public, max-age=31536000, immutable")  # fmt: skip
    again = httpx.get(url, headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
