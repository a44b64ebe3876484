"""Entry products: which product the first purchase held, and how many of those buyers came back within 90 days."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.grouped import beside, grouped
from siyu.measures.metric import Column, Sheet
from siyu.measures.ratio import ratio
from siyu.measures.topics.baskets import YEAR_DAYS, first_occasions, lines, paid_orders, sold, standing

#: Days after the first purchase in which a buyer has to come back.
RETURN_DAYS = 90


def entry_rows(facts: Facts, asked: Asked) -> list[dict]:
    """Entry skus, most buyers first; rates rest on buyers whose 90 days are over, the others are `immature`.

    A first occasion with several skus counts for each of them.
    """
    bought = facts.warehouse.scratch("entry_line", _bought(facts, asked))
    entered = bought.filter((bought.paid_day == bought.first_day) & (bought.sku != ""))
    each = entered.group_by("sku", "consumer_id", "first_day").aggregate(product=entered["product"].max())
    mature = each.filter(each.first_day + RETURN_DAYS <= asked.day)
    names = each.group_by("sku").aggregate(product=each["product"].max())
    counts = beside(
        ("sku",),
        grouped(each, ("sku",), buyers=each.consumer_id.nunique()),
        grouped(mature, ("sku",), mature=mature.consumer_id.nunique()),
        _came_back(mature, _occasions(facts, asked), ("consumer_id",), "repurchased"),
        _came_back(mature, bought, ("consumer_id", "sku"), "repurchased_same_sku"),
    ).join(names, "sku")
    found = facts.warehouse.rows(counts.order_by(ibis.desc("buyers"), "sku"))
    return [_row(row) for row in found]


def _bought(facts: Facts, asked: Asked) -> ir.Table:
    """What consumers whose first occasion lies in the last year have bought since."""
    since, last = asked.last_days(YEAR_DAYS)
    first = first_occasions(asked)
    stands = standing(paid_orders(facts, since, last), asked)
    mine = sold(lines(facts, stands, "consumer_id", "paid_day"))
    met = mine.join(first.filter(first.first_day >= since), "consumer_id")
    return met.select("consumer_id", "paid_day", "first_day", "sku", "product")


def _occasions(facts: Facts, asked: Asked) -> ir.Table:
    """Purchases of known consumers in the last year, whether their lines are known or not."""
    stands = standing(paid_orders(facts, *asked.last_days(YEAR_DAYS)), asked)
    return stands.filter(stands.consumer_id.notnull()).select("consumer_id", "paid_day")


def _came_back(entered: ir.Table, bought: ir.Table, keys: tuple[str, ...], name: str) -> ir.Table:
    """By sku, the entered who bought on a later day within RETURN_DAYS (with `sku` among the keys: that sku)."""
    later = bought.select(*keys, again_day="paid_day").distinct()
    met = entered.select("sku", "consumer_id", "first_day").join(later, list(keys))
    back = met.filter((met.again_day > met.first_day) & (met.again_day <= met.first_day + RETURN_DAYS))
    return grouped(back, ("sku",), **{name: back.consumer_id.nunique()})


def _row(row: dict) -> dict:
    return {
        "sku": row["sku"],
        "product": row["product"],
        "buyers": row["buyers"],
        "immature": row["buyers"] - row["mature"],
        "repurchased": row["repurchased"],
        "repurchase_rate": ratio(row["repurchased"], row["mature"]),
        "repurchased_same_sku": row["repurchased_same_sku"],
        "same_sku_rate": ratio(row["repurchased_same_sku"], row["mature"]),
    }


ENTRY = Sheet(
    "goods.entry", "首购商品", "Entry products",
    "First-purchase skus of the last 365 days: buyers, and of those whose 90 days are over (the rest are immature) how "
    "many bought again within 90 days, anything or the same sku.",
    (
        Column("sku", "SKU", "SKU", "text"),
        Column("product", "商品", "Product", "text"),
        Column("buyers", "首购人数", "First buyers", "consumers"),
        Column("immature", "未满90天人数", "Of them, 90 days not over", "consumers"),
        Column("repurchased", "90天内复购人数", "Bought again within 90 d", "consumers"),
        Column("repurchase_rate", "90天复购率", "Repurchase rate, 90 d", "share"),
        Column("repurchased_same_sku", "90天内同款复购人数", "Bought the same again", "consumers"),
        Column("same_sku_rate", "90天同款复购率", "Same-sku rate, 90 d", "share"),
    ),
    entry_rows, "365 days", ("orders", "order_lines"), "buyers",
)  # fmt: skip
