"""A large brand as canonical Parquet or CSV files: drawn with numpy a crowd at a time, seeded, with no truth beside it.

It has the load of a real one (people under several identifiers, relations that end, refunds, referrals), not its story;
the simulated brand with known truth is `siyu simulate`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

DAYS = 900
LAST_DAY = dt.date(2026, 6, 30)
SECONDS = DAYS * 86_400
START = dt.datetime.combine(LAST_DAY, dt.time()) - dt.timedelta(days=DAYS - 1)

ORDERS_EACH, EVENTS_EACH, RELATIONS_EACH = 3.0, 10.0, 1.6
CONSENTS_EACH, REFERRALS_EACH, REFUND_SHARE = 0.4, 0.06, 0.05
TOUCHPOINTS = np.array(
    [
        "mini_program",
        "flagship_store",
        "official_account",
        "wecom",
        "live_room",
        "group_chat",
        "site",
        "counter",
        "member_center",
        "short_video",
        "parcel_card",
        "offline_event",
    ]
)
EVENT_NAMES = np.array(["visit", "view", "click", "impression", "add_to_cart", "interact", "favorite", "enter"])
EVENT_SHARES = (0.25, 0.25, 0.15, 0.10, 0.09, 0.07, 0.04, 0.05)
RELATION_TYPES = np.array(["member", "fan", "dedicated_service", "group_member", "miniprogram_user"])
CONSENT_CHANNELS = np.array(["sms", "email", "wecom", "subscription"])
RELATION_SHARES = (0.34, 0.26, 0.14, 0.10, 0.16)


#: Consumers that are drawn together and come in files of their own: what memory holds, however large the brand is.
CROWD = 1_000_000


@dataclass(frozen=True)
class People:
    """A crowd: when each was first seen (second of the period), and the platform most of their facts are on."""

    crowd: int
    first_seen: np.ndarray
    on_tmall: np.ndarray

    @property
    def count(self) -> int:
        return len(self.first_seen)

    def numbers(self, who: np.ndarray) -> np.ndarray:
        """Numbers of some of them among all consumers of the brand."""
        return self.crowd * CROWD + who

    def named(self, name: str) -> str:
        """A name that no other crowd has."""
        return f"{name}{self.crowd}_" if self.crowd else name


def write(directory: Path, consumers: int, seed: int = 20260630, suffix: str = "parquet") -> dict[str, int]:
    """Write the brand up to the day before the last, and the last day apart in `day/`. Rows by file."""
    rng = np.random.default_rng(seed)
    (directory / "day").mkdir(parents=True, exist_ok=True)
    rows: Counter[str] = Counter()
    for crowd, first in enumerate(range(0, consumers, CROWD)):
        people = _people(rng, crowd, min(CROWD, consumers - first))
        for name, table in _kinds(rng, people):
            for folder, part in zip(("", "day/"), _split(table)):
                _save(part, directory / f"{folder}{name}{people.crowd or ''}.{suffix}")
                rows[f"{folder}{name}"] += part.num_rows
    return dict(rows)


def _people(rng: np.random.Generator, crowd: int, count: int) -> People:
    first_seen = np.sort((rng.random(count) ** 0.7 * SECONDS * 0.98).astype(np.int64))
    return People(crowd, first_seen, rng.random(count) < 0.45)


def _kinds(rng: np.random.Generator, people: People) -> Iterator[tuple[str, pa.Table]]:
    orders = _orders(rng, people)
    yield "orders", orders
    yield "refunds", _refunds(rng, people, orders)
    yield "relations", _relations(rng, people)
    yield "events", _events(rng, people)
    yield "consents", _consents(rng, people)
    yield "referrals", _referrals(rng, people)


# -- kinds


def _orders(rng: np.random.Generator, people: People) -> pa.Table:
    rate = rng.gamma(0.6, ORDERS_EACH / 0.6, people.count)
    who, at = _moments(rng, people, rng.poisson(rate))
    amount = np.round(rng.gamma(2.2, 90.0, len(who)) + 9, 2)
    paid = rng.random(len(who)) > 0.05
    tmall = people.on_tmall[who]
    return _by_time({
        "order_id": _numbered(people.named("E"), rng.permutation(len(who))),
        "platform": pa.array(np.where(tmall, "tmall", "youzan")),
        "ordered_at": _times(at),
        "paid_at": _masked(_times(at + 40), paid),
        "paid_amount": pa.array(amount),
        "touchpoint": pa.array(_touchpoints(rng, len(who))),
        **_identifiers(people.numbers(who), nick=tmall, phone=~tmall | (rng.random(len(who)) < 0.2), unionid=~tmall),
    }, at)  # fmt: skip


def _refunds(rng: np.random.Generator, people: People, orders: pa.Table) -> pa.Table:
    chosen = np.flatnonzero(rng.random(orders.num_rows) < REFUND_SHARE)
    picked = orders.take(pa.array(chosen)).filter(pc.is_valid(orders["paid_at"].take(pa.array(chosen))))
    at = picked["_at"].to_numpy() + rng.integers(3_600, 20 * 86_400, picked.num_rows)
    full = rng.random(picked.num_rows) < 0.7
    paid = picked["paid_amount"].to_numpy()
    return _by_time({
        "refund_id": _numbered(people.named("R"), np.arange(picked.num_rows)),
        "order_id": picked["order_id"],
        "platform": picked["platform"],
        "refunded_at": _times(at),
        "refund_amount": pa.array(np.where(full, paid, np.round(paid * 0.3, 2))),
    }, at)  # fmt: skip


def _relations(rng: np.random.Generator, people: People) -> pa.Table:
    who, at = _moments(rng, people, rng.poisson(RELATIONS_EACH, people.count))
    kind = rng.choice(RELATION_TYPES, len(who), p=RELATION_SHARES)
    ended = at + rng.exponential(500 * 86_400, len(who)).astype(np.int64)
    member, friend = kind == "member", kind == "dedicated_service"
    return _by_time({
        "relation_type": pa.array(kind),
        "touchpoint": pa.array(_touchpoints(rng, len(who))),
        "platform": pa.array(np.where(people.on_tmall[who] & member, "tmall", "wecom")),
        "started_at": _times(at),
        "ended_at": _masked(_times(ended), ended < SECONDS - 86_400),
        **_identifiers(people.numbers(who), member_card=member, phone=member & (rng.random(len(who)) < 0.7),
                       unionid=~member, nick=member & people.on_tmall[who] & (rng.random(len(who)) < 0.5),
                       external_userid=friend),
    }, at)  # fmt: skip


def _events(rng: np.random.Generator, people: People) -> pa.Table:
    who, at = _moments(rng, people, rng.poisson(rng.gamma(0.8, EVENTS_EACH / 0.8, people.count)))
    tmall = people.on_tmall[who] & (rng.random(len(who)) < 0.6)
    return _by_time({
        "event_id": _numbered(people.named("V"), rng.permutation(len(who))),
        "occurred_at": _times(at),
        "name": pa.array(rng.choice(EVENT_NAMES, len(who), p=EVENT_SHARES)),
        "touchpoint": pa.array(_touchpoints(rng, len(who))),
        "platform": pa.array(np.where(tmall, "tmall", "youzan")),
        "domain": pa.array(np.where(tmall, "public", "private")),
        **_identifiers(people.numbers(who), nick=tmall, unionid=~tmall),
    }, at)  # fmt: skip


def _consents(rng: np.random.Generator, people: People) -> pa.Table:
    who, at = _moments(rng, people, rng.poisson(CONSENTS_EACH, people.count))
    return _by_time({
        "occurred_at": _times(at),
        "purpose": pa.array(np.full(len(who), "marketing")),
        "channel": pa.array(rng.choice(CONSENT_CHANNELS, len(who), p=(0.6, 0.1, 0.2, 0.1))),
        "action": pa.array(np.where(rng.random(len(who)) < 0.75, "grant", "withdraw")),
        **_identifiers(people.numbers(who), phone=np.ones(len(who), bool)),
    }, at)  # fmt: skip


def _referrals(rng: np.random.Generator, people: People) -> pa.Table:
    who, at = _moments(rng, people, rng.poisson(REFERRALS_EACH, people.count))
    inviter = (rng.random(len(who)) ** 3 * people.count).astype(np.int64)  # a few invite much
    return _by_time({
        "occurred_at": _times(at),
        "kind": pa.array(np.where(rng.random(len(who)) < 0.6, "accepted", "click")),
        "inviter.id.unionid": _numbered("u", people.numbers(inviter)),
        "invitee.id.unionid": _numbered("u", people.numbers(who)),
    }, at)  # fmt: skip


# -- columns


def _moments(rng: np.random.Generator, people: People, each: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Person and second of each fact: uniform between the first sight of the person and the end."""
    who = np.repeat(np.arange(people.count), each)
    since = people.first_seen[who]
    return who, since + (rng.random(len(who)) * (SECONDS - 60 - since)).astype(np.int64)


