"""Paths on the page: which touchpoints conversions rest on, which ways convert best, and what media brought."""

from __future__ import annotations

from dataclasses import replace

from siyu.console.asks import ASKS
from siyu.console.charts import bars, theme
from siyu.console.charts.bars import Bar, Pair
from siyu.console.context import Key
from siyu.console.panels import asked
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_

LAST = "#b9a3bd"
MOST_BARS = 8


def attribution(view: View) -> Answer:
    words, found = view.words, view.answer("attribution")
    rows = sorted((row for row in found.rows if row["markov"] is not None), key=lambda row: -row["markov"])[:MOST_BARS]
    if not rows:
        return Answer(message=asked.reason(view, found) or view.reason("T"))
    whole, last = words("if it were taken away"), words("last touch")
    drawn = [
        Pair(words.name(row["touchpoint"]), kind, row[column], words.count(row[column]), colour)
        for row in rows
        for kind, column, colour in ((whole, "markov", theme.T_PLUM), (last, "last", LAST))
    ]
    return Answer(bars.pairs(drawn), (Key(whole, theme.T_PLUM), Key(last, LAST)), grid=asked.sheet_grid(view, found))


def sequences(view: View) -> Answer:
    words, found = view.words, view.answer("sequences")
    if not found.rows:
        return Answer(message=asked.reason(view, found) or words("no way was gone often enough"))
    drawn = [
        Bar(" → ".join(words.name(row[step]) for step in ("first", "second", "third") if row[step]), row["lift"],
            words("{lift}× · {n} journeys", lift=f"{row['lift']:.1f}", n=words.count(row["journeys"])), theme.T_PLUM)
        for row in found.rows[:MOST_BARS] if row["lift"] is not None
    ]  # fmt: skip
    steps = replace(found, rows=[{**row, "third": row["third"] or None} for row in found.rows])  # of two there is none
    return Answer(bars.bars(drawn) if drawn else None, grid=asked.sheet_grid(view, steps))


def media(view: View) -> Answer:
    words, found = view.words, view.answer("media")
    rows = [row for row in found.rows if row["values"]["media.roi_immediate"]["value"] is not None]
    if not rows:
        return Answer(message=asked.reason(view, found) or words("no spend in the last 90 days"))
    rows.sort(key=lambda row: -(row["values"]["media.spend"]["value"] or 0))
    drawn = [
        Bar(asked.group(view, row), roi,
            words("{roi}× of {spend}", roi=f"{roi:.2f}", spend=words.money(row["values"]["media.spend"]["value"])),
            theme.S_OCHRE)
        for row in rows[:MOST_BARS] for roi in (row["values"]["media.roi_immediate"]["value"],)
    ]  # fmt: skip
    return Answer(bars.bars(drawn), grid=asked.topic_grid(view, found))


QUESTIONS = (
    Question(
        "attribution",
        N_("Which touchpoints do purchases rest on?"),
        N_("A touchpoint that counts more when taken away than as the last touch prepares what others close: keep it."),
        N_(
            "Journeys of the last 90 days (entries at most 7 days apart). Taken away: how many purchases would be lost "
            "if everyone who goes there stopped there (first-order Markov chain), shared out so that credits add up to "
            "the purchases. First touch, last touch and equal shares stand in the table."
        ),
        "journeys",
        attribution,
        "attribution",
        ASKS["attribution"].days,
    ),
    Question(
        "sequences",
        N_("Which ways lead to a purchase most often?"),
        N_("Lead people who stand at the first step to the second."),
        N_("Share of the journeys with this sequence that end in a purchase, over the share of all journeys."),
        "journeys",
        sequences,
        "sequences",
        ASKS["sequences"].days,
    ),
    Question(
        "media",
        N_("What media spend brought at once"),
        N_("Immediate return is only the first day: a campaign below 1 may still pay by the people it won."),
        N_(
            "Paid for purchases within a day of an ad touch of the campaign, over its spend in 90 days: revenue over "
            "cost, not profit. Newly won: first relation or first purchase by the campaign."
        ),
        "paid",
        media,
        "media",
        ASKS["media"].days,
        wide=True,
    ),
)
