"""F on the page: how many people the brand can keep reaching, through which relations, and with what overlap."""

from __future__ import annotations

from siyu.console.charts import bars, overlap, theme, trend
from siyu.console.charts.bars import Bar
from siyu.console.context import Grid, Key
from siyu.console.material import Held
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_
from siyu.core.kinds import ROLES

#: Combinations drawn; the rest stand in the table as one line.
COMBINATIONS = 10
#: Days drawn in a stack; more would only make the page heavier.
DRAWN_DAYS = 90


def funnel(view: View) -> Answer:
    f, words = view.f, view.words
    gross, net = f.get("relation_gross"), f.get("sustainable_relationships")
    if not gross:
        return Answer(message=view.reason("F"))
    steps = [
        (
            words("Hold any relation (gross)"),
            gross,
            theme.PALE,
            words("{n} relations in all", n=_beside(view, f.get("relationship_records"), gross, net)),
        ),
        (
            words("Can be reached (F, net)"),
            net,
            theme.F_BLUE,
            words("{n} have no open channel", n=_unreached(view)),
        ),
        (
            words("Of F: can be messaged first (pushable)"),
            f.get("pushable"),
            "#6d93b8",
            words("by SMS, e-mail, WeCom, group or subscription feed"),
        ),
        (
            words("Of F: did something in 180 days (proven)"),
            f.get("proven_180d"),
            "#6d93b8",
            words("an event, a purchase or a content"),
        ),
    ]
    known = [(label, n, colour, hint) for label, n, colour, hint in steps if n is not None]
    drawn = [
        Bar(label, n, f"{words.short(n)} · {words.percent(n / gross, 0)}", colour, hint)
        for label, n, colour, hint in known
    ]
    rows = tuple((label, *_step(view, n, gross, net or 0), hint) for label, n, _, hint in known)
    header = (words("Step"), words("People"), words("Of gross"), words("Of F"), words("What it says"))
    return Answer(bars.bars(drawn), grid=Grid(header, rows, text=(4,), summed=False))


def _beside(view: View, records: int | None, gross: int, net: int | None) -> str:
    """Relations inside a sentence; in exports left out where they would tell a few who hold two, or a gross that is
    not told.
    """
    words = view.words
    return words.in_a_sentence(words.resting(words.count(records), (records or 0) - gross, gross - (net or 0)))


def _unreached(view: View) -> str:
    """Who has no open channel, inside a sentence; in exports left out where it would tell the few who have."""
    words, f = view.words, view.f
    return words.in_a_sentence(words.resting(words.count(f.get("unreachable")), f.get("sustainable_relationships")))


def _step(view: View, people: int, gross: int, net: int) -> tuple[str, ...]:
    """People of a step, and their shares of gross and of F; each step tells those whom the one before it lost."""
    words, lost, unreached = view.words, abs(net - people), gross - net
    return (
        words.resting(words.count(people), lost),
        words.resting(words.percent(people / gross), lost, unreached),
        words.resting(words.percent(people / net if net else None), lost),
    )


def daily(view: View) -> Answer:
    words = view.words
    points = [p for p in view.material.series if p.metric == "F" and p.member in ROLES]
    days = trend.thinned(sorted({p.day for p in points}), DRAWN_DAYS)
    if len(days) < 2:
        return Answer(message=view.reason("series"))
    values = [
        {
            "day": p.day,
            "member": p.member,
            "value": p.value,
            "text": words.count(p.value),
            "label": words.name(p.member),
            "date": words.date(p.day),
        }
        for p in points
        if p.day in days
    ]
    chart = trend.stack(values, dict(theme.ROLE_COLOUR), words.lang)
    keys = tuple(Key(words.name(role), colour) for role, colour in theme.ROLE_COLOUR.items())
    found = {(p.day, p.member): p.value for p in points}
    shown = sorted(days)[::-1][::7]
    rows = tuple(
        (
            day.isoformat(),
            words.count(sum(found.get((day, r)) or 0 for r in ROLES)),
            *(words.count(found.get((day, r)) or 0) for r in ROLES),
        )
        for day in shown
    )
    return Answer(chart, keys, grid=Grid((words("Day"), "F", *(words.name(r) for r in ROLES)), rows))


def relation_types(view: View) -> Answer:
    return _shares(view, "by_relation_type", theme.F_BLUE, view.words("Relation"))


def channels(view: View) -> Answer:
    return _shares(view, "by_channel", "#5b8a86", view.words("Channel"))


