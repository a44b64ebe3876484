"""The collector: from a request in the Segment format to an arrival on disk. No page, no loading, no opinion of events.

The clock is read when a request arrives: that is its `receivedAt`. The address it comes from is not kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request

from siyu.api.body import read_body
from siyu.api.collect.calls import BODY_BYTES, Posted
from siyu.api.collect.senders import check, presented
from siyu.api.keys import ApiKey, Keyring
from siyu.api.rates import Rates
from siyu.api.refusals import of_keys
from siyu.api.writer import Writer
from siyu.core.time import instant_of
from siyu.store.inbox import Arrival

DOOR = "segment"
#: Characters of a User-Agent that are kept, for telling machines from people.
AGENT_MOST = 512


class Collector:
    """Takes requests for a keyring and a writer. now: the clock."""

    def __init__(self, keyring: Keyring, writer: Writer, now: Callable[[], dt.datetime]) -> None:
        self._keyring, self._writer, self._now = keyring, writer, now
        self._rates = Rates()

    async def collect(self, request: Request[Any, Any, Any], read: Callable[[bytes], Posted]) -> None:
        """Keep what a request holds; it is on disk when this returns. Raises Refusal."""
        now = self._now()
        text = presented(request.headers.get("authorization"))
        if text is not None:  # who is nobody need not send a body
            key = await self._admitted(request, text, now)
            posted = read(await read_body(request, BODY_BYTES))
        else:
            posted = read(await read_body(request, BODY_BYTES))
            key = await self._admitted(request, posted.write_key, now)
        if posted.calls:
            await self._writer.put(_arrival(request, key, posted, now))

    async def allows(self, origin: str) -> bool:
        """Whether pages of this origin may send at all."""
        return await self._asked(self._keyring.allows(origin, self._now()))

    async def _admitted(self, request: Request[Any, Any, Any], text: str, now: dt.datetime) -> ApiKey:
        """The key under this text, if this request may use it now."""
        key = check(await self._asked(self._keyring.verify(text, now)), origin_of(request))
        request.state.admitted = True
        self._rates.take(key.key_id, key.rate, now)
        return key

    async def _asked(self, answer: Any) -> Any:
        """What the keyring says, or that it cannot be asked now."""
        with of_keys():
            return await answer


def origin_of(request: Request[Any, Any, Any]) -> str | None:
    """The origin of the page that sends; None if no browser does."""
    return request.headers.get("origin")


def _arrival(request: Request[Any, Any, Any], key: ApiKey, posted: Posted, now: dt.datetime) -> Arrival:
    agent = request.headers.get("user-agent", "")[:AGENT_MOST]
    defaults = msgspec.json.encode({**key.defaults, "user_agent": agent}).decode()
    return Arrival(DOOR, key.name, instant_of(now), posted.body, posted.calls, defaults)
