"""The chapters of the page and the questions in each, in the order they are read."""

from __future__ import annotations

from siyu.console.context import Section
from siyu.console.panels import diagnosis, forecast, ladder, lifecycle, own, paths, people, places, trade, trust, worth
from siyu.console.panels.question import panel
from siyu.console.view import View
from siyu.console.words import N_

SECTIONS = (
    (
        "act",
        "",
        N_("Act"),
        N_("What falls short, and what changed?"),
        N_("Each driver against its reference, who to turn to and what it may bring, and what changed."),
        diagnosis.QUESTIONS,
    ),
    (
        "people",
        "F",
        N_("Reach"),
        N_("How many people can we keep reaching?"),
        N_("Relations that hold and a channel that is open: the base everything else works on."),
        people.QUESTIONS,
    ),
    (
        "ladder",
        "A",
        N_("Ladder"),
        N_("Are relations getting deeper?"),
        N_("Five rungs, from a first contact to someone who brings others; A counts those who climbed."),
        ladder.QUESTIONS,
    ),
    (
        "places",
        "T",
        N_("Touchpoints"),
        N_("Which touchpoints pull people in?"),
        N_("Of everyone who came by, how many joined, climbed or bought before they went elsewhere."),
        places.QUESTIONS + paths.QUESTIONS,
    ),
    (
        "worth",
        "S",
        N_("Value"),
        N_("What are these relations worth?"),
        N_("What people buy, and what others buy because of them; side by side, never added."),
        worth.QUESTIONS + forecast.QUESTIONS,
    ),
    (
        "lifecycle",
        "",
        N_("Lifecycle"),
        N_("Who is coming, staying, leaving?"),
        N_("Every known consumer by their own rhythm of buying, and whether those won each month return."),
        lifecycle.QUESTIONS,
    ),
    (
        "trade",
        "",
        N_("Trade"),
        N_("What was sold, where and to whom?"),
        N_("Sales beside relations: platforms, members, the products that open relations, promotions."),
        trade.QUESTIONS,
    ),
    (
        "aipl",
        "",
        N_("AIPL"),
        N_("How close is everyone to coming back?"),
        N_("All known consumers, with or without a relation, on the path from awareness to loyalty."),
        worth.AIPL_QUESTIONS,
    ),
    (
        "trust",
        "",
        N_("Data"),
        N_("Can these numbers be trusted?"),
        N_("What was loaded, what was refused, what cannot be answered yet, and who may be contacted."),
        trust.QUESTIONS,
    ),
)


def sections(view: View) -> tuple[Section, ...]:
    """Every section with its panels drawn; the workspace's own measures before the last."""
    *read, last = _built_in(view)
    return (*read, *own.section(view), last)


def _built_in(view: View) -> tuple[Section, ...]:
    return tuple(
        Section(
            name, letter, view.words(tab), view.words(title), view.words(lead), tuple(panel(q, view) for q in questions)
        )
        for name, letter, tab, title, lead, questions in SECTIONS
    )
