"""One call of the Segment format, as it came: typed fields, clocks and what its sender's key says where it does not."""

from __future__ import annotations

from typing import Any

import msgspec

from siyu.core.settings import Settings
from siyu.sources.doors.message import Unreadable
from siyu.sources.readers.cells import clean_text
from siyu.store.defaults import DOMAINS

TYPES = ("track", "identify", "page", "screen", "group", "alias")
Data = dict[str, Any]


class Body(msgspec.Struct, rename="camel"):
    """The fields of a message; unknown ones are passed over. Ids and times are looked at later."""

    type: str | None = None
    message_id: str | int | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    event: str | None = None
    name: str | None = None
    properties: Data | None = None
    traits: Data | None = None
    context: Data | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | int | float | None = None
    sent_at: str | int | float | None = None


class Defaults(msgspec.Struct, forbid_unknown_fields=False):
    """What the key of the sender says: where its events happen, and the namespace of its user ids.

    type: of a request to an endpoint of one type. user_agent: the header of the request.
    """

    platform: str | None = "site"
    touchpoint: str | None = None
    domain: str | None = None
    user_namespace: str = "customer"
    type: str | None = None
    user_agent: str | None = None

    def place(self) -> dict[str, str]:
        """By the columns of events, where they happen."""
        said = {"touchpoint": self.touchpoint, "domain": self.domain, "platform": self.platform}
        return {name: found for name, found in said.items() if found}


class Request(msgspec.Struct, frozen=True, gc=False):
    """What all calls of an arrival share. place: where events happen whose call says nothing of it. machine: the header
    of the request is a machine's.
    """

    source: str
    received_at: int
    defaults: Defaults
    place: dict[str, str]
    settings: Settings
    context: dict[str, Any] | None
    sent_at: str | int | float | None
    machine: bool


class Call(msgspec.Struct, frozen=True, gc=False):
    """A message with everything that its rows are made from. at: when it happened, as a cell. id: of the message.

    properties: what a track, page or screen call says. context: what the library says around it.
    """

    body: Body
    request: Request
    id: str
    at: str
    properties: Data
    context: Data

    @property
    def traits(self) -> Data:
        """What is said of the person: by identify itself, by any other call in its context."""
        found = self.body.traits if self.body.traits is not None else self.context.get("traits")
        return found if isinstance(found, dict) else {}

    def campaign(self) -> Data:
        """The campaign of the context (from UTM parameters)."""
        found = self.context.get("campaign")
        return found if isinstance(found, dict) else {}

    def place(self) -> dict[str, str]:
        """Where it happened, by the columns of events: what the call says, else what the key says. For reading."""
        said = self.properties
        if said.keys().isdisjoint(PLACE):
            return self.request.place
        stated = {name: found for name in PLACE if (found := text(said.get(name))) is not None}
        if stated.get("domain", DOMAINS[0]) not in DOMAINS:
            raise Unreadable(f"a domain other than {' or '.join(DOMAINS)}")
        return {**self.request.place, **stated}


#: Properties, and columns of events, that say where something happened.
PLACE = ("touchpoint", "domain", "platform", "store")


def text(value: object) -> str | None:
    """A value of JSON as the text of a cell, cleaned as in a file; None for nothing. Raises Unreadable for lists and
    objects.

    >>> text(12), text(True), text("  "), text(1.5)
    ('12', 'true', None, '1.5')
    """
    if value is None:
        return None
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, (int, float)):
        return repr(value)
    raise Unreadable("a list or an object where one value is expected")
