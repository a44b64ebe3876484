"""Where to act: the four lights, what each campaign may add, what changed and why, and what is out of the usual."""

from __future__ import annotations

import re
from typing import Any

from siyu.console.charts import bars, changes, theme
from siyu.console.charts.bars import Bar
from siyu.console.charts.changes import Change
from siyu.console.context import Grid, Tile
from siyu.console.panels.asked import written
from siyu.console.panels.question import Answer, Question
from siyu.console.reasons import said
from siyu.console.view import View
from siyu.console.words import LEFT_OUT, N_
from siyu.measures.diagnosis.index import shown
from siyu.measures.measurable import why

DRIVER_COLOUR = {"F": theme.F_BLUE, "A": theme.A_TEAL, "S": theme.S_OCHRE, "T": theme.T_PLUM}
LIGHTS = {"red": N_("red"), "amber": N_("amber"), "green": N_("green"), "": N_("not measurable")}
REFERENCES = {"target": N_("target"), "own_history": N_("own history"), "benchmark": N_("benchmark")}
FACTORS = {"size": N_("More or fewer people"), "mix": N_("Mix of rungs"), "rate": N_("Share who bought"),
           "value": N_("Spend per buyer")}  # fmt: skip
MOST_ACTIONS = 8


def lights(view: View) -> Answer:
    words, found = view.words, _found(view)["lights"]
    tiles = tuple(
        Tile(f"{light['letter']} · {_text(view, light['name'])}", index(view, light),
             words(LIGHTS[light["light"] or ""])) for light in found)  # fmt: skip
    rows = tuple(
        (
            f"{light['letter']} · {_text(view, light['name'])}",
            words.resting(written(view, light["value"], light["unit"]), *view.people_of(light["letter"])),
            written(view, (light["reference"] or {}).get("value"), light["unit"]),
            words(REFERENCES[light["reference"]["kind"]]) if light["reference"] else said(words, light["reason"]),
            index(view, light),
            words(LIGHTS[light["light"] or ""]),
        )
        for light in found
    )
    header = (words("Indicator"), words("Value"), words("Compared with"), words("Which is"), words("Index"),
              words("Light"))  # fmt: skip
    return Answer(tiles=tiles, grid=Grid(header, rows, text=(0, 3, 5)))


def actions(view: View) -> Answer:
    words = view.words
    found = [
        (campaign, action)
        for campaign in _found(view)["campaigns"]
        for scenario in campaign["scenarios"]
        for action in scenario["actions"]
        if action["people"]
    ]
    found.sort(key=lambda pair: (-(pair[1]["money_minor"] or 0), -pair[1]["people"], pair[1]["code"]))
    if not found:
        return Answer(message=words("nothing stands out: no group of people falls short of the brand's own rates"))
    drawn = [
        Bar(_text(view, action["title"]), action["money_minor"], _expected(view, action),
            DRIVER_COLOUR[campaign["raises"]], _text(view, action["who"]))
        for campaign, action in found[:MOST_ACTIONS] if action["money_minor"]
    ]  # fmt: skip
    rows = tuple(
        (
            _text(view, action["who"]),
            f"{campaign['raises']} · {_text(view, campaign['name'])}",
            words.count(action["people"]),
            words.resting(words.money(action["money_minor"]), action["moved"]),
            words.number(action["money_days"], 0),
            _text(view, action["do"]),
            _text(view, action["basis"]),
        )
        for campaign, action in found
    )
    header = (words("Who"), words("Campaign"), words("People"), words("Expected"), words("In days"),
              words("What to do"), words("How it was worked out"))  # fmt: skip
    grid = Grid(header, rows, text=(0, 1, 5, 6), summed=False)
    if drawn:
        return Answer(bars.bars(drawn), grid=grid)
    if lacking := why(view.material.document, "S"):
        return Answer(grid=grid, message=said(words, lacking))
    few = words("too few people to tell what these groups could bring; the table names them")
    return Answer(grid=grid, message=few)


