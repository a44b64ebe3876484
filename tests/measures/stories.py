"""What may happen in a random brand: each story adds a few rows that meet at the edge of some rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.measures.teller import AS_OF, CLOCKS, Row, Teller, text_of

TOUCHPOINTS = ("app", "booth", "chat")
PLATFORMS = ("tmall", "jd", "")
RELATION_TYPES = ("member", "member", "offline_member", "fan", "live_follow", "group_member", "dedicated_service",
                  "miniprogram_user")  # fmt: skip
EVENT_NAMES = ("visit", "enter", "open", "view", "click", "impression", "watch", "brand_search", "interact",
               "add_to_cart", "favorite", "claim_sample", "claim_benefit", "other")  # fmt: skip
CHANNELS = ("", "", "sms", "email", "member_center", "subscription", "live", "group", "wecom")
GAPS = tuple(dt.timedelta(**gap) for gap in (
    {}, {}, {"seconds": 1}, {"hours": 1}, {"hours": 23, "minutes": 59, "seconds": 59}, {"hours": 24},
    {"hours": 24, "seconds": 1}, {"days": 7}, {"days": 7, "seconds": 1}, {"hours": 5}))  # fmt: skip
YEAR = dt.timedelta(days=365)
SECOND = dt.timedelta(seconds=1)
NOTHING = dt.timedelta()


def _relation(brand: Teller, person: int | None = None, started: dt.datetime | None = None) -> None:
    """A relation; sometimes the same again at another touchpoint, or overlapping, or following at once."""
    rng = brand.rng
    person = brand.person() if person is None else person
    started = started or (brand.moment() - YEAR * rng.choice((0, 0, 1)))
    type_ = rng.choice(RELATION_TYPES)
    ended = rng.choice((None, None, None, started + rng.choice(GAPS), brand.moment()))
    ended = ended if ended is None or ended >= started else None
    touchpoint = rng.choice((*TOUCHPOINTS, ""))
    brand.add("relations", person, relation_type=type_, touchpoint=touchpoint, started_at=started, ended_at=ended)
    if rng.random() < 0.25:
        again = rng.choice((started, ended or brand.moment(), brand.moment()))
        brand.add("relations", person, relation_type=type_, touchpoint=rng.choice((touchpoint, "chat")),
                  started_at=again, ended_at=rng.choice((None, again + rng.choice(GAPS))))  # fmt: skip


def _member(brand: Teller) -> None:
    joined = brand.rng.choice((None, brand.moment(), brand.moment() - YEAR))
    left = joined and brand.rng.choice((None, joined + brand.rng.choice((*GAPS, YEAR))))
    brand.add("members", brand.person(), joined_at=joined, left_at=left, tier=brand.rng.choice(("gold", "")))


def _order(brand: Teller, person: int | None = None, paid: dt.datetime | None = None) -> None:
    """An order: unpaid, test, free, anonymous or real; refunded not, in part, in full, too much, too early."""
    rng = brand.rng
    if person is None and rng.random() > 0.08:
        person = brand.person()
    if paid is None and rng.random() > 0.06:
        paid = brand.moment()
    cents = rng.choice((0, 1, 999, 10000, 25050, rng.randrange(1, 90000)))
    order = brand.next("o") if rng.random() < 0.9 else f"o{rng.randint(1, brand.number + 1)}"  # maybe taken elsewhere
    platform = rng.choice(PLATFORMS)
    row = brand.add("orders", person, order_id=order, platform=platform, ordered_at=paid, paid_at=paid,
                    paid_amount=_money(cents), is_test=rng.choice(("", "", "", "", "", "false", "true")),
                    touchpoint=rng.choice((*TOUCHPOINTS, "")))  # fmt: skip
    if rng.random() < 0.35:
        _refund(brand, row, paid or brand.moment(), cents)
    if rng.random() < 0.03:
        brand.add("orders", person, **{**{k: v for k, v in row.items() if "id." not in k}, "paid_amount": "77.00"})


def _refund(brand: Teller, order: Row, paid: dt.datetime, cents: int) -> None:
    """Through one door or both; in one piece or two that add up; dated or not; now and then before the payment."""
    rng = brand.rng

    def when() -> dt.datetime:
        return rng.choice((paid, paid + SECOND, paid + rng.choice(GAPS), brand.moment(), paid - dt.timedelta(days=1)))

    door = rng.choice(("own", "rows", "rows", "both"))
    amount = rng.choice((cents, cents, cents // 2, cents + 100))
    if door in ("own", "both"):
        order |= {"refund_amount": _money(amount), "refunded_at": text_of(rng.choice((when(), None)))}
    if door in ("rows", "both"):
        part = rng.choice((cents, cents // 3, cents + 1))
        for piece in (part, rng.choice((cents - part, 0))):
            if piece > 0:
                brand.add("refunds", order_id=order["order_id"], platform=order["platform"], refund_id=brand.next("r"),
                          refunded_at=when(), refund_amount=_money(piece))  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _event(brand: Teller) -> None:
    rng = brand.rng
    person = brand.person() if rng.random() > 0.05 else None
    event = brand.next("e") if rng.random() < 0.7 else ""
    brand.add("events", person, event_id=event, occurred_at=rng.choice((brand.moment(), brand.recent())),
              name=rng.choice(EVENT_NAMES), touchpoint=rng.choice((*TOUCHPOINTS, "")))  # fmt: skip


def _consent(brand: Teller) -> None:
    """A word on marketing; often a second one at the same instant, on another identifier or the other way round."""
    rng, person, at = brand.rng, brand.person(), brand.moment()
    for _ in range(rng.choice((1, 1, 2))):
        brand.add("consents", person, occurred_at=at, purpose=rng.choice(("marketing",) * 6 + ("share_third_party",)),
                  channel=rng.choice(CHANNELS), action=rng.choice(("grant", "grant", "withdraw")))  # fmt: skip


def _referral(brand: Teller) -> None:
    """An invitation: to oneself, to many, twice over, two inviters at one instant; purchases around its edges."""
    rng, inviter, invitee = brand.rng, brand.person(), brand.person()
    at = brand.moment()
    for again in range(rng.choice((1, 1, 2, 2))):
        sharer = rng.choice((inviter, brand.person(), brand.person())) if again else inviter
        other = rng.choice((invitee,) * 9 + (inviter,))
        _referred(brand, at, rng.choice(("accepted", "accepted", "click")), sharer, other)
        at += rng.choice((NOTHING, NOTHING, NOTHING, dt.timedelta(days=3)))
    if rng.random() < 0.5:
        gap = rng.choice((*GAPS, YEAR, YEAR + SECOND, YEAR - SECOND, -SECOND))
        _order(brand, invitee, at + gap)


def _referred(brand: Teller, at: dt.datetime, kind: str, inviter: int, invitee: int) -> None:
    row = {"occurred_at": text_of(at), "kind": kind, "campaign": "invite"}
    row |= brand.shown(inviter, "inviter.") | brand.shown(invitee, "invitee.")
    brand.rows.setdefault("referrals", []).append(row)


def _spreader(brand: Teller) -> None:
    """A member who bought and spreads just enough, its oldest act at an edge of the window or of the grace."""
    rng, person = brand.rng, brand.person()
    start = dt.datetime(2024, 2, 1) + dt.timedelta(days=rng.randrange(300))
    brand.add("relations", person, relation_type="member", touchpoint=rng.choice(TOUCHPOINTS), started_at=start)
    if rng.random() < 0.8:
        _order(brand, person, rng.choice((start + rng.choice(GAPS), brand.moment())))
    oldest = rng.choice(AS_OF) - dt.timedelta(days=rng.choice((150, 178, 179, 180, 181, 208, 209, 210, 211)))
    kind = rng.choice(("ugc", "ugc", "", "referral"))
    for n in range(rng.choice((2, 3, 3, 3, 4))):
        at = dt.datetime.combine(oldest + dt.timedelta(days=n * rng.choice((0, 0, 1))), rng.choice(CLOCKS))
        if kind == "referral":
            _referred(brand, at, "accepted", person, brand.person())
        else:
            brand.add("contents", person, occurred_at=at + dt.timedelta(seconds=n), kind=kind, approved="true",
                      positive=rng.choice(("true", "false", "")))  # fmt: skip


def _content(brand: Teller) -> None:
    rng = brand.rng
    kind, approved = rng.choice(("review", "ugc", "ugc", "")), rng.choice(("true", "true", "false", ""))
    brand.add("contents", brand.person(), occurred_at=brand.moment(), kind=kind, approved=approved,
              positive=rng.choice(("true", "false", "")))  # fmt: skip


def _visit(brand: Teller) -> None:
    """Entries at one or two touchpoints, some at one instant, and what may follow at the edges of T's windows."""
    rng, person, at = brand.rng, brand.person(), brand.recent()
    _entries(brand, person, at)
    for follow in rng.sample((_relation, _order, _order), rng.randint(0, 2)):
        follow(brand, person, at + rng.choice(GAPS) - rng.choice((NOTHING, NOTHING, dt.timedelta(days=1))))


