"""What an export of orders leaves untold, by its mapping and the columns of the file: who bought, what, and when.

Which values name somebody is seen after loading (coverage); here only columns are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from siyu.core.settings import defaults
from siyu.sources.coverage.reasons import NAMELESS, Words, say
from siyu.sources.mappings.mapping import Column, Mapping, Rows, is_identifier

ORDERS, LINES, REFUNDS = "orders", "order_lines", "refunds"


@dataclass(frozen=True)
class Untold:
    """What is missing, and what so cannot be measured from this export alone."""

    code: str
    missing: Words
    cannot: Words


WHO = Untold("buyer", say("没有买家标识", "no buyer is named"), NAMELESS)
WHAT = Untold("goods", say("没有商品明细", "goods are not listed"),
              say("商品、连带、入门商品", "goods, baskets, entry products"))
WHEN = Untold("ordered_at", say("没有下单时间", "the time of ordering is not told"),
              say("从下单到付款的时间", "the time from ordering to paying"))
BACK = Untold("refunds", say("没有退款", "refunds are not told"), say("退款与净额", "refunds and net amounts"))
DATED = Untold("refunded_at", say("退款没有日期，记在载入那天", "refunds have no date: the load dates them"),
               say("过去各天的退款", "refunds by day"))
PARTS = Untold("refund_parts", say("退款只有状态、没有金额", "refunds are a state, without an amount"),
               say("部分退款的金额", "how much a refund of a part was"))


def buyers(mapping: Mapping, headers: Collection[str]) -> tuple[str, ...]:
    """Namespaces in which the file can name who bought; recipients are not buyers."""
    silent = defaults()["identity.not_identifying"]
    named = [c.name.removeprefix("id.") for rows in _orders(mapping) for c in rows.columns
             if is_identifier(rows.kind, c.name) and _given(c, headers)]
    return tuple(name for name in dict.fromkeys(named) if name not in silent)


def untold(mapping: Mapping, headers: Collection[str]) -> tuple[Untold, ...]:
    """What an export of orders does not tell; nothing for other exports, which stand beside one."""
    orders = _orders(mapping)
    if not orders:
        return ()
    has = {column.name for rows in orders for column in rows.columns if _given(column, headers)}
    kinds = {rows.kind.name for rows in mapping.rows}
    gaps = ((WHO, not buyers(mapping, headers)), (WHAT, LINES not in kinds), (WHEN, "ordered_at" not in has),
            (BACK, "refund_amount" not in has), (PARTS, any(map(_by_state, orders))),
            (DATED, "refund_amount" in has and "refunded_at" not in has))
    return tuple(gap for gap, open_ in gaps if open_)


def note(mapping: Mapping, headers: Sequence[str]) -> list[str]:
    """What the report of a load says where no column names the buyer, or the one of refunds is not there."""
    orders = _orders(mapping)
    nobody = bool(orders) and not buyers(mapping, headers)
    found = [f"no column names the buyer. Not measurable from it: {WHO.cannot['en']}."] * nobody
    back = [column for rows in orders if (column := rows.column("refund_amount")) and not _given(column, headers)]
    looked = ", ".join(f"'{header}'" for header in dict.fromkeys(h for column in back for h in column.headers))
    return found + [f"no column tells refunds (looked for {looked}): what was paid counts whole, unless a list of "
                    "refunds is loaded."] * bool(back)  # fmt: skip


def _orders(mapping: Mapping) -> list[Rows]:
    return [rows for rows in mapping.rows if rows.kind.name == ORDERS]


def _by_state(rows: Rows) -> bool:
    """Whether what went back is what was paid, wherever a state says so."""
    paid, back = rows.column("paid_amount"), rows.column("refund_amount")
    return paid is not None and back is not None and bool(back.where) and set(back.headers) <= set(paid.headers)


def _given(column: Column, headers: Collection[str]) -> bool:
    return not column.missing(headers) and (column.how == "const" or bool(column.present(headers)))
