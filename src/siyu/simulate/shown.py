"""What a platform can show of the truth: the words that samples put in their columns, each a column of texts.

An order is told by the words of `Shown` alone; how a platform writes them (marks, masks, states in its own words) is
the sample's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import columns as text
from .basket import split
from .calling import full_names, nicknames
from .columns import NEVER
from .goods import PRICES
from .names import CITIES, GUIDES, PRODUCTS, SHOP_TMALL, STORES, sku
from .relations import DEDICATED_SERVICE, FAN, MEMBER
from .season import DAY
from .story import Story

UNPAID, LAPSED, PAID, SENT, DONE, RETURNED = range(6)
STATES = ("unpaid", "lapsed", "paid", "sent", "done", "returned")
RECEIPT, FEE, REFUND = range(3)
MOVEMENTS = ("receipt", "fee", "refund")
AFTERSALES = ("none", "part", "whole")
#: A refund of a part is the platform's word "part", of all of it "whole".
BALANCE_EVERY, CHANNEL_EVERY = 5, 4
FEE_SHARE = 0.006
SKUS = [sku(number) for number in range(len(PRODUCTS))]
GOODS, CATEGORIES, _ = zip(*PRODUCTS)
PROVINCES, CITY_NAMES = [province for _, province, _ in CITIES], [city for city, _, _ in CITIES]


@dataclass(frozen=True)
class Shown:
    """The rows of one export: the order, line of goods and person each is about (-1: none).

    movement, moment: of an account's movement, which and when. second: a second account of the same person.
    """

    story: Story
    order: np.ndarray
    line: np.ndarray
    person: np.ndarray
    order_ids: text.Text
    movement: np.ndarray
    moment: np.ndarray
    second: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    def first_of_order(self) -> np.ndarray:
        """Which rows are the first of their order; rows of an order stand together."""
        return np.concatenate([[True], self.order[1:] != self.order[:-1]])[: len(self)]

    @cached_property
    def amount(self) -> np.ndarray:
        return self.story.placed.amount_minor[self.order]

    @cached_property
    def paid_at(self) -> np.ndarray:
        return self.story.placed.paid_at[self.order]

    @cached_property
    def back(self) -> np.ndarray:
        return self.story.placed.refund_minor[self.order]

    @cached_property
    def paid(self) -> np.ndarray:
        return self.paid_at < NEVER

    @cached_property
    def number(self) -> np.ndarray:
        return self.story.placed.number[self.order]

    @cached_property
    def state(self) -> np.ndarray:
        age = self.story.calendar.end - self.story.placed.ordered_at[self.order]
        returned = self.back == self.amount
        return np.select(
            [~self.paid & (age < DAY), ~self.paid, returned, age < 2 * DAY, age < 7 * DAY],
            [UNPAID, LAPSED, RETURNED, PAID, SENT], DONE,
        )  # fmt: skip

    @cached_property
    def aftersale(self) -> np.ndarray:
        return np.select([self.back == 0, self.back < self.amount], [0, 1], 2)

    @cached_property
    def balance(self) -> np.ndarray:
        """What was paid from the buyer's own balance with the platform."""
        return np.where(self.paid & (self.number % BALANCE_EVERY == 0), self.amount // 4, 0)

    @cached_property
    def line_amount(self) -> np.ndarray:
        return self.story.basket.amount_minor[self.line]

    @cached_property
    def line_back(self) -> np.ndarray:
        basket, placed = self.story.basket, self.story.placed
        first = np.flatnonzero(basket.line_no == 1)
        return split(placed.refund_minor, basket.order, first, basket.amount_minor)[self.line]

    @cached_property
    def quantity(self) -> np.ndarray:
        return self.story.basket.quantity[self.line]

    @cached_property
    def product(self) -> np.ndarray:
        return self.story.basket.product[self.line]

    @cached_property
    def price(self) -> np.ndarray:
        """Of a piece, before discounts; never so low that the line was paid with more."""
        return np.maximum(PRICES[self.product], -(-self.line_amount // self.quantity))

    @cached_property
    def line_channel(self) -> np.ndarray:
        """What the means of payment took off this line."""
        return np.where(self.paid & (self.number % CHANNEL_EVERY == 0), self.line_amount // 50, 0)

    @cached_property
    def recipient(self) -> np.ndarray:
        """Who receives: now and then somebody else."""
        other = self.number * 7919 % self.story.people.count
        return np.where(self.number % 10 == 3, other, self.person)

    @cached_property
    def pieces(self) -> np.ndarray:
        basket = self.story.basket
        return np.bincount(basket.order, basket.quantity, len(self.story.placed)).astype(np.int64)[self.order]

    @cached_property
    def first_line(self) -> np.ndarray:
        """The line each order begins with, for platforms where an order has one article."""
        return np.flatnonzero(self.story.basket.line_no == 1)[self.order]

    @cached_property
    def first_product(self) -> np.ndarray:
        return self.story.basket.product[self.first_line]

    def after(self, days: int, least: int) -> text.Text:
        """The moment so many days after it was paid, if it has come and the order got that far."""
        moment = self.paid_at + days * DAY
        reached = np.isin(self.state, range(least, RETURNED)) & (moment < self.story.calendar.end)
        return text.moments(np.where(reached, moment, NEVER))

    def lasting(self, kind: int) -> np.ndarray:
        """Since when each person of the rows holds the relation; NEVER if not, or no longer."""
        every, since = self.story.relations, np.full(self.story.people.count, NEVER)
        lasts = (every.type == kind) & (every.ended_at >= self.story.calendar.end)
        np.minimum.at(since, every.person[lasts], every.started_at[lasts])
        return np.where(self.second, NEVER, since[self.person])

    def bought(self, value: np.ndarray) -> np.ndarray:
        """The sum of a value over the paid orders of each person of the rows."""
        total = np.bincount(self.story.orders.person, value, self.story.people.count).astype(np.int64)
        return np.where(self.second, 0, total[self.person])


Word = Callable[[Shown], text.Text]

ORDER_WORDS: dict[str, Word] = {
    "order_id": lambda s: s.order_ids,
    "transaction": lambda s: text.digits(4_200_000_000_000_000 + s.number * 7919, 16),
    "ordered_at": lambda s: text.moments(s.story.placed.ordered_at[s.order]),
    "paid_at": lambda s: text.moments(s.paid_at),
    "ordered_iso": lambda s: text.offset_moments(s.story.placed.ordered_at[s.order]),
    "paid_iso": lambda s: text.offset_moments(s.paid_at),
    "sent_at": lambda s: s.after(1, SENT),
    "done_at": lambda s: s.after(6, DONE),
    "owed": lambda s: text.money(s.amount),
    "paid": lambda s: text.money(np.where(s.paid, s.amount, 0)),
    "unpaid": lambda s: text.money(np.where(s.paid, 0, s.amount)),
    "left": lambda s: text.money(np.where(s.paid, s.amount - s.back, 0)),
    "refunded": lambda s: text.money(s.back),
    "goods": lambda s: text.money(np.maximum(s.story.basket.list_total(s.order), s.amount)),
    "off": lambda s: text.money(np.maximum(s.story.basket.list_total(s.order) - s.amount, 0)),
    "balance": lambda s: text.money(s.balance),
    "payable": lambda s: text.money(s.amount - s.balance),
    "titles": lambda s: s.story.basket.titles(s.order),
    "pieces": lambda s: text.whole(s.pieces),
    "article": lambda s: text.pick(GOODS, s.first_product),
    "article_sku": lambda s: text.pick(SKUS, s.first_product),
    "article_key": lambda s: text.digits(37_000_000_000 + s.first_product, 11),
    "kinds": lambda s: text.whole(s.story.basket.lines[s.order]),
    "points": lambda s: text.whole(np.where(s.number % 9 == 0, s.amount // 5000 * 100, 0)),
    "state": lambda s: text.pick(STATES, s.state),
    "aftersale": lambda s: text.pick(AFTERSALES, s.aftersale),
    "live": lambda s: text.pick(("no", "yes"), (s.number % 3 == 0).astype(np.int64)),
    "group": lambda s: text.digits(2_600_000_000 + s.number // 2, 10),
    "leads": lambda s: text.pick(("no", "yes"), (s.number % 2 == 0).astype(np.int64)),
    "parcel": lambda s: text.digits(73_000_000_000_000 + s.number * 104_729, 14, "SF"),
    "store": lambda s: text.pick(STORES, s.number % len(STORES)),
}
LINE_WORDS: dict[str, Word] = {
    "line_id": lambda s: text.digits(6_930_000_000_000_000_000 + s.line * 1_000_003, 19),
    "product": lambda s: text.pick(GOODS, s.product),
    "category": lambda s: text.pick(CATEGORIES, s.product),
    "sku": lambda s: text.pick(SKUS, s.product),
    "product_key": lambda s: text.digits(37_000_000_000 + s.product, 11),
    "quantity": lambda s: text.whole(s.quantity),
    "price": lambda s: text.money(s.price),
    "price_paid": lambda s: text.money(s.line_amount // s.quantity),
    "line_goods": lambda s: text.money(s.price * s.quantity),
    "line_off": lambda s: text.money(s.price * s.quantity - s.line_amount),
    "line_owed": lambda s: text.money(s.line_amount),
    "line_paid": lambda s: text.money(np.where(s.paid, s.line_amount, 0)),
    "line_left": lambda s: text.money(np.where(s.paid, s.line_amount - s.line_back, 0)),
    "line_refunded": lambda s: text.money(s.line_back),
    "line_channel": lambda s: text.money(s.line_channel),
    "line_before_channel": lambda s: text.money(s.line_amount + s.line_channel),
    "line_aftersale": lambda s: text.pick(AFTERSALES, np.where(s.line_back > 0, s.aftersale, 0)),
}
PERSON_WORDS: dict[str, Word] = {
    "nick": lambda s: text.glue("tb", text.whole(s.person * 13 + 10_000_019)),
    "pin": lambda s: text.glue("jd_", text.whole(s.person * 17 + 30_001)),
    "account": lambda s: text.codes(s.person + s.story.names.salt, 24),
    "customer_key": lambda s: text.digits(7_100_000_000_000 + s.person, 13),
    "phone": lambda s: s.story.names.of("phone", s.person),
    "email": lambda s: text.glue("buyer.", text.whole(s.person + 100), "@example.com"),
    "name": lambda s: full_names(s.person),
    "nickname": lambda s: text.glue(nicknames(s.person), text.either(s.second, "_2", "")),
    "recipient_name": lambda s: full_names(s.recipient),
    "recipient_phone": lambda s: s.story.names.of("phone", s.recipient),
    "province": lambda s: text.pick(PROVINCES, s.story.people.city[s.recipient]),
    "city": lambda s: text.pick(CITY_NAMES, s.story.people.city[s.recipient]),
    "address": lambda s: text.glue("和光路", text.whole(s.recipient % 900 + 1), "号, 2室"),
    "gender": lambda s: text.either(s.story.people.female[s.person], "女", "男"),
    "member": lambda s: text.either(s.lasting(MEMBER) < NEVER, "yes", "no"),
    "friend": lambda s: text.either(s.lasting(DEDICATED_SERVICE) < NEVER, "yes", "no"),
    "joined_at": lambda s: text.moments(s.lasting(MEMBER)),
    "follows_at": lambda s: text.moments(s.lasting(FAN)),
    "since": lambda s: text.moments(s.story.people.arrival[s.person]),
    "times": lambda s: text.whole(s.bought(np.ones(len(s.story.orders)))),
    "spent": lambda s: text.money(s.bought(s.story.orders.amount_minor)),
    "guide": lambda s: text.pick(GUIDES, np.where(s.story.people.wecom[s.person], s.person % len(GUIDES), -1)),
    "distributor": lambda s: text.pick(GUIDES, np.where(s.person % 7 == 0, s.person % len(GUIDES), -1)),
    "shop": lambda s: text.pick((SHOP_TMALL,), np.zeros(len(s), np.int64)),
}
MOVEMENT_WORDS: dict[str, Word] = {
    "movement": lambda s: text.pick(MOVEMENTS, s.movement),
    "movement_id": lambda s: text.digits(1_000_000_000_000_000 + s.number * 10 + s.movement, 16),
    "moved_at": lambda s: text.moments(s.moment),
    "moved_day": lambda s: text.days(s.moment),
    "moved_time": lambda s: text.times(s.moment),
    "income": lambda s: text.money(np.where(s.movement == RECEIPT, _moved(s), 0)),
    "expense": lambda s: text.money(np.where(s.movement == RECEIPT, 0, _moved(s))),
    "moved": lambda s: text.money(_moved(s)),
    "direction": lambda s: text.pick(("in", "out"), (s.movement != RECEIPT).astype(np.int64)),
}
WORDS = ORDER_WORDS | LINE_WORDS | PERSON_WORDS | MOVEMENT_WORDS


def _moved(shown: Shown) -> np.ndarray:
    fee = np.maximum((shown.amount * FEE_SHARE).astype(np.int64), 1)
    return np.select([shown.movement == RECEIPT, shown.movement == FEE], [shown.amount, fee], shown.back)