def _newcomer(brand: Teller) -> None:
    """Somebody never seen before enters and takes up a relation, near the edge of the settle window."""
    rng, person, at = brand.rng, brand.stranger(), brand.recent()
    _entries(brand, person, at)
    began = at + rng.choice((*GAPS, -SECOND))
    _relation(brand, person, began)
    if rng.random() < 0.4:
        _relation(brand, person, began + rng.choice(GAPS))


def _climber(brand: Teller) -> None:
    """A stranger with a relation of long ago enters and joins or buys, near the edge of the deepen window."""
    rng, person, at = brand.rng, brand.stranger(), brand.recent()
    brand.add("relations", person, relation_type=rng.choice(("fan", "member")), touchpoint=rng.choice(TOUCHPOINTS),
              started_at=rng.choice((at - YEAR, at - SECOND, at)), ended_at=rng.choice((None, None, at)))  # fmt: skip
    _entries(brand, person, at)
    rises = at + rng.choice((*GAPS, dt.timedelta(days=7), NOTHING))
    brand.add("relations", person, relation_type="member", touchpoint=rng.choice(TOUCHPOINTS), started_at=rises)
    if rng.random() < 0.7:
        bought = rises + rng.choice(GAPS)
        brand.add("orders", person, order_id=brand.next("o"), paid_at=bought, paid_amount="10.00",
                  refund_amount=rng.choice(("", "3.00", "10.00")), refunded_at=bought + rng.choice(GAPS))  # fmt: skip


