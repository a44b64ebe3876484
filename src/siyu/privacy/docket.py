"""Requests of people: filed, checked by somebody, due by a day, done with a receipt. Rows in operations.

One docket holds those who want to be forgotten, one those who want a copy; what they ask for is done elsewhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from siyu.core.errors import PrivacyError
from siyu.core.identifiers import scrub
from siyu.core.time import date_of, day_ends, day_of, instant_of, local_day
from siyu.identity.asked import Asked
from siyu.store import audit
from siyu.store.operations import Operations
from siyu.store.workspace import Workspace

REQUESTED, APPROVED, REJECTED, ERASING, DONE = "requested", "approved", "rejected", "erasing", "done"
OPEN = (REQUESTED, APPROVED, ERASING)
SATURDAY = 5


@dataclass(frozen=True)
class Request:
    """A request. Instants are microseconds UTC. asked: keyed hashes (hex) by identifier_id; receipt: what was found or
    given. started_at: of erasures alone.
    """

    number: int
    status: str
    requested_at: int
    due_at: int
    checked_at: int | None
    done_at: int | None
    requester: str
    reason: str
    reference: str
    asked: dict[int, str]
    receipt: dict[str, Any]
    started_at: int | None = None

    def overdue(self, now: dt.datetime) -> bool:
        """Whether it is open after the day it was due."""
        return self.status in OPEN and instant_of(now) > self.due_at


@dataclass(frozen=True)
class Case:
    """What a request says of itself: who asked, why, and the number of the case elsewhere. No personal data."""

    requester: str = ""
    reason: str = ""
    reference: str = ""

    def scrubbed(self) -> dict[str, str]:
        """As it is written down: phones and addresses that somebody put there after all are hidden."""
        return {name: scrub(text) for name, text in vars(self).items()}


@dataclass(frozen=True)
class Docket:
    """The requests of one table. act: the part of the audit that its acts are of; days: the setting that says in how
    many working days one is due; called: what one is called; shown_by: the command that lists them.
    """

    table: sa.Table
    act: str
    days: str
    called: str
    shown_by: str

    @property
    def number(self) -> sa.Column[int]:
        """The column of their numbers."""
        (column,) = self.table.primary_key.columns
        return column

    def file(self, workspace: Workspace, keys: Mapping[int, str], case: Case, *, actor: str, now: dt.datetime
             ) -> Request:  # fmt: skip
        """File a request for whom some keyed hashes (by identifier_id) name."""
        due_at = _due(now, workspace.settings[self.days], workspace.settings.zone)
        with workspace.operations.begin() as connection:
            number = self._filed(connection, keys, case, instant_of(now), due_at)
            self._note(connection, number, "request", actor, now)
        return self.get(workspace.operations, number)

    def filed_once(self, connection: sa.Connection, keys: Mapping[int, str], case: Case, *, at: int, due_at: int
                   ) -> int:  # fmt: skip
        """The number of a request filed in the transaction of the caller, who writes the audit; that of an earlier one
        of the same case, if the case has a reference.
        """
        same = (self.table.c[name] == text for name, text in case.scrubbed().items())
        known = connection.execute(sa.select(self.number).where(*same)).scalar() if case.reference else None
        return self._filed(connection, keys, case, at, due_at) if known is None else known

    def approve(self, operations: Operations, number: int, *, actor: str, now: dt.datetime) -> Request:
        """Whoever asked is who they say and may ask. Raises PrivacyError unless it waits for that."""
        return self._check(operations, number, APPROVED, actor, now)

    def reject(self, operations: Operations, number: int, *, actor: str, now: dt.datetime) -> Request:
        """The request is not carried out. Raises PrivacyError unless it waits for the check."""
        return self._check(operations, number, REJECTED, actor, now)

    def listing(self, operations: Operations, statuses: tuple[str, ...] = ()) -> list[Request]:
        """Requests of some statuses, or all, in the order they came."""
        query = sa.select(self.table).order_by(self.number)
        if statuses:
            query = query.where(self.table.c.status.in_(statuses))
        with operations.connect() as connection:
            return [self._request(row) for row in connection.execute(query).mappings()]

    def get(self, operations: Operations, number: int) -> Request:
        """One request. Raises PrivacyError if there is none of that number."""
        with operations.connect() as connection:
            row = connection.execute(sa.select(self.table).where(self.number == number)).mappings().first()
        if row is None:
            raise PrivacyError(f"There is no {self.called} {number}.", remedy=f"`{self.shown_by}` shows all of them.")
        return self._request(row)

    def refuse_open(self, operations: Operations, wanted: Asked) -> None:
        """Raise PrivacyError if a request for the same is open."""
        for request in self.listing(operations, OPEN):
            if wanted.identifier_id in request.asked:
                raise PrivacyError(f"Request {request.number} for {wanted.shown} is open ({request.status}).",
                                   remedy=f"`{self.shown_by}` shows what it waits for.")  # fmt: skip

    def update(self, connection: sa.Connection, number: int, **values: Any) -> None:
        """Change a request, in the caller's transaction."""
        connection.execute(sa.update(self.table).where(self.number == number).values(values))

    def _filed(self, connection: sa.Connection, keys: Mapping[int, str], case: Case, at: int, due_at: int) -> int:
        row = {"status": REQUESTED, "requested_at": at, "due_at": due_at, "asked": json.dumps(dict(keys)),
               "receipt": "{}", **case.scrubbed()}  # fmt: skip
        return connection.execute(sa.insert(self.table).values(row).returning(self.number)).scalar_one()

    def _check(self, operations: Operations, number: int, status: str, actor: str, now: dt.datetime) -> Request:
        waiting = self.get(operations, number)
        mine = sa.update(self.table).where(self.number == number, self.table.c.status == REQUESTED)
        with operations.begin() as connection:
            if not connection.execute(mine.values(status=status, checked_at=instant_of(now))).rowcount:
                raise PrivacyError(f"Request {number} is {waiting.status}; only a requested one can be {status}.")
            self._note(connection, number, status, actor, now)
        return self.get(operations, number)

    def _note(self, connection: sa.Connection, number: int, verb: str, actor: str, now: dt.datetime) -> None:
        audit.record(connection, instant_of(now), actor, f"{self.act}.{verb}", str(number), {})

    def _request(self, row: sa.RowMapping) -> Request:
        fields = {("number" if name == self.number.name else name): value for name, value in row.items()}
        texts = {"asked": {int(k): v for k, v in json.loads(row["asked"]).items()},
                 "receipt": json.loads(row["receipt"])}  # fmt: skip
        return Request(**{**fields, **texts})


def _due(now: dt.datetime, working_days: int, zone: ZoneInfo) -> int:
    """The end of the last of some working days (Monday to Friday) after today."""
    day = date_of(local_day(instant_of(now), zone))
    while working_days:
        day += dt.timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day_ends(day_of(day), zone)
