"""Alerts: a figure out of its usual band, a source that stopped or left columns empty, data that is late, a drop.

Each says what, since when, what is usual, what was found and what to do; too little history says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise, takewhile
from typing import Any

import numpy as np
import sqlalchemy as sa

from siyu.core.time import HOUR, date_of, instant_of, local_day
from siyu.measures.asked import Asked
from siyu.measures.diagnosis import bands, emptiness
from siyu.measures.diagnosis.alert import Alert, Text
from siyu.measures.diagnosis.bands import Band
from siyu.measures.diagnosis.drivers import DRIVERS
from siyu.measures.diagnosis.flows import arrivals, by_day, figures, promotion_days
from siyu.measures.facts import Facts
from siyu.store.schema import COMMITTED, LOAD
from siyu.store.workspace import Workspace

#: Days of history that bands and gaps are read from: 26 weeks and the 5 before them, and a year for gaps.
BAND_DAYS, GAP_DAYS = 7 * (bands.WEEKS + 5), 365
#: Gaps between days with rows that a source must have shown before its silence means anything, and how many times its
#: longest gap it must be silent. With 12 random (exponential) gaps a silence twice the longest comes once in 500 looks.
FEWEST_GAPS, LONGEST_GAPS = 12, 2.0
#: A source silent for longer than this was given up; it is no news.
RETIRED_DAYS = 180
#: Days a file may wait to be loaded where the loads themselves show no rhythm yet.
LOAD_GAP_DAYS, FEWEST_LOADS = 7, 4
#: How far back the beginning of a run of unusual days is looked for.
RUN_DAYS = 28
#: A day counts as whole when facts reach its last hours.
LAST_HOURS = 2
#: A volume must usually bring this many rows a week before its drop says anything.
FEWEST_ROWS = 20

NAMES: dict[str, Text] = {
    "purchases": {"zh": "每日订单数", "en": "purchases a day"},
    "paid_amount": {"zh": "每日支付金额", "en": "amount paid a day"},
    "visitors": {"zh": "每日进店人数", "en": "visitors a day"},
    "f_change": {"zh": "每日 F 净变化", "en": "change of F in a day"},
}


def alerts(
    workspace: Workspace, asked: Asked, now: dt.datetime, *, data_through: int,
    values: dict[str, float | None], past: dict[str, list[float]],
) -> list[Alert]:  # fmt: skip
    """Every alert as of the day. `data_through`: newest instant the measures used; `values` and `past`: see drivers."""
    facts = Facts(workspace.warehouse)
    day = asked.day if data_through >= asked.closing_at - LAST_HOURS * HOUR else asked.day - 1
    today = local_day(instant_of(now), workspace.settings.zone)
    first = asked.day - GAP_DAYS - RETIRED_DAYS
    rows = facts.warehouse.rows(arrivals(facts, first, max(today, asked.day)))
    silent = silences([row for row in rows if row["day"] <= asked.day], asked.day)
    gone = {alert.subject for alert in silent}
    return [
        *lateness(rows, today, load_gaps(workspace)),
        *silent,
        *(alert for alert in drops(rows, day) if alert.subject not in gone),
        *emptiness.emptied(emptiness.shares(facts, day), day),
        *daily_bands(facts, day),
        *window_bands(values, past, asked),
    ]


def silences(rows: list[dict[str, Any]], day: int) -> list[Alert]:
    """Kinds and platforms whose rows stopped: nothing for more than twice the longest gap they ever showed."""
    found = []
    for (kind, platform), days in _days_of(rows, "kind", "platform").items():
        gaps, quiet = _gaps(days), day - days[-1]
        if len(gaps) < FEWEST_GAPS or quiet > RETIRED_DAYS or quiet <= LONGEST_GAPS * max(gaps):
            continue
        name = f"{kind} {platform}".strip()
        found.append(Alert(
            "silent", name,
            {"zh": f"{name} 没有新数据了", "en": f"{name}: nothing arrives any more"},
            _iso(days[-1] + 1), _usual_gap(gaps), _quiet(quiet),
            {"zh": "检查导出任务、接口授权和店铺状态；补传缺的日期。",
             "en": "Look at the export, its authorisation and the shop; load the missing days."},
        ))  # fmt: skip
    return found


def lateness(rows: list[dict[str, Any]], today: int, load_gaps: dict[str, int]) -> list[Alert]:
    """Sources (mappings) whose newest row is older than their gaps and the rhythm of their loads explain.

    When every source is late it is said once, of all data.
    """
    judged = late_sources(rows, today, load_gaps)
    found = [alert for alert in judged.values() if alert]
    if len(found) == len(judged) > 1:
        newest = max(found, key=lambda alert: alert.since)
        whole = {"zh": f"全部数据都晚了（{len(found)} 个来源）", "en": f"all data is late ({len(found)} sources)"}
        return [Alert("late", "all", whole, newest.since, newest.usual, newest.found, newest.act)]
    return found


def late_sources(rows: list[dict[str, Any]], today: int, load_gaps: dict[str, int]) -> dict[str, Alert | None]:
    """Of each source that has shown enough gaps to be judged, how it is late; None where it is not."""
    judged = {}
    last = max((row["day"] for row in rows), default=today)
    for (source,), days in _days_of([row for row in rows if row["day"] <= today], "source").items():
        gaps, quiet = _gaps(days), today - 1 - days[-1]
        if len(gaps) < FEWEST_GAPS:
            continue
        allowed = LONGEST_GAPS * max(gaps) + load_gaps.get(source, LOAD_GAP_DAYS)
        late = allowed < quiet <= RETIRED_DAYS or (quiet > RETIRED_DAYS and days[-1] == last)
        judged[source] = _late(source, days[-1], gaps, quiet) if late else None
    return judged


def drops(rows: list[dict[str, Any]], day: int) -> list[Alert]:
    """Kinds and platforms whose last 7 days fell below the band of their weeks, and below half the usual."""
    found = []
    first = day - BAND_DAYS + 1
    for (kind, platform), mine in _grouped(rows, "kind", "platform").items():
        counts = by_day([row for row in mine if first <= row["day"] <= day], first, day)
        band = bands.of_week(counts)
        if band is None or band.usual < FEWEST_ROWS or band.out >= 0 or band.found * 2 >= band.usual:
            continue
        name = f"{kind} {platform}".strip()
        found.append(Alert(
            "drop", name,
            {"zh": f"{name} 的数据量大幅下降", "en": f"{name}: far fewer rows than usual"},
            _iso(day - 6), *_told(band, {"zh": "行/7 天", "en": "rows in 7 days"}),
            {"zh": "核对导出是否只含一部分店铺或时段；若业务确有变化，看拆解。",
             "en": "See whether the export holds all shops and hours; if trade did fall, read the decomposition."},
        ))  # fmt: skip
    return found


def daily_bands(facts: Facts, day: int) -> list[Alert]:
    """Daily figures out of their band: the day alone and the last 7 days together, promotions left out."""
    first = day - BAND_DAYS - RUN_DAYS + 1
    rows = _grouped(facts.warehouse.rows(figures(facts, first, day)), "figure")
    bought = by_day(rows.get(("purchases",), []), first, day)
    promoted = [d - first for d in promotion_days(facts) if first <= d <= day]
    found = []
    for (name,), mine in rows.items():
        counts = by_day(mine, first, day)
        unit = _unit(counts, rows) if name == "paid_amount" else 1.0
        of = bought if name == "paid_amount" else np.abs(counts)
        counts[promoted] = np.nan
        judged = [_judge_change] if name == "f_change" else [_judge_week(unit), _judge_day(unit)]
        found += [alert for judge in judged if (alert := _out(name, counts, of, day, judge))][:1]
    return found


def window_bands(values: dict[str, float | None], past: dict[str, list[float]], asked: Asked) -> list[Alert]:
    """A and T (rates, which have a usual level) out of the band of the same window's earlier values."""
    found = []
    for driver in DRIVERS:
        figure, history = driver.figures[0], np.array(past[driver.letter][::-1], dtype=float)
        value = values[figure.name]
        band = bands.of_history(value, history) if value is not None and figure.unit == "share" else None
        if band and band.out:
            unit = {"zh": f"（{asked.window} 天窗口）", "en": f"({asked.window}-day window)"}
            name = {"zh": f"{driver.letter} {driver.zh}", "en": f"{driver.letter} {driver.en}"}
            since, told = _iso(asked.first_day), _told(band, unit)
            found.append(Alert("band", driver.letter, _moved(name, band), since, *told, _act(driver.letter)))
    return found


