"""Hooks: addresses that other systems call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from siyu.api.admin import shown
from siyu.api.admin.clerk import ALWAYS, NONE, Clerk
from siyu.store import hooks


@dataclass(frozen=True)
class NewHook:
    """A hook to be made, with the secrets that the other side was given, or gave."""

    door: str
    name: str
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    defaults: dict[str, str] = field(default_factory=dict)


Name = Annotated[str, PathParameter(max_length=64)]


@get("/hooks", responses=ALWAYS, operation_id="hooks", summary="All hooks, those revoked too, without their secrets.")
async def list_hooks(clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu hook list`."""
    found = await clerk.store(lambda workspace: hooks.listed(workspace.operations))
    return {"hooks": [shown.hook(one, clerk.zone) for one in found]}


@post("/hooks", responses=ALWAYS, operation_id="create_hook", summary="Make a hook; its secrets are not shown again.",
      response_description="Made.")  # fmt: skip
async def create_hook(data: JSONBody[NewHook], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu hook create`."""
    await clerk.store(lambda workspace: hooks.create(
        workspace.operations, workspace.keys, data.door, data.name, data.secrets, now=clerk.now,
        defaults=data.defaults, actor=clerk.actor))  # fmt: skip
    return {"name": data.name, "door": data.door, "path": hooks.path_of(data.door, data.name)}


@post("/hooks/{name:str}/revoke", operation_id="revoke_hook", status_code=200, responses=NONE,
      summary="Take a hook out of force, for good.")  # fmt: skip
async def revoke_hook(name: Name, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu hook revoke`."""
    await clerk.store(lambda workspace: hooks.revoke(workspace.operations, name, now=clerk.now, actor=clerk.actor), 404)
    return {"name": name, "revoked": True}


HANDLERS = (list_hooks, create_hook, revoke_hook)