def _shares(view: View, key: str, colour: str, first: str) -> Answer:
    """Bars of people by code, largest first, with the change since the window before."""
    words, found, net = view.words, view.f.get(key) or {}, view.f.get("sustainable_relationships")
    if not found or not net:
        return Answer(message=view.reason("F"))
    then = view.before("F").get(key) if view.material.previous else None
    ordered = sorted(found.items(), key=lambda item: -item[1])
    drawn = [Bar(words.name(c), n, f"{words.short(n)} · {words.percent(n / net, 0)}", colour) for c, n in ordered]
    rows = tuple(
        (
            words.name(c),
            words.count(n),
            words.percent(n / net),
            view.change(n, then.get(c, 0)) if then is not None else "—",
        )
        for c, n in ordered
    )
    header = (first, words("People"), words("Of F"), words("Change"))
    return Answer(bars.bars(drawn), grid=Grid(header, rows, summed=False))  # people hold several


def held_together(view: View) -> Answer:
    words, held = view.words, [h for h in view.material.held if h.types]
    if not held:
        return Answer(message=view.reason("F"))
    many = {t: sum(h.consumers for h in held if t in h.types) for t in set().union(*(h.types for h in held))}
    columns = [(t, words.name(t)) for t in sorted(many, key=lambda t: (-many[t], t))]
    drawn = [
        overlap.Combination(
            h.types,
            h.consumers,
            h.reachable,
            words.short(h.consumers),
            words(
                "{held}: {n} people, {reached} reachable",
                held=_named(view, h.types),
                n=words.count(h.consumers),
                reached=words.count(h.reachable),
            ),
        )
        for h in held[:COMBINATIONS]
    ]
    rows = [(_named(view, h.types), words.count(h.consumers), words.count(h.reachable)) for h in held[:40]]
    rest = held[40:]
    if rest:
        label = words("{n} rarer combinations", n=len(rest))
        rows.append((label, words.count(sum(h.consumers for h in rest)), words.count(sum(h.reachable for h in rest))))
    keys = (Key(words("reachable"), theme.F_BLUE), Key(words("no open channel"), theme.PALE))
    header = (words("Exactly these relations"), words("People (gross)"), words("Reachable"))
    note = _several(view, held, shown=len(drawn))
    return Answer(overlap.overlap(drawn, columns), keys, grid=Grid(header, tuple(rows)), note=note)


def _several(view: View, held: list[Held], *, shown: int) -> str:
    """How many hold more than one kind, and how much is drawn. Beside a combination of a few it tells no people: the
    table's other rows taken from this sum, or from the whole that its share tells, would leave the few.
    """
    words, total = view.words, sum(h.consumers for h in held)
    several = sum(h.consumers for h in held if len(h.types) > 1)
    if several >= words.smallest and any(h.consumers < words.smallest for h in held):
        return words("The {shown} largest of {all} combinations are drawn.", shown=shown, all=len(held))
    return words(
        "{n} people ({share}) hold more than one kind of relation; the {shown} largest of {all} combinations are "
        "drawn.",
        n=words.count(several),
        share=words.percent(several / total),
        shown=shown,
        all=len(held),
    )


def _named(view: View, types: frozenset[str]) -> str:
    return " + ".join(view.words.name(t) for t in sorted(types))


QUESTIONS = (
    Question(
        "funnel",
        N_("From everyone who holds a relation to those who can be reached"),
        N_(
            "The step that loses most people: each lost share is someone who joined or followed and cannot hear from "
            "you."
        ),
        N_(
            "Gross: distinct consumers with at least one active relation. F: of them, those with at least one open "
            "channel "
            "(a relation opens its channels; SMS and e-mail also need an address and an explicit marketing grant). "
            "Pushable: of F, with SMS, e-mail, WeCom, group or subscription feed open. "
            "Proven: of F, with an event, a purchase or a content in the last 180 days."
        ),
        "both",
        funnel,
    ),
    Question(
        "daily",
        N_("People you can keep reaching, day by day"),
        N_("Growth should thicken the darker bands (members who buy), not only the palest one at the bottom."),
        N_("F at the end of each day, split by the rung of the ladder each person stood on that day."),
        "net",
        daily,
        piece="series",
    ),
    Question(
        "relations",
        N_("Which relations hold them"),
        N_(
            "One person may hold several relations, so bars add up to more than F. A single long bar is a single "
            "point of failure."
        ),
        N_("Of F, distinct consumers per relation type active at the end of the day."),
        "net",
        relation_types,
    ),
    Question(
        "channels",
        N_("Which channels are open to them"),
        N_("Compare members with SMS: the gap is people who joined and never agreed to be messaged."),
        N_(
            "Of F, distinct consumers per open channel. SMS and e-mail need an explicit grant; the others are open "
            "while "
            "the relation lasts unless the consumer withdrew."
        ),
        "net",
        channels,
    ),
    Question(
        "overlap",
        N_("Which relations they hold together"),
        N_(
            "Rows with one dot are people held by a single thread: invite them to a second relation before you lose "
            "the first."
        ),
        N_("Every person stands in exactly one row: the set of relation types held at the end of the day."),
        "both",
        held_together,
        piece="held",
        wide=True,
    ),
)
