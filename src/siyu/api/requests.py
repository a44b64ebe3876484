"""Around every request: an id, a measured time, a line in the log. Of its address only the route is told, because what
stands in it may be a secret or name a person.
"""

from __future__ import annotations

import secrets
import time

import structlog
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

#: Routes that are asked all the time; they are told at the level debug while all is well.
FREQUENT = ("/v1/", "/health", "/ready", "/metrics")
#: What an address without a handler is called.
NO_ROUTE = "(none)"
#: What ids of requests are spelled with: no digits, for logs hide what could be a phone; no vowels, for it is no word.
ID_LETTERS, ID_LENGTH = "bcdfghjklmnpqrstvwxz", 16

#: Anybody may send any method: unknown ones are counted together.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ANSWERED = Counter("siyu_requests", "Requests answered.", ("route", "method", "status"))
SECONDS = Histogram("siyu_request_seconds", "Seconds until a request was answered.", ("route",),
                    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0))  # fmt: skip

log = structlog.get_logger(__name__)


def new_id() -> str:
    """An id for a request, always of our own: one that a client sends could hold anything.

    >>> len(new_id()), new_id().isalpha()
    (16, True)
    """
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


class Requests:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the framework's own
            await self._app(scope, receive, send)
            return
        request_id, began, status = new_id(), time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()),
                                      (b"x-content-type-options", b"nosniff")]  # fmt: skip
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, noting)
            finally:
                self._told(scope, status, time.perf_counter() - began)

    def _told(self, scope: HTTPScope, status: int, seconds: float) -> None:
        route, method = scope.get("path_template") or NO_ROUTE, scope["method"]
        ANSWERED.labels(route, method if method in METHODS else "other", str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        tell = log.debug if status < 400 and route.startswith(FREQUENT) else log.info
        tell("http.request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))
