"""`value_share`: the conserved view of value, in which each credited order is split between buyer and sharer.

Summed over consumers it gives the revenue of known consumers to the cent; orders without a consumer stand beside it.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from siyu.core.kinds import ROLES
from siyu.core.settings import Settings
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.fast_plus.capital import sustainable
from siyu.measures.fast_plus.value import counted_purchases, credit
from siyu.measures.metric import Column, Sheet

#: A share is kept to the ten-thousandth, so that splitting stays in whole numbers.
WHOLE = 10_000
#: Rows of the sheet beside the rungs: consumers without a role, and orders without a consumer.
NO_ROLE, ANONYMOUS = "none", "anonymous"
AMOUNTS = ("own_value", "referral_value", "value_share")


def shared_value(facts: Facts, asked: Asked) -> ir.Table:
    """Everyone who bought or was credited: consumer_id, own_value, referral_value, value_share, in minor units.

    Of a credited order the sharer has `value.sharer_share` rounded down, the buyer the rest; of any other order the
    buyer has all. So value_share = own value - what others are given + what is given by others. See
    definitions.md section 3.4.
    """
    bought, credited = _purchases(facts, asked), _credited(facts, asked)
    known = bought.filter(bought.consumer_id.notnull())
    sharer, zero = sharer_part(credited.net_amount, asked.settings), ibis.literal(0, "int64")
    parts = known.select("consumer_id", own="net_amount", brought=zero, kept="net_amount").union(
        credited.select(consumer_id="sharer_id", own=zero, brought="net_amount", kept=sharer),
        credited.select(consumer_id="buyer_id", own=zero, brought=zero, kept=-sharer),
    )
    return parts.group_by("consumer_id").aggregate(
        own_value=parts.own.sum().cast("int64"),
        referral_value=parts.brought.sum().cast("int64"),
        value_share=parts.kept.sum().cast("int64"),
    )


def sharer_part(amount: ir.IntegerValue, settings: Settings) -> ir.IntegerValue:
    """What of an amount (minor units) the sharer has: a whole number, rounded down."""
    return (amount * round(settings["value.sharer_share"] * WHOLE) // WHOLE).cast("int64")


def _purchases(facts: Facts, asked: Asked) -> ir.Table:
    return facts.warehouse.scratch(f"shared_purchase_{asked.day}", counted_purchases(asked))


def _credited(facts: Facts, asked: Asked) -> ir.Table:
    """Credited orders with both sides: fact_id, net_amount, sharer_id, buyer_id."""
    bought = _purchases(facts, asked)
    credited = facts.warehouse.scratch(f"shared_credit_{asked.day}", credit(facts, bought, asked))
    buyer = bought.select("fact_id", buyer_id="consumer_id")
    return credited.join(buyer, "fact_id").select("fact_id", "net_amount", "sharer_id", "buyer_id")


def value_share_rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
    """Own, referral and shared value by role, then without a role, then of orders without a consumer."""
    warehouse = facts.warehouse
    by_role = {row["role"]: row for row in warehouse.rows(_by_role(shared_value(facts, asked), sustainable(asked.day)))}
    bought = _purchases(facts, asked)
    anonymous = bought.filter(bought.consumer_id.isnull())
    unknown = warehouse.row(anonymous.aggregate(own=anonymous.net_amount.sum().cast("int64")))["own"] or 0
    nobody = dict.fromkeys(("consumers", *AMOUNTS), 0)
    rows = [{"role": role, **nobody, **by_role.get(role, {})} for role in (*ROLES, NO_ROLE)]
    return [*rows, {"role": ANONYMOUS, "consumers": None, "own_value": unknown, "referral_value": 0,
                    "value_share": unknown}]  # fmt: skip


def _by_role(shared: ir.Table, in_f: ir.Table) -> ir.Table:
    """Everyone in F and everyone with any value, summed by role."""
    zero = ibis.literal(0, "int64")
    parts = in_f.select("consumer_id", "role", **dict.fromkeys(AMOUNTS, zero)).union(
        shared.select("consumer_id", role=ibis.null("string"), own_value="own_value",
                      referral_value="referral_value", value_share="value_share"))  # fmt: skip
    each = parts.group_by("consumer_id").aggregate(
        role=parts.role.max(), **{name: parts[name].sum().cast("int64") for name in AMOUNTS}
    )
    named = each.mutate(role=each.role.fill_null(NO_ROLE))
    return named.group_by("role").aggregate(
        consumers=named.count().cast("int64"), **{name: named[name].sum().cast("int64") for name in AMOUNTS}
    )


VALUE_SHARE = Sheet(
    "people.value_share", "价值分享", "Shared value",
    "Value of the last `value.days` by role; value_share splits each credited order between buyer and sharer, and sums"
    " to revenue together with the row of orders without a consumer.",
    (
        Column("role", "角色", "Role", "text"),
        Column("consumers", "消费者数", "Consumers", "consumers"),
        Column("own_value", "自购价值", "Own value", "minor units"),
        Column("referral_value", "传播价值", "Referral value", "minor units"),
        Column("value_share", "分享后价值", "Shared value", "minor units"),
    ),
    value_share_rows, "value.days", ("orders", "referrals"), "consumers",
)  # fmt: skip
