"""What Shopify asks for its merchants' customers: to be forgotten, to be told what is kept. Filed, never kept as data.

Of the person only keyed hashes are written down. A request that cannot be read is refused, so that Shopify shows it to
the merchant as failed and sends it again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from siyu.api.refusals import Refusal
from siyu.core.identifiers import Keys, identifier_id, normalise
from siyu.core.time import instant_of
from siyu.privacy.docket import Case, Docket
from siyu.privacy.exports import EXPORTS
from siyu.privacy.requests import ERASURES
from siyu.sources.doors.document import cell, object_of, parsed
from siyu.sources.doors.message import Unreadable
from siyu.sources.doors.shopify.delivery import Delivery
from siyu.sources.doors.shopify.messages import CUSTOMER_NAMESPACE, PRIVACY_TOPICS
from siyu.store.audit import record
from siyu.store.hooks import Hook
from siyu.store.operations import Operations
from siyu.store.workspace import Workspace

#: Days in which Shopify wants such a request answered.
DAYS = 30
#: Where the requests of each topic are filed; a shop that goes names nobody.
DOCKETS: dict[str, Docket] = dict(zip(PRIVACY_TOPICS, (ERASURES, EXPORTS)))


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
        at, docket = instant_of(now), DOCKETS.get(delivery.topic)
        due_at = now + dt.timedelta(days=DAYS)
        detail = {"shop": delivery.shop, "webhook_id": delivery.webhook_id, "request": reference,
                  "identifiers": sorted(map(str, asked)), "due_at": due_at.isoformat()}  # fmt: skip
        with self.operations.begin() as connection:
            if docket is None:
                subject, act = str(min(asked, default=delivery.shop)), delivery.topic.replace("/", ".")
            else:
                case = Case(f"hook {hook.name}", delivery.topic, delivery.webhook_id)
                number = docket.filed_once(connection, asked, case, at=at, due_at=instant_of(due_at))
                subject, act = str(number), f"{docket.act}.request"
            record(connection, at, f"hook {hook.name}", act, subject, detail)

    def _asked(self, hook: Hook, payload: dict) -> dict[int, str]:
        """The keyed hash of each identifier of the customer, by its id."""
        customer = object_of(payload.get("customer") or {}, "customer")
        numbers = json.loads(hook.defaults).get("user_namespace", CUSTOMER_NAMESPACE)
        given = {"email": customer.get("email"), "phone": customer.get("phone"), numbers: customer.get("id")}
        found = {}
        for namespace, value in given.items():
            if spelled := normalise(namespace, cell(value, namespace) or "", self.region):
                key = self.keys.key(namespace, spelled)
                found[identifier_id(key)] = key.hex()
        return found