def _identifiers(who: np.ndarray, **present: np.ndarray) -> dict[str, pa.Array]:
    made = {
        "member_card": ("id.member_card", lambda: _numbered("M", who)),
        "phone": ("id.phone", lambda: pc.cast(pa.array(13_000_000_000 + who * 7 % 9_000_000_000), pa.string())),
        "unionid": ("id.unionid", lambda: _numbered("u", who)),
        "nick": ("id.taobao_nick", lambda: _numbered("tb", who)),
        "external_userid": ("id.external_userid", lambda: _numbered("w", who)),
    }
    return {made[name][0]: _masked(made[name][1](), mask) for name, mask in present.items()}


def _touchpoints(rng: np.random.Generator, count: int) -> np.ndarray:
    weight = 1.0 / np.arange(1, len(TOUCHPOINTS) + 1)
    return rng.choice(TOUCHPOINTS, count, p=weight / weight.sum())


def _numbered(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.cast(pa.array(numbers), pa.string()), "")


def _times(seconds: np.ndarray) -> pa.Array:
    start = int(START.replace(tzinfo=dt.UTC).timestamp())
    return pa.array((start + seconds) * 1_000_000, pa.timestamp("us"))


def _masked(values: pa.Array, present: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(present), values, pa.scalar(None, values.type))


def _by_time(columns: dict[str, pa.Array], at: np.ndarray) -> pa.Table:
    """Exports come in order of time; nothing lies after the period."""
    table = pa.table({**columns, "_at": pa.array(at)}).filter(pa.array(at < SECONDS))
    return table.take(pc.sort_indices(table["_at"]))


def _split(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    last = pc.greater_equal(table["_at"], SECONDS - 86_400)
    whole = table.drop_columns(["_at"])
    return whole.filter(pc.invert(last)), whole.filter(last)


def _save(table: pa.Table, path: Path) -> None:
    if path.suffix == ".csv":
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path, compression="zstd")
