"""Ledgers of shops: refunds dated to the second are facts, every other movement of money is filtered."""

from __future__ import annotations

import pytest

from siyu.measures.build import refresh
from siyu.store.tables import ORDER_REFUND
from tests.sources.exports import Row, facts, load_one, write

QIANNIU, WEIXIN = "qianniu_settlement_current", "weixin_shop_ledger_current"


def movement(order: str, sort: str, got: str = "", spent: str = "", **cells: str) -> Row:
    return {"商家昵称": "和光旗舰店", "入帐日期": "2026-03-08", "入帐时间": "10:00:00", "支付流水号": f"F{order}",
            "主订单id": order, "子订单id": f"{order}1", "入帐类型": sort, "收入金额(元)": got, "支出金额(元)": spent,
            **cells}  # fmt: skip


MOVEMENTS = [
    movement("1", "交易收款", got="229.00"),
    movement("1", "交易退款(售后)", spent="1,029.00"),
    movement("1", "交易退款(售后)", spent="9.00", 入帐时间="11:00:00"),
    movement("1", "交易退款(售后)", spent="9.00", 入帐时间="11:00:00"),
    movement("2", "交易退款(售中)", spent="-50.00"),
    movement("2", "服务费", spent="1.00"),
    movement("3", "交易退款(售后)", spent="0.00"),
    movement("", "提现", spent="500.00"),
]


def test_of_qianniu_only_refunds_are_facts(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "动账.csv", QIANNIU, MOVEMENTS))
    assert (report.mapping, report.counts["loaded"], report.counts["filtered"]) == ("tmall_settlement", 4, 4)
    found = sorted((r["order_id"], r["platform"], r["refund_amount"]) for r in facts(workspace, "refunds"))
    assert found == [("1", "tmall", 900), ("1", "tmall", 900), ("1", "tmall", 102900), ("2", "tmall", 5000)]


@pytest.mark.parametrize("when", ["10:00:00", "2026-03-08 10:00:00"])
def test_a_refund_is_dated_to_the_second_however_the_time_is_written(workspace, tmp_path, when):
    row = movement("1", "交易退款(售后)", spent="5.00", 入帐时间=when)
    load_one(workspace, write(tmp_path / "动账.csv", QIANNIU, [row]))
    refund = facts(workspace, "refunds")[0]
    assert (refund["refunded_at"], refund["refund_basis"]) == (1772935200 * 1_000_000, "stated")


def test_months_that_overlap_count_a_refund_once(workspace, tmp_path):
    load_one(workspace, write(tmp_path / "march.csv", QIANNIU, MOVEMENTS))
    report = load_one(workspace, write(tmp_path / "q1.csv", QIANNIU, MOVEMENTS[::-1]))
    assert (report.counts["duplicate"], report.counts["loaded"]) == (4, 0)


def flow(order: str, sort: str, amount: str, **cells: str) -> Row:
    return {"流水单号": f"W{order}", "记账时间": "2026-03-08 10:00:00", "动帐类型": sort, "收支类型": "支出",
            "收支金额": amount, "关联订单号": order, **cells}


FLOWS = [
    flow("W1", "订单支付", "150.00", 收支类型="收入"),
    flow("W1", "订单退款", "-50.00"),
    flow("W2", "订单退款", "20"),
    flow("W1", "技术服务费", "-3.50"),
    flow("W1", "退款返还技术服务费", "1.00", 收支类型="收入"),
    flow("", "提现", "-500.00"),
]


def test_of_the_weixin_shop_only_refunds_are_facts(workspace, tmp_path):
    report = load_one(workspace, write(tmp_path / "资金流水.csv", WEIXIN, FLOWS))
    assert (report.mapping, report.counts["loaded"], report.counts["filtered"]) == ("weixin_shop_ledger", 2, 4)
    assert {r["order_id"]: r["refund_amount"] for r in facts(workspace, "refunds")} == {"W1": 5000, "W2": 2000}


def test_refunds_with_a_date_take_the_place_of_those_without(workspace, tmp_path):
    orders = [{"订单编号": "1", "总金额": "300.00", "买家实付金额": "250.00", "退款金额": "50.00",
               "订单创建时间": "2026-03-01 10:00:00", "订单付款时间": "2026-03-01 10:05:00"}]
    load_one(workspace, write(tmp_path / "orders.csv", "qianniu_order_current", orders))
    rows = [movement("1", "交易退款(售后)", spent="30.00"), movement("1", "交易退款(售后)", spent="20.00")]
    load_one(workspace, write(tmp_path / "动账.csv", QIANNIU, rows))
    refresh(workspace)
    counted = workspace.warehouse.rows(ORDER_REFUND.expr())
    assert sorted(row["refund_amount"] for row in counted) == [2000, 3000]
    assert {row["refunded_at"] for row in counted} == {1772935200 * 1_000_000}
