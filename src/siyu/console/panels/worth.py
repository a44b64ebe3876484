"""S and AIPL on the page: what relations are worth by role, the brand's totals apart, and where all consumers stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from siyu.console.charts import bars, theme, trend
from siyu.console.charts.bars import Bar, Pair
from siyu.console.context import Grid, Key, Tile
from siyu.console.panels.question import Answer, Question
from siyu.console.view import View
from siyu.console.words import N_
from siyu.core.kinds import ROLES
from siyu.core.time import date_of

SHARING = "#8d6a9e"
AIPL_COLOUR = {"A": "#d5dee0", "I": "#9fbcc4", "P": "#5a8fa3", "L": "#1f5673"}


def by_role(view: View) -> Answer:
    words, found = view.words, view.s.get("by_role") or {}
    if view.s.get("own_total") is None:
        return Answer(message=view.reason("S"))
    roles = [r for r in reversed(ROLES) if r in found]
    if not roles:
        return Answer(message=view.reason("F"))
    own, brought = words("own purchases"), words("brought by sharing")
    drawn = []
    for role in roles:
        value = found[role]
        label = words("{role} · {n} people", role=words.name(role), n=words.short(value["consumers"]))
        drawn.append(Pair(label, own, value["own_total"], words.money(value["own_total"]), theme.S_OCHRE))
        if value.get("referral_total") is not None:
            drawn.append(Pair(label, brought, value["referral_total"], words.money(value["referral_total"]), SHARING))
    rows = tuple(
        (
            words.name(r),
            words.count(v["consumers"]),
            words.amount(v["own_total"]),
            words.amount(v.get("referral_total")),
            words.amount(_mean(v["own_total"], v["consumers"])),
            words.amount(v.get("clv_mean")),
        )
        for r in roles
        for v in (found[r],)
    )
    header = (
        words("Rung"),
        words("People"),
        words("Own purchases"),
        words("Brought by sharing"),
        words("Own per person"),
        words("Own and shared per person"),
    )
    keys = (Key(own, theme.S_OCHRE), Key(brought, SHARING))
    note = words("The two bars are never added: an order brought by sharing is also its buyer's own purchase.")
    return Answer(bars.pairs(drawn), keys, grid=Grid(header, rows), note=note)


def totals(view: View) -> Answer:
    words, s, then = view.words, view.s, view.before("S")
    if s.get("own_total") is None:
        return Answer(message=view.reason("S"))
    brought = s.get("propagation_total")
    tiles = (
        Tile(
            words("Bought by known consumers (realised)"),
            view.spent(words.money(s["own_total"]), view.material.as_of),
            words("revenue of the last {value_days} days, net of refunds"),
        ),
        Tile(
            words("Bought by nobody we know"),
            words.money(s.get("anonymous_total")),
            words("orders without a consumer; in no person's value"),
        ),
        Tile(
            words("Brought by sharing"),
            view.spent(words.money(brought), view.material.as_of),
            words("orders credited to a sharer; part of the first figure seen again, never added to it")
            if brought is not None
            else view.reason("referral"),
        ),
    )
    lines = (
        (words("Own total"), "own_total", words.amount),
        (words("Anonymous total"), "anonymous_total", words.amount),
        (words("Propagation total"), "propagation_total", words.amount),
        (words("Mean per person in F"), "clv_mean", words.unit_amount),
        (words("Middle person (median)"), "clv_median", words.unit_amount),
        (words("Top tenth starts at (P90)"), "clv_p90", words.unit_amount),
    )

    def written(figures: dict, of: dict, end: dt.date, key: str, write: Callable[[float | None], str]) -> str:
        figure = write(figures.get(key))
        if key == "anonymous_total":
            return figure
        figure = view.spent(figure, end)
        # means and quantiles are of the people in F of that window
        return words.resting(figure, of.get("sustainable_relationships")) if key.startswith("clv") else figure

    now, before = view.material.as_of, view.end_before
    rows = tuple((label, written(s, view.f, now, key, write), written(then, view.before("F"), before, key, write))
                 for label, key, write in lines)  # fmt: skip
    chart = _by_window(view) if len(view.windows) > 1 else None
    grid = Grid((words("Figure"), words("This window"), words("Window before")), rows, apart=(2,), summed=False)
    return Answer(chart, tiles=tiles, grid=grid, note=" ".join(_untaken(view)))


def _untaken(view: View) -> Iterator[str]:
    """Refunds that these figures do not take off, and why."""
    words, missing = view.words, view.material.untaken
    if missing is None:
        return
    if (later := missing.later) is not None:
        text = N_(
            "Not taken off yet: refunds of {n} orders, {amount}. Their export gives no dates, so they count from the "
            "load that first showed them, the last on {day}."
        )
        amount, seen = words.amount(later.amount_minor), words.date(date_of(later.last_day))
        yield words(text, n=words.count(later.orders), amount=amount, day=seen)
    if (lacking := missing.short) is not None:
        text = N_(
            "Of {n} orders more went back than the loaded refunds tell, by their own export: {amount} are not taken "
            "off."
        )
        yield words(text, n=words.count(lacking.orders), amount=words.amount(lacking.amount_minor))
    if (lost := missing.orphans) is not None:
        text = N_("{n} refunds, {amount}, are of orders that are not loaded: nothing is taken off for them.")
        yield words(text, n=words.count(lost.refunds), amount=words.amount(lost.amount_minor))


def _by_window(view: View) -> dict[str, Any]:
    words = view.words
    values = [
        {"label": words.short_date(w.as_of), "value": w.own_total,
         "text": view.spent(words.money(w.own_total), w.as_of)}
        for w in view.windows
    ]
    return trend.columns(values, theme.S_OCHRE, words.lang)


def aipl(view: View) -> Answer:
    words, states = view.words, view.fast.get("aipl") or {}
    found = {state: states.get(state) for state in "AIPL"}  # None: its facts are not loaded
    total = sum(count or 0 for count in found.values())
    if not total:
        return Answer(message=view.reason("aipl"))
    shares = {state: None if count is None else count / total for state, count in found.items()}
    drawn = [
        Bar(
            f"{words.name('aipl_' + state)} ({state})",
            count or 0,
            words.short(None) if count is None else f"{words.short(count)} · {words.percent(shares[state])}",
            AIPL_COLOUR[state],
        )
        for state, count in found.items()
    ]
    then = ((view.material.previous or {}).get("fast") or {}).get("aipl")
    rows = tuple(
        (
            f"{words.name('aipl_' + s)} ({s})",
            words.count(count),
            words.percent(shares[s]),
            view.change(count, then.get(s)) if then else "—",
        )
        for s, count in found.items()
    )
    header = (words("State"), words("People"), words("Share"), words("Change"))
    return Answer(bars.bars(drawn), grid=Grid(header, rows))


def fast(view: View) -> Answer:
    words, found = view.words, view.fast
    if not found:
        return Answer(message=view.reason("aipl"))
    then = (view.material.previous or {}).get("fast") or {}
    lines = (  # a share with the number of people it is of: of a week before, nearly so
        (words("Fertility: people in any AIPL state"), "fertility", "", 0),
        (words("Advancing: climbed within 7 days, of all"), "advancing", "fertility", 2),
        (words("Advancing: of those who could climb"), "advancing_eligible", "below", 2),
        (words("Superiority: active members"), "superiority", "", 0),
        (words("Thriving: members active in 30 days"), "thriving_30d", "superiority", 1),
        (words("Thriving: members active in 180 days"), "thriving_180d", "superiority", 1),
    )

    def written(figures: dict, key: str, of: str, digits: int) -> str:
        states = figures.get("aipl") or {}
        figures = {**figures, "below": sum(states.get(state) or 0 for state in "AIP")}
        return words.rate(figures.get(key), figures.get(of), digits) if of else words.count(figures.get(key))

    tiles = tuple(Tile(label, written(found, key, of, digits)) for label, key, of, digits in lines)
    rows = tuple((label, written(found, key, of, digits), written(then, key, of, digits))
                 for label, key, of, digits in lines)  # fmt: skip
    header = (words("Figure"), words("This window"), words("Window before"))
    return Answer(tiles=tiles, grid=Grid(header, rows, apart=(2,), summed=False))


def _mean(total: int, people: int) -> float | None:
    return total / people if people else None


QUESTIONS = (
    Question(
        "value",
        N_("What each rung is worth, by own purchases and by sharing"),
        N_("Look for the rung whose people bring much and buy little: sharers who deserve a reason to buy."),
        N_(
            "Own: net amount of a person's purchases paid in the last {value_days} days. Sharing: net amount of "
            "other people's purchases credited to "
            "them (their valid invitee's purchases for {referral_days} days, else the last shared click within "
            "{click_days} days). Consumers in F."
        ),
        "orders",
        by_role,
    ),
    Question(
        "totals",
        N_("The brand's totals, kept apart"),
        N_(
            "The columns are totals of {value_days} days as of the end of each window: a falling line means new "
            "buyers do not replace the ones who lapse."
        ),
        N_(
            "Own total: revenue of known consumers, all of them. Anonymous total: orders without a consumer. "
            "Propagation total: orders "
            "credited to a sharer. CLV is said only of realised and predicted value together; what stands here is "
            "realised."
        ),
        "orders",
        totals,
    ),
)
AIPL_QUESTIONS = (
    Question(
        "aipl",
        N_("Where everyone stands between hearing of you and coming back"),
        N_(
            "Interested people are the largest reserve of buyers; a thin loyal bar under a thick purchased bar means "
            "buyers do not return."
        ),
        N_(
            "Highest that holds. Loyal: two purchase days, or a positive content, in 365 days. Purchased: one in 913 "
            "days. Interested: "
            "searched, interacted, added to cart, favourited, sampled, or came on two days in 15 days; or a member "
            "or follower. "
            "Aware: seen, clicked or visited in 15 days."
        ),
        "consumers",
        aipl,
    ),
    Question(
        "fast",
        N_("The base FAST figures, for comparison with platform panels"),
        N_("Compare with the same names in a platform's own panel; ours see all channels, theirs one."),
        N_(
            "Fertility: consumers in any AIPL state. Advancing: share that rose within 7 days. Superiority: active "
            "members. "
            "Thriving: members with a cart, favourite, benefit, interaction or purchase in n days."
        ),
        "consumers",
        fast,
    ),
)
