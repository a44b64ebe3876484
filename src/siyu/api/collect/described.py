"""The calls of the format as OpenAPI describes them: what each is for, and the members that mean something here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from siyu.api.collect.calls import BATCH_CALLS, BODY_BYTES, CALL_BYTES


@dataclass(frozen=True)
class Call:
    """One address: what it is for, and the members of its body beside those that every call has."""

    summary: str
    members: dict[str, Schema]


def _text(meaning: str, *examples: str) -> Schema:
    return Schema(type=OpenAPIType.STRING, description=meaning, examples=list(examples) or None)


def _object(meaning: str) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, description=meaning)


NAME, PROPERTIES = _text("Name of the page or screen.", "Home"), _object("Anything about it.")
TRAITS = _object("What is known of it: email, phone, name ...")
WRITE_KEY = _text("The write key, where no Authorization header can be set.")
#: What every call may have.
COMMON: dict[str, Schema] = {
    "messageId": _text("Unique for each call; a second one with the same is dropped.", "ajs-4a1b"),
    "anonymousId": _text("The device or browser, before it is known whose it is.", "5f2c"),
    "userId": _text("The person, as the sender numbers them.", "c-1001"),
    "timestamp": _text("When it happened (ISO 8601); default: when it arrived.", "2026-06-30T12:00:00.000Z"),
    "sentAt": _text("When it was sent, by the same clock: how far that clock is off.", "2026-06-30T12:00:01.000Z"),
    "context": _object("Where it happened: page, campaign, device, app ..."),
}
CALLS: dict[str, Call] = {
    "track": Call("Something a person did.", {
        "event": _text("What was done.", "Order Completed"), "properties": PROPERTIES}),
    "identify": Call("Who a person is.", {"traits": TRAITS}),
    "page": Call("A page that was seen.", {"name": NAME, "category": NAME, "properties": PROPERTIES}),
    "screen": Call("A screen of an app that was seen.", {"name": NAME, "category": NAME, "properties": PROPERTIES}),
    "group": Call("A group a person belongs to.", {"groupId": _text("The group.", "g-7"), "traits": TRAITS}),
    "alias": Call("Two ids of one person.", {"previousId": _text("The id used before.", "5f2c")}),
}  # fmt: skip
BATCHES: dict[str, str] = {
    "batch": "Many calls at once.",
    "import": "Many calls of the past at once; the same as batch.",
}


def operation(name: str) -> type[Operation]:
    """The class of one address's operation, with summary, limits and body."""
    single = CALLS.get(name)
    summary, schema = (single.summary, _call(single)) if single else (BATCHES[name], _batch())
    limits = f"At most {CALL_BYTES // 1024} KB a call"
    limits += "." if single else f", {BODY_BYTES // 1024} KB and {BATCH_CALLS} calls a batch; the body may be gzip."

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            self.summary, self.description = summary, f"{limits} Answered once it is on disk."
            self.request_body = RequestBody({"application/json": OpenAPIMediaType(schema=schema)}, required=True)
            self.security = [{"basic": []}, {"bearer": []}, {}]

    return Described


def _call(call: Call) -> Schema:
    return Schema(type=OpenAPIType.OBJECT, properties={**call.members, **COMMON, "writeKey": WRITE_KEY})


def _batch() -> Schema:
    members: dict[str, Any] = {"type": Schema(type=OpenAPIType.STRING, enum=list(CALLS))}
    for call in CALLS.values():
        members |= call.members
    each = Schema(type=OpenAPIType.OBJECT, properties={**members, **COMMON}, required=["type"])
    batch = Schema(type=OpenAPIType.ARRAY, items=each, max_items=BATCH_CALLS)
    return Schema(type=OpenAPIType.OBJECT, required=["batch"],
                  properties={"batch": batch, "sentAt": COMMON["sentAt"], "context": COMMON["context"],
                              "writeKey": WRITE_KEY})  # fmt: skip
