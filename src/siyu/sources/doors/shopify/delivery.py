"""One delivery of Shopify as it stands in the inbox: what its headers say, and the payload as it came."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from siyu.sources.doors.document import cell, object_of, parsed, sound, spelled
from siyu.sources.doors.message import Unreadable


@dataclass(frozen=True)
class Delivery:
    """topic: orders/paid ...; webhook_id: the same in every attempt to deliver; triggered_at: when it happened."""

    topic: str
    webhook_id: str
    shop: str
    triggered_at: str
    payload: str

    def body(self) -> bytes:
        """What is kept of it."""
        return spelled(asdict(self)).encode()

    @staticmethod
    def of(body: bytes) -> Delivery:
        """The delivery that was kept. Raises Unreadable."""
        kept = object_of(parsed(body), "the delivery")
        texts = {name: kept.get(name, "") for name in Delivery.__dataclass_fields__}
        if not all(isinstance(text, str) for text in texts.values()):
            raise Unreadable("a delivery whose headers are no texts")
        return Delivery(**{name: sound(text) if name == "payload" else cell(text, name) or ""
                           for name, text in texts.items()})  # fmt: skip