def revenue(view: View) -> Answer:
    words = view.words
    change = next((one for one in _found(view)["decompositions"] if one["name"] == "revenue"), None)
    if change is None or change["reason"]:
        return Answer(message=said(words, change["reason"]) if change else view.reason("S"))
    parts = change["contributions"]
    drawn = [Change(words.name(p["group"]), p["total"], _signed(view, p["total"])) for p in parts]
    rows = tuple(
        (words.name(p["group"]), *(_signed(view, p[factor]) for factor in FACTORS), _signed(view, p["total"]))
        for p in parts
    )
    ends = (view.material.as_of, view.end_before)
    whole = (words("All together"), *(view.spent(_signed(view, change["factors"][factor]), *ends, of_period=True)
                                      for factor in FACTORS),
             view.spent(_signed(view, change["change"]), *ends, of_period=True))  # fmt: skip
    header = (words("Rung at the start"), *(words(text) for text in FACTORS.values()), words("In all"))
    after, before = (view.spent_in_a_sentence(change[side], end, of_period=True)
                     for side, end in zip(("after", "before"), ends))  # fmt: skip
    note = words("From {before} to {after}; the parts add up to the change exactly.", before=before, after=after)
    return Answer(changes.changes(drawn), grid=Grid(header, (*rows, whole)), note=note)


def alerts(view: View) -> Answer:
    words, found = view.words, _found(view)["alerts"]
    header = (words("What"), words("Since"), words("Usual"), words("Found"), words("What to do"))
    rows = tuple(
        (_text(view, a["what"]), str(a["since"]), _text(view, a["usual"]), _told(view, a), _text(view, a["act"]))
        for a in found
    )
    if not rows:
        return Answer(message=words("nothing is out of its usual range, late or silent"))
    tile = Tile(words("Out of the usual"), words.number(len(rows), 0), words("things to look at"))
    return Answer(tiles=(tile,), grid=Grid(header, rows, text=(0, 1, 2, 3, 4)))


def _found(view: View) -> dict[str, Any]:
    found = view.material.diagnosis
    if found is None:
        raise LookupError("the diagnosis was not gathered")
    return found


def _text(view: View, text: dict[str, str]) -> str:
    return text[view.words.lang]


def _told(view: View, alert: dict[str, Any]) -> str:
    """What an alert found; in exports without the number when few people or orders stand behind it."""
    found, subject = _text(view, alert["found"]), alert["subject"]
    people = view.people_of(subject) if subject in ("A", "T") else (alert["people"],)
    few = next((n for n in people if 0 < round(n or 0) < view.words.smallest), None)
    if few is None:
        return found
    number = LEFT_OUT if subject in ("A", "T", "paid_amount") else view.words.count(few)
    return re.sub(r"^[+−-]?[\d.,]+", number, found)


def index(view: View, light: dict[str, Any]) -> str:
    """The index of a light; in exports of few where its driver is."""
    return view.words.resting(view.words.number(light["index"] and shown(light["index"])),
                              *view.people_of(light["letter"]))  # fmt: skip


def _expected(view: View, action: dict[str, Any]) -> str:
    """Money with the days in which it is expected."""
    return view.words("{money} in {days} d", money=view.words.money(action["money_minor"]), days=action["money_days"])


def _signed(view: View, minor: float) -> str:
    return view.words.signed(minor, view.words.money(abs(minor)))


QUESTIONS = (
    Question(
        "lights",
        N_("Which of the four drivers falls short?"),
        N_("Red is below 0.8 of the reference, amber below 1. Start with the lowest."),
        N_(
            "Index: the value over its reference: the brand's target for the day, else its own usual level, else an "
            "imported benchmark. A is compared on a fixed mix of rungs, so that newcomers do not move it."
        ),
        "net",
        lights,
        "diagnosis",
        wide=True,
    ),
    Question(
        "actions",
        N_("Who to turn to, and what it may bring"),
        N_("The longest bar is the group whose move to the brand's own better rate brings most money."),
        N_(
            "Each group's people times how far its rate lies below the brand's own better rate, times the difference "
            "in value per head. An order of magnitude to choose by; what an action adds is for a holdout to prove."
        ),
        "both",
        actions,
        "diagnosis",
    ),
    Question(
        "revenue_change",
        N_("What moved revenue since the window before"),
        N_("Bars to the right brought revenue, bars to the left cost it; the table says by what."),
        N_(
            "Net amount of purchases of this window less that of the window before, by the rung held at the start, "
            "split into people, mix of rungs, share who bought and spend per buyer (Shapley values)."
        ),
        "net_paid",
        revenue,
        "diagnosis",
    ),
    Question(
        "alerts",
        N_("What is out of the usual"),
        N_("A source that fell silent makes every figure after it too low: mend the data before acting on it."),
        N_(
            "Figures outside the median ± 3 deviations of their own past, data later than usual, sources that stopped, "
            "days with far fewer rows than usual."
        ),
        "days",
        alerts,
        "diagnosis",
        wide=True,
        grid_open=True,
    ),
)
