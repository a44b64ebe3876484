"""The truth agrees with the exports: the same orders, the same money, the same people."""

from __future__ import annotations

from collections import Counter

from siyu.simulate.id_columns import BLOCKED

from .reading import Row, all_of, cents, parameters, truth


def good(rows: list[Row], key: str) -> list[Row]:
    """Without the bad rows: those have a new number or none."""
    return [row for row in rows if row[key].strip('="') and not row[key].startswith("E99")]


def exported(brand) -> dict[str, tuple[int, int]]:
    """Paid amount and refund of each paid order, as the exports have them."""
    found: dict[str, tuple[int, int]] = {}
    for prefix, key, when, paid, back in (
        ("youzan_orders", "订单号", "买家付款时间", "订单实付金额", "订单已退款金额"),
        ("tmall_orders-2024", "订单编号", "订单付款时间 ", "买家实际支付金额", "退款金额"),
        ("tmall_orders-current", "订单编号", "订单付款时间", "买家实付金额", "退款金额"),
    ):
        for row in good(all_of(brand, prefix), key):
            if row[when] and not row[paid].startswith("-"):
                found[row[key].strip('\t="')] = cents(row[paid]), cents(row[back])
    for row in good(all_of(brand, "weixin_shop_orders"), "订单号"):
        if row["支付时间"]:
            before = found.get(row["订单号"], (0, 0))[1]
            found[row["订单号"]] = cents(row["订单实际支付金额"]), before + cents(row["商品已退款金额"])
    refunds = {row["order_id"]: cents(row["refund_amount"]) for row in good(all_of(brand, "refunds"), "refund_id")}
    for row in good(all_of(brand, "orders"), "order_id"):
        if row["paid_at"] and row["order_id"][0] in "SP":
            back = cents(row["refund_amount"]) if row["refund_amount"] else refunds.get(row["order_id"], 0)
            found[row["order_id"]] = cents(row["paid_amount"]), back
    return found


def test_the_exports_hold_the_true_orders_with_their_money(brand):
    true = {row["order_id"]: (cents(row["amount"]), cents(row["refunded"])) for row in truth(brand, "orders")}
    assert len(true) > 3000
    assert exported(brand) == true


def test_gmv_by_platform_adds_up(brand):
    paid = Counter[str]()
    for row in truth(brand, "orders"):
        paid[row["platform"]] += cents(row["amount"])
    youzan = good(all_of(brand, "youzan_orders"), "订单号")
    assert sum(cents(row["订单实付金额"]) for row in youzan if row["买家付款时间"]) == paid["youzan"]


def test_order_lines_add_up_to_their_orders(brand):
    lines = Counter[str]()
    for row in good(all_of(brand, "order_lines"), "order_id"):
        if row["line_no"]:
            lines[row["order_id"]] += cents(row["paid_amount"])
    others = [row for row in truth(brand, "orders") if row["platform"] != "weixin_shop"]  # which exports its own lines
    true = {row["order_id"]: cents(row["amount"]) for row in others}
    assert lines == true


def test_every_identifier_in_the_exports_belongs_to_a_known_person(brand):
    known = {(row["namespace"], row["value"]) for row in truth(brand, "identifiers")}
    known |= {("phone", phone) for phone in parameters(brand)["store_phones"]}
    strange = set()
    for prefix in ("orders", "relations", "members", "consents", "events", "contents", "feedback"):
        for row in all_of(brand, prefix):
            ids = {(name[3:], value) for name, value in row.items() if name.startswith("id.") and value}
            strange |= {(name, value) for name, value in ids - known if value not in BLOCKED}
    assert strange == set()


def test_some_records_carry_two_identifiers_and_some_only_one(brand):
    counts = Counter(
        sum(1 for name, value in row.items() if name.startswith("id.") and value) for row in all_of(brand, "relations")
    )
    assert counts[1] > 100
    assert counts[2] + counts[3] > 100


def test_relations_in_the_files_are_the_true_ones(brand):
    true = Counter(row["relation_type"] for row in truth(brand, "relations"))
    seen = Counter(row["relation_type"] for row in all_of(brand, "relations"))
    for kind in ("dedicated_service", "group_member", "live_follow", "miniprogram_user", "offline_member"):
        assert true[kind] <= seen[kind] <= true[kind] + 3  # a bad row more, at most, for each flaw


def test_referrals_say_why_they_are_there(brand):
    true = Counter(row["why"] for row in truth(brand, "referrals"))
    assert true["invitation"] == parameters(brand)["referral_effect"]["brought_persons"]
    assert min(true[why] for why in ("self", "repeated", "late", "click")) > 0


def test_the_readme_names_every_file_of_the_truth(brand):
    readme = (brand.truth / "README.md").read_text(encoding="utf-8")
    missing = [path.name for path in brand.truth.iterdir() if path.name != "README.md" and path.name not in readme]
    assert missing == []
