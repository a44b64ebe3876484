"""What one output of a mapping makes of the texts of a file, as one expression, compiled for the file's columns.

A server loads files of the same few shapes every few seconds, and a brand every day: each is made once.
"""

from __future__ import annotations

from functools import cached_property, lru_cache, reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from siyu.core.identifiers import scrub
from siyu.core.personal import names_people
from siyu.sources.mappings import columns
from siyu.sources.mappings.mapping import OF_KIND, Column, Rows, is_identifier
from siyu.sources.mappings.typed import TEXT_SUFFIX, TOTAL, Check, Reading, is_nobody, is_total, typed
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import compiled
from siyu.store import sql

#: Columns of what it gives: why a line is refused (0 = it is not), and whether it is taken at all.
REFUSED, TAKEN = "_refused", "_taken"
#: Whether a cell is a word of totals, and whether its row is one of sums.
TOTAL_SUFFIX, SUMS = "__total", "_sums"
#: Where the currency of a line stands beside its columns.
CURRENCY = "currency"
#: Shapes of files that are kept compiled.
SHAPES = 256


@lru_cache(SHAPES)
def expression(rows: Rows, headers: tuple[str, ...], currency: str, *, snapshot: bool) -> Expression:
    """What an output makes of files with these headers. currency: of amounts. snapshot: starts may be missing."""
    return Expression(rows, headers, currency, snapshot=snapshot)


def tells_people(header: str) -> bool:
    """Whether a column of a member list may say who somebody is, or its header does (as it is, or scrubbed).

    >>> [tells_people(header) for header in ("姓名", "13800001234", "*** (2)", "等级名称")]
    [True, True, True, False]
    """
    return names_people(header) or "***" in scrub(header)


class Expression:
    """Values first, then what is refused of them: `sql` gives LINE, TAKEN, the columns of `fields` and `id_columns`,
    and REFUSED, a number of `reasons` (column and why, from 1). `texts_sql`: the same columns as they were written.
    """

    def __init__(self, rows: Rows, headers: tuple[str, ...], currency: str, *, snapshot: bool) -> None:
        kind = rows.kind
        self._rows, self._headers, self._currency = rows, headers, currency
        self._columns = [c for c in rows.columns if not c.missing(headers)]
        self.id_columns = [c.name for c in self._columns if is_identifier(kind, c.name)]
        self.fields = [f for f in kind.fields if any(c.name == f.name for c in self._columns)]
        self.freely_dated = {c.name for c in self._columns if not c.formats}
        self._attributes = _extra(rows, headers)
        self._required = [f for f in kind.fields if f.required and not (snapshot and f.name == "started_at")]
        self.reasons: list[tuple[str, str]]
        self.sql: str
        self.sql, self.reasons = sql.KEPT.made(repr((rows, headers, currency, snapshot)), self._made)

    @cached_property
    def texts_sql(self) -> str:
        """What was written: asked for only where lines are refused."""
        return compiled(self._texts())

    def _made(self) -> list:
        """The statement, and the reasons that its numbers stand for."""
        checked, reasons = self._checked()
        return [compiled(checked), reasons]

    def _checked(self) -> tuple[ir.Table, list[tuple[str, str]]]:
        texts = self._texts()
        values: dict[str, ir.Value] = {LINE: texts[LINE], TAKEN: texts[TAKEN]}
        aside = {name + TEXT_SUFFIX: texts[name] for name in (c.name for c in self._columns)}
        checks: list[tuple[Check, str, str]] = []
        by_name = {c.name: c for c in self._columns}
        for field in self.fields:
            column = by_name[field.name]
            reading = Reading(self._currency, column.round, column.formats)
            result = typed(field, texts[field.name], reading)
            values |= result.columns
            aside |= result.aside
            checks += [(check, field.name, reason) for check, reason in result.checks]
        checks += [(_unknown(c), c.name, "expected a value the mapping knows") for c in self._columns
                   if c.values and c.others == "refuse"]
        if self._rows.currency:
            aside[CURRENCY] = texts[CURRENCY]
            checks.append((_foreign(self._currency), CURRENCY, f"expected {self._currency}, the currency of the brand"))
        nameless = bool(self.id_columns) and "identifier_id" in self._rows.kind.key
        if nameless:  # no number of its own tells its records apart
            aside |= {name + TOTAL_SUFFIX: is_total(texts[name]) for name in self.id_columns}
            checks += [(_summed(name), name, TOTAL) for name in self.id_columns]
        checks += [(_empty(f.name), f.name, "is empty and is required") for f in self._required if f.name in by_name]
        values |= {name: texts[name] for name in self.id_columns}
        if self._attributes and "attributes" not in by_name:
            values["attributes"] = texts["attributes"]
        looked = texts.select(**values, **aside)
        if nameless:
            looked = looked.mutate(**{SUMS: _sums(looked, self.id_columns)})
        numbered = [(check(looked), ibis.literal(i, "int32")) for i, (check, _, _) in enumerate(checks, start=1)]
        fine = ibis.literal(0, "int32")
        checked = looked.select(*values, **{REFUSED: ibis.cases(*numbered, else_=fine) if numbered else fine})
        return checked, [(name, reason) for _, name, reason in checks]

    def _texts(self) -> ir.Table:
        raw = ibis.table({**dict.fromkeys(self._headers, "string"), LINE: "int64"}, name="raw")
        taken = columns.fulfilled(self._rows.where, raw)
        texts = {c.name: columns.text_of(c, raw) for c in self._columns}
        if self._rows.currency:
            texts[CURRENCY] = raw[self._rows.currency]
        if self._attributes and "attributes" not in texts:
            texts["attributes"] = _as_json(raw, self._attributes)
        kept = ibis.literal(True) if taken is None else taken.fill_null(False)
        return raw.select(**{LINE: raw[LINE], TAKEN: kept, **texts})


def _extra(rows: Rows, headers: tuple[str, ...]) -> list[str]:
    """Headers of a canonical member list that become attributes."""
    if rows.kind.field("attributes") is None or any(c.headers != (c.name,) for c in rows.columns):
        return []
    if OF_KIND in rows.about:  # what else stands there is of other kinds, or of the message
        return []
    mine = {c.name for c in rows.columns}
    return sorted(h for h in headers if h not in mine and not tells_people(h))


def _unknown(column: Column) -> Check:
    """A column whose mapping knows all values: any other is refused."""
    known = sorted(set(column.values.values()))
    return lambda t: t[column.name + TEXT_SUFFIX].notnull() & t[column.name + TEXT_SUFFIX].notin(known)


def _foreign(currency: str) -> Check:
    """An amount in another currency than the brand's; a line that names none goes by the others of its order."""
    return lambda t: (t[CURRENCY].upper() != currency.upper()).fill_null(False)


def _summed(name: str) -> Check:
    return lambda t: t[name + TOTAL_SUFFIX] & t[SUMS]


def _sums(t: ir.Table, names: list[str]) -> ir.BooleanValue:
    """Whether some identifier of a row is a word of totals, and none may be somebody: asked only where one is."""
    told = reduce(or_, [t[name + TOTAL_SUFFIX] for name in names])
    return ibis.ifelse(told, reduce(and_, [is_nobody(t[name]) for name in names]), False)


def _empty(name: str) -> Check:
    return lambda t: t[name + TEXT_SUFFIX].isnull()


def _as_json(raw: ir.Table, headers: list[str]) -> ir.StringValue:
    return ibis.struct({h: raw[h] for h in headers}).cast("json").cast("string")
