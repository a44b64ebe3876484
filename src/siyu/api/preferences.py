"""`/preferences/TOKEN`: the page of a preference link, for whoever holds the link. A GET shows, a POST changes.

The link itself says who may do what: no cookie, no key, so that mail programs can unsubscribe in one click (RFC 8058).
Nothing waits for the warehouse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from litestar import MediaType, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from siyu.api.body import read_body
from siyu.api.form import fields
from siyu.api.rates import Rates
from siyu.api.reference.openapi import language
from siyu.api.refusals import Refusal, answer, of_store
from siyu.api.site import Site
from siyu.core.errors import IdentityError
from siyu.identity import preferences
from siyu.identity.preference_link import Link, opened

FORM_BYTES = 16 * 1024
#: Calls a second of one link, and of all that is no link taken together.
LINK_RATE, STRANGER_RATE = 5, 50
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
           "Content-Security-Policy": preferences.policy()}  # fmt: skip
#: What the page says to what is refused; other refusals are told as they are.
TOLD = {"unknown_link": "unknown", "expired_link": "expired", "too_often": "often", "no_store": "later"}
Found = TypeVar("Found")


def _refusals(**meanings: str) -> dict[int, ResponseSpec]:
    return {int(status[1:]): ResponseSpec(str, description=meaning, media_type=MediaType.HTML)
            for status, meaning in meanings.items()}  # fmt: skip


SHOWN = _refusals(_404="No such link was made here.", _410="The link has expired.",
                  _429="Called too often; come back after Retry-After seconds.",
                  _503="The store cannot be asked; come back after Retry-After seconds.")  # fmt: skip
CHANGED = SHOWN | _refusals(_400="The form cannot be read.", _408="The form did not arrive in time.",
                            _413="The form is too large.", _415="No form.")  # fmt: skip


def router(site: Site) -> Router:
    """Both addresses."""
    rates = Rates()
    return Router("/preferences", route_handlers=[show, change], opt={"access": "own"}, tags=["preferences"],
                  dependencies={"site": Provide(lambda: site, sync_to_thread=False),
                                "rates": Provide(lambda: rates, sync_to_thread=False)},
                  exception_handlers={Refusal: _refused(site)})  # fmt: skip


@get("/{token:str}", media_type=MediaType.HTML, responses=SHOWN, operation_id="preferences",
     summary="The page of a preference link; changes nothing.", response_description="The page.",
     description="What somebody agreed to, by channel, in Chinese or English (`?lang=`, else the browser's language).")
async def show(
    request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site], rates: NamedDependency[Rates]
) -> Response[str]:
    """What somebody agreed to, by channel, in Chinese or English (`?lang=`, else the browser's language)."""
    return await _page(site, request, _link(site, rates, token))


@post("/{token:str}", status_code=200, media_type=MediaType.HTML, responses=CHANGED, operation_id="change_preferences",
      summary="Change what the page shows, or unsubscribe in one click.", response_description="The page.",
      description="A form: `action=save` with a `channel` for each tick, `action=withdraw`, or "
                  "`List-Unsubscribe=One-Click`.")  # fmt: skip
async def change(
    request: Request[Any, Any, Any], token: FromPath[str], site: NamedDependency[Site], rates: NamedDependency[Rates]
) -> Response[str]:
    """A form: `action=save` with a `channel` for each tick, `action=withdraw`, or `List-Unsubscribe=One-Click`."""
    link = _link(site, rates, token)
    form = fields(request.headers.get("content-type", ""), await read_body(request, FORM_BYTES))
    await _asked(lambda: preferences.apply(site.workspace.operations, link, form, now=site.now()))
    return await _page(site, request, link, saved=preferences.says(form))


def _link(site: Site, rates: Rates, token: str) -> Link:
    """The link of a token. Raises Refusal for what is none, for one that is too old, and for who calls too often."""
    link, now = opened(site.workspace.keys, token), site.now()
    if link is None:
        rates.take(None, STRANGER_RATE, now)
        raise Refusal(404, "unknown_link", "No such link was made here.")
    rates.take(link.identifier_id, LINK_RATE, now)
    if link.expired(now):
        raise Refusal(410, "expired_link", "The link has expired.")
    return link


async def _page(site: Site, request: Request[Any, Any, Any], link: Link, *, saved: bool = False) -> Response[str]:
    brand, lang = site.workspace.settings["brand.name"], language(request)
    text = await _asked(lambda: preferences.page(site.workspace.operations, link, brand, lang, now=site.now(),
                                                 saved=saved))  # fmt: skip
    return Response(text, media_type=MediaType.HTML, headers=HEADERS)


async def _asked(work: Callable[[], Found]) -> Found:
    """What the store says. Raises Refusal if it cannot be asked now."""
    try:
        with of_store():
            return await asyncio.to_thread(work)
    except IdentityError:  # erased between the look and the change
        raise Refusal(404, "unknown_link", "No such link was made here.") from None


def _refused(site: Site) -> Callable[[Request[Any, Any, Any], Refusal], Response[str]]:
    """What answers a refusal: a page of one sentence."""
    brand = site.workspace.settings["brand.name"]

    def answered(request: Request[Any, Any, Any], refusal: Refusal) -> Response[str]:
        told = preferences.sentence(TOLD.get(refusal.code, ""), brand, language(request))
        headers = {**answer(request, refusal).headers, **HEADERS}
        return Response(told, media_type=MediaType.HTML, status_code=refusal.status, headers=headers)

    return answered