def _wanderer(brand: Teller) -> None:
    """A stranger goes from touchpoint to touchpoint and takes up relations on the way, some at the instant of entry."""
    rng, person, at = brand.rng, brand.stranger(), brand.recent()
    if rng.random() < 0.5:
        brand.add("relations", person, relation_type="fan", started_at=at - YEAR)
    types = rng.choice((("member",), ("member", "live_follow", "group_member")))
    for touchpoint in rng.sample((*TOUCHPOINTS, *TOUCHPOINTS), 5):
        brand.add("events", person, event_id=brand.next("e"), occurred_at=at, touchpoint=touchpoint, name="enter")
        at += rng.choice((NOTHING, SECOND, dt.timedelta(hours=2)))
        if rng.random() < 0.5:
            brand.add("relations", person, relation_type=rng.choice(types), started_at=at,
                      ended_at=rng.choice((None, at + SECOND)))  # fmt: skip
            at += rng.choice((NOTHING, SECOND))


def _invited(brand: Teller) -> None:
    """A stranger accepts, perhaps two inviters at one instant, and buys at the ends of the year of credit; clicks on
    the way, two at one instant, as long before a payment as counts."""
    rng, person = brand.rng, brand.stranger()
    at = brand.moment() - YEAR * rng.choice((0, 1))
    if rng.random() < 0.8:
        for _ in range(rng.choice((1, 2))):
            _referred(brand, at, "accepted", brand.person(), person)
    for gap in rng.sample((NOTHING, SECOND, YEAR, YEAR, YEAR + SECOND, YEAR + SECOND, dt.timedelta(days=9)), 3):
        paid = at + gap
        brand.add("orders", person, order_id=brand.next("o"), paid_at=paid, paid_amount=f"{rng.randint(1, 400)}.50")
        before = rng.choice((NOTHING, dt.timedelta(days=7), dt.timedelta(days=7, seconds=1), dt.timedelta(hours=1)))
        for _ in range(rng.choice((0, 1, 2, 2))):
            _referred(brand, paid - before, "click", brand.person(), person)


def _entries(brand: Teller, person: int, at: dt.datetime) -> None:
    """One to three entries from an instant on, at any touchpoints; two may be at one instant."""
    for _ in range(brand.rng.choice((1, 2, 2, 3))):
        brand.add("events", person, event_id=brand.next("e"), occurred_at=at, touchpoint=brand.rng.choice(TOUCHPOINTS),
                  name=brand.rng.choice(("visit", "enter", "open")))  # fmt: skip
        at += brand.rng.choice(GAPS)


#: How a brand is told: each story, and how often per consumer.
STORIES: dict[Callable[[Teller], None], float] = {
    _relation: 0.8, _member: 0.15, _order: 1.6, _event: 3.0, _consent: 1.0, _referral: 0.6, _spreader: 0.25,
    _content: 0.4, _visit: 1.0,
    _newcomer: 0.4, _climber: 0.4, _wanderer: 0.25, _invited: 0.25,
}  # fmt: skip
