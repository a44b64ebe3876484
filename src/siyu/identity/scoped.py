"""Whom a scope names: the holders of relations of some type, platform, store, touchpoint, guide or tier."""

from __future__ import annotations

import ibis.expr.types as ir
from ibis import _

from siyu.core.errors import IdentityError, did_you_mean
from siyu.core.kinds import MEMBER_RELATIONS
from siyu.identity.reach import relations_held
from siyu.store.workspace import Workspace

#: What a scope may name: columns of relations, and the tier of the member list.
SCOPE = ("relation_type", "platform", "store", "touchpoint", "guide", "tier")
#: What a member list says of where a membership is held.
OF_MEMBERSHIP = ("platform", "store")


def check_scope(scope: dict[str, str]) -> None:
    """Raise IdentityError if the scope names something else."""
    for name in scope:
        if name not in SCOPE:
            raise IdentityError(f"A scope has no '{name}'.{did_you_mean(name, SCOPE)}",
                                remedy=f"A scope may name {', '.join(SCOPE)}.")


def holders(workspace: Workspace, scope: dict[str, str], at: int) -> ir.Table:
    """Identifiers and consumers with a relation in the scope; one that names no relation type means memberships."""
    held = relations_held(workspace, at)
    if "relation_type" not in scope:
        held = _memberships(held)
    for name in sorted(scope.keys() - {"tier"}):
        held = held.filter(_[name] == scope[name])
    if "tier" in scope:
        held = held.semi_join(_of_tier(workspace, scope, at), "consumer_id")
    return held.select("identifier_id", "consumer_id").distinct()


def nobody(workspace: Workspace, scope: dict[str, str], at: int) -> IdentityError:
    """The refusal of a scope that names nobody, with the nearest value there is."""
    named = ", ".join(f"{name}={value}" for name, value in scope.items()) or "memberships"
    near = next((hint for name, value in scope.items() if (hint := _nearest(workspace, name, value, at))), "")
    return IdentityError(f"No relation held now is in the scope: {named}.{near}",
                         remedy="`siyu query 'SELECT DISTINCT relation_type, platform FROM relations'` lists them.")


def _memberships(held: ir.Table) -> ir.Table:
    return held.filter(_.relation_type.isin(list(MEMBER_RELATIONS)))


def _of_tier(workspace: Workspace, scope: dict[str, str], at: int) -> ir.Table:
    """Whom a member list gives the tier of the scope: by a membership that is held, and that is of no other platform or
    store than the scope's.
    """
    tier = workspace.warehouse.in_force("members").filter(
        _.tier == scope["tier"], _.left_at.isnull() | (_.left_at >= at), _.joined_at.isnull() | (_.joined_at < at))
    for name in OF_MEMBERSHIP:
        if name in scope:
            tier = tier.filter(_[name].isnull() | (_[name] == scope[name]))
    identity = workspace.warehouse.table("identity")
    listed = tier.inner_join(identity, "identifier_id").select("consumer_id", *OF_MEMBERSHIP)
    held = _memberships(relations_held(workspace, at))
    memberships = held.select("consumer_id", **{f"held_{name}": name for name in OF_MEMBERSHIP})
    met = listed.inner_join(memberships, "consumer_id")
    for name in OF_MEMBERSHIP:
        met = met.filter(met[name].isnull() | met[f"held_{name}"].isnull() | (met[name] == met[f"held_{name}"]))
    return met.select("consumer_id").distinct()


def _nearest(workspace: Workspace, name: str, value: str, at: int) -> str:
    known = workspace.warehouse.in_force("members") if name == "tier" else relations_held(workspace, at)
    rows = workspace.warehouse.rows(known.select(value=known[name]).distinct())
    values = sorted(row["value"] for row in rows if row["value"])
    return "" if value in values else did_you_mean(value, values)
