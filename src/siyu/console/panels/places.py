"""T on the page: how strongly each touchpoint pulls, and by which of its three rates."""

from __future__ import annotations

from statistics import median
from typing import Any

from siyu.console.charts import theme, touchpoints, trend
from siyu.console.context import Grid, Key
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_

RATES = {"settle_rate": N_("settled"), "deepen_rate": N_("deepened"), "convert_rate": N_("bought")}
RATE_COLOUR = {"settle_rate": theme.F_BLUE, "deepen_rate": theme.A_TEAL, "convert_rate": theme.S_OCHRE}
#: Touchpoints drawn, by visitors; the table holds all.
DRAWN = 14


def by_visitors(view: View) -> list[tuple[str, dict[str, Any]]]:
    """Touchpoints, most visited first."""
    found = view.t.get("by_touchpoint") or {}
    return sorted(found.items(), key=lambda item: (-(item[1].get("visitors") or 0), item[0]))


def weak(view: View) -> set[str]:
    """Touchpoints with more than the middle number of visitors that pull less than the brand as a whole."""
    places, brand = by_visitors(view), view.t.get("value")
    if brand is None or len(places) < 2:
        return set()
    middle = median(p["visitors"] for _, p in places)
    return {name for name, p in places if p["visitors"] >= middle and p.get("value") is not None and p["value"] < brand}


def gravity(view: View) -> Answer:
    words, places, faint = view.words, by_visitors(view), weak(view)
    if not places:
        return Answer(message=view.reason("T"))
    if view.t.get("value") is None:
        return Answer(message=view.reason("T"), grid=_table(view, places))
    values = [
        {
            "name": words.name(name),
            "visitors": p["visitors"],
            "value": p["value"],
            "progressed": p["progressed"],
            "weak": name in faint,
            "visitors_text": words.count(p["visitors"]),
            "value_text": words.percent(p["value"]),
            "progressed_text": words.count(p["progressed"]),
        }
        for name, p in places[:DRAWN]
        if p.get("value") is not None
    ]
    titles = {"x": words("visitors"), "y": words("gravity T"), "size": words("moved on")}
    middle = median(v["visitors"] for v in values) if values else 0
    keys = (
        Key(words("touchpoint (size: people who moved on)"), theme.T_PLUM),
        Key(words("busy, but pulls less than the brand"), theme.LEFT),
    )
    chart = touchpoints.gravity(values, middle, view.t.get("value"), titles, words.lang)
    return Answer(chart, keys, grid=_table(view, places))


def _table(view: View, places: list[tuple[str, dict[str, Any]]]) -> Grid:
    words = view.words
    header = (
        words("Touchpoint"),
        words("Visitors"),
        words("New"),
        words("Settled"),
        words("Settle rate"),
        words("Deepened"),
        words("Deepen rate"),
        words("Bought"),
        words("Convert rate"),
        words("Moved on"),
        "T",
        words("Value per visitor"),
    )
    rows = [
        (
            words.name(name),
            *(words.count(p.get(k)) for k in ("visitors", "new_visitors", "settled")),
            words.percent(p.get("settle_rate")),
            words.count(p.get("deepened")),
            words.percent(p.get("deepen_rate")),
            words.count(p.get("converted")),
            words.percent(p.get("convert_rate")),
            words.count(p.get("progressed")),
            words.percent(p.get("value")),
            words.unit_amount(p.get("uv_value")),
        )
        for name, p in places
    ]
    whole = (words("Whole brand"), words.count(view.t.get("visitors")), *[""] * 7)
    pooled = (words.count(view.t.get("progressed")), words.percent(view.t.get("value")), "")
    note = words("One person may visit several touchpoints; the brand counts each once, so its line is not the sum.")
    return Grid(header, (*rows, (*whole, *pooled)), note=note)


def rates(view: View) -> Answer:
    words, places = view.words, by_visitors(view)[:DRAWN]
    if not places:
        return Answer(message=view.reason("T"))
    values = [
        {
            "name": words.name(name),
            "place": i,
            "kind": words(RATES[key]),
            "value": p.get(key),
            "text": words.percent(p.get(key)),
        }
        for i, (name, p) in enumerate(places)
        for key in RATES
    ]
    colours = {words(RATES[key]): colour for key, colour in RATE_COLOUR.items()}
    keys = tuple(Key(label, colour) for label, colour in colours.items())
    header = (words("Touchpoint"), *(words(label) for label in RATES.values()))
    rows = tuple((words.name(name), *(words.percent(p.get(key)) for key in RATES)) for name, p in places)
    note = words(
        "Settled: of visitors new to the brand. Deepened: of visitors below the top rung. Bought: of all visitors."
    )
    return Answer(touchpoints.rates(values, colours), keys, grid=Grid(header, rows), note=note)


def windows(view: View) -> Answer:
    words, known = view.words, view.windows
    if sum(w.gravity is not None for w in known) < 2:
        return Answer(message=view.reason("previous"))
    values = [{"label": words.short_date(w.as_of), "value": w.gravity, "text": words.percent(w.gravity)} for w in known]
    rows = tuple((w.as_of.isoformat(), words.count(w.visitors), words.percent(w.gravity)) for w in known[::-1])
    header = (words("Window that ends on"), words("Visitors"), "T")
    return Answer(trend.columns(values, theme.T_PLUM, words.lang), grid=Grid(header, rows))


QUESTIONS = (
    Question(
        "gravity",
        N_("How many came, and how strongly each touchpoint pulls"),
        N_(
            "Lower right are busy places that let people go as they came; upper left are strong places too few "
            "people see."
        ),
        N_(
            "T of a touchpoint: of its distinct visitors in the window, the share who then settled (a new relation "
            "within {settle_hours} hours), "
            "deepened (a higher rung within {deepen_days} days) or bought (within {convert_days} days), credited to "
            "the last touchpoint entered before it. "
            "Dashed lines: the middle number of visitors, and the brand's T. Value per visitor: gross paid amount of "
            "credited purchases / visitors."
        ),
        "visitors",
        gravity,
        wide=True,
    ),
    Question(
        "rates",
        N_("What people do there: settle, deepen or buy"),
        N_(
            "A place that sells but never settles is renting its consumers; a place that settles but never sells "
            "needs an offer."
        ),
        N_(
            "Settle rate = settled / new visitors. Deepen rate = deepened / visitors with a role below the top. "
            "Convert rate = buyers / visitors."
        ),
        "visitors",
        rates,
    ),
    Question(
        "t_windows",
        N_("Gravity of the whole brand, window by window"),
        N_("The last column is this window. Compare like with like: a festival lifts T for one window only."),
        N_("Brand T pools all touchpoints as one, each visitor counted once."),
        "visitors",
        windows,
    ),
)
