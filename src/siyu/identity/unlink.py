"""Taking links back, and restoring them: decisions appended for the next resolve, no fact and no table touched."""

from __future__ import annotations

import datetime as dt

from ibis import _

from siyu.core.errors import IdentityError
from siyu.core.identifiers import scrub
from siyu.core.time import instant_of
from siyu.identity import decisions
from siyu.identity.decisions import RESTORE, RETRACT, Decision, Pair
from siyu.store.workspace import Workspace

#: Linked identifiers named in the message about a link that does not exist.
NAMED_MAX = 8


def unlink(workspace: Workspace, a: int, b: int, reason: str, now: dt.datetime) -> Decision:
    """Take the link between two identifiers back; the next resolve gives the consumers there would be without it.

    It stays back when later files show the pair again. Phones and e-mail addresses in the reason are hidden.
    Raises IdentityError if no record links the two; taking back twice changes nothing.
    """
    return _decide(workspace, [_linked(workspace, a, b)], RETRACT, reason, now)[0]


def relink(workspace: Workspace, a: int, b: int, reason: str, now: dt.datetime) -> Decision:
    """Restore a link that was taken back. Raises IdentityError if it was not."""
    pair = _linked(workspace, a, b)
    if pair not in decisions.retracted(workspace.operations):
        raise IdentityError(f"The link between {a} and {b} was not taken back, so there is nothing to restore.",
                            remedy="`siyu identity review` lists the links that were.")
    return _decide(workspace, [pair], RESTORE, reason, now)[0]


def split(workspace: Workspace, identifier_id: int, reason: str, now: dt.datetime) -> list[Decision]:
    """Take back every link of one identifier, so that it stands alone. Raises IdentityError if it has none."""
    return _decide(workspace, _pairs(workspace, identifier_id), RETRACT, reason, now)


def rejoin(workspace: Workspace, identifier_id: int, reason: str, now: dt.datetime) -> list[Decision]:
    """Restore every link of one identifier that was taken back. Raises IdentityError if none was."""
    gone = decisions.retracted(workspace.operations)
    pairs = [pair for pair in _pairs(workspace, identifier_id) if pair in gone]
    if not pairs:
        raise IdentityError(f"No link of {identifier_id} was taken back, so there is nothing to restore.",
                            remedy="`siyu identity review` lists the links that were.")
    return _decide(workspace, pairs, RESTORE, reason, now)


def _decide(workspace: Workspace, pairs: list[Pair], action: str, reason: str, now: dt.datetime) -> list[Decision]:
    """The decision in force for each pair, appended where it is not yet so."""
    if not reason.strip():
        raise IdentityError("A decision about a link needs a reason.", remedy="Say who found out what, in a few words.")
    standing = decisions.in_force(workspace.operations)
    new = [Decision(*pair, action, scrub(reason.strip()), instant_of(now)) for pair in pairs
           if pair not in standing or standing[pair].action != action]  # fmt: skip
    decisions.append(workspace.operations, new)
    return [{**standing, **{(d.a, d.b): d for d in new}}[pair] for pair in pairs]


def _linked(workspace: Workspace, a: int, b: int) -> Pair:
    pair = _pair(a, b)
    records = workspace.warehouse.table("link_record")
    if workspace.warehouse.any(records.filter((_.a == pair[0]) & (_.b == pair[1]))):
        return pair
    partners = _partners(workspace, a)
    if not partners:
        raise IdentityError(f"No record links {a} and {b}, nor {a} with any other.", remedy=_ask_show(a))
    some = ", ".join(str(partner) for partner in partners[:NAMED_MAX])
    more = f" (first {NAMED_MAX} of {len(partners)})" if len(partners) > NAMED_MAX else ""
    raise IdentityError(f"No record links {a} and {b}. {a} is linked with {some}{more}.", remedy=_ask_show(a))


def _pairs(workspace: Workspace, identifier_id: int) -> list[Pair]:
    """Every link of an identifier. IdentityError if it has none."""
    partners = _partners(workspace, identifier_id)
    if not partners:
        raise IdentityError(f"No record links identifier {identifier_id} with another.",
                            remedy=_ask_show(identifier_id))
    return [_pair(identifier_id, partner) for partner in partners]


def _partners(workspace: Workspace, identifier_id: int) -> list[int]:
    """Identifiers some record shows together with this one, ascending."""
    records = workspace.warehouse.table("link_record")
    lower = records.filter(_.b == identifier_id).select(partner="a")
    higher = records.filter(_.a == identifier_id).select(partner="b")
    rows = workspace.warehouse.rows(lower.union(higher, distinct=True))
    return sorted(row["partner"] for row in rows)


def _pair(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


def _ask_show(identifier_id: int) -> str:
    return f"`siyu identity show {identifier_id}` lists its links; a phone or another value works too (phone:138...)."
