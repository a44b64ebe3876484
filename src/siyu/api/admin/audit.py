"""The audit, over HTTP: who did what that may be asked about."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from siyu.api.admin import shown
from siyu.api.admin.clerk import ALWAYS, Clerk
from siyu.api.refusals import Refusal
from siyu.core.settings import EARLIEST
from siyu.core.time import day_of, day_starts
from siyu.store.audit import acts

#: Rows of one answer.
ROWS_MOST = 10_000
#: Days later than this have no end that Python could say.
LATEST = dt.date(9998, 12, 31)
Part = Annotated[str, QueryParameter(max_length=64, description="Only these: a part such as key., or one act.")]
Since = Annotated[dt.date | None, QueryParameter(description="Only what was done on this day or later.")]
Limit = Annotated[int, QueryParameter(ge=1, le=ROWS_MOST, description="Rows at the most, the newest first.")]


@get("/audit", responses=ALWAYS, operation_id="audit", summary="Administrative acts: when, who, what, whom about.")
async def audit(
    clerk: NamedDependency[Clerk], act: Part = "", since: Since = None, limit: Limit = 50
) -> dict[str, Any]:
    """As `siyu audit`."""
    if since is not None and not EARLIEST <= since <= LATEST:
        raise Refusal(400, "refused", f"since: expected a day from {EARLIEST} to {LATEST}.")
    start = day_starts(day_of(since), clerk.zone) if since else 0
    found = await clerk.store(lambda workspace: acts(workspace.operations, act=act, since=start))
    return {"acts": [shown.act(one, clerk.zone) for one in found[:limit]], "total": len(found)}


HANDLERS = (audit,)
