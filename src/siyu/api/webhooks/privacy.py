"""What Shopify asks for its merchants' customers: to be forgotten, to be told what is kept. Filed, never kept as data.

Of the person only keyed hashes are written down. A request that cannot be read is refused, so that Shopify shows it to
the merchant as failed and sends it again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import sqlalchemy as sa

from siyu.api.refusals import Refusal
from siyu.core.identifiers import Keys, identifier_id, normalise
from siyu.core.time import DAY, instant_of
from siyu.privacy import exports
from siyu.privacy.requests import Case
from siyu.sources.doors.document import cell, object_of, parsed
from siyu.sources.doors.message import Unreadable
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.sources.doors.shopify.messages import CUSTOMER_NAMESPACE, PRIVACY_TOPICS
from siyu.store.audit import record
from siyu.store.hooks import Hook
from siyu.store.operations import ERASURE, SUBJECT_EXPORT, Operations
from siyu.store.workspace import Workspace

#: Days in which Shopify wants such a request answered.
DAYS = 30
#: The act of each topic in the audit.
ACTS: dict[str, str] = dict(zip(PRIVACY_TOPICS, ("erasure.request", "export.request", "shop.redact"), strict=True))


@dataclass(frozen=True)
class Desk:
    """Where requests are filed. region: of phone numbers without a country code."""

    operations: Operations
    keys: Keys
    region: str

    @staticmethod
    def of(workspace: Workspace) -> Desk:
        """The desk of a workspace."""
        return Desk(workspace.operations, workspace.keys, workspace.settings["brand.phone_region"])

    def file(self, hook: Hook, delivery: Delivery, now: dt.datetime) -> None:
        """File the request of a privacy topic, in the audit and among those that somebody has to check."""
        try:
            payload = object_of(parsed(delivery.payload), "the payload")
            asked = self._asked(hook, payload)
            reference = cell(object_of(payload.get("data_request") or {}, "data_request").get("id"), "id")
        except Unreadable as error:
            raise Refusal(400, "malformed", f"The request is not as expected: {error}.") from None
        at, act = instant_of(now), ACTS[delivery.topic]
        detail = {"shop": delivery.shop, "webhook_id": delivery.webhook_id, "request": reference,
                  "identifiers": sorted(asked), "due_at": (now + dt.timedelta(days=DAYS)).isoformat()}  # fmt: skip
        with self.operations.begin() as connection:
            subject = min(asked, default=delivery.shop)
            if act == "erasure.request":
                subject = str(_file_erasure(connection, at, hook, delivery, asked))
            elif act == "export.request":
                subject = str(_file_export(connection, at, hook, delivery, asked))
            record(connection, at, f"hook {hook.name}", act, subject, detail)

    def _asked(self, hook: Hook, payload: dict) -> dict[str, str]:
        """The keyed hash of each identifier of the customer, by its id."""
        customer = object_of(payload.get("customer") or {}, "customer")
        numbers = json.loads(hook.defaults).get("user_namespace", CUSTOMER_NAMESPACE)
        given = {"email": customer.get("email"), "phone": customer.get("phone"), numbers: customer.get("id")}
        found = {}
        for namespace, value in given.items():
            if spelled := normalise(namespace, cell(value, namespace) or "", self.region):
                key = self.keys.key(namespace, spelled)
                found[str(identifier_id(key))] = key.hex()
        return found


def _file_erasure(connection: sa.Connection, at: int, hook: Hook, delivery: Delivery, asked: dict[str, str]) -> int:
    """The id of the request among the erasures; one that is delivered again is there already."""
    row = {"requester": f"hook {hook.name}", "reason": delivery.topic, "reference": delivery.webhook_id}
    known = sa.select(ERASURE.c.erasure_id).where(*(ERASURE.c[name] == value for name, value in row.items()))
    if delivery.webhook_id and (found := connection.execute(known).scalar()) is not None:
        return found
    more = {"status": "requested", "requested_at": at, "due_at": at + DAYS * DAY, "asked": json.dumps(asked)}
    filed = sa.insert(ERASURE).values(**row, **more, receipt="{}").returning(ERASURE.c.erasure_id)
    return connection.execute(filed).scalar_one()


def _file_export(connection: sa.Connection, at: int, hook: Hook, delivery: Delivery, asked: dict[str, str]) -> int:
    """The id of the request among those for a copy; one that is delivered again is there already."""
    case = Case(f"hook {hook.name}", delivery.topic, delivery.webhook_id)
    known = sa.select(SUBJECT_EXPORT.c.export_id).where(
        SUBJECT_EXPORT.c.requester == case.requester, SUBJECT_EXPORT.c.reference == case.reference)  # fmt: skip
    if delivery.webhook_id and (found := connection.execute(known).scalar()) is not None:
        return found
    keys = {int(identifier): key for identifier, key in asked.items()}
    return exports.filed(connection, keys, case, at=at, due_at=at + DAYS * DAY)
