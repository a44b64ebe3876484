"""A brand drawn from the models' own stories: who enters when, buys first, buys again, spends and brings others.

Written straight into the derived tables, so that a hundred thousand consumers take a second. Zone UTC; day 0 is DAY_0.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from siyu.core.settings import defaults
from siyu.core.time import DAY, OPEN_AT, OPEN_DAY
from siyu.store import tables
from siyu.store import workspace as workspaces
from siyu.store.workspace import Workspace

DAY_0, WEEK = 18_000, 7.0
#: (M)BG/NBD per week, Gamma-Gamma in minor units.
REPEATS = {"r": 1.2, "alpha": 14.0, "a": 0.5, "b": 6.0}
SPEND = {"p": 6.0, "q": 4.0, "v": 9_000.0}
#: Beta of the monthly chance of a first purchase: basic users, members; what the touchpoints make of it.
WAITING = ((0.8, 24.0), (1.5, 15.0))
TOUCHPOINTS = {"app": 1.0, "chat": 0.4, "store": 1.6}
#: Gamma of referred purchases per week of one who shares.
SHARING = (0.2, 60.0)


@dataclass(frozen=True)
class Purchases:
    """One row each: the buyer, the day since DAY_0, the amount."""

    consumer: np.ndarray
    day: np.ndarray
    amount: np.ndarray


def drawn_brand(folder: Path, seed: int, *, consumers: int, days: int, season: np.ndarray | None = None) -> Workspace:
    """A workspace that holds everything up to day `days`; of three consumers one buys and is in no relation.

    `season` is the pace of every day (mean 1), of first and of repeat purchases alike.
    """
    random = np.random.default_rng(seed)
    busy = np.concatenate([[0.0], np.cumsum(np.ones(days) if season is None else season)])
    entered = np.interp(random.uniform(0, busy[-1], consumers), busy, np.arange(days + 1.0))
    rung = random.integers(0, 3, consumers)  # 0 basic, 1 member, 2 a buyer without relation
    place = random.integers(0, len(TOUCHPOINTS), consumers)
    first = np.interp(entered, np.arange(days + 1.0), busy) + _waits(random, rung, place)
    bought = _purchases(random, first, busy)
    workspace = workspaces.create(folder, defaults().with_values(brand__zone="UTC", value__click_days=1))
    warehouse = workspace.warehouse
    warehouse.replace(tables.PURCHASE, _purchase_rows(bought))
    _stand(workspace, np.flatnonzero(rung < 2), entered, rung, place)
    _share(workspace, random, bought, np.interp(entered, np.arange(days + 1.0), busy), busy)
    return workspace


def _waits(random: np.random.Generator, rung: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Days to the first purchase: a month drawn by each one's own chance, somewhere within it; none for buyers."""
    a, b = np.array([*WAITING, WAITING[0]])[rung].T
    chance = np.clip(random.beta(a, b) * np.array(list(TOUCHPOINTS.values()))[place], 1e-6, 0.95)
    return np.where(rung < 2, 30.0 * (random.geometric(chance) - random.random(len(rung))), 0.0)


def _purchases(random: np.random.Generator, first: np.ndarray, busy: np.ndarray) -> Purchases:
    """First and repeat purchases in busy days; a buyer leaves after a repeat purchase with a chance of their own."""
    n, end = len(first), busy[-1]
    rate = random.gamma(REPEATS["r"], 1 / REPEATS["alpha"], n) / WEEK
    leaves = random.beta(REPEATS["a"], REPEATS["b"], n)
    who, moment = np.flatnonzero(first < end), first[first < end]
    found = []
    while len(who):
        found.append((who, moment))
        moment = moment + random.exponential(1.0, len(who)) / rate[who]
        stays = np.ones(len(who), bool) if len(found) == 1 else random.random(len(who)) >= leaves[who]
        who, moment = who[stays & (moment < end)], moment[stays & (moment < end)]
    consumer, moments = (np.concatenate(column) for column in zip(*found))
    scale = random.gamma(SPEND["q"], 1 / SPEND["v"], n)
    amount = random.gamma(SPEND["p"], 1 / scale[consumer])
    day = np.interp(moments, busy, np.arange(float(len(busy)))).astype(np.int64)
    return Purchases(consumer, day, np.maximum(amount.astype(np.int64), 1))


