"""A on the page: the ladder of roles, who moved on it, and how often each rung is climbed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from siyu.console.charts import bars, moves, theme, trend
from siyu.console.charts.bars import Bar, Pair
from siyu.console.charts.moves import Move, Node
from siyu.console.context import Grid, Key
from siyu.console.figure import of_few
from siyu.console.panels.question import Answer, Question
from siyu.console.reasons import said
from siyu.console.smallcells import protect
from siyu.console.view import View
from siyu.console.words import N_
from siyu.core.kinds import ROLES
from siyu.measures.measurable import why

NEW, LEFT = "new", "left"
TOP_DOWN = tuple(reversed(ROLES))
#: From which rung to which, and how many people did so.
Transition = tuple[str, str]
Transitions = dict[Transition, int]
#: Step rates and the rung each is the rate of.
STEPS = {
    "basic_up": "basic",
    "member_unpurchased_up": "member_unpurchased",
    "member_first_up": "member_first",
    "member_repeat_up": "member_repeat",
}


def rungs(view: View) -> Answer:
    words, by_role = view.words, view.f.get("by_role") or {}
    net = sum(people or 0 for people in by_role.values())
    if not net:
        return Answer(message=view.reason("F"))
    then = view.before("F").get("by_role") if view.material.previous else None
    change = {r: view.change(by_role.get(r, 0), then.get(r, 0)) if then is not None else "—" for r in ROLES}
    drawn = [
        Bar(
            words.name(r),
            by_role.get(r, 0),
            f"{words.short(by_role.get(r, 0))} · {words.percent(by_role.get(r, 0) / net)}",
            theme.ROLE_COLOUR[r],
            words("change since the window before: {change}", change=change[r]),
        )
        for r in TOP_DOWN
    ]
    unbought = words("Every member stands on the lowest rung of members, since nobody's purchases are known.")
    note = unbought if why(view.material.document, "purchases") else ""
    return Answer(bars.bars(drawn), grid=_closing(view, change, note))


def _closing(view: View, change: dict[str, str], note: str = "") -> Grid:
    """People on each rung now, from the top down."""
    words, by_role = view.words, view.f.get("by_role") or {}
    net = sum(people or 0 for people in by_role.values())
    rows = tuple(
        (words.name(r), words.count(by_role.get(r, 0)), words.percent(by_role.get(r, 0) / net), change.get(r, ""))
        for r in TOP_DOWN
    )
    return Grid((words("Rung"), words("People"), words("Of F"), words("Change")), rows, note=note)


def transitions(view: View) -> Transitions:
    """People by (from, to): the document's pairs, and those who came into F, worked out from the closing roles."""
    found = {(t["from"], t["to"] or LEFT): t["consumers"] for t in view.a.get("transitions") or [] if t["from"]}
    closing = view.f.get("by_role") or {}
    for role in ROLES:
        came = (closing.get(role) or 0) - sum(n for (_, end), n in found.items() if end == role)
        if came > 0:
            found[NEW, role] = came
    return found


def flows(view: View) -> Answer:
    words, pairs = view.words, transitions(view)
    if not pairs:
        return Answer(message=view.reason("A"))
    moved = {pair: n for pair, n in pairs.items() if pair[0] != pair[1]}
    stayed = sum(n for (start, end), n in pairs.items() if start == end)
    base = sum(n for (start, _), n in pairs.items() if start != NEW)
    grid = _matrix(view, pairs)
    note = words(
        "{n} people ({share} of those who had a role at the start) stayed on their rung; they stand in the table's "
        "diagonal, not in the drawing.",
        n=words.count(stayed),
        share=words.percent(stayed / base if base else None),
    )
    if any(n < words.smallest for n in moved.values()):
        note = ""  # with the totals it would tell the few
    if not moved:
        return Answer(grid=grid, note=note, message=words("Nobody changed rung in this window."))
    untold = _untold(view, pairs, grid)
    drawn = [
        Move(s, e, None if (s, e) in untold else n, _colour(s, e),
             f"{_label(view, s)} → {_label(view, e)}", words.count(n))
        for (s, e), n in moved.items()
    ]  # fmt: skip
    starts = [Node(k, _node(view, k, {p: n for p, n in moved.items() if p[0] == k}, untold)) for k in (*TOP_DOWN, NEW)]
    ends = [Node(k, _node(view, k, {p: n for p, n in moved.items() if p[1] == k}, untold)) for k in (*TOP_DOWN, LEFT)]
    keys = (
        Key(words("climbed"), theme.UP),
        Key(words("fell, still reachable"), theme.DOWN),
        Key(words("came into F"), theme.NEW),
        Key(words("left F"), theme.LEFT),
    )
    return Answer(moves.alluvial(drawn, starts, ends), keys, grid=grid, note=note)


