"""A call as an event: name, place, campaign, and its properties without what names a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from siyu.core.personal import is_personal, names_people
from siyu.sources.doors.message import Row
from siyu.sources.doors.segment.call import Call, Data, text
from siyu.sources.doors.segment.people import alias, people
from siyu.sources.doors.segment.vocabulary import CALLS, event_name

#: Media of UTM links that are paid for.
PAID_MEDIA = ("cpc", "ppc", "cpm", "cpa", "cpv", "paid", "paid_social", "paidsocial", "paid_search", "display", "ads")
#: Properties, and columns of events, that say what brought somebody.
SOURCE = ("paid_media", "campaign", "content_id")
#: Traits that say of a person what the same property says of a thing.
TRAIT_ALSO = re.compile(r"^(description|id|title)$", re.IGNORECASE)
#: Depth of properties that is kept: what lies deeper is no property of an event.
DEEPEST = 4


def event(call: Call) -> list[Row]:
    """The row of a track event that is no other kind of fact."""
    return [_row(call, event_name(call.body.event or ""), call.properties, people(call))]


def page(call: Call) -> list[Row]:
    """A page or screen is a visit of its touchpoint."""
    said = {"page": call.body.name, "path": _path(call), **call.properties}
    return [_row(call, CALLS[call.body.type or "page"], said, people(call))]


def identify(call: Call) -> list[Row]:
    """Links the ids on it; the traits that name nobody stand as its properties."""
    said = {key: value for key, value in call.traits.items() if not TRAIT_ALSO.match(key)}
    return [_row(call, CALLS["identify"], said, people(call), personal=_names_somebody)]


def group(call: Call) -> list[Row]:
    """Who belongs to which account."""
    return [_row(call, CALLS["group"], {"group": text(call.body.group_id)}, people(call))]


def aliases(call: Call) -> list[Row]:
    """Two events whose ids make one person of them."""
    return [_row(call, CALLS["alias"], {}, ids, mark) for ids, mark in zip(alias(call), ("", "/2"))]


def _row(call: Call, name: str, said: Data, ids: dict[str, str | None], mark: str = "",
         personal: Callable[[str], bool] = is_personal) -> Row:
    cells = {"event_id": f"{call.id}{mark}", "occurred_at": call.at, "name": name,
             **call.place(), **_source(call), **ids}  # fmt: skip
    if properties := _kept(said, personal):
        cells["properties"] = msgspec.json.encode(properties).decode()
    return Row("events", cells)


def _names_somebody(trait: str) -> bool:
    return is_personal(trait) or names_people(trait)


def _source(call: Call) -> dict[str, str | None]:
    """What brought it: paid media, campaign, content. Only what is said: most events say nothing of it."""
    stated, campaign = call.properties, call.campaign()
    found = {} if stated.keys().isdisjoint(SOURCE) else {name: text(stated.get(name)) for name in SOURCE}
    if campaign:
        found["campaign"] = found.get("campaign") or text(campaign.get("name"))
        if found.get("paid_media") is None and str(campaign.get("medium", "")).lower() in PAID_MEDIA:
            found["paid_media"] = "true"
    return found


def _path(call: Call) -> Any:
    """The path of a page, without its query: that may hold anything."""
    page = call.context.get("page")
    return str(page["path"]).split("?")[0] if isinstance(page, dict) and page.get("path") else None


def _kept(said: Data, personal: Callable[[str], bool], depth: int = 1) -> Data:
    """Properties without what is empty, personal by its name, or too deep."""
    found = {}
    for key, value in said.items():
        if value is None or personal(key):
            continue
        kept = _value(value, personal, depth) if isinstance(value, (dict, list)) else value
        if kept is not None:
            found[key] = kept
    return found


def _value(value: Any, personal: Callable[[str], bool], depth: int) -> Any:
    if isinstance(value, dict):
        return _kept(value, personal, depth + 1) if depth < DEEPEST else None
    if isinstance(value, list):
        return [_value(one, personal, depth + 1) for one in value] if depth < DEEPEST else None
    return value
