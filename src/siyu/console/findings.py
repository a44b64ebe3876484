"""Findings: the diagnosis's three actions in plain words, each with people and money and how both were worked out.

Which they are is for `measures/diagnosis` to say. Money is an order of magnitude to choose by, never a promise: what an
action adds is for a holdout to prove.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from siyu.console.context import Finding
from siyu.console.view import View
from siyu.console.words import N_

#: Findings that rest on what people did not buy, and the share of nameless money from which that is doubtful.
NOT_BOUGHT = ("settled_unpurchased", "sleeping_first_buyers", "one_category_first_buyers")
MUCH_NAMELESS = 0.1


def findings(view: View) -> tuple[Finding, ...]:
    """Those of the diagnosis, in its order; none where it was not gathered."""
    diagnosis = view.material.diagnosis
    return tuple(_finding(view, one) for one in diagnosis["findings"]) if diagnosis else ()


def _finding(view: View, one: dict[str, Any]) -> Finding:
    words = view.words
    return Finding(
        name=one["code"],
        title=one["title"][words.lang],
        people=one["people"],
        money_minor=one["money_minor"],
        people_label=words("people concerned"),
        money_label=words("expected in {days} days", days=one["money_days"]),
        text=_told(view, one),
        basis=one["basis"][words.lang],
    )


def _told(view: View, one: dict[str, Any]) -> str:
    """Who they are, what to do, and what it would bring."""
    words = view.words
    said = {name: Markup.escape(one[name][words.lang]) for name in ("who", "do", "more")}
    told = words.strong(
        N_(
            "{people} {who}. {do}. At the brand's own better rate, {reference} instead of {own}, {moved} more would "
            "{more}: {money} in {days} days."
        ),
        people=words.count(one["people"]),
        own=words.percent(one["own_rate"]),
        reference=words.percent(one["reference_rate"]),
        moved=words.count(one["moved"]),
        money=words.money(one["money_minor"]),
        days=Markup(int(one["money_days"])),
        **said,
    )
    if one["places"]:
        names = words.listed([words.name(place) for place in one["places"]])
        told += " " + words("Touchpoints: {names}.", names=names)
    return told + _caution(view, one["code"])


def _caution(view: View, code: str) -> str:
    """That who has not bought may have bought, where much of the money names nobody."""
    nameless = view.s.get("anonymous_total") or 0
    share = nameless / paid if (paid := nameless + (view.s.get("own_total") or 0)) else 0
    if code not in NOT_BOUGHT or share < MUCH_NAMELESS:
        return ""
    return " " + view.words(
        "{share} of what was paid in the last {value_days} days names no buyer: some of them may have bought unseen.",
        share=view.words.percent(share, 0),
    )