def _purchase_rows(bought: Purchases) -> pa.Table:
    n = len(bought.day)
    paid = (DAY_0 + bought.day) * DAY + DAY // 2
    return _table(tables.PURCHASE, n, consumer_id=bought.consumer, fact_id=np.arange(n), paid_at=paid,
                  paid_day=DAY_0 + bought.day, paid_amount=bought.amount, void_at=np.full(n, OPEN_AT),
                  void_day=np.full(n, OPEN_DAY))  # fmt: skip


def _stand(workspace: Workspace, who: np.ndarray, entered: np.ndarray, rung: np.ndarray, place: np.ndarray) -> None:
    """Relations and roles from the day of entry on, for good."""
    n, began = len(who), DAY_0 + entered[who].astype(np.int64)
    span = {"consumer_id": who, "valid_from": began * DAY, "valid_to": np.full(n, OPEN_AT), "from_day": began,
            "to_day": np.full(n, OPEN_DAY)}  # fmt: skip
    roles = np.array(["basic", "member_unpurchased"])[rung[who]]
    workspace.warehouse.replace(tables.ROLE_SPAN, _table(tables.ROLE_SPAN, n, **span, role=roles, rank=rung[who] + 1,
                                                         cause=np.full(n, "relation")))  # fmt: skip
    where = np.array(list(TOUCHPOINTS))[place[who]]
    types = np.array(["fan", "member"])[rung[who]]
    workspace.warehouse.replace(tables.RELATION_SPAN, _table(tables.RELATION_SPAN, n, **span, relation_type=types,
                                                             touchpoint=where))  # fmt: skip


def _share(
    workspace: Workspace, random: np.random.Generator, bought: Purchases, since: np.ndarray, busy: np.ndarray
) -> None:
    """Everyone shares at a pace of their own, most hardly ever: each time somebody's purchase then follows a click."""
    consumers, days = len(since), np.arange(float(len(busy)))
    rate = random.gamma(SHARING[0], 1 / SHARING[1], consumers) / WEEK
    sharer = np.repeat(np.arange(consumers), random.poisson(rate * (busy[-1] - since)))
    when = np.interp(random.uniform(since[sharer], busy[-1]), busy, days)
    moments = bought.day + random.random(len(bought.day))
    by_day = np.argsort(moments)
    place = np.searchsorted(moments[by_day], when)
    chosen, once = np.unique(by_day[np.minimum(place, len(by_day) - 1)], return_index=True)
    sharer = sharer[once]
    other = bought.consumer[chosen] != sharer
    chosen, sharer = chosen[other], sharer[other]
    n, moment = len(chosen), (DAY_0 + bought.day[chosen]) * DAY + DAY // 3
    warehouse = workspace.warehouse
    warehouse.append(tables.BY_NAME["referrals"], _table(
        tables.BY_NAME["referrals"], n, fact_id=2**50 + np.arange(n), kind=np.full(n, "click"), occurred_at=moment,
        occurred_day=DAY_0 + bought.day[chosen], inviter_identifier_id=sharer,
        invitee_identifier_id=bought.consumer[chosen]))  # fmt: skip
    everyone = np.arange(consumers)
    warehouse.replace(tables.IDENTITY, _table(tables.IDENTITY, consumers, identifier_id=everyone, consumer_id=everyone,
                                              identity_version=np.ones(consumers)))  # fmt: skip


def _table(table: tables.Table, n: int, **columns: Any) -> pa.Table:
    """Rows of a table; columns not given are null."""
    arrays = [pa.array(columns[field.name]).cast(field.type) if field.name in columns else pa.nulls(n, field.type)
              for field in table.schema]  # fmt: skip
    return pa.table(arrays, schema=table.schema)