def _colour(start: str, end: str) -> str:
    if start == NEW:
        return theme.NEW
    if end == LEFT:
        return theme.LEFT
    return theme.UP if ROLES.index(end) > ROLES.index(start) else theme.DOWN


def _label(view: View, key: str) -> str:
    words = view.words
    return {NEW: words("Came into F"), LEFT: words("Left F")}.get(key) or words.name(key)


def _node(view: View, key: str, moves: Transitions, untold: set[Transition]) -> str:
    """The name of a rung and how many moved there, or from there; nothing that would tell a move that is untold."""
    told = "" if moves.keys() & untold else f"  {view.words.short(sum(moves.values()))}"
    return _label(view, key) + told


def _untold(view: View, pairs: Transitions, grid: Grid) -> set[Transition]:
    """Moves that exports do not tell: drawn to scale they would be told by their breadth."""
    if not view.words.smallest:
        return set()
    found, starts, ends = protect(grid), _starts(pairs), (*ROLES, LEFT)
    return {(starts[row], ends[column - 1]) for row, column in found.small | found.left_out
            if row < len(starts) and column <= len(ends)}  # fmt: skip


def _starts(pairs: Transitions) -> list[str]:
    """The rungs people came from; outside F only where somebody did."""
    return [*ROLES, *([NEW] if any(start == NEW for start, _ in pairs) else [])]


def _matrix(view: View, pairs: Transitions) -> Grid:
    words = view.words
    ends = (*ROLES, LEFT)
    rows = []
    for start in _starts(pairs):
        cells = [pairs.get((start, end), 0) for end in ends]
        shown = [words.count(n) if n else "·" for n in cells]
        rows.append((_label(view, start), *shown, _stood(view, start, sum(cells))))
    rows.append((words("All together"), *_closing_line(view, pairs, ends), ""))  # the sum of all tells those who left
    header = (words("From ↓ / to →"), *(_label(view, e) for e in ends), words("Together"))
    return Grid(header, tuple(rows), note=words("Rows: rung when the window opened. Columns: rung at its end."))


def _stood(view: View, role: str, people: int) -> str:
    """How many stood on a rung at the start. F then, less those who left and more who came, is F now: where a few did
    either, exports leave out the smallest rung that is told, and with it F as it was.
    """
    words, few = view.words, view.words.smallest
    moved = [view.f.get(name) or 0 for name in ("new", "lost")]
    told = [(n, name) for name, n in standing_at_start(view.a).items() if n >= few]
    hidden = any(0 < n < few for n in moved) and bool(told) and role == min(told)[1]
    return of_few(words.count(people), known=hidden)


def _closing_line(view: View, pairs: Transitions, ends: tuple[str, ...]) -> list[str]:
    """How many stood on each rung in the end, and left F; those whom the table of rungs does not tell are not told
    here.
    """
    words = view.words
    sums = [sum(n for (_, to), n in pairs.items() if to == end) for end in ends]
    shy = protect(_closing(view, {})) if words.smallest else None
    untold = {TOP_DOWN[row] for row, _ in shy.small | shy.beside} if shy else set()
    return [of_few(words.count(n), known=end in untold) for end, n in zip(ends, sums)]


def steps(view: View) -> Answer:
    words, now = view.words, view.a.get("steps") or {}
    if not view.a.get("eligible"):
        return Answer(message=view.reason("A"))
    then = view.before("A").get("steps") or {}
    standing, stood = standing_at_start(view.a), standing_at_start(view.before("A"))
    drawn = []
    for step, role in STEPS.items():
        label = words("{role} (stood there: {n})", role=words.name(role), n=words.short(standing.get(role, 0)))
        rate, before = (_rate(view, told.get(step), of.get(role, 0)) for told, of in ((now, standing), (then, stood)))
        drawn.append(Pair(label, words("this window"), now.get(step), rate, theme.A_TEAL))
        if then:
            drawn.append(Pair(label, words("window before"), then.get(step), before, theme.PALE))
    rows = tuple(
        (
            words.name(role),
            _stood(view, role, standing.get(role, 0)),
            words.percent(now.get(step)),
            words.part(then.get(step), stood.get(role, 0)),
            view.points(now.get(step), then.get(step)),
        )
        for step, role in STEPS.items()
    )
    top = (words.name(ROLES[-1]), _stood(view, ROLES[-1], standing.get(ROLES[-1], 0)), "", "", "")
    header = (
        words("Rung"),
        words("Stood there at the start"),
        words("Climbed"),
        words("Window before"),
        words("Change"),
    )
    keys = (Key(words("this window"), theme.A_TEAL), Key(words("window before"), theme.PALE)) if then else ()
    shallow, churn = (words.part(view.a.get(name), view.a.get("base"))
                      for name in ("shallowing_rate", "relation_churn_rate"))  # fmt: skip
    fallen = N_("On the other side: {shallow} fell to a lower rung, {churn} left F.")
    known = view.a.get("shallowing_rate") is not None
    note = words(fallen if known else N_("On the other side: {churn} left F."), shallow=shallow, churn=churn)
    return Answer(bars.pairs(drawn), keys, grid=Grid(header, (*rows, top)), note=note)