#: The words for the days it looks at, how many these are, and the band they are held against.
Judge = tuple[Text, int, Callable[[np.ndarray], Band | None]]


def _judge_day(unit: float) -> Judge:
    return {"zh": "当天", "en": "that day"}, 1, lambda counts: bands.of_day(counts, unit)


def _judge_week(unit: float) -> Judge:
    return {"zh": "最近 7 天合计", "en": "in the last 7 days"}, 7, lambda counts: bands.of_week(counts, unit)


_judge_change: Judge = ({"zh": "当天", "en": "that day"}, 1, bands.of_change)


def _out(name: str, counts: np.ndarray, of: np.ndarray, day: int, judge: Judge) -> Alert | None:
    """The alert of a figure whose last day (or week) is out of its band, with the day this run began. of: how many
    people or orders each day's figure is of.
    """
    where, days, band_of = judge
    last = band_of(counts)
    if last is None or not last.out:
        return None
    earlier = (band_of(counts[: len(counts) - back]) for back in range(1, RUN_DAYS))
    run = sum(1 for _ in takewhile(lambda band: band is not None and band.out == last.out, earlier))
    return Alert("band", name, _moved(NAMES[name], last), _iso(day - run), *_told(last, where), _act(name),
                 people=float(of[-days:].sum()))  # fmt: skip


