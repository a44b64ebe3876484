"""Files to start an own measure from: commented, and working as they are."""

from __future__ import annotations

import os
from pathlib import Path

from siyu.core.errors import MeasureError
from siyu.measures.own.ownfile import IDENTIFIER
from siyu.measures.registry import BUILT_IN

SQL = """\
# Metrics of this workspace. `siyu metrics check` tries them; `siyu metrics show {name}` shows them.
name = "{name}"
zh = "{name}"
en = "{name}"
dimensions = ["platform", "store"]   # columns the SELECT below can be split by (`--by platform`)
people = "buyers"                    # the count of consumers in a group: exports hide small ones
needs = ["orders"]                   # facts without which nothing here can be answered

# One SELECT over the tables that `siyu tables` prints: one row of counts, or one per group.
#   {{by}}                           the dimensions asked for, each with a comma; nothing when none is
#   :first_day :last_day :as_of     days of the period (:last_day and :as_of are the same)
#   :opening_day :window_days       the day before the period, and its length
# Money is in minor units; days (paid_day) are dates; identity says which consumer an identifier belongs to.
sql = \"\"\"
SELECT {{by}}
  count(*) AS orders,
  count(DISTINCT i.consumer_id) AS buyers,
  sum(CASE WHEN o.coupon IS NOT NULL THEN 1 ELSE 0 END) AS with_coupon
FROM orders o LEFT JOIN identity i ON i.identifier_id = o.identifier_id
WHERE o.paid_amount > 0 AND NOT coalesce(o.is_test, false) AND o.paid_day BETWEEN :first_day AND :as_of
GROUP BY ALL
\"\"\"

# Each metric is a column of the SELECT, or one over another (a denominator of 0 gives nothing, not 0).
# The code of a metric siyu ships with a `version` of yours stands beside it as an alternative definition.
[[metric]]
code = "{name}.coupon_order_share"
zh = "用券订单占比"
en = "Share of orders with a coupon"
unit = "share"                       # {units}
definition = "Paid orders of the period that used a coupon, over all."
numerator = "with_coupon"
denominator = "orders"
version = "own.v1"
"""

PYTHON = '''\
"""Metrics of this workspace in Python: the dataclasses and the Ibis expressions siyu's own are made of.

`siyu metrics check` tries them; `siyu metrics show {name}` shows them.
"""

from siyu.measures.facts import orders
from siyu.measures.grouped import grouped, named
from siyu.measures.metric import Metric, Topic


def counts(facts, asked, by):
    """One row per group of `by` (one in all without): the dimensions, and a column per count."""
    paid = named(orders(facts, more=tuple(d for d in by if d != "platform")), by)
    mine = paid.filter(paid.paid_day.between(asked.first_day, asked.day))
    large = mine.paid_amount >= 50_000  # minor units
    return grouped(mine, by, orders=mine.count(), large=large.ifelse(1, 0).sum(), buyers=mine.consumer_id.nunique())


TOPICS = (
    Topic(
        "{name}", "{name}", "{name}", counts,
        (
            Metric("{name}.large_order_share", "大额订单占比", "Share of large orders", "share",
                   "Paid orders of the period over 500, over all.", "large", "orders", version="own.v1"),
        ),
        dimensions=("platform", "store"), needs=("orders",), people="buyers",
    ),
)
SHEETS = ()
'''


def start(folder: Path, name: str, units: tuple[str, ...], *, python: bool = False) -> Path:
    """Write a file of this name into the folder of own metrics. MeasureError if the name will not do or is taken."""
    if not IDENTIFIER.fullmatch(name):
        raise MeasureError(f"A topic's name is small letters, digits and _, found '{name}'.")
    if any(name == topic.name for topic in BUILT_IN.topics):
        raise MeasureError(f"{name} is a topic of siyu.",
                           remedy="Choose another name; a metric in it may have a code of ours.")  # fmt: skip
    taken = [path for path in (folder / f"{name}.toml", folder / f"{name}.py") if path.exists()]
    if taken:
        raise MeasureError(f"{taken[0]} is there already.", remedy="Edit it, or choose another name.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{'py' if python else 'toml'}"
    text = PYTHON.replace("{name}", name) if python else SQL.format(name=name, units=", ".join(units))
    unfinished = path.with_name(f".{path.name}.part")  # a full disk leaves no file that is no metric
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
