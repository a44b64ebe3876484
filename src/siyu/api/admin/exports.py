"""Requests for a copy of what is held of somebody, over HTTP: asked, checked, handed over."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from siyu.api.admin import shown
from siyu.api.admin.cases import Cases
from siyu.api.admin.clerk import ALWAYS, NONE, STATE, Clerk, Number
from siyu.api.admin.people import Asked, Who
from siyu.privacy import exports
from siyu.privacy.exports import EXPORTS
from siyu.store.workspace import Workspace

CASES = Cases(EXPORTS, shown.export)


@get("/subject-exports", responses=ALWAYS, operation_id="subject_exports",
     summary="Requests for a copy, and how many are overdue.")  # fmt: skip
async def list_exports(clerk: NamedDependency[Clerk], open: FromQuery[bool] = False) -> dict[str, Any]:
    """As `siyu subject-export list`."""
    return await CASES.listing(clerk, open)


@post("/subject-exports", operation_id="request_subject_export", responses=ALWAYS, response_description="Filed.",
      summary="File a request for a copy, to be checked by somebody.")  # fmt: skip
async def request_export(data: JSONBody[Asked], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export request`."""
    return CASES.shown(await clerk.warehouse(lambda workspace: exports.file(
        workspace, data.id, data.case, actor=clerk.actor, now=clerk.now)), clerk)  # fmt: skip


@post("/subject-exports/look", responses=ALWAYS, operation_id="look_at_subject", status_code=200,
      summary="All that is held of a person, values masked.")  # fmt: skip
async def look(data: JSONBody[Who], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export --id`."""
    return await clerk.warehouse(
        lambda workspace: exports.look(workspace, data.id, actor=clerk.actor, now=clerk.now))  # fmt: skip


@get("/subject-exports/{number:int}", operation_id="subject_export", responses=NONE,
     summary="One request for a copy, and how much was handed over.")  # fmt: skip
async def show_export(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export show`."""
    return CASES.shown(await CASES.known(clerk, number), clerk)


@post("/subject-exports/{number:int}/approve", operation_id="approve_subject_export", status_code=200,
      responses=NONE | STATE, summary="Whoever asked has been checked: the copy may be made.")  # fmt: skip
async def approve_export(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export approve`."""
    return await CASES.checked(clerk, number, EXPORTS.approve)


@post("/subject-exports/{number:int}/reject", operation_id="reject_subject_export", status_code=200,
      responses=NONE | STATE, summary="The request for a copy is not carried out.")  # fmt: skip
async def reject_export(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export reject`."""
    return await CASES.checked(clerk, number, EXPORTS.reject)


@post("/subject-exports/{number:int}/run", operation_id="run_subject_export", status_code=200,
      responses=NONE | STATE, summary="The copy of an approved request, with plain values; the answer hands it over.")
async def run_export(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu subject-export run`."""
    await CASES.known(clerk, number)
    handed: list[dict[str, Any]] = []

    def made(workspace: Workspace) -> dict[str, Any]:
        exports.run(workspace, number, actor=clerk.actor, now=clerk.now, hand_over=handed.append)
        return handed[0]

    return await clerk.warehouse(made, 409)


HANDLERS = (list_exports, request_export, look, show_export, approve_export, reject_export, run_export)
