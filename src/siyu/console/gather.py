"""Gathering: every piece of the page's material from the workspace.

Each piece is gathered by itself; one that fails leaves its message and the others stand.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import dropwhile
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
import sqlalchemy as sa

from siyu.console.asks import ASKS, ask
from siyu.console.material import Buyers, Consent, Held, Load, Material, Point, Quality, Window, rules
from siyu.core.errors import MeasureError, SiyuError
from siyu.core.progress import Progress, silent
from siyu.core.settings import EARLIEST
from siyu.core.time import date_of, day_of, local_day
from siyu.measures import declaration, series
from siyu.measures.answer import Answer, answer
from siyu.measures.asked import Asked
from siyu.measures.clv.outlook import outlook
from siyu.measures.diagnosis.diagnose import diagnose
from siyu.measures.facts import Facts
from siyu.measures.fast_plus import capital
from siyu.measures.fast_plus.connection import connection
from siyu.measures.measurable import why
from siyu.measures.measure import measure
from siyu.measures.own import own_in
from siyu.measures.untaken import untaken
from siyu.sources.coverage.coverage import coverage
from siyu.sources.live import FILE as DOOR
from siyu.store.schema import COMMITTED, LOAD, QUARANTINE
from siyu.store.workspace import Workspace

#: Windows before the current one in the trends of T and S.
WINDOWS_BEFORE = 5
#: Days of the daily trend.
SERIES_DAYS = 180
#: What is told of the pieces while they are gathered, where their own name would not do.
DOING = {
    "previous": "the window before", "windows": "earlier windows", "series": "daily trend", "held": "relations held",
    "quality": "quality of the data", "outlook": "forecast", "untaken": "refunds not taken off", "own": "own measures",
    "trade_by_platform": "trade by platform", "entry_products": "first products", "rfm": "RFM", "matrix": "CLV matrix",
    "sequences": "paths",
}  # fmt: skip


def gather(
    workspace: Workspace, *, as_of: dt.date | None, window: int, now: dt.datetime, progress: Progress | None = None
) -> Material:
    """All material for a day and window. Only the measures of the day itself are indispensable."""
    say = progress or silent
    say("measures", 0.0)
    document = measure(workspace, as_of=as_of, window=window, now=now)
    material = Material(
        brand=document.get("brand") or workspace.settings.brand,
        currency=workspace.settings.currency,
        zone=workspace.settings.zone,
        as_of=dt.date.fromisoformat(document["as_of"]),
        window=document.get("window_days", window),
        document=document,
        rules=rules(workspace.settings),
    )
    facts = Facts(workspace.warehouse)
    pieces: dict[str, Callable[[], Any]] = {
        "previous": lambda: _previous(workspace, material, now),
        "windows": lambda: _windows(workspace, facts, material),
        "buyers": lambda: _buyers(workspace, material),
        "series": lambda: _series(workspace, material),
        "held": lambda: _held(workspace, material),
        "consent": lambda: _consent(workspace, facts, material),
        "quality": lambda: _quality(workspace),
        "coverage": lambda: coverage(workspace),
        "diagnosis": lambda: diagnose(workspace, _asked(workspace, material), now, facts).as_json(),
        "outlook": lambda: _outlook(workspace, material),
        "untaken": lambda: untaken(facts, _asked(workspace, material)),
        "own": lambda: _own(workspace, facts, material),
    }
    steps = len(pieces) + len(ASKS) + 1
    for place, (name, piece) in enumerate(pieces.items(), 1):
        say(DOING.get(name, name), place / steps)
        material = _with_piece(material, name, piece)
    for place, name in enumerate(ASKS, len(pieces) + 1):
        say(DOING.get(name, name), place / steps)
        material = _with_answer(workspace, facts, material, name)
    return material


def _with_piece(material: Material, name: str, piece: Callable[[], Any]) -> Material:
    """The material with one more piece, or with the message of its failure: the page must stand either way."""
    try:
        return replace(material, **{name: piece()})
    except Exception as error:
        return replace(material, failures={**material.failures, name: f"{type(error).__name__}: {error}"})


def _with_answer(workspace: Workspace, facts: Facts, material: Material, name: str) -> Material:
    """The material with one more answer of the registry, or with the message of its failure."""
    try:
        found = ask(facts, _asked(workspace, material), name)
    except Exception as error:
        return replace(material, failures={**material.failures, name: f"{type(error).__name__}: {error}"})
    return replace(material, answers={**material.answers, name: found})


def _asked(workspace: Workspace, material: Material) -> Asked:
    return Asked(day_of(material.as_of), material.window, workspace.settings)


def _own(workspace: Workspace, facts: Facts, material: Material) -> list[Answer]:
    """The workspace's own topics, in all, and its sheets; for one that cannot be answered, why."""
    own, asked = own_in(workspace.directory), _asked(workspace, material)
    found = []
    for of in (*own.topics, *own.sheets):
        try:
            found.append(answer(facts, asked, of))
        except SiyuError as error:
            found.append(Answer(of, (), (), [], {"": error.message}))
        except Exception as error:  # ours; the others are told all the same
            found.append(Answer(of, (), (), [], {"": f"{type(error).__name__}: {error}"}))
    return found


def _outlook(workspace: Workspace, material: Material) -> dict[str, Any] | None:
    """The forecast by role and its back-test; None where nobody has bought long enough ago to make one."""
    try:
        return outlook(workspace.warehouse, _asked(workspace, material))
    except MeasureError:
        return None


