"""The whole simulated brand in memory, before any file is written."""

import zlib
from dataclasses import dataclass

import numpy as np

from . import basket, contents, identifiers, invitations, people, purchases, referrals, relations, touch
from .parameters import Parameters
from .season import Season


@dataclass(frozen=True)
class Story:
    """Everything that truly happened. Exports show parts of it, spoilt; truth/ shows it as it is."""

    seed: int
    calendar: Season
    parameters: Parameters
    people: people.People
    names: identifiers.Identifiers
    orders: purchases.Orders
    placed: purchases.Orders
    """The paid orders and after them the unpaid ones; an order's number is its row."""
    basket: basket.Basket
    """The goods of the placed orders."""
    relations: relations.Relations
    touches: touch.Touches
    referrals: referrals.Referrals
    contents: contents.Contents

    def rng(self, part: str) -> np.random.Generator:
        return stream(self.seed, part)


def stream(seed: int, part: str) -> np.random.Generator:
    """Random numbers of one part: changing one part's draws leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def tell(calendar: Season, consumers: int, seed: int, truth: Parameters) -> Story:
    """Let the brand's months happen: people arrive, invite, buy, join, look round."""
    arrival = people.arrivals(stream(seed, "arrivals"), calendar, consumers)
    invited, arrival = invitations.invite(stream(seed, "invitations"), calendar, arrival, truth.referring)
    persons = people.settle(stream(seed, "people"), calendar, arrival, invited, truth)
    reach = touch.can_enter(persons)
    orders = purchases.buy(stream(seed, "purchases"), calendar, persons, reach, truth)
    placed = purchases.abandon(stream(seed, "unpaid"), calendar, orders, truth.purchasing.unpaid_share)
    related = relations.relate(stream(seed, "relations"), calendar, persons, orders, truth)
    return Story(
        seed=seed,
        calendar=calendar,
        parameters=truth,
        people=persons,
        names=identifiers.name(stream(seed, "identifiers"), persons, seed, truth.spoiling),
        orders=orders,
        placed=placed,
        basket=basket.fill(stream(seed, "basket"), calendar, placed),
        relations=related,
        touches=touch.touch(stream(seed, "touches"), calendar, persons, reach, orders, related, truth.advertising),
        referrals=referrals.refer(stream(seed, "referrals"), calendar, persons, orders, truth.referring),
        contents=contents.create(stream(seed, "contents"), calendar, persons, orders),
    )
