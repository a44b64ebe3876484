"""Who may ask what: each handler says which scope it is for, and the key of a request must have it.

Nothing here rests on cookies, so no page of another site can make a browser act for somebody (CSRF has no hold), and no
handler fetches an address that a caller names (nor has SSRF).
"""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from siyu.api.collect.senders import presented
from siyu.api.keys import ApiKey
from siyu.api.rates import Rates
from siyu.api.refusals import Refusal, of_keys
from siyu.api.site import Site

#: Scopes of keys that open what a handler's `opt` says it is for: `read` or `admin`. `open` is for anybody, `own` looks
#: at what it is sent itself.
OPENED_BY = {"read": ("read", "admin"), "admin": ("admin",)}

MAKE = "`siyu key create --scope {}` makes one."

Connection = ASGIConnection[Any, Any, Any, Any]


class Access:
    """The guard of all handlers of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._rates = Rates()

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let a request pass whose key is for the handler, and note the key. Raises Refusal."""
        access = handler.opt["access"]
        if access in OPENED_BY:
            connection.scope["auth"] = await self.admitted(connection, access)

    async def admitted(self, connection: Connection, access: str) -> ApiKey:
        """The key that a request presents, if it opens this access and does not call too often. Raises Refusal."""
        key = await key_of(self._site, connection)
        if key is None:
            raise Refusal(401, "unknown_key", f"Expected a key for {access} that is in force, as Bearer.",
                          headers={"WWW-Authenticate": "Bearer"}, hint=MAKE.format(access))  # fmt: skip
        if key.scope not in OPENED_BY[access]:
            raise Refusal(403, "wrong_scope", f"This key is for {key.scope}; expected one for {access}.",
                          hint=MAKE.format(access))  # fmt: skip
        self._rates.take(key.key_id, key.rate, self._site.now())
        return key


async def key_of(site: Site, connection: Connection) -> ApiKey | None:
    """The key in force that a request presents; None if it presents none."""
    text = presented(connection.headers.get("authorization"))
    with of_keys():
        return await site.keyring.verify(text, site.now()) if text else None
