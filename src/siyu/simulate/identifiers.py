"""What persons are called: the identifiers they own, and which of them a record shows.

Phone numbers lie in 199 0xxx xxxx so that they are valid and plainly made up; mail lives in the reserved
example domains.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from . import columns as text
from .names import ENGLISH, NICKS
from .parameters import Spoiling
from .people import People
from .touchpoints import OFFLINE, SITE, TMALL, YOUZAN

NAMESPACES = ("phone", "email", "member_card", "unionid", "openid", "external_userid", "taobao_nick", "anonymous_id")
FIRST_PHONE = 19_900_000_000
PHONES = 10_000_000
STORE_PHONE = "19999990001"
DEVICES = 3


@dataclass(frozen=True)
class Identifiers:
    """Per person the value in each namespace (empty where there is none)."""

    salt: int
    phone_number: np.ndarray
    owned: dict[str, text.Text]
    second_card: text.Text
    devices: np.ndarray

    def has(self, namespace: str, who: np.ndarray) -> np.ndarray:
        if namespace == "anonymous_id":
            return self.devices[who] > 0
        return np.asarray(self.owned[namespace].is_valid())[who]

    def of(self, namespace: str, who: np.ndarray) -> text.Text:
        return text.take(self.owned[namespace], who)

    def device(self, rng: np.random.Generator, who: np.ndarray) -> text.Text:
        """An anonymous_id of each person: one of the devices they use."""
        number = (rng.random(len(who)) * self.devices[who]).astype(np.int64)
        return text.only(self.devices[who] > 0, self.device_codes(who, number))

    def device_codes(self, who: np.ndarray, number: np.ndarray) -> text.Text:
        return text.codes(who * DEVICES + number + self.salt, 18, "a-")

    def show(
        self, rng: np.random.Generator, who: np.ndarray, shares: Mapping[str, float | np.ndarray]
    ) -> dict[str, text.Text]:
        """The identifiers a record shows: each namespace in its share of the records of those who own it."""
        return {name: self._shown(rng, who, name, share) for name, share in shares.items()}

    def _shown(self, rng: np.random.Generator, who: np.ndarray, namespace: str, share: float | np.ndarray) -> text.Text:
        visible = np.broadcast_to(np.asarray(share) > 0, who.shape) & (rng.random(len(who)) < share)
        if namespace == "anonymous_id":
            return text.scatter(self.device(rng, who[visible]), visible)
        source = self.owned[namespace]
        return source.take(pa.array(who, pa.int64(), mask=~visible))


def name(rng: np.random.Generator, people: People, seed: int, spoiling: Spoiling) -> Identifiers:
    """Hand out identifiers; a few persons share a family phone, a few own two cards."""
    who = np.arange(people.count)
    uses = people.adopted < text.NEVER
    salt = int(text.mix(np.array([seed], np.uint64))[0] >> np.uint64(20))
    number = _family(rng, FIRST_PHONE + (who * 7_654_321 + salt) % PHONES, spoiling.family_phone)
    has_card = people.member_of[:, OFFLINE]
    devices = np.where(uses[:, SITE], 1 + rng.binomial(DEVICES - 1, 0.3, people.count), 0)
    owned = {
        "phone": text.digits(number, 11),
        "email": text.only(uses[:, SITE] | (rng.random(people.count) < 0.25), _mail(rng, who)),
        "member_card": text.only(has_card, _card(who, 1)),
        "unionid": text.only(people.wechat, text.codes(who + salt, 26, "oU")),
        "openid": text.only(uses[:, YOUZAN], text.codes(who + 2 * salt, 26, "oM")),
        "external_userid": text.only(people.wecom, text.codes(who + 3 * salt, 30, "wm")),
        "taobao_nick": text.only(uses[:, TMALL], _nick(rng, who)),
    }
    second = has_card & (rng.random(people.count) < spoiling.two_cards)
    return Identifiers(salt, number, owned, text.only(second, _card(who, 2)), devices.astype(np.int8))


def misspelt_phones(rng: np.random.Generator, numbers: np.ndarray) -> text.Text:
    """One of the last seven digits changed: still a valid number, but another one."""
    place = 10 ** rng.integers(0, 7, len(numbers))
    digit = numbers // place % 10
    changed = (digit + rng.integers(1, 10, len(numbers))) % 10
    return text.digits(numbers + (changed - digit) * place, 11)


def _family(rng: np.random.Generator, number: np.ndarray, share: float) -> np.ndarray:
    pairs = int(len(number) * share / 2)
    chosen = rng.permutation(len(number))[: 2 * pairs]
    number[chosen[:pairs]] = number[chosen[pairs:]]
    return number


def _mail(rng: np.random.Generator, who: np.ndarray) -> text.Text:
    names = text.pick(ENGLISH, rng.integers(0, len(ENGLISH), len(who)))
    domains = text.pick(("@example.com", "@example.org", "@example.net"), rng.integers(0, 3, len(who)))
    return text.glue(names, ".", text.whole(who + 100), domains)


def _nick(rng: np.random.Generator, who: np.ndarray) -> text.Text:
    plain = text.digits(who * 13 + 10_000_019, 9, "tb")
    fancy = text.glue(text.pick(NICKS, rng.integers(0, len(NICKS), len(who))), "_", text.whole(who + 1000))
    return text.either(rng.random(len(who)) < 0.45, plain, fancy)


def _card(who: np.ndarray, generation: int) -> text.Text:
    return text.digits((who * 37 + 11) % 100_000_000, 8, f"HG{generation}")