def _previous(workspace: Workspace, material: Material, now: dt.datetime) -> dict[str, Any] | None:
    """The document of the window before; None where no fact is that old."""
    day = material.as_of - dt.timedelta(days=material.window)
    if day < EARLIEST:
        return None
    document = measure(workspace, as_of=day, window=material.window, now=now)
    return document if document.get("data_through") else None


def _windows(workspace: Workspace, facts: Facts, material: Material) -> list[Window]:
    """T and S at the ends of the windows before the last two, from the first that saw anything."""
    days = _ends(material)[:-2]
    found = [_window(workspace, facts, Asked(day_of(day), material.window, workspace.settings)) for day in days]
    if why(material.document, "T"):
        found = [replace(window, gravity=None) for window in found]
    return list(dropwhile(lambda w: not w.visitors and not w.own_total, found))


def _ends(material: Material) -> list[dt.date]:
    """The last days of the windows that are drawn, the page's own last."""
    ends = (day_of(material.as_of) - n * material.window for n in range(WINDOWS_BEFORE, -1, -1))
    return [date_of(end) for end in ends if end >= day_of(EARLIEST)]


def _buyers(workspace: Workspace, material: Material) -> dict[dt.date, Buyers]:
    found = {}
    for end in _ends(material):
        asked = Asked(day_of(end), material.window, workspace.settings)
        found[end] = Buyers(**workspace.warehouse.row(declaration.buyers(asked)))
    return found


def _window(workspace: Workspace, facts: Facts, asked: Asked) -> Window:
    pull = connection(facts, asked)
    own = _spent(workspace, asked)
    workspace.warehouse.drop_scratch()
    return Window(asked.date, pull["visitors"], pull["value"], own)


def _series(workspace: Workspace, material: Material) -> list[Point]:
    """The daily figures, from the first day on which anyone was in F."""
    last = day_of(material.as_of)
    first = last - SERIES_DAYS + 1
    series.daily(workspace, first, last, window=material.window)
    points = [
        Point(date_of(r["day"]), r["metric"], r["member"], r["value"])
        for r in series.series(workspace.warehouse, first, last)
    ]
    begun = min((p.day for p in points if p.metric == "F" and p.value), default=None)
    return [p for p in points if begun and p.day >= begun]


def _held(workspace: Workspace, material: Material) -> list[Held]:
    types = list(workspace.settings.channels_of_relation)
    day = day_of(material.as_of)
    rows = workspace.warehouse.rows(capital.combinations(day, types, capital.sustainable(day)))
    found = [
        Held(frozenset(t for i, t in enumerate(types) if r["held"] >> i & 1), r["consumers"], r["reachable"])
        for r in rows
    ]
    return sorted(found, key=lambda h: (-h.consumers, sorted(h.types)))


def _consent(workspace: Workspace, facts: Facts, material: Material) -> Consent:
    warehouse, day = workspace.warehouse, day_of(material.as_of)
    silent = warehouse.scratch("silent", declaration.unreachable(day))
    by_address = silent.group_by("has_phone", "has_email").aggregate(n=silent.count())
    addresses = {(r["has_phone"], r["has_email"]): r["n"] for r in warehouse.rows(by_address)}
    declared = warehouse.scratch("declared", declaration.declared(facts, day))
    joining = declared.filter(declared.reached == 0)
    asked = Asked(day, material.window, workspace.settings)
    found = Consent(
        unreachable_with_phone=sum(n for (phone, _), n in addresses.items() if phone),
        unreachable_with_email_only=sum(n for (phone, email), n in addresses.items() if email and not phone),
        sms_opened=warehouse.count(declared),
        joining_f=warehouse.count(joining),
        value_joining_minor=_spent(workspace, asked, joining),
    )
    warehouse.drop_scratch()
    return found


def _spent(workspace: Workspace, asked: Asked, consumers: ir.Table | None = None) -> int:
    """Own value of some consumers (None = all known ones), in minor units."""
    return workspace.warehouse.row(declaration.spent(asked, consumers))["total"] or 0


def _quality(workspace: Workspace) -> Quality:
    with workspace.operations.connect() as connection:
        loads = connection.execute(sa.select(LOAD).where(COMMITTED).order_by(LOAD.c.load_id))
        each = (Load(r.file_name, r.mapping_name, r.loaded_at, _counts(r.counts)) for r in loads)
        kept = _doors_by_day(each, workspace.settings.zone)
        what = (QUARANTINE.c.column_name, QUARANTINE.c.reason)
        reasons = [(c, r, int(n)) for c, r, n in connection.execute(sa.select(*what, sa.func.count()).group_by(*what))]
    review = workspace.warehouse.table("review")
    guards = workspace.warehouse.rows(review.group_by("guard").aggregate(n=review.count()))
    return Quality(kept, sorted(reasons, key=lambda r: -r[2]), [(g["guard"], g["n"]) for g in guards])


def _doors_by_day(loads: Iterable[Load], zone: ZoneInfo) -> list[Load]:
    """Loads in order; those of a door, of which a server makes thousands a day, together for each business day."""
    found: dict[tuple, Load] = {}
    for number, load in enumerate(loads):
        door = load.file_name.startswith(f"{DOOR}:")
        key = (load.file_name, load.mapping, local_day(load.loaded_at, zone)) if door else (number,)
        before = found.get(key)
        found[key] = replace(load, counts=Counter(before.counts) + Counter(load.counts)) if before else load
    return list(found.values())


def _counts(text: str) -> dict[str, int]:
    """Source rows of a load report: read, and where each went."""
    report = json.loads(text)
    return {"read": report.get("read", 0), **report.get("counts", {})}
