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
    """SettingsError if rows that are loaded would be kept under another identifier now, and so count twice."""
    now, operations = workspace.settings, workspace.operations
    if all(operations.read_otherwise(name, now[name]) is None for name in CHOOSING):
        return
    used = sorted(row["namespace"] for row in workspace.warehouse.rows(_namespaces()))
    for then in kept_options(operations):
        before, after = _order(then.apply(workspace), used), _order(now, used)
        if before != after:
            raise SettingsError(
                "identity.namespaces puts identifiers in another order than when facts were loaded: now "
                f"{', '.join(after)}, then {', '.join(before)}. Rows that are loaded again would count twice.",
                remedy="Set it (and identity.not_identifying) back; or `siyu rebuild` reads everything again this way.")


def _order(settings: Settings, used: list[str]) -> list[str]:
    """The namespaces that may be primary, the most trusted first."""
    silent = settings["identity.not_identifying"]
    return sorted((name for name in used if name not in silent), key=settings.namespace_rank)


def _namespaces() -> ir.Table:
    return IDENTIFIER.expr().select("namespace").distinct()
