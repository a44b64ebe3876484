"""The four indicators as the page's first row shows them: value, change, trend, two companions, and the index."""

from __future__ import annotations

from siyu.console.charts.trend import polyline
from siyu.console.context import Indicator
from siyu.console.panels.diagnosis import LIGHTS, REFERENCES, index
from siyu.console.view import View
from siyu.console.words import N_
from siyu.core.kinds import ROLES
from siyu.measures.measurable import why

NAMES = {
    "F": N_("Sustainable relations"),
    "A": N_("Role-deepening rate"),
    "S": N_("Relationship value"),
    "T": N_("Touchpoint gravity"),
}
QUESTIONS = {
    "F": N_("people you can keep reaching"),
    "A": N_("of them climbed a rung in the window"),
    "S": N_("realised in the last {value_days} days"),
    "T": N_("of visitors joined, climbed or bought"),
}


def indicators(view: View) -> tuple[Indicator, ...]:
    """F, A, S, T, in the order of their letters."""
    return (_capital(view), _conversion(view), _value(view), _connection(view))


def _capital(view: View) -> Indicator:
    words, f, then = view.words, view.f, view.before("F")
    value = f.get("sustainable_relationships")
    days = _daily_f(view) or [then.get("sustainable_relationships"), value]
    notes = (
        words(
            "gross {n}, {share} of them reachable",
            n=words.in_a_sentence(view.gross),
            share=words.in_a_sentence(words.rate(_share(value, f.get("relation_gross")), f.get("relation_gross"), 0)),
        ),
        words("{new} came, {lost} left", new=words.count(f.get("new")), lost=words.count(f.get("lost"))),
    )
    before = then.get("sustainable_relationships")
    return _indicator(view, "F", value, words.short(value), before, view.change(value, before), notes, days)


def _conversion(view: View) -> Indicator:
    words, a, then = view.words, view.a, view.before("A")
    notes = (
        words("{n} of {all} climbed", n=words.count(a.get("deepened")), all=words.in_a_sentence(_eligible(view))),
        words(
            "{down} fell; {churn} left",
            down=words.part(a.get("shallowing_rate"), a.get("base")),
            churn=words.part(a.get("relation_churn_rate"), a.get("base")),
        ),
    )
    days = [p.value for p in view.material.series if p.metric == "A" and p.member == str(view.material.window)]
    value, before = a.get("value"), then.get("value")
    trend = days or [before, value]
    text = words.resting(words.percent(value), *view.people_of("A"), *_apart(view))  # it would tell who could climb
    return _indicator(view, "A", value, text, before, view.moved("A"), notes, trend)


def _eligible(view: View) -> str:
    """Who could have climbed; in exports of few where all but a few in F at the start could, or a few came or left."""
    return view.words.resting(view.words.count(view.a.get("eligible")), *_apart(view))


def _apart(view: View) -> tuple[float, ...]:
    """Who tells those who could have climbed apart from F: on the top rung at the start, come, or left."""
    base, eligible = view.a.get("base") or 0, view.a.get("eligible") or 0
    return base - eligible, view.f.get("new") or 0, view.f.get("lost") or 0


def _value(view: View) -> Indicator:
    words, s, then = view.words, view.s, view.before("S")
    now, brought = view.material.as_of, s.get("propagation_total")
    sharing = (
        words("brought by sharing, not added: {money}", money=view.spent_in_a_sentence(brought, now))
        if brought is not None
        else view.reason("referral")
    )
    mean, middle = (view.spent_in_a_sentence(s.get(name), now) for name in ("clv_mean", "clv_median"))
    per_head = (
        N_("{mean} per person in F, half of them below {middle}")
        if s.get("clv_median")
        else N_("{mean} per person in F; at least half brought nothing")
    )
    heads = (words(per_head, mean=mean, middle=middle),) if s.get("clv_mean") is not None else ()
    value, before = s.get("own_total"), then.get("own_total")
    change = words.signed(_relative(value, before), words.percent(abs(_relative(value, before) or 0)))
    trend = [window.own_total for window in view.windows]
    text, change = view.spent(words.money(value), now), view.spent(change, now, view.end_before)
    return _indicator(view, "S", value, text, before, change, (sharing, *heads), trend)


def _connection(view: View) -> Indicator:
    words, t, then = view.words, view.t, view.before("T")
    places = t.get("by_touchpoint") or {}
    notes = (
        words("{n} visitors at {places} touchpoints", n=words.count(t.get("visitors")), places=len(places)),
        words("{n} moved on", n=words.count(t.get("progressed"))),
    )
    trend = [window.gravity for window in view.windows]
    value, before = t.get("value"), then.get("value")
    text = words.resting(words.percent(value), *view.people_of("T"))
    return _indicator(view, "T", value, text, before, view.moved("T"), notes, trend)


def _indicator(view: View, letter: str, value, text: str, before, change: str, notes, trend) -> Indicator:
    words = view.words
    direction = _direction(value, before) if view.material.previous else "none"
    trend = [] if why(view.material.document, letter) else trend
    return Indicator(
        letter=letter,
        name=words(NAMES[letter]),
        question=words(QUESTIONS[letter]),
        value=text,
        change=change if direction != "none" else view.reason("previous"),
        direction=direction,
        notes=(*notes, *_judged(view, letter)) if value is not None else (),
        trend=polyline(trend),
        reason=view.reason(letter) if value is None else "",
    )


def _judged(view: View, letter: str) -> tuple[str, ...]:
    """The index with its light and what it is held against; nothing where the diagnosis has none."""
    found = (view.material.diagnosis or {}).get("lights", ())
    light = next((one for one in found if one["letter"] == letter and one["index"] is not None), None)
    if light is None:
        return ()
    words, reference = view.words, REFERENCES[light["reference"]["kind"]]
    return (words("index {index} against {reference}: {light}", index=words.in_a_sentence(index(view, light)),
                  reference=words(reference), light=words(LIGHTS[light["light"]])),)  # fmt: skip


def _daily_f(view: View) -> list[float]:
    """F by day: the sum of its roles."""
    days: dict = {}
    for point in view.material.series:
        if point.metric == "F" and point.member in ROLES:
            days[point.day] = days.get(point.day, 0) + (point.value or 0)
    return [days[day] for day in sorted(days)]


def _direction(value: float | None, before: float | None) -> str:
    if value is None or before is None:
        return "none"
    return "up" if value > before else "down" if value < before else "flat"


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _relative(now: float | None, then: float | None) -> float | None:
    return now / then - 1 if now is not None and then else None
