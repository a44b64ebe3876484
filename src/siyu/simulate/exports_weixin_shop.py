"""The Weixin shop: one row per item, order columns repeated on each, and nothing that says who bought.

Whoever adds up 订单实际支付金额 over rows counts orders of several items more than once.
"""

import numpy as np

from . import columns as text
from .basket import split
from .calling import full_names
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .headers import WEIXIN_SHOP_ORDER
from .names import CITIES, PRODUCTS, sku
from .orderids import order_ids, rows_of
from .season import DAY
from .story import Story
from .touchpoints import WEIXIN_SHOP

FLAWS = (
    Flaw("bad_date", "支付时间", "2025-06-31 12:00:00"),
    Flaw("negative_amount", "订单实际支付金额", "-5.00"),
    Flaw("missing_key", "订单号", ""),
)


def write_orders(story: Story, out: Exports) -> None:
    """One file for the whole window."""
    orders = rows_of(story.placed, WEIXIN_SHOP)
    place = np.full(len(story.placed), -1)
    place[orders] = np.arange(len(orders))
    lines = np.flatnonzero(place[story.basket.order] >= 0)
    lines = lines[np.argsort(place[story.basket.order[lines]], kind="stable")]
    rows = story.basket.order[lines]
    rng = story.rng("weixin shop")
    cells = {
        "订单号": text.take(order_ids(story.placed), rows),
        **_order(story, rows),
        **_recipient(story, rows),
        **_item(story, lines),
    }
    out.plant("weixin_shop_orders.csv", "repeated_order_columns", len(rows) - len(orders))
    out.write(
        "weixin_shop_orders.csv", "weixin_shop_orders", len(rows), cells, header=WEIXIN_SHOP_ORDER,
        encoding="utf-8-sig", newline="\r\n", spoil=rng, flaws=FLAWS, key="订单号",
    )  # fmt: skip


def _order(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    placed, end = story.placed, story.calendar.end
    paid_at, amount = placed.paid_at[rows], placed.amount_minor[rows]
    paid = np.where(paid_at < NEVER, amount, 0)
    sent = np.where(paid_at < NEVER, paid_at + DAY, NEVER)
    done = np.where(paid_at < NEVER, paid_at + 7 * DAY, NEVER)
    cancelled = (paid_at >= NEVER) | (placed.refund_minor[rows] == amount)
    state = np.select([cancelled, sent >= end, done >= end], [0, 1, 2], 3)
    goods = np.maximum(story.basket.list_total(rows), amount)
    points = np.where(placed.number[rows] % 11 == 0, amount // 100, 0)
    return {
        "订单下单时间": text.moments(placed.ordered_at[rows]),
        "订单发货时间": text.moments(np.where(sent < end, sent, NEVER)),
        "订单确认收货时间": text.moments(np.where(done < end, done, NEVER)),
        "订单完成结算时间": text.moments(np.where(done + DAY < end, done + DAY, NEVER)),
        "订单状态": text.pick(("已取消", "待发货", "待收货", "已完成"), state),
        "发货方式": "快递",
        "商品总价": text.money(goods),
        "订单实际支付金额": text.money(paid),
        "订单实际收款金额": text.money(paid),
        "订单运费": "0.00",
        "商品优惠": text.money(goods - amount),
        "积分抵扣": text.money(points),
        "支付方式": text.only(paid_at < NEVER, "微信支付"),
        "支付时间": text.moments(paid_at),
        "交易单号": text.digits(4_300_000_000_000_000 + placed.number[rows] * 7919, 16),
    }


def _recipient(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    who = story.placed.person[rows]
    city = story.people.city[who]
    return {
        "收件人姓名": full_names(who),
        "收件人地址": text.glue("和光路", text.whole(who % 900 + 1), "号"),
        "省": text.pick([province for _, province, _ in CITIES], city),
        "市": text.pick([name for name, _, _ in CITIES], city),
        "收件人手机": text.masked(story.names.of("phone", who)),
    }


def _item(story: Story, lines: np.ndarray) -> dict[str, Cell]:
    basket, placed, skus = story.basket, story.placed, [sku(n) for n in range(len(PRODUCTS))]
    product, quantity, amount = basket.product[lines], basket.quantity[lines], basket.amount_minor[lines]
    first = np.flatnonzero(basket.line_no == 1)
    returned = split(placed.refund_minor, basket.order, first, basket.amount_minor)[lines]
    prices = np.array([price for _, _, price in PRODUCTS])[product]
    return {
        "商品名称": text.pick([name for name, _, _ in PRODUCTS], product),
        "商品编码(平台)": text.digits(10_000_000 + product, 11),
        "商品编码(自定义)": text.pick(skus, product),
        "SKU编码(自定义)": text.glue(text.pick(skus, product), "-", text.whole(basket.line_no[lines])),
        "商品价格(单件)": text.money(prices),
        "商品实际价格(单件)": text.money(amount // quantity),
        "商品实际价格(总共)": text.money(amount),
        "是否预售": "否",
        "商品数量": text.whole(quantity),
        "商品已退款金额": text.money(returned),
    }