def _moved(name: Text, band: Band) -> Text:
    zh, en = ("高于", "above") if band.out > 0 else ("低于", "below")
    return {"zh": f"{name['zh']}{zh}平常范围", "en": f"{name['en']}: {en} the usual band"}


def _told(band: Band, unit: Text) -> tuple[Text, Text]:
    """Usual and found, in words."""
    usual, points = f"{_shown(band.usual)} [{_shown(band.low)}, {_shown(band.high)}]", band.points
    return (
        {"zh": f"{usual} {unit['zh']}，依据 {points} 个点", "en": f"{usual} {unit['en']}, from {points} points"},
        {"zh": f"{_shown(band.found)} {unit['zh']}", "en": f"{_shown(band.found)} {unit['en']}"},
    )


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.3g}"


def _act(subject: str) -> Text:
    """What to look at first."""
    return ACTS.get(subject, ACTS["purchases"])


ACTS: dict[str, Text] = {
    "purchases": {"zh": "先核对数据是否齐全，再看收入拆解：人群结构、购买率还是客单价。",
                  "en": "Make sure the data is whole, then read the decomposition: mix, rate or value per head."},
    "paid_amount": {"zh": "先查是否有异常大单或测试单，再看收入拆解。",
                    "en": "Look for one huge or test order first, then read the decomposition of revenue."},
    "visitors": {"zh": "查看各触点进店：埋点是否中断，投放是否开始或停止。",
                 "en": "Look at entries by touchpoint: did tracking break, did media start or stop?"},
    "f_change": {"zh": "查看当天的退订、名单快照与授权变化。",
                 "en": "Look at that day's withdrawals, full lists loaded and consents."},
    "A": {"zh": "看 A 的拆解：哪一级的加深率变了。", "en": "Read the decomposition of A: which rung's rate moved."},
    "T": {"zh": "看各场域引力：哪个场域变了。", "en": "Look at gravity by touchpoint: which one moved."},
}  # fmt: skip


def _late(source: str, newest: int, gaps: list[int], quiet: int) -> Alert:
    return Alert(
        "late", source,
        {"zh": f"{source} 的数据晚了", "en": f"{source}: the data is late"},
        _iso(newest + 1), _usual_gap(gaps),
        {"zh": f"到今天已 {quiet} 天没有数据", "en": f"{quiet} days without rows, as of today"},
        {"zh": "导出最近的数据并用 siyu load 载入。", "en": "Export the latest days and `siyu load` them."},
    )  # fmt: skip


def _usual_gap(gaps: list[int]) -> Text:
    middle, longest = int(np.median(gaps)), max(gaps)
    return {"zh": f"每 {middle} 天有数据，最长间隔 {longest} 天（{len(gaps)} 次间隔）",
            "en": f"rows every {middle} day(s), longest gap {longest} day(s) ({len(gaps)} gaps)"}  # fmt: skip


def _quiet(days: int) -> Text:
    return {"zh": f"已 {days} 天没有数据", "en": f"{days} days without rows"}


def _unit(paid: np.ndarray, rows: dict[tuple, list[dict]]) -> float:
    """The size of one payment: what an amount scatters by when one more order comes."""
    orders = sum(row["n"] for row in rows[("purchases",)])
    return float(paid.sum()) / orders if orders else 1.0


def _days_of(rows: list[dict[str, Any]], *names: str) -> dict[tuple, list[int]]:
    """Days with rows of each group within a year before its last one, in order."""
    found = {}
    for key, mine in _grouped(rows, *names).items():
        days = sorted({row["day"] for row in mine})
        found[key] = [day for day in days if day > days[-1] - GAP_DAYS]
    return found


def _grouped(rows: list[dict[str, Any]], *names: str) -> dict[tuple, list[dict[str, Any]]]:
    groups: dict[tuple, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in names)].append(row)
    return dict(sorted(groups.items()))


def _gaps(days: list[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(days)]


def load_gaps(workspace: Workspace) -> dict[str, int]:
    """Longest wait between loading days of each mapping that was loaded often enough to show a rhythm, in days."""
    query = sa.select(LOAD.c.mapping_name, LOAD.c.loaded_at).where(COMMITTED)
    days: dict[str, set[int]] = defaultdict(set)
    with workspace.operations.connect() as connection:
        for name, at in connection.execute(query):
            days[name].add(local_day(at, workspace.settings.zone))
    return {name: max(_gaps(sorted(loaded))) for name, loaded in days.items() if len(loaded) >= FEWEST_LOADS}


def _iso(day: int) -> str:
    return date_of(day).isoformat()
