"""The forecast on the page: what each rung is expected to spend, how good such a forecast was, and the CLV matrix."""

from __future__ import annotations

from typing import Any

from siyu.console.charts import bars, deciles, heat, theme
from siyu.console.charts.bars import Pair
from siyu.console.charts.heat import Cell
from siyu.console.context import Grid, Key, Tile
from siyu.console.panels import asked
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_

EXPECTED = "#d2a45f"
CLASSES = ("none", "low", "mid", "high")


def outlook(view: View) -> Answer:
    words, found = view.words, view.material.outlook
    if not found:
        return Answer(message=words("no forecast: nobody bought long enough ago"))
    by_role = {role: one for role, one in reversed(found["by_role"].items()) if one["predicted_own"]}
    realised, expected = words("realised, all time"), words("expected in the next 365 days")
    drawn = []
    for role, one in by_role.items():
        label = words("{role} · {n} people", role=words.name(role), n=words.short(one["consumers"]))
        value = one["predicted_own"]["value"]
        drawn += [Pair(label, realised, one["historic_own"], words.money(one["historic_own"]), theme.S_OCHRE),
                  Pair(label, expected, value, words.money(value), EXPECTED)]  # fmt: skip
    rows = tuple(_role(view, role, one) for role, one in by_role.items())
    header = (words("Rung"), words("People"), words("Realised"), words("Expected"), words("Low end (80%)"),
              words("High end (80%)"), words("Brought by sharing, expected"))  # fmt: skip
    keys = (Key(realised, theme.S_OCHRE), Key(expected, EXPECTED))
    return Answer(bars.pairs(drawn), keys, grid=Grid(header, rows), note=_models(view, found["models"]))


def backtest(view: View) -> Answer:
    words, found = view.words, view.material.outlook
    tested = found["backtest"] if found else None
    if not tested or not tested["deciles"]:
        return Answer(message=words("no forecast: nobody bought long enough ago"))
    said, came = words("forecast"), words("came")
    drawn = [
        {"label": str(row["decile"]), "kind": kind, "value": row[column],
         "text": words.resting(words.number(row[column]), row["actual"] * row["consumers"])}
        for kind, column in ((said, "predicted"), (came, "actual"))
        for row in tested["deciles"]
    ]
    colours = {said: EXPECTED, came: theme.S_OCHRE}
    rows = tuple(
        (
            str(r["decile"]),
            words.count(r["consumers"]),
            words.number(r["predicted"], 3),
            words.resting(words.number(r["actual"], 3), r["actual"] * r["consumers"]),
        )
        for r in tested["deciles"]
    )
    header = (words("Tenth"), words("Buyers"), words("Forecast per buyer"), words("Came per buyer"))
    error = tested["total_error"]
    tiles = (
        Tile(words("Purchase days forecast"), words.count(tested["predicted_total"])),
        Tile(words("Purchase days that came"), words.count(tested["actual_total"])),
        Tile(words("Error in all"), words.signed(error, words.percent(abs(error))) if error is not None else "—"),
    )
    note = words("A buyer is missed by {mae} on average; the mean for everyone misses by {naive}.",
                 mae=f"{tested['mae']:.2f}", naive=f"{tested['mae_naive']:.2f}")  # fmt: skip
    chart = deciles.deciles(drawn, colours, theme.count_axis(words.lang))
    keys = tuple(Key(kind, colour) for kind, colour in colours.items())
    return Answer(chart, keys, tiles, Grid(header, rows), note=note)


def matrix(view: View) -> Answer:
    words, found = view.words, view.answer("matrix")
    people = {(row["own"], row["referral"]): row for row in found.rows}
    most = max((row["consumers"] for row in found.rows if (row["own"], row["referral"]) != ("none", "none")), default=0)
    if not most:
        return Answer(message=asked.reason(view, found) or view.reason("S"))
    rows = [words("buys: {level}", level=words.name(level)) for level in reversed(CLASSES)]
    columns = [words.name(level) for level in CLASSES]
    cells = [
        Cell(row, column, min(one["consumers"] / most, 1.0) ** 0.5, words.short(one["consumers"]),
             words("{own} own, {brought} brought", own=words.money(one["own_sum"]),
                   brought=words.money(one["referral_sum"])))
        for row, own in zip(rows, reversed(CLASSES)) for column, referral in zip(columns, CLASSES)
        for one in (people[own, referral],)
    ]  # fmt: skip
    note = words("Columns: value brought by sharing, from none to high.")
    return Answer(heat.heat(cells, rows, columns, theme.S_OCHRE), grid=asked.sheet_grid(view, found), note=note)


def _role(view: View, role: str, one: dict[str, Any]) -> tuple[str, ...]:
    words, own, brought = view.words, one["predicted_own"], one["predicted_referral"]
    return (
        words.name(role), words.count(one["consumers"]), words.amount(one["historic_own"]), words.amount(own["value"]),
        words.amount(own["low"]), words.amount(own["high"]), words.amount(brought["value"] if brought else None),
    )  # fmt: skip


def _models(view: View, models: dict[str, Any]) -> str:
    purchases = models["purchases"]
    if purchases["fallback"]:
        return view.words("{asked} does not hold for these buyers; {model} is used instead.",
                          asked=purchases["fallback"]["from"], model=purchases["model"])  # fmt: skip
    return view.words("Purchases by {model}, spend by Gamma-Gamma, fitted to {n} buyers.", model=purchases["model"],
                      n=view.words.count(purchases["n"]))  # fmt: skip


QUESTIONS = (
    Question(
        "outlook",
        N_("What each rung is expected to buy"),
        N_("Members who never bought have no realised value yet, and still a bar: what winning them is worth."),
        N_(
            "Buyers: expected purchases times expected spend, from how often, how recently and how much they bought. "
            "People who never bought: the chance of a first purchase by rung and entry, times what newcomers spend. "
            "Bounds hold in 8 of 10 cases if the models are right."
        ),
        "forecast",
        outlook,
        "outlook",
    ),
    Question(
        "backtest",
        N_("How good such a forecast was"),
        N_("The two lines should run together; where the first tenth came short, the best buyers tire."),
        N_(
            "The models fitted to all but the last 90 days forecast those days; buyers are grouped by their forecast "
            "into tenths, the first expected to buy most."
        ),
        "forecast",
        backtest,
        "outlook",
    ),
    Question(
        "matrix",
        N_("Who buys, who brings, who does both"),
        N_("Lowest row, right end: bring others and buy nothing. Upper left: buy and never share, so ask them."),
        N_(
            "Everyone in F and everyone with a value, by own purchases and by value brought through sharing in "
            "{value_days} days; low up to the middle of the positive values, high from the upper tenth on."
        ),
        "orders",
        matrix,
        "matrix",
        wide=True,
    ),
)
