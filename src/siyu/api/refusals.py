"""What is answered to a request that is not taken: `{code, message}` as JSON, under /api/v1 also the remedy as `hint`,
and when to come back.

The status says who can mend it: 4xx the caller, 429 and 503 time. A passing fault is never answered with a redirect or
with 501, which clients take for final.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from siyu.api.unread import unread
from siyu.core.errors import SiyuError
from siyu.jobs.schedule import told_of
from siyu.store.database import out_of_reach

#: Seconds after which one may come back when a store fails.
FAULT_SECONDS = 5
#: Addresses whose refusals carry a hint.
ADVISED = "/api/v1/"
#: What helps with whatever cannot be read.
DESCRIBED = "/docs describes every address."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reason:
    """What stands in the answer. code: one word for programs; message: what was expected, what came, what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Advice(Reason):
    """What stands in an answer under /api/v1. hint: the remedy; '' where the message says all."""

    hint: str


@dataclass
class Refusal(Exception):
    """A request is not taken. status: of HTTP; retry_after: seconds after which it may be; message, hint: no values."""

    status: int
    code: str
    message: str
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    hint: str = ""

    @staticmethod
    def of(error: SiyuError, status: int = 400, code: str = "refused") -> Refusal:
        """The refusal that tells a mistake of the caller; of what time mends (503), when to come back."""
        if error.passing:
            return Refusal(503, "held", error.message, FAULT_SECONDS, hint=error.remedy)
        return Refusal(status, code, error.message, hint=error.remedy)


def of_store() -> contextlib.AbstractContextManager[None]:
    """For what is asked of operations: a store that fails now is told. Raises Refusal (503)."""
    return _asking("no_store", "The store cannot be asked.")


def of_keys() -> contextlib.AbstractContextManager[None]:
    """For what is asked of the keyring, as `of_store`."""
    return _asking("no_keys", "Keys cannot be looked up.")


@contextlib.contextmanager
def _asking(code: str, message: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError:
        raise Refusal(503, code, message, FAULT_SECONDS) from None


def answer(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Reason]:
    """The answer to what was refused."""
    waiting = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    advised = request.scope["path"].startswith(ADVISED)
    told = Advice(refusal.code, refusal.message, refusal.hint) if advised else Reason(refusal.code, refusal.message)
    return Response(told, status_code=refusal.status, media_type=MediaType.JSON,
                    headers={**refusal.headers, **waiting})  # fmt: skip


def _answer_of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Reason]:
    """What the framework refuses: no such page, no such method, a body or parameter that it cannot read."""
    phrase = HTTPStatus(error.status_code).phrase
    code = re.sub(r"\W+", "_", phrase).lower()
    return answer(request, Refusal(error.status_code, code, unread(error) or f"{phrase}.",
                                   headers=dict(error.headers or {}), hint=DESCRIBED))  # fmt: skip


def _answer_of_store(request: Request[Any, Any, Any], error: DBAPIError) -> Response[Reason]:
    if not out_of_reach(error):
        return _answer_of_bug(request, error)
    log.error("http.store_lost", error=type(error).__name__, route=request.scope.get("path_template"))
    return answer(request, Refusal(503, "no_store", "The operations store is out of reach.", FAULT_SECONDS))


def _answer_of_depth(request: Request[Any, Any, Any], _error: RecursionError) -> Response[Reason]:
    return answer(request, Refusal(400, "bad_request", "The body is nested too deeply.", hint=DESCRIBED))


def _answer_of_bug(request: Request[Any, Any, Any], error: Exception) -> Response[Reason]:
    """A bug of ours: where it is goes to the log, without values; the caller may try again."""
    log.error("http.bug", error=told_of(error), route=request.scope.get("path_template"))
    return answer(request, Refusal(500, "bug", "This is a bug in siyu; its log says where. Try again later."))


#: For the application: every refusal is answered alike.
HANDLERS: ExceptionHandlersMap = {Refusal: answer, HTTPException: _answer_of_http, DBAPIError: _answer_of_store,
                                 RecursionError: _answer_of_depth, Exception: _answer_of_bug}
