"""Small random brands as canonical rows, crowded at the edges of every rule: equal instants, midnights, window ends.

A seed gives one brand. Rows are what a file would hold (texts); nothing here knows how they are measured.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

Row = dict[str, str]
Brand = dict[str, list[Row]]

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York")
#: Days on which measures are asked; clocks change on two of them.
AS_OF = (dt.date(2026, 6, 30), dt.date(2025, 12, 31), dt.date(2026, 3, 29), dt.date(2025, 11, 2))
TOUCHPOINTS = ("app", "booth", "chat")
NAMESPACES = ("phone", "email", "unionid", "taobao_nick", "jd_pin", "customer")
PLATFORMS = ("tmall", "jd", "")
RELATION_TYPES = ("member", "member", "offline_member", "fan", "live_follow", "group_member", "dedicated_service",
                  "miniprogram_user")  # fmt: skip
EVENT_NAMES = ("visit", "enter", "open", "view", "click", "impression", "watch", "brand_search", "interact",
               "add_to_cart", "favorite", "claim_sample", "claim_benefit", "other")  # fmt: skip
CHANNELS = ("", "", "sms", "email", "member_center", "subscription", "live", "group", "wecom")
#: Distances from an as-of day at which some window of metrics.md begins or ends.
EDGES = (0, 1, 6, 7, 8, 14, 15, 29, 30, 31, 89, 90, 178, 179, 180, 181, 208, 209, 210, 211, 364, 365, 366, 729, 730,
         912, 913)  # fmt: skip
CLOCKS = (dt.time(0, 0, 0), dt.time(23, 59, 59), dt.time(12, 0, 0), dt.time(0, 0, 1))
GAPS = tuple(dt.timedelta(**gap) for gap in (
    {}, {}, {"seconds": 1}, {"hours": 1}, {"hours": 23, "minutes": 59, "seconds": 59}, {"hours": 24},
    {"hours": 24, "seconds": 1}, {"days": 7}, {"days": 7, "seconds": 1}, {"hours": 5}))  # fmt: skip
YEAR = dt.timedelta(days=365)
SECOND = dt.timedelta(seconds=1)
NOTHING = dt.timedelta()


def random_brand(seed: int, *, consumers: int = 60) -> Brand:
    """The brand of a seed: kind -> rows, in no order, with duplicates and a few corrections."""
    brand = _Brand(random.Random(seed), consumers)
    for tell in STORIES:
        for _ in range(max(1, round(consumers * STORIES[tell]))):
            tell(brand)
    return brand.shuffled()


def zone_of(seed: int) -> str:
    """The zone the brand of a seed is meant for; its times are local times without an offset."""
    return ZONES[seed % len(ZONES)]


def write_csv(brand: Brand, folder: Path) -> Path:
    """One canonical CSV file per kind; columns a row lacks are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in brand.items():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


