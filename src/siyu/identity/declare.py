"""Consent a brand holds outside its files (a member agreement), declared once with its proof.

A declaration becomes grants like any other, through the same commit point as a load. It never raises what somebody
refused: whoever stood withdrawn at the instant it speaks from is left out (by what came a moment ago too), and a later
withdrawal is newer and wins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from siyu.core.errors import IdentityError, did_you_mean
from siyu.core.identifiers import scrub
from siyu.core.kinds import CHANNELS, GRANTED_CHANNELS
from siyu.core.time import day_of, day_starts, instant_of, local_day
from siyu.identity import grants, reach
from siyu.identity.consents import settle
from siyu.identity.grants import Declaration
from siyu.identity.graph import column
from siyu.identity.resolve import resolve
from siyu.identity.scoped import check_scope, holders, nobody
from siyu.store.workspace import Workspace

SCRATCH = (*reach.SCRATCH, "declared")


@dataclass(frozen=True)
class ChannelChange:
    """Consumers with a relation that opens the channel: with an address, open now, open with the declaration."""

    addresses: int
    now: int
    after: int


@dataclass(frozen=True)
class Preview:
    """What a declaration would change now.

    rows: grants it would add, for so many consumers. withdrawn: consumers left out because they refused. already:
    grants that are there. relation_gross: consumers with any relation; f_now, f_after: of them with an open channel.
    """

    rows: int
    consumers: int
    withdrawn: int
    already: int
    relation_gross: int
    f_now: int
    f_after: int
    by_channel: dict[str, ChannelChange]


@dataclass(frozen=True)
class Declared:
    """What a declaration did: grants added, consumers it opened each channel for, and as in Preview who is left out.

    `load_id` is None when all of it had been declared before.
    """

    rows: int
    withdrawn: int
    already: int
    by_channel: dict[str, int]
    load_id: int | None


@dataclass(frozen=True)
class _Found:
    """Whom a declaration speaks for: the new grants (columns of reach.CONSENT), and how many were left out."""

    declared: ir.Table
    occurred_at: int
    matched: int
    rows: int
    already: int
    withdrawn: int


def declare_consent(
    workspace: Workspace, *, source: str, notice_version: str, from_date: dt.date, proof: str,
    scope: dict[str, str] | None = None, channel: str | None = None, now: dt.datetime,
) -> Declared:  # fmt: skip
    """Record marketing consent of everyone in the scope (default: whoever holds a membership), dated `from_date`.

    Without a channel it speaks for all. Declaring twice adds nothing. Raises IdentityError for an unknown scope or
    channel, a day to come, a scope that names nobody, and a source, notice version or proof left empty.
    """
    proof_kept = scrub(proof.strip())
    within = workspace.keys.veiled_all(scope or {})
    declaration = Declaration(scrub(source.strip()), notice_version.strip(), from_date, proof_kept, within, channel)
    _check_evidence(declaration)
    try:
        found = _found(workspace, declaration, now)
        changes = _by_channel(workspace, declaration, found, now)
        load_id = _write(workspace, declaration, found, now) if found.rows else None
    finally:
        workspace.warehouse.drop_scratch(*SCRATCH)
    opened = {name: change.after - change.now for name, change in changes.items()}
    return Declared(found.rows, found.withdrawn, found.already, opened, load_id)


def preview(
    workspace: Workspace, *, from_date: dt.date, scope: dict[str, str] | None = None, channel: str | None = None,
    now: dt.datetime,
) -> Preview:  # fmt: skip
    """What `declare_consent` with the same arguments would change. Writes no consent."""
    declaration = Declaration("", "", from_date, "", workspace.keys.veiled_all(scope or {}), channel)
    at = instant_of(now)
    try:
        found = _found(workspace, declaration, now)
        before, after = _consents(workspace, found)
        return Preview(
            rows=found.rows,
            consumers=_people(workspace, found.declared),
            withdrawn=found.withdrawn,
            already=found.already,
            relation_gross=_people(workspace, reach.relations_held(workspace, at)),
            f_now=_people(workspace, reach.channels_open(workspace, before, at)),
            f_after=_people(workspace, reach.channels_open(workspace, after, at)),
            by_channel=_by_channel(workspace, declaration, found, now),
        )
    finally:
        workspace.warehouse.drop_scratch(*SCRATCH)


def _check_evidence(declaration: Declaration) -> None:
    """A declaration without its evidence is none."""
    parts = {"source": declaration.source, "notice version": declaration.notice_version, "proof": declaration.proof}
    missing = [name for name, text in parts.items() if not text]
    if missing:
        raise IdentityError(f"A declaration needs its {' and '.join(missing)}.",
                            remedy="Say which document people agreed to, its version, and where the proof is kept.")


def _found(workspace: Workspace, declaration: Declaration, now: dt.datetime) -> _Found:
    """Holders in the scope, without those who refused and those who have this grant already."""
    _check(workspace, declaration, now)
    settle(workspace, now)
    resolve(workspace)  # who refused is a question about consumers, so the newest links count
    warehouse = workspace.warehouse
    occurred_at = day_starts(day_of(declaration.from_date), workspace.settings.zone)
    matched = holders(workspace, declaration.scope, instant_of(now))
    total = warehouse.count(matched)
    if not total:
        raise nobody(workspace, declaration.scope, instant_of(now))
    willing = matched.anti_join(_withdrawn(workspace, declaration, occurred_at), "consumer_id")
    fresh = willing.anti_join(_same_grants(workspace, declaration, occurred_at), "identifier_id")
    declared = warehouse.scratch("declared", _as_consents(fresh, declaration, occurred_at))
    rows = warehouse.count(declared)
    return _Found(
        declared=declared,
        occurred_at=occurred_at,
        matched=total,
        rows=rows,
        already=warehouse.count(willing) - rows,
        withdrawn=_people(workspace, matched) - _people(workspace, willing),
    )


def _check(workspace: Workspace, declaration: Declaration, now: dt.datetime) -> None:
    check_scope(declaration.scope)
    channel = declaration.channel
    if channel is not None and channel not in CHANNELS:
        raise IdentityError(f"Unknown channel '{channel}'.{did_you_mean(channel, CHANNELS)}",
                            remedy=f"Channels: {', '.join(CHANNELS)}; without one it speaks for all.")
    if day_of(declaration.from_date) > local_day(instant_of(now), workspace.settings.zone):
        raise IdentityError(f"The day it speaks from, {declaration.from_date}, is still to come.",
                            remedy="A declaration records consent that was given already.")


def _withdrawn(workspace: Workspace, declaration: Declaration, at: int) -> ir.Table:
    """Consumers who stood withdrawn at an instant for a channel the declaration speaks for."""
    stands = reach.standing(workspace, reach.marketing_consents(workspace), at).filter(_.withdrawn == 1)
    if declaration.channel is not None:
        stands = stands.filter(_.channel == declaration.channel)
    return stands.select("consumer_id").distinct()


def _same_grants(workspace: Workspace, declaration: Declaration, occurred_at: int) -> ir.Table:
    """Identifiers that have this very grant, from a declaration or from a file."""
    consents = workspace.warehouse.table("consents")
    grants_then = consents.filter(
        (_.purpose == reach.MARKETING) & (_.action == "grant") & (_.occurred_at == occurred_at)
    )
    same = grants_then.filter(_.channel.fill_null("") == (declaration.channel or ""))
    return same.select("identifier_id").distinct()


def _as_consents(matched: ir.Table, declaration: Declaration, occurred_at: int) -> ir.Table:
    channel = ibis.null("string") if declaration.channel is None else ibis.literal(declaration.channel, "string")
    at = ibis.literal(occurred_at, "int64")
    return matched.mutate(channel=channel, occurred_at=at, action=ibis.literal("grant")).select(*reach.CONSENT)


def _consents(workspace: Workspace, found: _Found) -> tuple[ir.Table, ir.Table]:
    """Marketing consents without and with the declaration."""
    before = reach.marketing_consents(workspace)
    return before, before.union(found.declared)


def _by_channel(
    workspace: Workspace, declaration: Declaration, found: _Found, now: dt.datetime
) -> dict[str, ChannelChange]:
    """The named channel, or those that need a grant."""
    at = instant_of(now)
    before, after = (reach.channels_open(workspace, rows, at) for rows in _consents(workspace, found))
    offered = reach.with_address(workspace, reach.channels_offered(workspace, at))
    addresses, now_open, then_open = (_counts(workspace, rows) for rows in (offered, before, after))
    spoken = [declaration.channel] if declaration.channel is not None else list(GRANTED_CHANNELS)
    return {name: ChannelChange(addresses.get(name, 0), now_open.get(name, 0), then_open.get(name, 0))
            for name in spoken}  # fmt: skip


def _counts(workspace: Workspace, channels: ir.Table) -> dict[str, int]:
    """Consumers by channel."""
    rows = workspace.warehouse.rows(channels.group_by("channel").aggregate(consumers=_.consumer_id.nunique()))
    return {row["channel"]: row["consumers"] for row in rows}


def _people(workspace: Workspace, rows: ir.Table) -> int:
    """How many consumers the rows are about."""
    return workspace.warehouse.count(rows.select("consumer_id").distinct())


def _write(workspace: Workspace, declaration: Declaration, found: _Found, now: dt.datetime) -> int:
    ids = column(workspace.warehouse.arrow(found.declared.select("identifier_id").order_by("identifier_id")),
                 "identifier_id")  # fmt: skip
    left_out = found.matched - found.rows - found.already
    counts = {"read": found.matched, "loaded": found.rows, "duplicate": found.already, "filtered": left_out}
    return grants.commit(workspace, declaration, ids, found.occurred_at, counts, now)
