"""Refunds worked out from lines that take back earlier ones without naming them.

A cancelling line takes back lines of the same customer, product and unit price, the latest earlier one with quantity
left first, spilling to earlier ones. A function of the lines alone: the order of files does not matter. What finds no
earlier line, or names no customer, is reported apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import sqlalchemy as sa

from siyu.store.tables import DERIVED_REFUND, UNMATCHED_CANCELLATION
from siyu.store.workspace import Workspace

DUE = "cancellations_due"
GROUP = ("identifier_id", "article", "unit_price")
#: Within a group lines stand by time; at one instant what is bought stands before what is taken back.
ORDER = (*GROUP, "occurred_at", "takes_back", "order_id", "line_no")
LINE = (*ORDER, "fact_id", "platform", "occurred_day", "quantity", "paid_amount")


def due(workspace: Workspace, connection: sa.Connection) -> None:
    """Note, in the transaction that commits order lines, that refunds must be worked out again."""
    workspace.operations.set_state(DUE, "yes", connection)


def refresh(workspace: Workspace) -> None:
    """Work out all derived refunds again, if lines have come since; otherwise nothing."""
    if workspace.operations.state(DUE) != "yes":
        return
    lines = _lines(workspace)
    refunds, unmatched = match(lines)
    warehouse = workspace.warehouse
    with warehouse.transaction():
        warehouse.replace(DERIVED_REFUND, pa.Table.from_pylist(refunds, DERIVED_REFUND.schema))
        warehouse.replace(UNMATCHED_CANCELLATION, pa.Table.from_pylist(unmatched, UNMATCHED_CANCELLATION.schema))
    workspace.operations.set_state(DUE, "no")


def unmatched(workspace: Workspace) -> dict[str, int]:
    """How many cancelling lines are left over, and their money in minor units."""
    table = UNMATCHED_CANCELLATION.expr()
    found = workspace.warehouse.row(table.aggregate(rows=table.count(), amount_minor=table.amount.sum().cast("int64")))
    return {"rows": found["rows"], "amount_minor": found["amount_minor"] or 0}


def match(lines: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(derived refunds, unmatched cancellations) of lines in ORDER."""
    refunds: list[dict[str, Any]] = []
    unmatched: list[dict[str, Any]] = []
    for group, of_group in itertools.groupby(lines, key=lambda line: tuple(line[name] for name in GROUP)):
        open_lines: list[_Bought] = []
        for line in of_group:
            if not line["takes_back"]:
                if line["quantity"] > 0:
                    open_lines.append(_Bought(line, line["quantity"]))
                continue
            taken = list(_take_back(-line["quantity"], open_lines)) if None not in group else []
            refunds += _refunds(line, taken)
            unmatched += _left_over(line, sum(quantity for _, quantity in taken))
    return refunds, unmatched


@dataclass
class _Bought:
    line: dict[str, Any]
    left: float


def _take_back(quantity: float, open_lines: list[_Bought]) -> Iterator[tuple[dict[str, Any], float]]:
    """Take pieces off the latest lines; each line with how many."""
    while quantity > 0 and open_lines:
        bought = open_lines[-1]
        taken = min(quantity, bought.left)
        bought.left -= taken
        quantity -= taken
        yield bought.line, taken
        if bought.left <= 0:
            open_lines.pop()


def _refunds(line: dict[str, Any], taken: list[tuple[dict[str, Any], float]]) -> Iterator[dict[str, Any]]:
    """One refund per line taken back; shares of the cancelled amount, rounded so that they add up."""
    before = 0.0
    for original, quantity in taken:
        amount = _share(line, before + quantity) - _share(line, before)
        before += quantity
        yield {
            "refund_id": f"{line['order_id']}:{line['line_no']}>{original['order_id']}:{original['line_no']}",
            "order_id": original["order_id"], "platform": original["platform"], "refunded_at": line["occurred_at"],
            "refunded_day": line["occurred_day"], "quantity": quantity, "refund_amount": amount,
        }  # fmt: skip


def _left_over(line: dict[str, Any], matched: float) -> Iterator[dict[str, Any]]:
    wanted = -line["quantity"]
    if wanted > matched:
        amount = _share(line, wanted) - _share(line, matched)
        yield {"fact_id": line["fact_id"], "quantity": wanted - matched, "amount": amount}


def _share(line: dict[str, Any], quantity: float) -> int:
    """The cancelled money of the first pieces of a line, exact but for the last half cent."""
    return round(Fraction(abs(line["paid_amount"])) * Fraction(quantity) / Fraction(-line["quantity"]))


def _lines(workspace: Workspace) -> list[dict[str, Any]]:
    """Lines in force of every group in which something is taken back, in ORDER."""
    warehouse = workspace.warehouse
    lines = warehouse.in_force("order_lines")
    article = ibis.coalesce(lines.sku, lines["product"])
    lines = lines.mutate(article=article, takes_back=lines.takes_back.fill_null(False))
    taking = lines.filter(lines.takes_back & (lines.quantity < 0))
    groups = taking.filter(_whole(taking)).select(*GROUP).distinct()
    grouped = lines.filter(_whole(lines) & lines.occurred_at.notnull()).semi_join(groups, list(GROUP)).select(*LINE)
    nameless = taking.filter(~_whole(taking)).select(*LINE)
    found = warehouse.arrow(grouped.union(nameless))
    return found.sort_by([(name, "ascending") for name in ORDER]).to_pylist()


def _whole(lines: ir.Table) -> ir.BooleanValue:
    return lines.identifier_id.notnull() & lines.article.notnull() & lines.unit_price.notnull()
