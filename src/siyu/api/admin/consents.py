"""Consents of one person, over HTTP: what they come to, what somebody has said, a link for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from siyu.api.admin import shown
from siyu.api.admin.clerk import ALWAYS, Clerk
from siyu.api.admin.people import Who
from siyu.identity.preference_link import token
from siyu.identity.reach import MARKETING
from siyu.identity.shown_consents import show_consents
from siyu.privacy import consent
from siyu.privacy.consent import Said


@dataclass(frozen=True)
class Recorded(Who):
    """What somebody said. action: grant or withdraw; channel: none = all of them; source: where they said it."""

    action: str
    source: str
    purpose: str = MARKETING
    channel: str | None = None
    notice_version: str = ""


@dataclass(frozen=True)
class Linked(Who):
    """Whose link, and for which purpose."""

    purpose: str = MARKETING


@post("/consents", responses=ALWAYS, operation_id="record_consent",
      summary="Record what one person gave or withdrew, in force at once.",
      response_description="Recorded.")  # fmt: skip
async def record_consent(data: JSONBody[Recorded], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu consent record`."""
    said = Said(data.purpose, data.channel, data.action, data.source, data.notice_version)
    return shown.consent(await clerk.warehouse(lambda workspace: consent.record(
        workspace, data.id, said, actor=clerk.actor, now=clerk.now)), clerk.zone)  # fmt: skip


@post("/consents/show", responses=ALWAYS, operation_id="consents", status_code=200,
      summary="One person's ledger of consents, with proof, and what it comes to.")  # fmt: skip
async def consents_of(data: JSONBody[Who], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu consent show`."""
    return shown.ledger(await clerk.warehouse(lambda workspace: show_consents(workspace, data.id, clerk.now)),
                        clerk.zone)  # fmt: skip


@post("/consents/link", responses=ALWAYS, operation_id="consent_link", status_code=200,
      summary="The path of one person's preference page, for a message to them.")  # fmt: skip
async def link(data: JSONBody[Linked], clerk: NamedDependency[Clerk]) -> dict[str, Any]:
    """As `siyu consent link`."""
    made = await clerk.warehouse(
        lambda workspace: consent.link(workspace, data.id, data.purpose, actor=clerk.actor, now=clerk.now))  # fmt: skip
    return shown.link(made, f"/preferences/{token(clerk.site.workspace.keys, made)}", clerk.zone)


HANDLERS = (record_consent, consents_of, link)
