"""Requests to be forgotten, over HTTP: asked, checked, carried out, with receipts."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, JSONBody

from siyu.api.admin import shown
from siyu.api.admin.cases import Cases
from siyu.api.admin.clerk import ALWAYS, NONE, STATE, Clerk, Number
from siyu.api.admin.people import Asked, Who
from siyu.api.handed import erased
from siyu.api.refusals import Refusal
from siyu.core.errors import SiyuError
from siyu.privacy import erase, requests
from siyu.privacy.requests import ERASURES
from siyu.store.workspace import Workspace

GOES_ON = ALWAYS | {202: ResponseSpec(dict[str, Any], description="It goes on for longer than an answer may take.")}

CASES = Cases(ERASURES, shown.erasure)


@get("/erasures", responses=ALWAYS, operation_id="erasures",
     summary="Requests to be forgotten, and how many are overdue.")  # fmt: skip
async def list_erasures(clerk: NamedDependency[Clerk], open: FromQuery[bool] = False) -> dict[str, Any]:
    """As `siyu erase list`."""
    return await CASES.listing(clerk, open)


@post("/erasures", operation_id="request_erasure", responses=ALWAYS, response_description="Filed.",
      summary="File a request to be forgotten, to be checked by somebody.")  # fmt: skip
async def request_erasure(data: JSONBody[Asked], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu erase request`."""
    return CASES.shown(await clerk.warehouse(lambda workspace: requests.file(
        workspace, data.id, data.case, actor=clerk.actor, now=clerk.now)), clerk)  # fmt: skip


@post("/erasures/plan", responses=ALWAYS, operation_id="plan_erasure", status_code=200,
      summary="Count what is held of a person, by table; changes nothing.")  # fmt: skip
async def plan_erasure(data: JSONBody[Who], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu erase --dry-run`."""

    def planned(workspace: Workspace) -> dict[str, Any]:
        return erase.plan(workspace, {0: requests.keys_asked(workspace, data.id)})[0]

    return {"plan": await clerk.warehouse(planned)}


@post("/erasures/run", operation_id="run_erasures", status_code=200, responses=GOES_ON,
      summary="Erase everybody whose request is approved, with receipts.")  # fmt: skip
async def run_erasures(clerk: NamedDependency[Clerk]) -> Response[dict[str, Any]]:
    """As `siyu erase run`; what takes longer goes on, and the requests say when it is done."""
    try:
        found = await clerk.site.begin(lambda workspace, say: erased(workspace, clerk.actor, clerk.now, say))
    except SiyuError as error:
        raise Refusal.of(error) from None
    if found is None:
        return Response({"done": [], "files_left": [], "goes_on": True}, status_code=202)
    left = [str(path.relative_to(clerk.site.workspace.directory)) for path in found.files]
    return Response({"done": [CASES.shown(one, clerk) for one in found.done], "files_left": left, "goes_on": False})


@get("/erasures/{number:int}", operation_id="erasure", responses=NONE, summary="One request, with its receipt.")
async def show_erasure(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu erase show`."""
    return CASES.shown(await CASES.known(clerk, number), clerk)


@post("/erasures/{number:int}/approve", operation_id="approve_erasure", status_code=200, responses=NONE | STATE,
      summary="Whoever asked has been checked: the next run erases.")  # fmt: skip
async def approve_erasure(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu erase approve`."""
    return await CASES.checked(clerk, number, ERASURES.approve)


@post("/erasures/{number:int}/reject", operation_id="reject_erasure", status_code=200, responses=NONE | STATE,
      summary="The request to be forgotten is not carried out.")  # fmt: skip
async def reject_erasure(number: Number, clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu erase reject`."""
    return await CASES.checked(clerk, number, ERASURES.reject)


HANDLERS = (list_erasures, request_erasure, plan_erasure, run_erasures, show_erasure, approve_erasure, reject_erasure)
