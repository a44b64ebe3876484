"""Three findings in plain words: rules over the numbers, each with people and money, and how both were worked out.

A rule gives nothing when it rests on fewer than ten people. Money is an order of magnitude to choose by, never a
promise: what an action adds is for a holdout to prove.
"""

from __future__ import annotations

from statistics import median

from siyu.console.context import Finding
from siyu.console.panels.ladder import STEPS, standing_at_start
from siyu.console.panels.places import by_visitors, weak
from siyu.console.view import View
from siyu.console.words import N_
from siyu.core.kinds import ROLES

FEWEST_PEOPLE = 10
SHOWN = 3


def findings(view: View) -> tuple[Finding, ...]:
    """Three, largest money first: the weightiest of each subject, then whatever weighs most of the rest."""
    found = [finding for rule in RULES if (finding := rule(view)) is not None]
    found.sort(key=lambda f: (-f.money_minor, f.name))
    first = {f.subject: f for f in reversed(found)}.values()
    chosen = [*(f for f in found if f in first), *(f for f in found if f not in first)][:SHOWN]
    return tuple(sorted(chosen, key=lambda f: (-f.money_minor, f.name)))


def weakest_step(view: View) -> Finding | None:
    """The rung climbed least often (the step to the top apart); one more point is worth the next rung's mean."""
    standing, rates, by_role = standing_at_start(view), view.a.get("steps") or {}, view.s.get("by_role") or {}
    known = [
        (rates[s], role)
        for s, role in STEPS.items()
        if role != "member_repeat" and rates.get(s) is not None and standing.get(role, 0) >= 10 * FEWEST_PEOPLE
    ]
    if not known:
        return None
    rate, role = min(known)
    gain = max(_mean(by_role, ROLES[ROLES.index(role) + 1 :]) - _mean(by_role, (role,)), 0)
    people, one_point = standing[role], standing[role] / 100
    words = view.words
    return Finding(
        "weakest_step",
        "ladder",
        words("{role}: only {rate} climb", role=words.name(role), rate=words.percent(rate)),
        people,
        round(one_point * gain),
        words("people on this rung"),
        words("in {value_days} days, for each extra point"),
        words.strong(
            N_(
                "{people} people stood on this rung when the window opened and {rate} moved up. One more point is "
                "{more} people; if they came to buy like those higher up, that is {money} in {value_days} days."
            ),
            people=words.count(people),
            rate=words.percent(rate),
            more=words.count(one_point),
            money=words.money(one_point * gain),
        ),
        words(
            "Money: 1% of the people × (own purchases per person in {value_days} days on all rungs above − on this "
            "one)."
        ),
    )


def out_of_reach(view: View) -> Finding | None:
    """People who hold a relation and cannot hear from the brand; what they bought is money that cannot be spoken to."""
    found, people, words = view.material.consent, view.f.get("unreachable") or 0, view.words
    if found is None or people < FEWEST_PEOPLE:
        return None
    silent = max(view.material.held, key=lambda h: h.consumers - h.reachable, default=None)
    held = " + ".join(words.name(t) for t in sorted(silent.types)) if silent else ""
    return Finding(
        "out_of_reach",
        "reach",
        words("They hold a relation and cannot hear from you"),
        people,
        found.value_unreachable_minor,
        words("people without an open channel"),
        words("bought by them in {value_days} days"),
        words.strong(
            N_(
                "{people} people hold a relation with no open channel; the largest group ({group}) holds only: {held}. "
                "Invite them to follow you or to add an advisor. {members} are members whose phone you have and who "
                "never withdrew: ask at the next order, or declare the member agreement you hold."
            ),
            people=words.count(people),
            group=words.count(silent.consumers - silent.reachable if silent else 0),
            held=held,
            members=words.count(found.joining_f),
        ),
        words("Gross less F; money: their own purchases, net of refunds."),
    )


