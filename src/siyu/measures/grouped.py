"""Counting by dimensions: the same counts in all or by group, and counts of several facts side by side."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def named(table: ir.Table, by: tuple[str, ...]) -> ir.Table:
    """The table with its text dimensions never null: '' = not stated, a group like any other."""
    texts = {d: table[d].fill_null("") for d in by if table[d].type().is_string()}
    return table.mutate(**texts) if texts else table


def grouped(table: ir.Table, by: tuple[str, ...], **counts: ir.Value) -> ir.Table:
    """One row per group (`by` = (): one row in all) with the dimensions and the counts."""
    rows = table.group_by(*by).aggregate(**counts) if by else table.aggregate(**counts)
    return rows.select(*by, *counts)


def beside(by: tuple[str, ...], *counted: ir.Table) -> ir.Table:
    """Counts of several facts in one row per group: a group that one of them lacks has 0 there.

    Each table holds the dimensions and its own counts, one row per group.
    """
    zero = ibis.literal(0, "int64")
    columns = {name: table[name].type() for table in counted for name in table.columns if name not in by}
    whole = [
        table.select(*by, **{n: table[n] if n in table.columns else zero.cast(t) for n, t in columns.items()})
        for table in counted
    ]
    rows = whole[0].union(*whole[1:]) if len(whole) > 1 else whole[0]
    return grouped(rows, by, **{name: rows[name].sum().cast(type_) for name, type_ in columns.items()})
