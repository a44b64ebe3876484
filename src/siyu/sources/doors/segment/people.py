"""Who stands on a call: its ids as `id.<namespace>` cells. Values are keyed later, with those of files."""

from __future__ import annotations

from siyu.core.identifiers import NAMESPACE
from siyu.sources.doors.message import Unreadable
from siyu.sources.doors.segment.call import Call, text

ANONYMOUS = "anonymous_id"
#: Traits that are identifiers.
OF_TRAITS = ("email", "phone")
#: Namespaces on one call.
NAMESPACES_MOST = 40


def people(call: Call) -> dict[str, str | None]:
    """The ids of the person: userId, anonymousId, e-mail and phone of the traits, and `context.ids`."""
    ids = call.context.get("ids")
    cells = {f"id.{namespace}": value for namespace, value in named(ids).items()} if ids is not None else {}
    if traits := call.traits:
        cells |= {f"id.{trait}": text(traits[trait]) for trait in OF_TRAITS if trait in traits}
    if call.body.user_id is not None:
        cells[f"id.{call.request.defaults.user_namespace}"] = text(call.body.user_id)
    if call.body.anonymous_id is not None:
        cells[f"id.{ANONYMOUS}"] = text(call.body.anonymous_id)
    return cells


def named(ids: object) -> dict[str, str | None]:
    """Ids by namespace, as `{"unionid": "o6_..."}` in a call. Raises Unreadable for what is no such object."""
    if ids is None:
        return {}
    if isinstance(ids, dict) and len(ids) > NAMESPACES_MOST:
        raise Unreadable(f"ids of more than {NAMESPACES_MOST} namespaces")
    if not isinstance(ids, dict) or not all(NAMESPACE.fullmatch(namespace) for namespace in ids):
        raise Unreadable("ids that are no object of namespaces")
    return {namespace: text(value) for namespace, value in ids.items()}


def alias(call: Call) -> list[dict[str, str | None]]:
    """An alias joins previousId to userId, whether it was a visitor's or a customer's: two records that share it."""
    previous, user = text(call.body.previous_id), f"id.{call.request.defaults.user_namespace}"
    if previous is None or call.body.user_id is None:
        raise Unreadable("an alias without previousId and userId")
    visitor = {f"id.{ANONYMOUS}": previous}
    return [{user: text(call.body.user_id), **visitor}, {user: previous, **visitor}]