class _Brand:
    """A brand being told: who the people are, and the rows so far."""

    def __init__(self, rng: random.Random, consumers: int) -> None:
        self.rng = rng
        self.rows: Brand = {}
        self.number = 0
        self.people = [self._ids(i) for i in range(consumers)]
        self.lively = rng.sample(range(consumers), max(4, consumers // 4))  # half of all that happens, happens to these

    def _ids(self, i: int) -> dict[str, str]:
        """A person's identifiers; some share a phone with the person before them, and so are one consumer."""
        value = {"phone": f"139{i:08d}", "email": f"p{i}@example.com"}
        names = self.rng.sample(NAMESPACES, self.rng.randint(1, 4))
        ids = {name: value.get(name, f"{name}-{i}") for name in names}
        if i and "phone" in ids and self.rng.random() < 0.08:
            ids["phone"] = f"139{i - 1:08d}"
        return ids

    def person(self) -> int:
        return self.rng.choice(self.lively) if self.rng.random() < 0.5 else self.rng.randrange(len(self.people))

    def shown(self, person: int | None, prefix: str = "") -> Row:
        """The identifiers of a person that one record shows: often all, often one; none of nobody."""
        if person is None:
            return {}
        ids = self.people[person]
        names = list(ids) if self.rng.random() < 0.4 else self.rng.sample(list(ids), self.rng.randint(1, len(ids)))
        return {f"{prefix}id.{name}": ids[name] for name in names}

    def moment(self) -> dt.datetime:
        """Often an edge of a window of an as-of day, at midnight or a second beside; else any time, some in future."""
        if self.rng.random() < 0.45:
            day = self.rng.choice(AS_OF) - dt.timedelta(days=self.rng.choice(EDGES) - 1)
            return dt.datetime.combine(day, self.rng.choice(CLOCKS))
        day = dt.date(2024, 1, 1) + dt.timedelta(days=self.rng.randrange(960))
        return dt.datetime.combine(day, dt.time(self.rng.randrange(24), self.rng.choice((0, 0, 30))))

    def recent(self) -> dt.datetime:
        """Within a few days of an as-of day, so that things meet in a window."""
        back = self.rng.choice((-1, 0, 0, 1, 1, 2, 3, 5, 6, 7, 8, 20, 29, 30))
        day = self.rng.choice(AS_OF) - dt.timedelta(days=back)
        return dt.datetime.combine(day, self.rng.choice((*CLOCKS, dt.time(self.rng.randrange(24)))))

    def add(self, kind: str, person: int | None = None, /, **values: str | dt.datetime | None) -> Row:
        row = {name: _text(value) for name, value in values.items()} | self.shown(person)
        self.rows.setdefault(kind, []).append(row)
        return row

    def next(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def shuffled(self) -> Brand:
        """Rows in any order, one in twenty twice."""
        for rows in self.rows.values():
            rows += [dict(row) for row in rows if self.rng.random() < 0.05]
            self.rng.shuffle(rows)
        return self.rows


def _text(value: str | dt.datetime | None) -> str:
    return value.isoformat(" ") if isinstance(value, dt.datetime) else value or ""


def _relation(brand: _Brand, person: int | None = None, started: dt.datetime | None = None) -> None:
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


def _member(brand: _Brand) -> None:
    joined = brand.rng.choice((None, brand.moment(), brand.moment() - YEAR))
    left = joined and brand.rng.choice((None, joined + brand.rng.choice((*GAPS, YEAR))))
    brand.add("members", brand.person(), joined_at=joined, left_at=left, tier=brand.rng.choice(("gold", "")))


def _order(brand: _Brand, person: int | None = None, paid: dt.datetime | None = None) -> None:
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


def _refund(brand: _Brand, order: Row, paid: dt.datetime, cents: int) -> None:
    """Through one door or both; in one piece or two that add up; dated or not; now and then before the payment."""
    rng = brand.rng

    def when() -> dt.datetime:
        return rng.choice((paid, paid + SECOND, paid + rng.choice(GAPS), brand.moment(), paid - dt.timedelta(days=1)))

    door = rng.choice(("own", "rows", "rows", "both"))
    amount = rng.choice((cents, cents, cents // 2, cents + 100))
    if door in ("own", "both"):
        order |= {"refund_amount": _money(amount), "refunded_at": _text(rng.choice((when(), None)))}
    if door in ("rows", "both"):
        part = rng.choice((cents, cents // 3, cents + 1))
        for piece in (part, rng.choice((cents - part, 0))):
            if piece > 0:
                brand.add("refunds", order_id=order["order_id"], platform=order["platform"], refund_id=brand.next("r"),
                          refunded_at=when(), refund_amount=_money(piece))  # fmt: skip


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _event(brand: _Brand, person: int | None = None, at: dt.datetime | None = None, name: str | None = None) -> None:
    rng = brand.rng
    if person is None and rng.random() > 0.05:
        person = brand.person()
    event = brand.next("e") if rng.random() < 0.7 else ""
    brand.add("events", person, event_id=event, occurred_at=at or rng.choice((brand.moment(), brand.recent())),
              name=name or rng.choice(EVENT_NAMES), touchpoint=rng.choice((*TOUCHPOINTS, "")))  # fmt: skip


def _consent(brand: _Brand) -> None:
    """A word on marketing; often a second one at the same instant, on another identifier or the other way round."""
    rng, person, at = brand.rng, brand.person(), brand.moment()
    for _ in range(rng.choice((1, 1, 2))):
        brand.add("consents", person, occurred_at=at, purpose=rng.choice(("marketing",) * 6 + ("share_third_party",)),
                  channel=rng.choice(CHANNELS), action=rng.choice(("grant", "grant", "withdraw")))  # fmt: skip


def _referral(brand: _Brand) -> None:
    """An invitation: to oneself, to many, twice over, two inviters at one instant; purchases around its edges."""
    rng, inviter, invitee = brand.rng, brand.person(), brand.person()
    at = brand.moment()
    for again in range(rng.choice((1, 1, 1, 2))):
        sharer = rng.choice((inviter, brand.person())) if again else inviter
        other = rng.choice((invitee,) * 9 + (inviter,))
        _referred(brand, at, rng.choice(("accepted", "accepted", "click")), sharer, other)
        at += rng.choice((NOTHING, NOTHING, dt.timedelta(days=3)))
    if rng.random() < 0.5:
        gap = rng.choice((*GAPS, YEAR, YEAR + SECOND, YEAR - SECOND, -SECOND))
        _order(brand, invitee, at + gap)


def _referred(brand: _Brand, at: dt.datetime, kind: str, inviter: int, invitee: int) -> None:
    row = {"occurred_at": _text(at), "kind": kind, "campaign": "invite"}
    row |= brand.shown(inviter, "inviter.") | brand.shown(invitee, "invitee.")
    brand.rows.setdefault("referrals", []).append(row)


def _spreader(brand: _Brand) -> None:
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


def _content(brand: _Brand) -> None:
    rng = brand.rng
    kind, approved = rng.choice(("review", "ugc", "ugc", "")), rng.choice(("true", "true", "false", ""))
    brand.add("contents", brand.person(), occurred_at=brand.moment(), kind=kind, approved=approved,
              positive=rng.choice(("true", "false", "")))  # fmt: skip


def _visit(brand: _Brand) -> None:
    """Entries at one or two touchpoints, some at one instant, and what may follow at the edges of T's windows."""
    rng, person, at = brand.rng, brand.person(), brand.recent()
    for _ in range(rng.choice((1, 2, 2, 3))):
        _event(brand, person, at, rng.choice(("visit", "enter", "open")))
        at += rng.choice(GAPS)
    for follow in rng.sample((_relation, _order, _order), rng.randint(0, 2)):
        follow(brand, person, at + rng.choice(GAPS) - rng.choice((NOTHING, NOTHING, dt.timedelta(days=1))))


#: How a brand is told: each story, and how often per consumer.
STORIES: dict[Callable[[_Brand], None], float] = {
    _relation: 0.8, _member: 0.15, _order: 1.6, _event: 3.0, _consent: 1.0, _referral: 0.6, _spreader: 0.25,
    _content: 0.4, _visit: 1.5,
}  # fmt: skip
