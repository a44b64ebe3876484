"""The data dictionary: every warehouse table with its columns, types, key, owner and one sentence each.

Parts of siyu meet in these tables, not in each other's classes. `siyu tables` prints this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from siyu.core.kinds import KINDS, Field, Kind, Level

if TYPE_CHECKING:
    import numpy as np

Number = TypeVar("Number", int, "np.ndarray")
ColumnType = Literal["id", "integer", "number", "text", "flag", "instant", "day", "money", "bytes"]

#: How each column type is stored, the same on every engine. Instants, days, money and ids are integers.
ARROW: dict[str, pa.DataType] = {
    "id": pa.int64(), "integer": pa.int64(), "number": pa.float64(), "text": pa.string(), "flag": pa.bool_(),
    "instant": pa.int64(), "day": pa.int32(), "money": pa.int64(), "bytes": pa.binary(),
}  # fmt: skip


#: What each level means, the least first, by the classes of the Data Security Law (21) and PIPL (4, 28).
LEVELS: dict[Level, str] = {
    "public": "Known outside, or harmless if it were.",
    "internal": "Of the business, about no person.",
    "personal": "About a person, who stands behind an id: used for what was agreed to, and erased with the person.",
    "sensitive": "Says who somebody is, or may hold what the law calls sensitive: never shown whole, never handed on.",
}
#: Columns that name people, and those that name the orders of people.
NAMING = ("identifier_id", "consumer_id", "inviter_id", "invitee_id", "inviter_identifier_id", "invitee_identifier_id",
          "a", "b", "order_id")  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: name, type (instants are microseconds UTC, days count from 1970-01-01 in the brand's zone), and its
    level where it is another than the table's.
    """

    name: str
    type: ColumnType
    meaning: str
    level: Level | None = None


@dataclass(frozen=True)
class Table:
    """A warehouse table. A `fact` is appended by loads and never changes; the rest is derived from facts."""

    name: str
    owner: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    fact: bool = False

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def schema(self) -> pa.Schema:
        return pa.schema([(column.name, ARROW[column.type]) for column in self.columns])

    def level_of(self, column: Column) -> Level:
        """The column's own level; otherwise personal where the table names people, and internal where it does not."""
        return column.level or ("personal" if set(NAMING) & set(self.column_names) else "internal")

    @property
    def level(self) -> Level:
        """The highest level of its columns."""
        found = {self.level_of(column) for column in self.columns}
        return next(level for level in reversed(LEVELS) if level in found)

    def expr(self) -> ir.Table:
        """The table as an unbound Ibis expression; the warehouse gives it rows when it runs."""
        return self._expr

    @cached_property
    def _expr(self) -> ir.Table:
        return ibis.table(ibis.Schema.from_pyarrow(self.schema), name=self.name)


def _c(name: str, type_: ColumnType, meaning: str, level: Level | None = None) -> Column:
    return Column(name, type_, meaning, level)


LINEAGE: tuple[Column, ...] = (
    _c("fact_id", "id", "load_id * 2^42 + place in the load: a later fact has a higher one.", "internal"),
    _c("load_id", "id", "The load that brought it (operations.load).", "internal"),
    _c("source", "text", "Mapping or kind it was read with.", "internal"),
    _c("source_ref", "integer", "Line of the landed file (the header is line 1).", "internal"),
    _c("loaded_at", "instant", "When it was loaded.", "internal"),
    _c("key_hash", "id", "Hash of the key: equal in all versions of one record."),
    _c("row_hash", "id", "Hash of all values: equal rows are duplicates."),
)
FACT_ID_STEP = 2**42
#: Between the parts of a text that key_hash and row_hash are made from.
PART = "\x1f"


def fact_id(load_id: int, place: Number) -> Number:
    """The id of the fact at a place of a load; of many places at once, if they are an array.

    >>> fact_id(1, 7), place_of(fact_id(1, 7), 1), load_of(fact_id(1, 7))
    (4398046511111, 7, 1)
    """
    return load_id * FACT_ID_STEP + place


def place_of(fact_id: Number, load_id: int) -> Number:
    """The place of a fact in its load."""
    return fact_id - load_id * FACT_ID_STEP


def load_of(fact_id: Number) -> Number:
    """The load that brought a fact."""
    return fact_id // FACT_ID_STEP


FIELD_COLUMN: dict[str, ColumnType] = {
    "text": "text", "instant": "instant", "date": "day", "money": "money", "integer": "integer",
    "number": "number", "flag": "flag", "json": "text",
}  # fmt: skip


