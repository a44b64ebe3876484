"""The collector's addresses: `POST /v1/track` and its kin, `/v1/batch`, `/v1/import`, `/siyu.js`, what browsers ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import HttpMethod, Request, Response, Router, post, route
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from siyu.api.collect.calls import Posted, read_batch, read_call
from siyu.api.collect.collector import Collector, origin_of
from siyu.api.collect.described import BATCHES, CALLS, operation
from siyu.api.collect.snippet import siyu_js
from siyu.api.refusals import Reason, Refusal, answer

#: Seconds for which a browser may remember what it asked first; each request is checked anyway.
ASKED_SECONDS = 7200
#: The letter that some clients write instead of the name.
LETTERS = {"track": "t", "identify": "i", "page": "p", "screen": "s", "group": "g", "alias": "a", "batch": "b"}


@dataclass(frozen=True)
class Success:
    """What was sent is on disk."""

    success: bool = True


TAKEN = "Taken, and on disk."
RESPONSES = {
    400: ResponseSpec(Reason, description="Malformed, or a call that is too large; nothing was taken."),
    401: ResponseSpec(Reason, description="No write key, or none that is in force."),
    403: ResponseSpec(Reason, description="The key is for something else, or not for pages of this origin."),
    408: ResponseSpec(Reason, description="The body did not arrive in time."),
    413: ResponseSpec(Reason, description="The body is too large."),
    415: ResponseSpec(Reason, description="Packed in another way than gzip."),
    429: ResponseSpec(Reason, description="The key calls too often; come back after Retry-After seconds."),
    503: ResponseSpec(Reason, description="It cannot be kept now; come back after Retry-After seconds."),
}


def router(collector: Collector) -> Router:
    """All addresses of a collector."""
    reads = {**{name: partial(read_call, type_=name) for name in CALLS}, **dict.fromkeys(BATCHES, read_batch)}
    handlers = [handler for name, read in reads.items() for handler in _handlers(name, read)]
    calls = Router(
        "/v1", route_handlers=[asked_first, *handlers], tags=["collect"],  # the first to answer OPTIONS has it
        dependencies={"collector": Provide(lambda: collector, sync_to_thread=False)},
        exception_handlers={Refusal: _refused},
    )  # fmt: skip
    return Router("/", route_handlers=[siyu_js, calls])


def _handlers(name: str, read: Callable[[bytes], Posted]) -> list[HTTPRouteHandler]:
    """The handler of one address, and of its letter."""

    async def handle(request: Request[Any, Any, Any], collector: NamedDependency[Collector]) -> Response[Success]:
        await collector.collect(request, read)
        return Response(Success(), headers=_for_pages(request))

    named = post(f"/{name}", status_code=200, response_description=TAKEN, responses=RESPONSES,
                 operation_class=operation(name), operation_id=name)  # fmt: skip
    letter = [post(f"/{LETTERS[name]}", status_code=200, include_in_schema=False)] if name in LETTERS else []
    return [decorate(handle) for decorate in (named, *letter)]


@route([f"/{word}" for word in (*CALLS, *BATCHES, *LETTERS.values())], http_method=HttpMethod.OPTIONS,
       include_in_schema=False)  # fmt: skip
async def asked_first(request: Request[Any, Any, Any], collector: NamedDependency[Collector]) -> Response[None]:
    """What a browser asks before it sends: whether a page of this origin may. The key is not known yet."""
    origin = origin_of(request)
    if origin is not None and not await collector.allows(origin):
        raise Refusal(403, "wrong_origin", "No key is for pages of this origin.")
    allowed = {"Allow": "POST, OPTIONS"} if origin is None else {
        "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
        "Access-Control-Max-Age": str(ASKED_SECONDS), "Vary": "Origin",
    }  # fmt: skip
    return Response(None, status_code=204, headers=allowed)


def _refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Reason]:
    """The answer to what was refused; a page whose key was taken may read why."""
    response = answer(request, refusal)
    response.headers.update(_for_pages(request))
    return response


def _for_pages(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What lets a page read the answer, if its key is for its origin."""
    origin = origin_of(request)
    if origin is None or not request.state.get("admitted"):
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", "Vary": "Origin"}
