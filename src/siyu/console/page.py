"""The page's context from the material: one dataclass, then one template."""

from __future__ import annotations

from siyu.console.context import Page
from siyu.console.findings import findings
from siyu.console.indicators import indicators
from siyu.console.material import Material
from siyu.console.panels.sections import sections
from siyu.console.view import View
from siyu.console.words import N_, Words


def page(material: Material, lang: str, *, smallest: int = 0) -> Page:
    """Everything the report shows, written in the reader's language; counts of people below `smallest` as "<10"."""
    words = Words(lang, material.currency, material.rules, smallest)
    view = View(material, words)
    return Page(
        lang=lang,
        currency=material.currency,
        brand=material.brand,
        title=words("{brand}: private-domain report", brand=material.brand),
        verdict=_verdict(view),
        facts=_facts(view),
        indicators=indicators(view),
        findings=findings(view),
        sections=sections(view),
        footer=_footer(view),
        people=view.people,
    )


def _verdict(view: View) -> str:
    """The page in one breath: how many, how they moved, what they bought."""
    words, f, a, s = view.words, view.f, view.a, view.s
    if not f.get("relation_gross"):
        return view.reason("F")
    if a.get("value") is None or not s.get("own_total"):
        text = N_("{f} of {gross} people with a relation can be reached.")
    else:
        text = N_(
            "{f} of {gross} people with a relation can be reached; {climbed} climbed a rung in the last {days} days; "
            "known consumers bought for {money} in {value_days} days."
        )
    return words.strong(
        text,
        f=words.short(f.get("sustainable_relationships")),
        gross=words.in_a_sentence(view.gross),
        climbed=words.count(a.get("deepened")),
        days=view.material.window,
        money=view.spent_in_a_sentence(s.get("own_total"), view.material.as_of),
    )


def _facts(view: View) -> tuple[tuple[str, str], ...]:
    words, document = view.words, view.material.document
    return (
        (words("As of"), words.date(view.material.as_of)),
        (words("Window"), words("{n} days", n=view.material.window)),
        (words("Data through"), view.data_moment),
        (words("Identity version"), str(document.get("identity_version", "—"))),
        (words("Definitions"), str(document.get("definition", "—"))),
    )


def _footer(view: View) -> tuple[str, ...]:
    words = view.words
    return (
        words(
            "Every figure counts distinct people after identity resolution unless it says otherwise. A day ends at "
            "midnight in the brand's time zone ({zone}).",
            zone=str(view.material.zone),
        ),
        words("The last 15 days are provisional: refunds still to come may lower them."),
        words("— means not measurable, with the reason beside it; it never means 0."),
    )