def standing_at_start(a: dict[str, Any]) -> dict[str, int]:
    """People on each rung when the window of a document's A opened."""
    found: dict[str, int] = {}
    for pair in a.get("transitions") or []:
        if pair["from"]:
            found[pair["from"]] = found.get(pair["from"], 0) + pair["consumers"]
    return found


def _rate(view: View, value: float | None, whole: int) -> str:
    if value is None and whole:  # somebody did, and what they climbed by was not loaded
        return said(view.words, why(view.material.document, "purchases"))
    return view.words("— nobody stood there") if value is None else view.words.part(value, whole)


def daily(view: View) -> Answer:
    words, window = view.words, str(view.material.window)
    points = sorted((p for p in view.material.series if p.metric == "A" and p.member == window), key=lambda p: p.day)
    if why(view.material.document, "A"):
        return Answer(message=view.reason("A"))
    if sum(p.value is not None for p in points) < 2:
        return Answer(message=view.reason("series"))
    if words.smallest:
        told = _told(view)
        if not told:
            return Answer(message=words("left out: fewer than ten people climbed"))
        points = [p for p in points if p.day in told]
    values = [
        {"day": p.day, "value": p.value, "text": words.percent(p.value, 2), "date": words.date(p.day)} for p in points
    ]
    chart = trend.line(values, theme.A_TEAL, theme.percent_axis(format=".1%"), words.lang)
    rows = tuple((p.day.isoformat(), words.percent(p.value, 2)) for p in points[::-1][::7])
    return Answer(chart, grid=Grid((words("Day"), "A"), rows))


def _told(view: View) -> set[dt.date]:
    """Days whose A an export tells: where it is known how many stood below the top rung when the window opened, and
    neither those who climbed nor those who did not are few.
    """
    window = dt.timedelta(days=view.material.window)
    below: dict[dt.date, float] = {}
    for point in view.material.series:
        if point.metric == "F" and point.member in ROLES[:-1]:
            below[point.day + window] = below.get(point.day + window, 0) + (point.value or 0)
    found = set()
    for point in view.material.series:
        if point.metric == "A" and point.member == str(window.days) and point.value is not None and point.day in below:
            climbed = point.value * below[point.day]
            if not any(0 < round(part) < view.words.smallest for part in (climbed, below[point.day] - climbed)):
                found.add(point.day)
    return found


QUESTIONS = (
    Question(
        "rungs",
        N_("Where they stand on the ladder"),
        N_(
            "A healthy ladder narrows gently towards the top; a rung much longer than the one above it is where "
            "people wait."
        ),
        N_(
            "The highest rung that holds for each person in F: basic contact; member with no purchase; with one "
            "purchase day; "
            "with two or more; key opinion consumer (a buying member with {spreading_referrals} valid referrals or "
            "{spreading_contents} approved contents in {spreading_days} days)."
        ),
        "net",
        rungs,
    ),
    Question(
        "steps",
        N_("How many of each rung climbed"),
        N_("The shortest bar under a crowded rung is the step to work on first."),
        N_(
            "Of those who stood on the rung when the window opened, the share whose rung at its end is higher. "
            "A = all who climbed / all who stood below the top rung; newcomers are in neither."
        ),
        "net",
        steps,
    ),
    Question(
        "flows",
        N_("Who climbed, who slipped, who came and who left"),
        N_(
            "Follow the widest ribbon: upward is relations deepening, downward are refunds and left memberships, and "
            "what leaves must be smaller than what comes."
        ),
        N_(
            "Rung when the window opened (left) against rung at its end (right), for everyone who had a role at "
            "either. "
            "Falls come from full refunds, leaving membership or the lapse of spreading; leaving F means no relation "
            "or no open channel."
        ),
        "net",
        flows,
        wide=True,
    ),
    Question(
        "a_daily",
        N_("How fast relations deepen, day by day"),
        N_(
            "Each point looks back over the whole window, so a campaign lifts the line for a window's length and "
            "then lets it go: look for a floor that rises."
        ),
        N_("A at the end of each day, with the window that ends that day."),
        "net",
        daily,
        piece="series",
        wide=True,
    ),
)
