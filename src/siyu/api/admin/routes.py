"""All administrative addresses."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from siyu.api.admin import audit, consents, erasures, exports, hooks, keys
from siyu.api.admin.clerk import clerk_of
from siyu.api.site import Site

PARTS = (keys, hooks, erasures, exports, consents, audit)


def router(site: Site) -> Router:
    """For keys that administer."""
    return Router("/api/v1", route_handlers=[handler for part in PARTS for handler in part.HANDLERS],
                  opt={"access": "admin"}, tags=["admin"], security=[{"bearer": []}],
                  dependencies={"clerk": Provide(clerk_of(site), sync_to_thread=False)})  # fmt: skip
