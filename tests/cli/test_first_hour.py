"""A new user's first hour: Youzan's customer and order exports, two months apart, to F, A, S and a report."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sources.exports import Row, write

#: Mornings of the two downloads; the second is also the day asked about, with a window that opens at the first.
FIRST, SECOND = dt.date(2026, 5, 1), dt.date(2026, 6, 30)
WINDOW = (SECOND - FIRST).days


@dataclass(frozen=True)
class Customer:
    """One customer: days of joining and of following (None = never), the day they left, and paid orders by day."""

    phone: str
    joined: dt.date | None
    followed: dt.date | None
    left: bool
    orders: tuple[tuple[dt.date, int], ...]

    def rung(self, morning: dt.date) -> int:
        """The rung of the ladder when the day of a download begins, worked out by hand; 0 = none."""
        is_member = self.joined is not None and self.joined < morning and not (self.left and morning == SECOND)
        is_fan = self.followed is not None and self.followed < morning
        occasions = len({day for day, _ in self.orders if day < morning})
        return (2 + min(occasions, 2)) if is_member else int(is_fan)


@pytest.fixture(scope="module")
def customers() -> list[Customer]:
    rng = random.Random(20260630)
    return [_customer(rng, number) for number in range(150)]


def _customer(rng: random.Random, number: int) -> Customer:
    def day(chance: float) -> dt.date | None:
        drawn = dt.date(2025, 9, 1) + dt.timedelta(days=rng.randrange(302))
        return drawn if rng.random() < chance and drawn not in (FIRST, SECOND) else None

    bought = sorted(found for _ in range(rng.randrange(4)) if (found := day(0.9)))
    orders = tuple((found, rng.randrange(900, 90_000)) for found in bought)
    joined = day(0.6)
    left = joined is not None and joined < FIRST and rng.random() < 0.1
    return Customer(f"138{number:08d}", joined, day(0.4), left, orders)


def _customer_rows(customers: list[Customer], morning: dt.date) -> list[Row]:
    """The list as it was that morning: those who have joined or followed, without those who have left."""
    return [
        {
            "客户手机号": c.phone,
            "是否会员": "是" if c.rung(morning) > 1 else "否",
            "成为客户时间": "2025-08-01 09:00:00",
            "成为会员时间": f"{c.joined} 12:00:00" if c.rung(morning) > 1 else "",
            "公众号关注时间": f"{c.followed} 12:00:00" if c.followed and c.followed < morning else "",
        }
        for c in customers
        if c.rung(morning)
    ]


def _order_rows(customers: list[Customer], morning: dt.date) -> list[Row]:
    """All orders until that morning, so that the second export repeats the first."""
    placed = [(c, day, fen, f"E{c.phone}{i}") for c in customers for i, (day, fen) in enumerate(c.orders)]
    return [
        {
            "订单号": number,
            "归属店铺": "和光旗舰店",
            "订单创建时间": f"{day} 20:00:00",
            "买家付款时间": f"{day} 20:01:00",
            "订单实付金额": f"{fen / 100:.2f}",
            "订单已退款金额": "0.00",
            "买家手机号": c.phone,
        }
        for c, day, fen, number in placed
        if day < morning
    ]


@pytest.fixture(scope="module")
def brand(siyu, tmp_path_factory: pytest.TempPathFactory, customers: list[Customer]) -> Path:
    """The workspace after the commands a new user types."""
    folder = tmp_path_factory.mktemp("first-hour")
    directory = folder / "brand"
    assert siyu("init", directory).code == 0
    scope = "relation_type=member,platform=youzan"
    for morning in (FIRST, SECOND):
        people = write(folder / f"客户-{morning}.csv", "youzan_customer_2026", _customer_rows(customers, morning))
        orders = write(folder / f"订单-{morning}.csv", "youzan_order_2026", _order_rows(customers, morning))
        assert siyu("load", people, "--snapshot-of", morning, "--scope", scope, "-C", directory).code == 0
        assert siyu("load", orders, "-C", directory).code == 0
    return directory


@pytest.fixture(scope="module")
def measured(siyu, brand: Path):
    ran = siyu("measure", "--as-of", SECOND, "--window", WINDOW, "--json", "-C", brand)
    assert ran.code == 0
    return ran.json["fast_plus"]


def test_youzan_exports_two_months_apart_give_f_a_s_and_a_report(siyu, measured, brand, tmp_path, customers):
    before, after = ([c.rung(morning) for c in customers] for morning in (FIRST, SECOND))
    assert measured["F"]["sustainable_relationships"] == sum(rung > 0 for rung in after)
    eligible = [(b, a) for b, a in zip(before, after) if b]
    assert measured["A"]["eligible"] == len(eligible)
    assert measured["A"]["deepened"] == sum(a > b for b, a in eligible)
    by_hand = sum(fen for c in customers for _, fen in c.orders)
    assert measured["S"]["own_total"] == by_hand

    sql = "SELECT sum(paid_amount) AS gmv FROM orders WHERE paid_at IS NOT NULL"
    assert siyu("query", sql, "--json", "-C", brand).json["rows"] == [{"gmv": by_hand}]

    page = tmp_path / "report.html"
    assert siyu("report", "--as-of", SECOND, "-o", page, "--lang", "zh", "-C", brand).code == 0
    assert "可持续运营私域关系数" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_refunds_without_a_date_are_told_until_a_day_that_knows_them(siyu, tmp_path):
    """Youzan dates none: the day of the newest order is before them; measure and report say so."""
    row = {"订单号": "E1", "归属店铺": "店", "订单创建时间": "2026-05-01 20:00:00",
           "买家付款时间": "2026-05-01 20:01:00", "订单实付金额": "100.00", "订单已退款金额": "40.00",
           "买家手机号": "13800000001"}  # fmt: skip
    directory, page = tmp_path / "brand", tmp_path / "report.html"
    assert siyu("init", directory).code == 0
    assert siyu("load", write(tmp_path / "订单.csv", "youzan_order_2026", [row]), "-C", directory).code == 0
    told = siyu("measure", "-C", directory)
    assert "CNY 100" in told.out
    assert "refunds of 1 order(s), CNY 40" in told.err
    assert "refunds of 1 order(s), CNY 40" in siyu("daily", "-C", directory).err
    day = told.err.split("--as-of ")[1].split()[0]
    again = siyu("measure", "--as-of", day, "-C", directory)
    assert "CNY 60" in again.out
    assert "refunds of" not in again.err
    assert siyu("report", "-o", page, "--lang", "zh", "-C", directory).code == 0
    assert "尚未扣减：1 笔订单的退款" in page.read_text(encoding="utf-8")


def test_coverage_says_what_the_two_exports_cannot_answer(siyu, measured, brand):
    found = siyu("coverage", "--json", "-C", brand).json
    answers = {question["code"]: question["answer"] for question in found["questions"]}
    assert (answers["S"], answers["T"], answers["sms_email"]) == ("yes", "no", "no")
    assert found["next_export"] is not None


@pytest.mark.slow
def test_members_without_consent_are_reached_by_sms_only_after_a_declaration(siyu, measured, brand):
    assert measured["F"]["by_channel"].get("sms", 0) == 0
    ran = siyu("consent", "declare", "--source", "会员协议", "--notice-version", "v2", "--from", "2025-01-01",
               "--proof", "legal/2025-01.pdf", "-C", brand)  # fmt: skip
    assert ran.code == 0
    again = siyu("measure", "--as-of", SECOND, "--json", "-C", brand).json["fast_plus"]["F"]["by_channel"]
    assert again["sms"] == again["member_center"]
