"""Whom a query means: an id, or a value with its namespace. Values are keyed in memory and never stand in messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from siyu.core.errors import IdentityError, did_you_mean
from siyu.core.identifiers import id_of, identifier_id, mask, normalise
from siyu.store.workspace import Workspace

WAYS = "Ask by identifier_id, consumer_id, or namespace:value (phone:138...)."
#: What stands between a namespace and its value.
BETWEEN = re.compile("[:=：]")


@dataclass(frozen=True)
class Asked:
    """The identifier a query means. namespace and value are empty where it was asked by id; value is plain."""

    identifier_id: int
    namespace: str = ""
    value: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """As messages may show it."""
        return f"{self.namespace}:{mask(self.namespace, self.value)}" if self.namespace else str(self.identifier_id)


def asked(workspace: Workspace, query: str | int) -> Asked:
    """The identifier a query means, seen or not. Raises IdentityError for what is neither id nor value."""
    text = str(query).strip()
    found = BETWEEN.search(text)
    if not found:
        if (number := id_of(text)) is not None:
            return Asked(number)
        raise IdentityError("That is no id and no namespace:value.", remedy=WAYS)
    namespace, value = text[: found.start()].strip(), text[found.end() :]
    known = namespaces(workspace)
    if namespace not in known:
        raise IdentityError(f"Unknown namespace '{namespace}'.{did_you_mean(namespace, known)}",
                            remedy=f"Known here: {', '.join(known)}.")
    normal = normalise(namespace, value, workspace.settings["brand.phone_region"])
    if not normal:
        raise IdentityError(f"That value cannot be a {namespace}.", remedy="Check it for a missing or extra character.")
    return Asked(identifier_id(workspace.keys.key(namespace, normal)), namespace, normal)


def namespaces(workspace: Workspace) -> list[str]:
    """Namespaces that settings name or files have brought."""
    rows = workspace.warehouse.rows(workspace.warehouse.table("identifier").select("namespace").distinct())
    settings = workspace.settings
    named = {*settings["identity.namespaces"], *settings["identity.not_linking"], *settings["identity.not_identifying"]}
    return sorted(named | {row["namespace"] for row in rows})
