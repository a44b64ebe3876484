"""Tmall: orders of the first year in the old export with the buyer, the later ones in Qianniu's, which names no buyer.

The old one is GB18030, wraps order numbers as ="...", puts an apostrophe before phones, and its recipient's phone is
not the buyer's key. Both know an amount refunded and no date of it.
"""

import numpy as np

from . import columns as text
from .calling import full_names
from .columns import NEVER
from .exportfile import Cell, Exports, Flaw
from .headers import QIANNIU_ORDER, TMALL_ORDER_2018_19
from .names import CITIES, SHOP_TMALL
from .orderids import order_ids, rows_of
from .season import DAY, day_of
from .story import Story
from .touchpoints import TMALL

OLD_SHARE = 0.4
"""Of the window, exported by the old system; with 30 months that is the first year."""
OLD_FLAWS = (
    Flaw("bad_date", "订单付款时间 ", "2024/13/45 10:00"),
    Flaw("negative_amount", "买家实际支付金额", "-1.00"),
    Flaw("missing_key", "订单编号", '"="""""'),
)
QIANNIU_FLAWS = (
    Flaw("bad_date", "订单付款时间", "明天"),
    Flaw("negative_amount", "买家实付金额", "-1.00"),
    Flaw("missing_key", "订单编号", ""),
)


def write_orders(story: Story, out: Exports) -> None:
    """Two files: before the change of systems and after it."""
    rows = rows_of(story.placed, TMALL)
    change = change_of_export(story)
    old = story.placed.ordered_at[rows] < change
    ids = order_ids(story.placed)
    _write_old(story, out, rows[old], ids, f"tmall_orders-{day_of(change - 1).year}.csv")
    _write_current(story, out, rows[~old], ids)


def change_of_export(story: Story) -> int:
    """The midnight from which orders come in the export without buyers: the month's beginning nearest to OLD_SHARE."""
    calendar = story.calendar
    wanted = day_of(calendar.start + int((calendar.end - calendar.start) * OLD_SHARE) + 15 * DAY)
    return calendar.moment(wanted.replace(day=1))


def _write_old(story: Story, out: Exports, rows: np.ndarray, ids: text.Text, file: str) -> None:
    rng = story.rng("tmall old")
    numbers = text.take(ids, rows)
    cells = {
        "订单编号": text.glue('"=""', numbers, '"""'),
        **_old_buyer(story, out, rng, rows, file),
        **_old_amounts(story, rows),
        **_old_state(story, rows),
    }
    out.write(
        file, "tmall_orders", len(rows), cells, header=TMALL_ORDER_2018_19, encoding="gb18030", newline="\r\n",
        spoil=rng, flaws=OLD_FLAWS, key="订单编号",
    )  # fmt: skip


def _old_buyer(story: Story, out: Exports, rng: np.random.Generator, rows: np.ndarray, file: str) -> dict[str, Cell]:
    who = story.placed.person[rows]
    other = rng.random(len(rows)) < story.parameters.spoiling.other_recipient
    recipient = np.where(other, rng.integers(0, story.people.count, len(rows)), who)
    out.plant(file, "other_recipient", (recipient != who).sum())
    city = text.pick([f"{province} {name}" for name, province, _ in CITIES], story.people.city[recipient])
    return {
        "买家会员名": story.names.of("taobao_nick", who),
        "买家支付宝账号": text.masked(story.names.of("phone", who)),
        "收货人姓名": full_names(recipient),
        "收货地址 ": text.glue(city, " 和光路", text.whole(recipient % 900 + 1), "号"),
        "联系手机": text.glue("'", story.names.of("phone", recipient)),
        "运送方式": "快递",
    }


def _old_amounts(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    placed = story.placed
    amount = placed.amount_minor[rows]
    paid = np.where(placed.paid_at[rows] < NEVER, amount, 0)
    return {
        "买家应付货款": text.money(amount),
        "买家应付邮费": "0.00",
        "买家支付积分": "0",
        "总金额": text.money(amount),
        "返点积分": "0",
        "买家实际支付金额": text.money(paid),
        "买家实际支付积分": "0",
        "退款金额": text.money(placed.refund_minor[rows]),
        "打款商家金额": text.money(paid - placed.refund_minor[rows]),
    }


def _old_state(story: Story, rows: np.ndarray) -> dict[str, Cell]:
    placed, end = story.placed, story.calendar.end
    paid, amount = placed.paid_at[rows], placed.amount_minor[rows]
    unpaid, returned = paid >= NEVER, placed.refund_minor[rows] == amount
    age = end - placed.ordered_at[rows]
    state = np.select([unpaid & (age < DAY), unpaid | returned, age < 2 * DAY], [0, 1, 2], 3)
    states = ("等待买家付款", "交易关闭", '"买家已付款,等待卖家发货"', "交易成功")
    received = np.where(state == 3, paid + 5 * DAY, NEVER)
    return {
        "订单状态": text.pick(states, state),
        "订单创建时间": text.moments(placed.ordered_at[rows]),
        "订单付款时间 ": text.moments(paid),
        "确认收货时间": text.moments(np.where(received < end, received, NEVER)),
        "订单关闭原因": text.only(state == 1, text.either(unpaid, "买家未付款", "退款")),
        "宝贝标题 ": text.glue('"', story.basket.titles(rows), '"'),
        "宝贝种类 ": text.whole(story.basket.lines[rows]),
        "宝贝总数量": text.whole(story.basket.lines[rows]),
        "店铺Id": "0",
        "店铺名称": SHOP_TMALL,
        "是否手机订单": "手机订单",
        "是否代付": "否",
    }


def _write_current(story: Story, out: Exports, rows: np.ndarray, ids: text.Text) -> None:
    placed, rng = story.placed, story.rng("tmall current")
    amount = placed.amount_minor[rows]
    paid = np.where(placed.paid_at[rows] < NEVER, amount, 0)
    cells = {
        "订单编号": text.take(ids, rows),
        "支付单号": text.digits(2_200_000_000_000_000 + placed.number[rows] * 104_729, 16),
        "支付详情": text.only(paid > 0, "支付宝"),
        "买家应付货款": text.money(amount),
        "买家应付邮费": "0.00",
        "总金额": text.money(amount),
        "买家实付金额": text.money(paid),
        "订单创建时间": text.moments(placed.ordered_at[rows]),
        "订单付款时间": text.moments(placed.paid_at[rows]),
        "商品标题": text.glue('"', story.basket.titles(rows), '"'),
        "退款金额": text.money(placed.refund_minor[rows]),
        "是否主动赔付": "否",
        "主动赔付金额": "0.00",
        "确认收货打款金额": text.money(paid - placed.refund_minor[rows]),
        "总金额(旧版)": text.money(amount),
    }
    out.write(
        "tmall_orders-current.csv", "tmall_orders", len(rows), cells, header=QIANNIU_ORDER, encoding="utf-8-sig",
        newline="\r\n", spoil=rng, flaws=QIANNIU_FLAWS, key="订单编号",
    )  # fmt: skip
