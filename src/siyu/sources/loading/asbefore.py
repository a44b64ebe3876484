"""Whether rows would be read as they were before: the order of namespaces says under which identifier a row is kept,
what is blocked under which it is not, what links which of its identifiers are one person's, and the region whose number
a phone is.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

import ibis.expr.types as ir

from siyu.core.errors import SettingsError
from siyu.core.identifiers import PHONE_NAMESPACES
from siyu.core.kinds import EVENTS, KINDS, Kind
from siyu.core.settings import Settings
from siyu.sources.identifiers.identify import blocked_ids
from siyu.sources.mappings.options import kept_options
from siyu.store.tables import BY_NAME, IDENTIFIER
from siyu.store.workspace import Workspace

#: Settings that choose a row's primary identifier, and with it the key by which the row is known again.
CHOOSING = ("identity.namespaces", "identity.not_identifying")
#: Settings that say which values are nobody's.
BLOCKING = ("identity.blocked", "identity.blocked_phones")
#: The setting that says which identifiers leave no pairs.
LINKING = "identity.not_linking"
REGION = "brand.phone_region"


def check_identity(workspace: Workspace) -> None:
    """SettingsError if rows that are loaded would be kept under another identifier now, or would link people that they
    do not: loaded again they would count twice, and what is measured would not be what a rebuild gives.
    """
    if _read_otherwise(workspace, CHOOSING):
        _check_order(workspace)
    if _read_otherwise(workspace, (LINKING,)):
        _check_linking(workspace)


def check_blocked(workspace: Workspace) -> None:
    """SettingsError, before files are loaded, if records that have no number of their own may stand under another
    identifier when they are loaded again: under a value that is blocked since, or that no longer is.
    """
    if _read_otherwise(workspace, BLOCKING):
        _check_unblocked(workspace)
        _check_blocked(workspace)


def other_region(workspace: Workspace) -> str:
    """What there is to say of phones, where loads were read with another region than that of today; '' = nothing."""
    now = workspace.settings[REGION]
    then = workspace.operations.read_otherwise(REGION, now)
    if then is None or not workspace.warehouse.any(_phones()):
        return ""
    return (f"Phones without a country code are read as of {now} now, and those of earlier loads as of {then}: one "
            f"number is two people. If {then} is right, set {REGION} back; if it never was, load everything into a new "
            "workspace, for a rebuild keeps the region of each load.")  # fmt: skip


def _read_otherwise(workspace: Workspace, names: tuple[str, ...]) -> bool:
    """Whether some load was read with other values of these settings."""
    now, operations = workspace.settings, workspace.operations
    return any(operations.read_otherwise(name, now[name]) is not None for name in names)


def _check_unblocked(workspace: Workspace) -> None:
    now, loads = workspace.settings, kept_options(workspace.operations)
    for name in BLOCKING:
        then = {value for options in loads for value in options.settings.get(name, ())}
        if then - set(now[name]):
            raise SettingsError(
                f"{name} no longer names a value that it named when facts were loaded: rows on which that value stands "
                "would be kept under it now, and count twice.",
                remedy="`siyu rebuild` reads everything again this way; or put the value back into siyu.toml.")


def _check_blocked(workspace: Workspace) -> None:
    ids = list(blocked_ids(workspace.keys, workspace.settings))
    identifier, warehouse = IDENTIFIER.expr(), workspace.warehouse
    if not warehouse.any(identifier.filter(identifier.identifier_id.isin(ids))):
        return
    for kind in KINDS:
        under = _under(kind, ids)
        if under is not None and warehouse.any(under):
            raise SettingsError(
                f"Rows of {kind.name} were loaded under a value that {' or '.join(BLOCKING)} says is nobody's now: the "
                "same rows, loaded again, would stand under another identifier and count twice.",
                remedy="`siyu rebuild` reads everything again this way; or take the value back out of siyu.toml.")


def _under(kind: Kind, ids: list[int]) -> ir.Table | None:
    """Facts of a kind that are told apart by who stands on them, and on which one of these does."""
    facts = BY_NAME[kind.name].expr()
    told = facts.filter(facts.event_id.isnull()) if kind is EVENTS else facts  # without an id all they say is the key
    columns = kind.person_columns if kind is EVENTS else [c for c in kind.person_columns if c in kind.key]
    return told.filter(reduce(or_, (told[c].isin(ids) for c in columns))) if columns else None


def _check_order(workspace: Workspace) -> None:
    now, used = workspace.settings, _used(workspace)
    for then in kept_options(workspace.operations):
        before, after = _order(then.apply(workspace), used), _order(now, used)
        if before != after:
            raise SettingsError(
                "identity.namespaces and identity.not_identifying put identifiers in another order than when facts "
                f"were loaded: now {', '.join(after) or 'none'}, then {', '.join(before) or 'none'}. Facts are kept "
                "under the identifiers that came first then.",
                remedy="Set them back; or `siyu rebuild` reads everything again this way.")


def _check_linking(workspace: Workspace) -> None:
    """A namespace that links no more is left out at once; of one that links since then no pairs were kept."""
    then = {name for options in kept_options(workspace.operations) for name in options.settings.get(LINKING, ())}
    since = sorted(then.difference(workspace.settings[LINKING]).intersection(_used(workspace)))
    if since:
        raise SettingsError(
            f"{LINKING} no longer names {', '.join(since)}, and did when facts were loaded: what links people by it "
            "was not kept then.",
            remedy="`siyu rebuild` reads everything again this way; or put it back into siyu.toml.")


def _order(settings: Settings, used: list[str]) -> list[str]:
    """The namespaces that may be primary, the most trusted first."""
    silent = settings["identity.not_identifying"]
    return sorted((name for name in used if name not in silent), key=settings.namespace_rank)


def _phones() -> ir.Table:
    identifier = IDENTIFIER.expr()
    return identifier.filter(identifier.namespace.isin(PHONE_NAMESPACES))


def _used(workspace: Workspace) -> list[str]:
    """The namespaces of all identifiers."""
    names = IDENTIFIER.expr().select("namespace").distinct()
    return sorted(row["namespace"] for row in workspace.warehouse.rows(names))
