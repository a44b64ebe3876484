"""Whether rows would be read as they were: the order of namespaces says under which identifier a row is kept."""

from __future__ import annotations

import ibis.expr.types as ir

from siyu.core.errors import SettingsError
from siyu.core.settings import Settings
from siyu.sources.mappings.options import kept_options
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import Workspace

#: Settings that choose a row's primary identifier, and with it the key by which the row is known again.
CHOOSING = ("identity.namespaces", "identity.not_identifying")


def check_ranks(workspace: Workspace) -> None:
    """SettingsError if rows that are loaded would be kept under another identifier now: loaded again they would count
    twice, and what is measured would not be what a rebuild gives.
    """
    now, operations = workspace.settings, workspace.operations
    if all(operations.read_otherwise(name, now[name]) is None for name in CHOOSING):
        return
    used = sorted(row["namespace"] for row in workspace.warehouse.rows(_namespaces()))
    for then in kept_options(operations):
        before, after = _order(then.apply(workspace), used), _order(now, used)
        if before != after:
            raise SettingsError(
                "identity.namespaces and identity.not_identifying put identifiers in another order than when facts "
                f"were loaded: now {', '.join(after) or 'none'}, then {', '.join(before) or 'none'}. Facts are kept "
                "under the identifiers that came first then.",
                remedy="Set them back; or `siyu rebuild` reads everything again this way.")


def _order(settings: Settings, used: list[str]) -> list[str]:
    """The namespaces that may be primary, the most trusted first."""
    silent = settings["identity.not_identifying"]
    return sorted((name for name in used if name not in silent), key=settings.namespace_rank)


def _namespaces() -> ir.Table:
    return IDENTIFIER.expr().select("namespace").distinct()
