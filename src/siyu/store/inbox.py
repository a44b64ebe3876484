"""The inbox: what arrived over HTTP and is acknowledged, sealed, until a load has taken it.

Append-only for those who write; the loader claims rows under a token, and the load that commits carries that token.
Claims stand apart: a mark on a row would write its body once more.
A file of its own beside SQLite, so that nobody who writes to operations makes a collector wait; on PostgreSQL tables
beside the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from siyu.core.identifiers import Keys
from siyu.store.database import connect, scour, will_not_open

PURPOSE = b"inbox"
#: Bytes of bodies that one claim takes at the most: what a load holds in memory.
CLAIM_BYTES = 32 * 1024**2
#: Arrivals that one claim takes at the most.
CLAIM_ROWS = 2_000
#: Seconds that an acknowledged message may wait before something is wrong with the loader: its rhythm, and as long as a
#: loop may be late.
LONGEST_WAIT = 120
#: Numbers end here.
LAST = 2**63 - 1

METADATA = sa.MetaData()
ARRIVAL = sa.Table(
    "arrival", METADATA,
    sa.Column("arrival_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("defaults", sa.Text, nullable=False),  # JSON: what the sender's key says where a message does not
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("messages", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # sealed
    sqlite_autoincrement=True,
)  # fmt: skip
CLAIM = sa.Table(
    "claim", METADATA,
    sa.Column("arrival_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("token", sa.Text, nullable=False, index=True),
)  # fmt: skip
#: Of an arrival, that nobody has claimed it.
FREE = ~sa.exists().where(CLAIM.c.arrival_id == ARRIVAL.c.arrival_id)


@dataclass(frozen=True)
class Arrival:
    """One request as it came: door it came through, name of the sender's key and its defaults, instant, body (plain).

    messages: how many the body holds, for counting what waits.
    """

    door: str
    source: str
    received_at: int
    body: bytes
    messages: int = 1
    defaults: str = "{}"


@dataclass(frozen=True)
class Claim:
    """Arrivals of one door taken together; settled once the load that carries the token has committed."""

    token: str
    door: str
    arrivals: list[Arrival]


@dataclass(frozen=True)
class Waiting:
    """What is acknowledged and not yet loaded. oldest: instant of the oldest, None if there is nothing."""

    arrivals: int
    messages: int
    oldest: int | None


class Inbox:
    """Arrivals between the acknowledgement and the load. Safe for several processes."""

    def __init__(self, url: str, keys: Keys) -> None:
        self.engine = connect(url)
        self._keys = keys
        try:
            METADATA.create_all(self.engine)
        except DBAPIError as error:
            self.engine.dispose()
            raise will_not_open("inbox", error) from None

    def put(self, arrivals: Sequence[Arrival]) -> None:
        """Keep arrivals, all or none, on disk when this returns."""
        sealed = self._keys.seal_all((a.body for a in arrivals), PURPOSE)
        rows = [{"door": a.door, "source": a.source, "defaults": a.defaults, "received_at": a.received_at,
                 "messages": a.messages, "body": body} for a, body in zip(arrivals, sealed)]  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(sa.insert(ARRIVAL), rows)

    def waiting(self) -> Waiting:
        """What is not loaded yet, claimed or not."""
        messages = sa.func.coalesce(sa.func.sum(ARRIVAL.c.messages), 0)
        columns = sa.func.count(), messages, sa.func.min(ARRIVAL.c.received_at)
        with self.engine.connect() as connection:
            return Waiting(*connection.execute(sa.select(*columns)).one())

    def newest(self) -> int:
        """The number of the newest arrival; 0 if there is none."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(sa.func.max(ARRIVAL.c.arrival_id))).scalar() or 0

    def doors(self) -> list[str]:
        """Doors with arrivals that nobody has claimed."""
        query = sa.select(ARRIVAL.c.door).where(FREE).distinct().order_by(ARRIVAL.c.door)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def claim(self, door: str, most_bytes: int = CLAIM_BYTES, upto: int = LAST) -> Claim | None:
        """Take the oldest arrivals of a door, at least one, at most so many bytes; None if there are none.

        upto: the newest arrival that may be taken.
        """
        token = secrets.token_hex(16)
        oldest = _oldest((ARRIVAL.c.door == door) & FREE & (ARRIVAL.c.arrival_id <= upto), most_bytes, token)
        try:
            with self.engine.begin() as connection:  # one statement: it never reads first and then waits to write
                connection.execute(sa.insert(CLAIM).from_select(["arrival_id", "token"], oldest))
        except IntegrityError:  # another loader was quicker
            return self.claim(door, most_bytes, upto)
        arrivals = self._opened(token)
        return Claim(token, door, arrivals) if arrivals else None

    def claims(self) -> list[str]:
        """Tokens of all claims that are neither settled nor released."""
        query = sa.select(CLAIM.c.token).distinct()
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def settle(self, token: str) -> None:
        """The load with this token counts: its arrivals are forgotten."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(ARRIVAL).where(ARRIVAL.c.arrival_id.in_(_claimed(token))))
            connection.execute(sa.delete(CLAIM).where(CLAIM.c.token == token))

    def release(self, token: str) -> None:
        """The load with this token never committed: its arrivals wait again."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(CLAIM).where(CLAIM.c.token == token))

    def scour(self) -> None:
        """Leave no bytes on disk of what was settled."""
        scour(self.engine, (ARRIVAL,))

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _opened(self, token: str) -> list[Arrival]:
        """The arrivals of a claim, in the order they came."""
        query = sa.select(ARRIVAL).where(ARRIVAL.c.arrival_id.in_(_claimed(token))).order_by(ARRIVAL.c.arrival_id)
        with self.engine.connect() as connection:
            return [Arrival(row.door, row.source, row.received_at, self._keys.open(row.body, PURPOSE), row.messages,
                            row.defaults) for row in connection.execute(query)]  # fmt: skip


def _oldest(free: sa.ColumnElement[bool], most_bytes: int, token: str) -> sa.Select:
    """Ids of the oldest free arrivals that fit, the first in any case, each beside the token."""
    order, size = ARRIVAL.c.arrival_id, sa.func.length(ARRIVAL.c.body)
    oldest = sa.select(order, size.label("size")).where(free).order_by(order).limit(CLAIM_ROWS).subquery()
    before = sa.func.sum(oldest.c.size).over(order_by=oldest.c.arrival_id) - oldest.c.size
    summed = sa.select(oldest.c.arrival_id, before.label("before"), oldest.c.size).subquery()
    fits = summed.c.before + summed.c.size <= most_bytes
    return sa.select(summed.c.arrival_id, sa.literal(token)).where((summed.c.before == 0) | fits)


def _claimed(token: str) -> sa.Select:
    return sa.select(CLAIM.c.arrival_id).where(CLAIM.c.token == token)
