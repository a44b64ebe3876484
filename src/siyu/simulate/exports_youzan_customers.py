"""Youzan customers: the whole list as of several days of the last year.

The same phone may stand on two rows (a second account), phones may be masked or `?`; memberships and followers have
their date, the friend flag has none; who left the membership is simply no member any more.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from . import columns as text
from .calling import full_names, nicknames
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .headers import YOUZAN_CUSTOMER
from .names import CITIES, GUIDES, SHOP_YOUZAN
from .relations import DEDICATED_SERVICE, FAN, MEMBER
from .story import Story
from .touchpoints import YOUZAN

SCOPE = {"platform": "youzan"}
SNAPSHOT_DAYS = (365, 181, 91, 30, 0)
TIERS = ("V1 初见", "V2 相知", "V3 挚友", "V4 至臻")
CUSTOMER_FLAWS = (Flaw("bad_date", "成为会员时间", "0000-00-00 00:00:00"),)
CITY_NAMES = [name for name, _, _ in CITIES]
PROVINCES = [province for _, province, _ in CITIES]


@dataclass(frozen=True)
class Accounts:
    """The rows of one list: whose they are, and whether it is a second account under the same phone."""

    who: np.ndarray
    second: np.ndarray
    as_of: int


def write_customers(story: Story, out: Exports) -> None:
    """One list per day, downloaded as it began; who is no member any more on the next one has left in between."""
    for days_before in SNAPSHOT_DAYS:
        day = story.calendar.last_day - dt.timedelta(days=days_before)
        if day > story.calendar.first_day:
            _write_customers(story, out, day)


def _write_customers(story: Story, out: Exports, day: dt.date) -> None:
    rng, file = story.rng(f"youzan customers {day}"), f"youzan_customers-{day:%Y%m%d}.csv"
    accounts = _accounts(story, story.calendar.moment(day))
    out.plant(file, "second_account", accounts.second.sum())
    cells = {
        **_profile(story, out, rng, file, accounts),
        **_bought(story, accounts),
        **_related(story, accounts),
    }
    out.write(
        file, "youzan_customers", len(accounts.who), cells, header=YOUZAN_CUSTOMER, encoding="utf-8-sig",
        newline="\r\n", spoil=rng, flaws=CUSTOMER_FLAWS, snapshot_of=day, scope=SCOPE,
    )  # fmt: skip


def _accounts(story: Story, as_of: int) -> Accounts:
    since = story.people.adopted[:, YOUZAN]
    who = np.flatnonzero(since < as_of)
    who = who[np.argsort(since[who], kind="stable")]
    again = np.flatnonzero(who % 83 == 0)
    second = np.insert(np.zeros(len(who), bool), again, True)
    return Accounts(np.insert(who, again, who[again]), second, as_of)


def _profile(story: Story, out: Exports, rng: np.random.Generator, file: str, accounts: Accounts) -> dict[str, Cell]:
    people, who = story.people, accounts.who
    hidden = (text.mix(who + 17) % np.uint64(1000)).astype(np.int64)  # by person, so that both days agree
    masked, unknown = hidden < 30, hidden >= 990
    out.plant(file, "masked_phone", masked.sum())
    out.plant(file, "unknown_phone", unknown.sum())
    phone = story.names.of("phone", who)
    born = text.glue("1990-", text.digits(people.birth_month[who], 2), "-01")
    return {
        "客户姓名": text.only(hidden % 3 > 0, full_names(who)),
        "客户昵称": text.glue(nicknames(who), text.either(accounts.second, "_2", "")),
        "客户手机号": text.either(masked, text.masked(phone), text.either(unknown, "?", phone)),
        "客户生日": text.only(hidden % 4 == 0, born),
        "客户性别": text.either(people.female[who], "女", "男"),
        "标签": text.only(rng.random(len(who)) < 0.2, '"敏感肌,老客"'),
        "来源渠道": text.pick(("微信小程序", "公众号", "门店扫码"), who % 3),
        "来源方式": text.either(people.invited[who], "邀请", "自主访问"),
        "成为客户时间": text.moments(people.adopted[who, YOUZAN]),
        "微信地域": text.pick(CITY_NAMES, people.city[who]),
        "所属区域": text.pick(PROVINCES, people.city[who]),
    }


def _bought(story: Story, accounts: Accounts) -> dict[str, Cell]:
    """What the platform has added up; a second account has bought nothing."""
    orders = story.orders.where((story.orders.platform == YOUZAN) & (story.orders.paid_at < accounts.as_of))
    back = np.where(orders.refunded_at < accounts.as_of, orders.refund_minor, 0)
    last = np.full(story.people.count, -1)
    np.maximum.at(last, orders.person, orders.paid_at)
    last = np.where(accounts.second, -1, last[accounts.who])
    times = _per_account(story, accounts, orders.person, None)
    paid = _per_account(story, accounts, orders.person, orders.amount_minor)
    tier = np.searchsorted((100_000, 300_000, 800_000), paid)
    return {
        "成长值": text.whole(paid // 100),
        "客户积分": text.whole(paid // 200),
        "客户储值余额": "0.00",
        "消费次数": text.whole(times),
        "消费金额": text.money(paid),
        "累计退款金额": text.money(_per_account(story, accounts, orders.person, back)),
        "累计退款订单数": text.whole(_per_account(story, accounts, orders.person, back > 0)),
        "笔单价": text.money(paid // np.maximum(times, 1)),
        "上次消费时间": text.moments(np.where(last < 0, NEVER, last)),
        "指定时间消费次数": text.whole(times),
        "指定时间消费金额": text.money(paid),
        "免费等级": text.pick(TIERS, np.where(_member(story, accounts), tier, -1)),
    }


def _per_account(story: Story, accounts: Accounts, person: np.ndarray, value: np.ndarray | None) -> np.ndarray:
    total = np.bincount(person, value, story.people.count).astype(np.int64)
    return np.where(accounts.second, 0, total[accounts.who])


def _related(story: Story, accounts: Accounts) -> dict[str, Cell]:
    joined, follows, friend = (_since(story, kind, accounts) for kind in (MEMBER, FAN, DEDICATED_SERVICE))
    guide = np.where(friend < NEVER, accounts.who % len(GUIDES), -1)
    return {
        "是否会员": text.either(joined < NEVER, "是", "否"),
        "成为会员时间": text.moments(joined),
        "成为会员店铺": text.only(joined < NEVER, SHOP_YOUZAN),
        "公众号": text.only(follows < NEVER, "和光HEGUANG"),
        "公众号关注时间": text.moments(follows),
        "企微好友": text.either(friend < NEVER, "是", "否"),
        "导购员": text.pick(GUIDES, guide),
    }


def _member(story: Story, accounts: Accounts) -> np.ndarray:
    return _since(story, MEMBER, accounts) < NEVER


def _since(story: Story, kind: int, accounts: Accounts) -> np.ndarray:
    """Since when the relation of this kind lasts on Youzan, NEVER where it does not; friends are WeCom's."""
    every, as_of = story.relations, accounts.as_of
    lasts = (every.type == kind) & (every.started_at < as_of) & (every.ended_at >= as_of)
    if kind != DEDICATED_SERVICE:
        lasts &= every.platform == YOUZAN
    since = np.full(story.people.count, NEVER)
    since[every.person[lasts]] = every.started_at[lasts]
    return np.where(accounts.second, NEVER, since[accounts.who])
