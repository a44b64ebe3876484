"""Each platform's export looks as that platform writes it."""

from __future__ import annotations

import re

from .reading import all_of, lines_of, rows_of, truth


def test_every_row_has_as_many_cells_as_its_header(brand):
    ragged = []
    for path in brand.exports.iterdir():
        header, rows = lines_of(path)
        ragged += [path.name for row in rows if len(row) != len(header)]
    assert ragged == []


def test_platform_files_carry_a_mark_and_windows_line_ends(brand):
    begins = {path.name: path.read_bytes()[:3] for path in brand.exports.glob("youzan_*.csv")}
    assert set(begins.values()) == {b"\xef\xbb\xbf"}
    assert (brand.exports / "tmall_orders-2024.csv").read_bytes().count(b"\r\n") > 100


def test_youzan_order_numbers_begin_with_a_tab_in_every_other_file(brand):
    first = rows_of(brand.exports / "youzan_orders-202401-202406.csv")
    second = rows_of(brand.exports / "youzan_orders-202407-202412.csv")
    assert {row["订单号"][:2] for row in first if row["订单号"][:3] != "E99" and row["订单号"]} == {"\tE"}
    assert {row["订单号"][:1] for row in second if row["订单号"]} == {"E"}


def test_unpaid_youzan_orders_have_no_time_of_payment(brand):
    unpaid = [row for row in all_of(brand, "youzan_orders") if not row["买家付款时间"]]
    assert unpaid
    assert {row["订单状态"] for row in unpaid} <= {"交易关闭", "待付款"}


def test_the_recipient_is_sometimes_somebody_else(brand):
    rows = all_of(brand, "youzan_orders")
    other = [row for row in rows if "*" not in row["买家手机号"] != row["收货人手机号/提货人手机号"]]
    different = [row for row in other if row["买家手机号"] != row["收货人手机号/提货人手机号"]]
    assert 0.05 < len(different) / len(rows) < 0.15


def test_the_distributor_stands_under_both_columns_of_that_name(brand):
    header, rows = lines_of(brand.exports / "youzan_orders-202601-202606.csv")
    first, second = (place for place, name in enumerate(header) if name == "分销员")
    named = [row for row in rows if row[first]]
    assert named
    assert all(row[first] == row[second] for row in rows)


def test_youzan_customers_come_with_several_rows_for_some_phones(brand):
    phones = [row["客户手机号"] for row in rows_of(brand.exports / "youzan_customers-20260630.csv")]
    clear = [phone for phone in phones if phone.isdigit()]
    assert len(clear) > len(set(clear))
    assert {"?"} < {re.sub(r"\d", "", phone) for phone in phones}


def test_members_who_left_are_no_members_in_the_next_list(brand):
    before = {row["客户手机号"] for row in all_of(brand, "youzan_customers-20250630") if row["成为会员时间"]}
    after = {row["客户手机号"] for row in all_of(brand, "youzan_customers-20260630") if row["成为会员时间"]}
    assert before - after
    assert after - before


def test_old_tmall_orders_wrap_numbers_and_mark_phones(brand):
    rows = [row for row in all_of(brand, "tmall_orders-2024") if not row["订单编号"].startswith("E99")]
    good = [row for row in rows if row["订单编号"] != '=""']
    assert all(re.fullmatch(r'="\d{19}"', row["订单编号"]) for row in good)
    assert all(re.fullmatch(r"'199\d{8}", row["联系手机"]) for row in good)
    assert {row["订单状态"] for row in good} <= {"交易成功", "交易关闭", "等待买家付款", "买家已付款,等待卖家发货"}


def test_the_weixin_shop_names_no_buyer(brand):
    known = {row["value"] for row in truth(brand, "identifiers")}
    shown = {cell for row in all_of(brand, "weixin_shop_orders") for cell in row.values()}
    assert shown & known == set()


def test_the_current_tmall_export_names_no_buyer(brand):
    known = {row["value"] for row in truth(brand, "identifiers")}
    shown = {cell for row in all_of(brand, "tmall_orders-current") for cell in row.values()}
    assert shown & known == set()


def test_columns_of_a_weixin_order_are_repeated_for_each_item(brand):
    paid: dict[str, set[str]] = {}
    rows = [row for row in all_of(brand, "weixin_shop_orders") if row["订单号"].startswith("37")]
    for row in rows:
        paid.setdefault(row["订单号"], set()).add(row["订单实际支付金额"])
    amounts = [amounts - {"-5.00"} for amounts in paid.values()]
    assert len(rows) > len(paid)
    assert max(map(len, amounts)) == 1