def buyers_outside(view: View) -> Finding | None:
    """Buyers who follow and never joined: their own purchases in the last year."""
    people, basic, words = view.f.get("basic_buyers") or 0, (view.s.get("by_role") or {}).get("basic") or {}, view.words
    if people < FEWEST_PEOPLE:
        return None
    money = basic.get("own_total") or 0
    return Finding(
        "buyers_outside",
        "ladder",
        words("They buy, you can reach them, and they never joined"),
        people,
        money,
        words("buyers outside membership"),
        words("bought by them in {value_days} days"),
        words.strong(
            N_(
                "{people} people you can reach have bought and are not members; they spent {money} in the last "
                "{value_days} days. "
                "Put the invitation to join on the order page and in the parcel."
            ),
            people=words.count(people),
            money=words.money(money),
        ),
        words("Basic contacts with at least one purchase day; money: own purchases of basic contacts, net."),
    )


def weak_touchpoint(view: View) -> Finding | None:
    """The busiest touchpoint that converts less than the middle one: the buyers missing, at what a buyer there pays."""
    places, faint, words = dict(by_visitors(view)), weak(view), view.words
    rates = [p["convert_rate"] for p in places.values() if p.get("convert_rate") is not None]
    middle = median(rates) if rates else 0
    behind = {
        n: places[n]
        for n in faint
        if places[n]["visitors"] >= FEWEST_PEOPLE and (places[n].get("convert_rate") or 0) < middle
    }
    if not behind:
        return None
    code, place = max(behind.items(), key=lambda item: (item[1]["visitors"], item[0]))
    name = words.name(code)
    missing = (middle - (place.get("convert_rate") or 0)) * place["visitors"]
    money = missing * _paid_per_buyer(places)
    return Finding(
        "weak_touchpoint",
        "places",
        words("{name}: many come, few move on", name=name),
        place["visitors"],
        round(money),
        words("visitors in the window"),
        words("if it sold like the middle touchpoint"),
        words.strong(
            N_(
                "{people} people came to {name} and {rate} joined, climbed or bought, against {brand} for the brand. "
                "Selling like the middle touchpoint would mean {more} more buyers and {money} in this window."
            ),
            people=words.count(place["visitors"]),
            name=name,
            rate=words.percent(place.get("value")),
            brand=words.percent(view.t.get("value")),
            more=words.count(missing),
            money=words.money(money),
        ),
        words(
            "Missing buyers = (middle convert rate {middle} − its own) × its visitors; money: × paid per buyer over "
            "all touchpoints.",
            middle=words.percent(middle),
        ),
    )


def leavers(view: View) -> Finding | None:
    """People who left F in the window, at the mean value of those who stand in it."""
    people, mean, words = view.f.get("lost") or 0, view.s.get("clv_mean"), view.words
    if people < FEWEST_PEOPLE or not mean:
        return None
    return Finding(
        "leavers",
        "reach",
        words("People who went out of reach in this window"),
        people,
        round(people * mean),
        words("left F"),
        words("worth of as many people in F"),
        words.strong(
            N_(
                "{people} people could be reached when the window opened and cannot now. People in F are worth "
                "{mean} each "
                "in {value_days} days, {money} for as many."
            ),
            people=words.count(people),
            mean=words.money(mean),
            money=words.money(people * mean),
        ),
        words("Money: people who left F × mean own and shared value per person in F."),
    )


RULES = (weakest_step, out_of_reach, buyers_outside, weak_touchpoint, leavers)


def _mean(by_role: dict[str, dict], roles: tuple[str, ...]) -> float:
    """Own value per person over some rungs."""
    rungs = [by_role[role] for role in roles if role in by_role]
    people = sum(rung["consumers"] for rung in rungs)
    return sum(rung["own_total"] for rung in rungs) / people if people else 0.0


def _paid_per_buyer(places: dict[str, dict]) -> float:
    paid = sum((p.get("uv_value") or 0) * p["visitors"] for p in places.values())
    buyers = sum(p.get("converted") or 0 for p in places.values())
    return paid / buyers if buyers else 0.0
