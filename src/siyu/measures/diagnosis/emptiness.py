"""Columns that a source used to fill and now leaves empty: a changed export shows so before any figure does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from siyu.core.kinds import BY_NAME
from siyu.core.time import date_of
from siyu.measures.diagnosis.alert import Alert
from siyu.measures.diagnosis.flows import DAYS
from siyu.measures.facts import Facts
from siyu.store.tables import BY_NAME as TABLES

#: Weeks of history, those that must be there, and rows a week must have before its shares mean anything.
WEEKS, FEWEST_WEEKS, FEWEST_ROWS = 26, 4, 20
#: How much larger a share of empty cells must be than in any week before.
RISE = 0.2


@dataclass(frozen=True)
class Share:
    """One column of a kind and source in one week. week: 0 = the last seven days, 1 = those before ..."""

    kind: str
    source: str
    column: str
    week: int
    rows: int
    empty: int

    @property
    def share(self) -> float:
        return self.empty / self.rows


def shares(facts: Facts, day: int) -> list[Share]:
    """The share of empty cells of every column, by kind, source and week of the facts' own days."""
    return [share for kind in DAYS for share in _of_kind(facts, kind, day)]


def emptied(found: Sequence[Share], day: int) -> list[Alert]:
    """Columns that are empty in the last seven days far more often than in any week before."""
    series: dict[tuple[str, str, str], dict[int, Share]] = defaultdict(dict)
    for share in found:
        if share.rows >= FEWEST_ROWS:
            series[share.kind, share.source, share.column][share.week] = share
    return [alert for weeks in series.values() if (alert := _judged(weeks, day)) is not None]


def _judged(weeks: dict[int, Share], day: int) -> Alert | None:
    now, past = weeks.get(0), [share.share for week, share in weeks.items() if week > 0]
    if now is None or len(past) < FEWEST_WEEKS or now.share < max(past) + RISE:
        return None
    name, most = f"{now.kind} {now.source} {now.column}", max(past)
    return Alert(
        "empty", name,
        {"zh": f"{name} 大量为空", "en": f"{name}: far more empty cells than ever"},
        date_of(day - 6).isoformat(),
        {"zh": f"{len(past)} 周里最多 {most:.0%}", "en": f"at most {most:.0%} in {len(past)} weeks"},
        {"zh": f"最近 7 天 {now.share:.0%} 为空", "en": f"{now.share:.0%} empty in 7 days"},
        {"zh": "核对导出模板的列名与权限（如脱敏）是否变了。",
         "en": "See whether the export's columns or its masking have changed."},
    )  # fmt: skip


def _of_kind(facts: Facts, kind: str, day: int) -> list[Share]:
    rows, names = facts.of(kind), _columns(kind)
    dated = rows.mutate(day=rows[DAYS[kind]].cast("int32"))
    wanted = dated.filter(dated.day.between(day - 7 * (WEEKS + 1) + 1, day))
    weekly = wanted.mutate(week=((day - wanted.day) // 7).cast("int32")).group_by("source", "week")
    counted = weekly.aggregate(rows=lambda t: t.count(), **{name: _empty(name) for name in names})
    return [Share(kind, row["source"], name, row["week"], row["rows"], row[name])
            for row in facts.warehouse.rows(counted) for name in names]


def _empty(name: str):
    return lambda table: table[name].isnull().sum().cast("int64")


def _columns(kind: str) -> list[str]:
    """What a source may leave empty: fields that are not required, and who the record is about."""
    declared = BY_NAME[kind]
    optional = [field.column for field in declared.fields if not field.required and field.column != DAYS[kind]]
    return [name for name in (*optional, *declared.person_columns) if name in TABLES[kind].column_names]