def _field_columns(field: Field) -> list[Column]:
    level = field.level or ("sensitive" if field.free_text else None)
    columns = [_c(field.column, FIELD_COLUMN[field.type], field.meaning, level)]
    if field.type == "instant" and field.by_day:
        columns.append(_c(field.day_column, "day", f"Business day of {field.name}."))
    return columns


def _fact_table(kind: Kind) -> Table:
    persons = [_c(name, "id", "Primary identifier of the person on the record.") for name in kind.person_columns]
    columns = [*LINEAGE, *(c for f in kind.fields for c in _field_columns(f)), *persons, *EXTRA.get(kind.name, ())]
    return Table(kind.name, "sources", kind.meaning, tuple(columns), ("fact_id",), fact=True)


#: Columns that a load adds beside the ones a file has.
REFUND_BASIS = _c("refund_basis", "text", "stated, or observed when refunded_at is the day of the load that showed it.")
EXTRA: dict[str, tuple[Column, ...]] = {
    "orders": (REFUND_BASIS,),
    "refunds": (REFUND_BASIS,),
    "relations": (_c("started_at_basis", "text", "stated, or observed when a snapshot first showed it."),
                  _c("ended_at_basis", "text", "stated, or observed when a snapshot no longer showed it.")),
}  # fmt: skip

FACTS: tuple[Table, ...] = tuple(_fact_table(kind) for kind in KINDS)

SUPERSEDED = Table(
    "superseded", "sources", "Facts no longer in force: a later load brought new values under the same key.",
    (_c("fact_id", "id", "The fact no longer in force."), _c("kind", "text", "Its table."),
     _c("load_id", "id", "The load that corrected it."), _c("by_fact_id", "id", "The fact that took its place.")),
    ("fact_id",), fact=True,
)  # fmt: skip
IDENTIFIER = Table(
    "identifier", "sources", "Every identifier value seen, as a keyed hash and a cipher; plain values stand nowhere.",
    (_c("identifier_id", "id", "First 63 bits of the key: the same in any load order, on any engine."),
     _c("namespace", "text", "phone, email, unionid ..."),
     _c("key", "text", "HMAC-SHA256 (hex) of namespace and normalised value with the workspace's id secret.",
        "sensitive"),
     _c("key_word", "id", "Bits 65 to 128 of the key, by which two keys with one id are told apart.", "sensitive"),
     _c("masked", "text", "What people may see of it.", "sensitive"),
     _c("cipher", "bytes", "AES-GCM of the normalised value, for sending and access requests.", "sensitive"),
     _c("load_id", "id", "The load that saw it first.", "internal")),
    ("identifier_id",), fact=True,
)  # fmt: skip
MESSAGE = Table(
    "message", "sources", "Messages that came through a door, each once, with its clocks: what tells a repeated one.",
    (_c("message_key", "id", "63 bits of its sender and id."), _c("load_id", "id", "The load that took it."),
     _c("received_at", "instant", "When it arrived, by our clock."),
     _c("sent_at", "instant", "When it was sent, by its sender's clock; null = not stated."),
     _c("stated_at", "instant", "When it happened, by its sender's clock; null = not stated."),
     _c("machine", "flag", "A bot or a link scanner sent it: it counts nowhere.")),
    ("message_key",), fact=True,
)  # fmt: skip
MESSAGE_SUBJECT = Table(
    "message_subject", "sources", "Messages that told a document's state (an order's): an older one changes nothing.",
    (_c("message_key", "id", "The message."),
     _c("subject_key", "id", "63 bits of a keyed hash of sender and document."),
     _c("stated_at", "instant", "As of when, by its sender's clock."), _c("load_id", "id", "The load that took it.")),
    ("message_key",), fact=True,
)  # fmt: skip
LINK_RECORD = Table(
    "link_record", "sources", "Pairs of linking identifiers seen on one record, summed per load and source.",
    (_c("a", "id", "Lower identifier_id."), _c("b", "id", "Higher identifier_id."),
     _c("source", "text", "Mapping or kind whose records show the pair."),
     _c("first_ref", "id", "fact_id of the first record that shows it."),
     _c("first_seen", "instant", "loaded_at of the first record."),
     _c("last_seen", "instant", "loaded_at of the last record."),
     _c("records", "integer", "Records that show it."), _c("load_id", "id", "The load that brought them.")),
    ("a", "b", "source", "load_id"), fact=True,
)  # fmt: skip
LINK = Table(
    "link", "identity", "Pairs of identifiers with their evidence, one row per pair and source.",
    (*LINK_RECORD.columns[:-1],), ("a", "b", "source"),
)  # fmt: skip
IDENTITY = Table(
    "identity", "identity", "Which consumer each identifier belongs to: connected components of the links in force.",
    (_c("identifier_id", "id", "The identifier."),
     _c("consumer_id", "id", "Lowest identifier_id of the component."),
     _c("identity_version", "integer", "Version in which this row was last computed.")),
    ("identifier_id",),
)  # fmt: skip
REVIEW = Table(
    "review", "identity", "Links a guard refused: for a person to look at, never merged.",
    (_c("a", "id", "Lower identifier_id."), _c("b", "id", "Higher identifier_id."),
     _c("guard", "text", "size, unique or retracted."), _c("reason", "text", "Why, in plain words."),
     _c("identity_version", "integer", "Version in which it was refused.")),
    ("a", "b"),
)  # fmt: skip
CONSUMER = Table(
    "consumer", "identity", "One row per consumer: which ways to reach them exist.",
    (_c("consumer_id", "id", "The consumer."),
     _c("identifiers", "integer", "Identifiers in the component."),
     _c("has_phone", "flag", "A phone is known."), _c("has_email", "flag", "An e-mail address is known.")),
    ("consumer_id",),
)  # fmt: skip
DERIVED_REFUND = Table(
    "derived_refund", "sources", "Refunds worked out from lines that take back earlier ones without naming them.",
    (_c("refund_id", "text", "Order and line of the cancelling line, and the line it takes back."),
     _c("order_id", "text", "The order taken back."), _c("platform", "text", "Its platform."),
     _c("refunded_at", "instant", "When it was taken back."), _c("refunded_day", "day", "Business day of it."),
     _c("quantity", "number", "Pieces taken back."), _c("refund_amount", "money", "How much went back.")),
    ("refund_id",),
)  # fmt: skip
UNMATCHED_CANCELLATION = Table(
    "unmatched_cancellation", "sources", "Cancelling lines, or parts of them, that find no earlier line to take back.",
    (_c("fact_id", "id", "The cancelling line (order_lines)."), _c("quantity", "number", "Pieces left over."),
     _c("amount", "money", "Money left over.")),
    ("fact_id",),
)  # fmt: skip

