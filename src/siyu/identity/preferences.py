"""What is behind a preference link: a page on which a person sees what they agreed to, and changes it.

Looking changes nothing, because scanners follow links; what a form says does. One-click unsubscription is RFC 8058. It
needs operations alone, so a withdrawal never waits for the warehouse.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from siyu.core.kinds import CHANNELS, GRANTED_CHANNELS
from siyu.core.time import instant_of
from siyu.identity import consents
from siyu.identity.preference_link import Link
from siyu.identity.preference_words import WORDS
from siyu.identity.reach import MARKETING
from siyu.identity.standing import GRANT, GRANTED, WITHDRAW, WITHDRAWN, Consent, fold
from siyu.store.operations import Operations
from siyu.store.tombstones import erasure_of

#: What stands as the source of consents changed here, and as who acted.
SOURCE, ACTOR = "preference link", "preference link"
#: Version of the page's words: what somebody agreed to who ticks a box. It changes when the words do.
NOTICE = "preferences.2"
#: Channels that the page offers for marketing; other purposes are asked as a whole.
OFFERED, WHOLE = ("sms", "email", "wecom", "subscription", "group", "live", "member_center"), "all"
#: Purposes that hold until they are refused; the others, and some channels of marketing, need a grant.
UNLESS_REFUSED = ("personalization",)
#: The body of a one-click request (RFC 8058, section 3.2).
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True)
class Row:
    """A channel on the page, and how its owner stands to it ('' = never said). ticked: whether it is in use."""

    channel: str
    standing: str
    ticked: bool


def rows(operations: Operations, link: Link, now: dt.datetime) -> list[Row]:
    """What the page shows: every channel and how the identifier stands to it now. Nothing of an erased person."""
    return [] if _erased(operations, link) else _rows_at(link, _said_of(operations, link), instant_of(now))


def _rows_at(link: Link, said: list[Consent], at: int) -> list[Row]:
    standings = _standings(said, at)
    if link.purpose != MARKETING:
        whole = max(standings.values(), default="")  # withdrawn comes after granted
        return [Row(WHOLE, whole, whole == GRANTED or (not whole and link.purpose in UNLESS_REFUSED))]
    return [_of_channel(channel, standings.get(channel, "")) for channel in OFFERED]


def page(operations: Operations, link: Link, brand: str, lang: str, *, now: dt.datetime, saved: bool = False) -> str:
    """The page in Chinese (zh) or English (en), as HTML without scripts."""
    found = rows(operations, link, now)
    nothing = "" if found else WORDS[lang]["nothing"]
    return _page(brand, lang, rows=found, purpose=link.purpose, saved=saved and bool(found), sentence=nothing)


def sentence(name: str, brand: str, lang: str) -> str:
    """A page that says one thing, why nothing can be changed here: unknown, expired, often or later; '' = malformed."""
    return _page(brand, lang, rows=[], purpose="", saved=False, sentence=WORDS[lang][name or "malformed"])


def policy() -> str:
    """The Content-Security-Policy of the page: its own style, its own form, nothing else."""
    digest = base64.b64encode(hashlib.sha256(_file("preferences.css").encode()).digest()).decode()
    return (f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'")  # fmt: skip


def apply(operations: Operations, link: Link, form: Mapping[str, Sequence[str]], *, now: dt.datetime) -> list[Consent]:
    """Change what a POST says (a form's fields); the rows added. In force when this returns.

    One-click, and the button that says so, withdraw all channels; otherwise ticked ones are granted and the others
    withdrawn. What changes nothing is not written: mail programs and people send the same again.
    """
    if _erased(operations, link):
        return []
    if not says(form):
        return []
    changes = _from_all(operations, link, now) if _withdraws(form) else _ticked(operations, link, form, now)
    if changes:
        consents.change(operations, changes, actor=ACTOR, now=now)
    return changes


def says(form: Mapping[str, Sequence[str]]) -> bool:
    """Whether a form says what to change; an empty one, and one that is none, do not."""
    return _withdraws(form) or "save" in form.get("action", ())


def _withdraws(form: Mapping[str, Sequence[str]]) -> bool:
    return form.get(ONE_CLICK[0]) == [ONE_CLICK[1]] or "withdraw" in form.get("action", ())


def _from_all(operations: Operations, link: Link, now: dt.datetime) -> list[Consent]:
    """A withdrawal from every channel, unless all are withdrawn from already, and stay so by what is dated later."""
    said = _said_of(operations, link)
    withdrawn = all(_standings(said, at).get(channel) == WITHDRAWN
                    for at in _instants(said, instant_of(now)) for channel in CHANNELS)  # fmt: skip
    return [] if withdrawn else [_said(link, None, WITHDRAW, now)]


def _ticked(operations: Operations, link: Link, form: Mapping[str, Sequence[str]], now: dt.datetime) -> list[Consent]:
    """The channels whose tick says something else than the ledger; those without one also where it dates a grant later.
    """
    ticked, said, at = set(form.get("channel", ())), _said_of(operations, link), instant_of(now)
    in_use = {row.channel for one in _instants(said, at) for row in _rows_at(link, said, one) if row.ticked}
    changed = [row.channel for row in _rows_at(link, said, at)
               if (not row.ticked if row.channel in ticked else row.channel in in_use)]
    return [_said(link, None if channel == WHOLE else channel, GRANT if channel in ticked else WITHDRAW, now)
            for channel in changed]  # fmt: skip


def _said_of(operations: Operations, link: Link) -> list[Consent]:
    """What the ledger holds of the identifier for the link's purpose."""
    return [row for row in consents.rows_of(operations, [link.identifier_id]) if row.purpose == link.purpose]


def _instants(said: list[Consent], at: int) -> list[int]:
    """An instant, and those after it at which the ledger says something."""
    return [at, *(row.occurred_at for row in said if row.occurred_at > at)]


def _standings(said: list[Consent], at: int) -> dict[str, str]:
    """How the identifier stands at an instant to each channel that it spoke of."""
    return {standing.channel: standing.standing for standing in fold(said, at)}


def _of_channel(channel: str, standing: str) -> Row:
    """Some channels need a grant; the others are open while a relation lasts, unless they were refused."""
    return Row(channel, standing, standing == GRANTED or (not standing and channel not in GRANTED_CHANNELS))


def _said(link: Link, channel: str | None, action: str, now: dt.datetime) -> Consent:
    return Consent(link.identifier_id, link.purpose, channel, action, instant_of(now), SOURCE, NOTICE)


def _erased(operations: Operations, link: Link) -> bool:
    with operations.connect() as connection:
        return erasure_of(connection, [link.identifier_id]) is not None


def _page(brand: str, lang: str, **shown: Any) -> str:
    other = next(known for known in WORDS if known != lang)
    return _template().render(brand=brand, lang=lang, words=WORDS[lang], other=other, other_name=WORDS[other]["name"],
                              style=Markup(_file("preferences.css")), **shown)  # fmt: skip


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(_file("preferences.html"))


@cache
def _file(name: str) -> str:
    return resources.files("siyu.identity").joinpath(name).read_text(encoding="utf-8")
