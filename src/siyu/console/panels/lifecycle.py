"""Lifecycle on the page: who is new, active, sleeping or lost, the eight RFM types, and whether first buyers return."""

from __future__ import annotations

from siyu.console.charts import bars, heat, theme
from siyu.console.charts.bars import Bar
from siyu.console.charts.heat import Cell
from siyu.console.context import Grid
from siyu.console.panels import asked
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_
from siyu.measures.people.rfm import LABELS, RFM_TYPES

STAGE_COLOUR = {"new": "#94babd", "prospect": "#c7d5d8", "first_buyer": "#4f959a", "reactivated": "#c98a2b",
                "active": "#1b6268", "sleeping": "#a8a29a", "lost": "#cfc9c2"}  # fmt: skip
#: Months of a cohort that fit on a phone.
MOST_MONTHS, MOST_COHORTS = 6, 12


def stages(view: View) -> Answer:
    words, found = view.words, view.answer("lifecycle")
    total = sum(row["consumers"] for row in found.rows)
    if not total:
        return Answer(message=asked.reason(view, found))
    drawn = [
        Bar(words.name(row["stage"]), row["consumers"],
            f"{words.short(row['consumers'])} · {words.percent(row['consumers'] / total)}", STAGE_COLOUR[row["stage"]])
        for row in found.rows
    ]  # fmt: skip
    return Answer(bars.bars(drawn), grid=asked.sheet_grid(view, found))


def rfm(view: View) -> Answer:
    words, found = view.words, view.answer("rfm")
    if not any(row["consumers"] for row in found.rows):
        return Answer(message=asked.reason(view, found) or view.reason("S"))
    names = dict(zip(RFM_TYPES, LABELS[words.lang]))
    labels = {row["type"]: names[row["type"]] if row["label"] in _usual() else row["label"] for row in found.rows}
    drawn = [Bar(labels[row["type"]], row["net_amount"],
                 words("{n} people · {money}", n=words.short(row["consumers"]), money=words.money(row["net_amount"])),
                 theme.S_OCHRE) for row in found.rows]  # fmt: skip
    columns = ("consumers", "net_amount", "recency_days_mean", "occasions_mean", "net_amount_mean")
    figures = asked.sheet_grid(view, found, columns)
    assert figures is not None
    rows = tuple((labels[row["type"]], *cells) for row, cells in zip(found.rows, figures.rows))
    return Answer(bars.bars(drawn), grid=Grid((words("Type"), *figures.header), rows))


def retention(view: View) -> Answer:
    words, found = view.words, view.answer("retention")
    rows = [row for row in found.rows if 0 < int(row["months_since"]) <= MOST_MONTHS and row["retention"] is not None]
    if not rows:
        return Answer(message=asked.reason(view, found) or words("no month of first purchases is over yet"))
    cohorts = sorted({row["cohort"] for row in rows})[-MOST_COHORTS:]
    rows = [row for row in rows if row["cohort"] in cohorts]
    most = max(row["retention"] for row in rows) or 1
    cells = [
        Cell(row["cohort"], f"+{int(row['months_since'])}", row["retention"] / most, words.percent(row["retention"], 0),
             words("{again} of {n} bought again", again=words.count(row["again"]), n=words.count(row["buyers"])))
        for row in rows
    ]  # fmt: skip
    months = [f"+{n}" for n in range(1, MOST_MONTHS + 1)]
    drawn = heat.heat(cells, cohorts, months, theme.A_TEAL)
    return Answer(drawn, grid=asked.sheet_grid(view, found))


def _usual() -> set[str]:
    return {label for labels in LABELS.values() for label in labels}


QUESTIONS = (
    Question(
        "lifecycle",
        N_("Who is new, active, sleeping or lost"),
        N_("Sleeping people are the cheapest to win back: they left less than one more interval ago."),
        N_(
            "By days since the last purchase against the interval in which the person usually buys (their own median "
            "gap from three purchases on, else the brand's). New and prospects have not bought."
        ),
        "consumers",
        stages,
        "lifecycle",
    ),
    Question(
        "rfm",
        N_("Eight types of buyers, by how recently, how often and how much"),
        N_("Types that spent much and bought long ago are worth a personal call."),
        N_(
            "Buyers of the last {rfm_days} days: days since the last purchase, days with a purchase and net amount, "
            "each above or below the middle of these buyers (the setting rfm.cut says which middle)."
        ),
        "orders",
        rfm,
        "rfm",
    ),
    Question(
        "retention",
        N_("Do first buyers come back?"),
        N_("Read down a column: darker towards the bottom means newer buyers return better than older ones did."),
        N_(
            "People by the month of their first purchase; each cell is the share who bought again in that month after "
            "it. Months that are not over yet are left out."
        ),
        "consumers",
        retention,
        "retention",
        wide=True,
    ),
)
