"""Keys of those who call over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from siyu.api import keys
from siyu.api.admin import shown
from siyu.api.admin.clerk import ALWAYS, NONE, STATE, Clerk, Number


@dataclass(frozen=True)
class NewKey:
    """A key to be made. scope: collect, read or admin; name: default is the scope; rate: calls a second."""

    scope: str
    name: str = ""
    rate: int | None = None
    origins: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)


@get("/keys", responses=ALWAYS, operation_id="keys",
     summary="All keys, those revoked too, without the keys themselves.")  # fmt: skip
async def list_keys(clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu key list`."""
    found = await clerk.store(lambda workspace: keys.listed(workspace.operations))
    return {"keys": [shown.key(one, clerk.zone) for one in found]}


@post("/keys", responses=ALWAYS, operation_id="create_key", summary="Make a key; it is shown this once.",
      response_description="Made.")  # fmt: skip
async def create_key(data: JSONBody[NewKey], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu key create`."""
    name, rate = data.name or data.scope, keys.usual_rate(data.scope) if data.rate is None else data.rate
    text = await clerk.store(lambda workspace: keys.create(
        workspace.operations, name, data.scope, clerk.now, defaults=data.defaults, origins=data.origins, rate=rate,
        actor=clerk.actor))  # fmt: skip
    return {"key": text, "name": name, "scope": data.scope}


@post("/keys/{number:int}/revoke", operation_id="revoke_key", status_code=200, responses=NONE | STATE,
      summary="Take a key out of force, for good.")  # fmt: skip
async def revoke_key(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu key revoke`."""
    await clerk.store(lambda workspace: keys.get(workspace.operations, number), 404)
    revoked = await clerk.store(
        lambda workspace: keys.revoke(workspace.operations, number, clerk.now, actor=clerk.actor), 409)
    return shown.key(revoked, clerk.zone)


HANDLERS = (list_keys, create_key, revoke_key)