SPAN = (
    _c("valid_from", "instant", "Holds at every instant t with valid_from < t <= valid_to."),
    _c("valid_to", "instant", "2^62 while open."),
    _c("from_day", "day", "First day as of whose end it holds."),
    _c("to_day", "day", "First day as of whose end it no longer holds; 2^30 while open."),
)
PURCHASE = Table(
    "purchase", "measures", "Paid, real orders with the span in which each counts as a purchase.",
    (_c("consumer_id", "id", "The buyer; null = anonymous."), _c("fact_id", "id", "The order (orders.fact_id)."),
     _c("platform", "text", "Its platform."),
     _c("paid_at", "instant", "When it was paid."), _c("paid_day", "day", "Business day of the payment."),
     _c("paid_amount", "money", "Paid."),
     _c("void_at", "instant", "When it was fully refunded; 2^62 = never."),
     _c("void_day", "day", "Business day of that; 2^30 = never.")),
    ("fact_id",),
)  # fmt: skip
ORDER_REFUND = Table(
    "order_refund", "measures",
    "Refunds of purchases: dated rows of refunds where an order has any, else undated ones, else the order's own.",
    (_c("fact_id", "id", "The order (orders.fact_id)."), _c("refunded_at", "instant", "When."),
     _c("refunded_day", "day", "Business day of it."), _c("refund_amount", "money", "How much went back.")),
    ("fact_id", "refunded_at"),
)  # fmt: skip
VALID_REFERRAL = Table(
    "valid_referral", "measures", "First acceptances of invitees who had paid nothing before.",
    (_c("inviter_id", "id", "consumer_id of who invited."), _c("invitee_id", "id", "consumer_id of who accepted."),
     _c("occurred_at", "instant", "When it was accepted."), _c("occurred_day", "day", "Business day of it."),
     _c("campaign", "text", "Campaign."), _c("fact_id", "id", "The referral (referrals.fact_id).")),
    ("invitee_id",),
)  # fmt: skip
RELATION_SPAN = Table(
    "relation_span", "measures", "When each consumer held each relation at each touchpoint (overlaps united).",
    (_c("consumer_id", "id", "The consumer."), _c("relation_type", "text", "Type of relation."),
     _c("touchpoint", "text", "Where it was won; '' = not stated."), *SPAN),
    ("consumer_id", "relation_type", "touchpoint", "valid_from"),
)  # fmt: skip
REACH_SPAN = Table(
    "reach_span", "measures", "When each channel was open to each consumer.",
    (_c("consumer_id", "id", "The consumer."), _c("channel", "text", "The channel."), *SPAN,
     _c("cause", "text", "What opened it: relation or consent.")),
    ("consumer_id", "channel", "valid_from"),
)  # fmt: skip
ROLE_SPAN = Table(
    "role_span", "measures", "When each consumer stood on which rung of the ladder; no row = no role.",
    (_c("consumer_id", "id", "The consumer."), _c("role", "text", "Rung."), _c("rank", "integer", "1 to 5."), *SPAN,
     _c("cause", "text", "What began the span: relation, consent, purchase, refund, spreading.")),
    ("consumer_id", "valid_from"),
)  # fmt: skip
LAST_ACT = Table(
    "last_act", "measures", "When each consumer last did something: of all events, whatever day is asked about.",
    (_c("consumer_id", "id", "The consumer."), _c("event_day", "day", "Business day of the last event."),
     _c("thriving_day", "day", "The last day of those by which members thrive; null = none.")),
    ("consumer_id",),
)  # fmt: skip
MEASURE_RESULT = Table(
    "measure_result", "measures", "Every figure `siyu measure` has given, one row each, with what it rests on.",
    (_c("as_of_day", "day", "The day."), _c("window_days", "integer", "The window."),
     _c("metric", "text", "Path of the figure in the JSON document, dots between."),
     _c("value", "number", "The figure; null = not measurable."),
     _c("numerator", "number", "For ratios."), _c("denominator", "number", "For ratios."),
     _c("definition", "text", "Definition version."), _c("identity_version", "integer", "Identity it saw."),
     _c("data_through", "instant", "Newest event time it used."), _c("computed_at", "instant", "When.")),
    ("as_of_day", "window_days", "metric"),
)  # fmt: skip
DAILY_SERIES = Table(
    "daily_series", "measures", "F by role and A by day.",
    (_c("day", "day", "As of the end of this day."), _c("metric", "text", "F or A."),
     _c("member", "text", "Role for F; window in days for A."), _c("value", "number", "The figure."),
     _c("numerator", "number", "For ratios."), _c("denominator", "number", "For ratios.")),
    ("day", "metric", "member"),
)  # fmt: skip
CLV_SCORE = Table(
    "clv_score", "measures", "What everyone in F and every known buyer is expected to be worth, as last forecast.",
    (_c("consumer_id", "id", "The consumer."), _c("as_of_day", "day", "The forecast stands at the end of this day."),
     _c("horizon_days", "integer", "Days it reaches."),
     _c("role", "text", "Rung as of the day; buyer_outside_f = a known buyer without a role."),
     _c("segment", "text", "buyer = forecast from own purchases; not_bought = from the chance of a first one."),
     _c("model", "text", "The purchase model."),
     _c("p_alive", "number", "Probability of buying on at all; null where not bought or the model knows no leaving."),
     _c("p_purchase", "number", "Probability of a purchase in the horizon."),
     _c("expected_purchases", "number", "Days with a purchase in the horizon; null = not measurable."),
     _c("purchases_low", "number", "80 of 100 consumers like this buy on at least so many days ..."),
     _c("purchases_high", "number", "... and at most so many (10th and 90th percentile)."),
     _c("expected_spend", "number", "Net amount of such a day in minor units."),
     _c("predicted_own", "number", "Expected net amount of own purchases in the horizon, minor units."),
     _c("own_low", "number", "Its 10th percentile."), _c("own_high", "number", "Its 90th percentile."),
     _c("predicted_referral", "number", "Expected net amount of others' purchases credited to this consumer."),
     _c("referral_low", "number", "Its 10th percentile."), _c("referral_high", "number", "Its 90th percentile."),
     _c("predicted_clv", "number", "predicted_own + predicted_referral; not to be summed over consumers."),
     _c("next_purchase_day", "day", "The next purchase has come by it with probability 1/2; null = unlikely to come."),
     _c("historic_own", "money", "Net amount of all own purchases so far."),
     _c("historic_referral", "money", "Net amount of all purchases credited so far."),
     _c("total_clv", "number", "Historic own and referral value + predicted_clv; not to be summed over consumers.")),
    ("consumer_id",),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    *FACTS, SUPERSEDED, IDENTIFIER, MESSAGE, MESSAGE_SUBJECT, LINK_RECORD, DERIVED_REFUND, UNMATCHED_CANCELLATION,
    LINK, IDENTITY, REVIEW, CONSUMER,
    PURCHASE, ORDER_REFUND, VALID_REFERRAL, RELATION_SPAN, REACH_SPAN, ROLE_SPAN, LAST_ACT,
    MEASURE_RESULT, DAILY_SERIES, CLV_SCORE,
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
