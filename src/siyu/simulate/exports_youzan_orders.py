"""Youzan orders: half-year files with the quirks of that platform.

Order numbers begin with a TAB in every other file; phones are partly masked; the recipient may be somebody else;
分销员 comes twice; refunds have an amount and no date.
"""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from . import columns as text
from .calling import full_names, nicknames
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .headers import YOUZAN_ORDER
from .names import CITIES, GUIDES, SHOP_YOUZAN
from .orderids import order_ids, rows_of
from .season import DAY, Season
from .story import Story
from .touchpoints import YOUZAN

LATE_DAYS = 4
ORDER_FLAWS = (
    Flaw("bad_date", "买家付款时间", "2025-02-30 25:61:00"),
    Flaw("negative_amount", "订单实付金额", "-88.00"),
    Flaw("missing_key", "订单号", ""),
)


def write_orders(story: Story, out: Exports) -> None:
    """One file per half year; the last days of one of them arrive late, in a file of their own."""
    rng = story.rng("youzan orders")
    rows = rows_of(story.placed, YOUZAN)
    ids = order_ids(story.placed)
    for number, (name, within) in enumerate(_half_years(story.calendar, story.placed.ordered_at[rows])):
        late = _late(story.placed.ordered_at[rows], within) if number == 1 else np.zeros(len(rows), bool)
        for file, chosen in ((f"{name}.csv", within & ~late), (f"{name}-late.csv", late)):
            if chosen.any():
                tab = "\t" if number % 2 == 0 else ""
                _write_orders(story, out, rng, file, rows[chosen], text.glue(tab, ids))
        out.plant(f"{name}-late.csv", "late_row", late.sum())


def _write_orders(
    story: Story, out: Exports, rng: np.random.Generator, file: str, rows: np.ndarray, ids: text.Text
) -> None:
    cells = {
        "订单号": text.take(ids, rows),
        **_state(story, rows),
        **_amounts(story, rows),
        **_buyer(story, out, rng, file, rows),
        **_distributor(story, rows),
    }
    out.write(
        file, "youzan_orders", len(rows), cells, header=YOUZAN_ORDER, encoding="utf-8-sig", newline="\r\n",
        spoil=rng, flaws=ORDER_FLAWS, key="订单号",
    )  # fmt: skip


def _half_years(calendar: Season, ordered_at: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    first, last = calendar.first_day, calendar.last_day
    for year in range(first.year, last.year + 1):
        for begins, ends in ((dt.date(year, 1, 1), dt.date(year, 6, 30)), (dt.date(year, 7, 1), dt.date(year, 12, 31))):
            if begins <= last and ends >= first:
                opens = calendar.moment(begins) if begins > first else 0
                within = (ordered_at >= opens) & (ordered_at < calendar.moment(ends) + DAY)
                yield f"youzan_orders-{max(begins, first):%Y%m}-{min(ends, last):%Y%m}", within


def _late(ordered_at: np.ndarray, within: np.ndarray) -> np.ndarray:
    newest = ordered_at[within].max(initial=0)
    return within & (ordered_at > newest - LATE_DAYS * DAY)


def _state(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    placed, end = story.placed, story.calendar.end
    ordered, paid, amount = placed.ordered_at[rows], placed.paid_at[rows], placed.amount_minor[rows]
    unpaid, returned = paid >= NEVER, (placed.refund_minor[rows] == amount)
    age = end - ordered
    state = np.select([unpaid & (age < DAY), unpaid | returned, age < DAY, age < 7 * DAY], [0, 1, 2, 3], 4)
    done = np.where(state == 4, paid + 6 * DAY + ordered % DAY, NEVER)
    part = placed.refund_minor[rows] > 0
    return {
        "销售渠道": "网店",
        "归属店铺": SHOP_YOUZAN,
        "订单类型": "普通订单",
        "订单状态": text.pick(("待付款", "交易关闭", "待发货", "已发货", "交易完成"), state),
        "订单来源": "微信小程序",
        "订单创建时间": text.moments(ordered),
        "买家付款时间": text.moments(paid),
        "交易成功时间": text.moments(np.where(done < end, done, NEVER)),
        "付款方式": text.only(~unpaid, "微信支付"),
        "支付流水号": text.only(~unpaid, text.digits(4_200_000_000_000_000 + placed.number[rows] * 7919, 16)),
        "订单退款状态": text.only(part, text.either(returned, "全部退款", "部分退款")),
        "订单已退款金额": text.money(placed.refund_minor[rows]),
    }


def _amounts(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    placed = story.placed
    amount = placed.amount_minor[rows]
    paid = np.where(placed.paid_at[rows] < NEVER, amount, 0)
    goods = np.maximum(story.basket.list_total(rows), amount)
    points = np.where(placed.number[rows] % 9 == 0, amount // 5000 * 100, 0)
    return {
        "商品金额合计": text.money(goods),
        "运费": "0.00",
        "店铺优惠合计": text.money(goods - amount),
        "应收订单金额": text.money(amount),
        "订单实付金额": text.money(paid),
        "支付优惠合计": "0.00",
        "订单实收金额": text.money(paid),
        "订单抵用积分数": text.whole(points),
        "全部商品名称": text.glue('"', story.basket.titles(rows), '"'),
        "商品种类数": text.whole(story.basket.lines[rows]),
    }


def _buyer(story: Story, out: Exports, rng: np.random.Generator, file: str, rows: np.ndarray) -> dict[str, Cell]:
    who = story.placed.person[rows]
    spoiling = story.parameters.spoiling
    other = rng.random(len(rows)) < spoiling.other_recipient
    recipient = np.where(other, rng.integers(0, story.people.count, len(rows)), who)
    masked = rng.random(len(rows)) < spoiling.masked_phone
    out.plant(file, "masked_phone", masked.sum())
    out.plant(file, "other_recipient", (recipient != who).sum())
    phone = story.names.of("phone", who)
    city = story.people.city[recipient]
    return {
        "订单配送方式": "快递",
        "收货人省份": text.pick([province for _, province, _ in CITIES], city),
        "收货人城市": text.pick([name for name, _, _ in CITIES], city),
        "详细收货地址/提货地址": _address(recipient),
        "收货人/提货人": full_names(recipient),
        "收货人手机号/提货人手机号": story.names.of("phone", recipient),
        "买家昵称": nicknames(who),
        "买家是否会员": text.either(story.people.member_of[who, YOUZAN], "是", "否"),
        "买家手机号": text.either(masked, text.masked(phone), phone),
    }


def _address(who: np.ndarray) -> text.Text:
    return text.glue('"和光路', text.whole(who % 900 + 1), "号,", text.whole(who % 30 + 1), '室"')


def _distributor(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    """Who brought the buyer, under both columns of the same name."""
    who = story.placed.person[rows]
    inviter = story.people.inviter[who]
    brought = inviter >= 0
    by = np.maximum(inviter, 0)
    name = text.only(brought, nicknames(by))
    return {
        "销售导购": text.pick(GUIDES, np.where(story.people.wecom[who], who % len(GUIDES), -1)),
        "专属导购": text.pick(GUIDES, np.where(story.people.wecom[who], who % len(GUIDES), -1)),
        "分销员": name,
        "分销员#2": name,
        "分销员手机号": text.only(brought, story.names.of("phone", by)),
    }
