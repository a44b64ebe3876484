"""`siyu simulate --platforms`, then `siyu load`: every export as it is downloaded gives back the truth's orders."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from siyu.simulate.samples import samples
from siyu.sources.coverage.coverage import coverage
from siyu.sources.mappings.mappingfile import platforms
from siyu.store.workspace import open_workspace
from tests.simulate.test_platforms import rows_of
from tests.sources.exports import facts
from tests.sources.oldbooks import xls

SAMPLES = {sample.header: sample for sample in samples(platforms())}
TELLING = [header for header, sample in SAMPLES.items() if sample.tells_orders]
STATUSES = ("loaded", "duplicate", "corrected", "filtered", "quarantined")


@pytest.fixture(scope="module")
def loaded(siyu, tmp_path_factory):
    """The brand's folder, what the load printed, the workspace, and the truth's orders by export."""
    folder = tmp_path_factory.mktemp("platforms")
    assert siyu("simulate", folder, "--platforms", "--consumers", 400).code == 0
    assert siyu("init", folder / "brand").code == 0
    ran = siyu("load", folder / "exports", "-C", folder / "brand", "--json")
    truth = defaultdict(dict)
    with (folder / "truth" / "platform_orders.csv").open(encoding="utf-8") as told:
        for row in csv.DictReader(told):
            truth[row["export"]][row["order_id"]] = row
    with open_workspace(folder / "brand") as workspace:
        yield ran, workspace, truth


@pytest.fixture(scope="module")
def orders(loaded):
    return {order["order_id"]: order for order in facts(loaded[1], "orders")}


def minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def paid(rows) -> dict[str, dict]:
    return {number: row for number, row in rows.items() if row["paid_at"]}


def test_every_export_loads_with_nothing_refused(loaded):
    ran = loaded[0]
    assert ran.code == 0
    assert len(ran.json["files"]) == len(SAMPLES)
    assert ran.json["files_refused"] == []


def test_rows_of_every_file_are_accounted_for(loaded):
    assert all(f["read"] == sum(f["counts"][s] for s in STATUSES) > 0 for f in loaded[0].json["files"])


@pytest.mark.parametrize("header", TELLING)
def test_the_paid_orders_of_an_export_are_the_truths(loaded, orders, header):
    truth = loaded[2][header]
    assert {n for n in truth if n in orders and orders[n]["paid_at"] is not None} == paid(truth).keys()
    assert paid(truth)


@pytest.mark.parametrize("header", TELLING)
def test_what_was_paid_is_what_the_truth_says_to_the_cent(loaded, orders, header):
    """Where the export deducts refunds from what was paid, and says so nowhere, what is left of it is."""
    deducted = SAMPLES[header].refunds == "deducted"
    for number, row in paid(loaded[2][header]).items():
        left = minor(row["refunded"]) if deducted else 0
        assert orders[number]["paid_amount"] == minor(row["amount"]) - left


@pytest.mark.parametrize("header", TELLING)
def test_refunds_are_as_far_as_the_export_tells_them(loaded, orders, header):
    """Stated amounts are exact; a state of the after-sales counts the whole; JD's cancelled orders are the whole."""
    tells = SAMPLES[header].refunds
    for number, row in paid(loaded[2][header]).items():
        back, whole = minor(row["refunded"]), minor(row["refunded"]) == minor(row["amount"])
        expected = {"amount": back, "status": minor(row["amount"]) if back else 0,
                    "cancelled": back if whole else 0, "deducted": 0}[tells]  # fmt: skip
        assert (orders[number]["refund_amount"] or 0) == expected


@pytest.mark.parametrize("header", TELLING)
def test_who_bought_is_told_by_the_exports_that_name_buyers_and_by_no_other(loaded, orders, header):
    truth = {number: row["person"] for number, row in loaded[2][header].items() if number in orders}
    named = {number: orders[number]["identifier_id"] for number in truth}
    if not SAMPLES[header].buyer:
        assert set(named.values()) == {None}
    else:
        known = {(truth[n], who) for n, who in named.items() if who is not None}
        assert len({person for person, _ in known}) == len(known) > 0  # one identifier a person


def test_masked_and_encrypted_phones_are_no_identifiers(loaded):
    ignored = {f["file"]: f["identifiers_ignored"] for f in loaded[0].json["files"]}
    hidden = [SAMPLES[h].file for h in ("douyin_order_current", "kuaishou_order_current", "jd_order_2026_subset")]
    assert all(set(ignored[file]["recipient_phone"]) == {"masked"} for file in hidden)


def test_ledgers_date_the_refunds_of_their_orders(loaded):
    for header in ("qianniu_settlement_current", "weixin_shop_ledger_current"):
        truth = loaded[2][SAMPLES[header].of]
        dated = {r["order_id"]: r["refund_amount"] for r in facts(loaded[1], "refunds")
                 if r["order_id"] in truth and r["refund_basis"] != "observed"}  # fmt: skip
        assert dated == {number: minor(row["refunded"]) for number, row in truth.items() if minor(row["refunded"])}


def test_lines_stand_for_the_orders_of_every_export_that_lists_goods(loaded, orders):
    lines = {line["order_id"] for line in facts(loaded[1], "order_lines")}
    for sample in SAMPLES.values():
        if sample.rows == "lines":
            assert paid(loaded[2][sample.of or sample.header]).keys() <= lines


def test_customers_are_members_of_their_platform_once_each(loaded):
    rows = facts(loaded[1], "members")
    people = [row["identifier_id"] for row in rows if row["platform"] == "youzan"]
    assert len(people) == len(set(people)) > 0
    assert any(row["platform"] == "shopify" for row in rows)


def test_coverage_says_of_each_platform_whether_its_buyers_are_known(loaded):
    found = {one["platform"]: one["answer"] for one in coverage(loaded[1])["platforms"]}
    nobody = {"douyin", "kuaishou", "pinduoduo", "weixin_shop"}
    assert {platform for platform, answer in found.items() if answer == "no"} == nobody
    assert {found[platform] for platform in ("jd", "tmall", "youzan")} == {"partly"}
    assert {found[platform] for platform in ("shopify", "xiaohongshu")} == {"yes"}


def test_the_load_says_which_files_name_nobody(loaded):
    silent = {f["file"] for f in loaded[0].json["files"] if any("names the buyer" in note for note in f["notes"])}
    assert silent == {SAMPLES[header].file for header in TELLING if not SAMPLES[header].buyer}


def test_a_workbook_of_the_old_kind_is_the_same_export(siyu, loaded, tmp_path):
    """The few rows that a small one holds: known already, so they are duplicates."""
    workspace = loaded[1].directory
    path = workspace.parent / "exports" / SAMPLES["kuaishou_order_current"].file
    (tmp_path / "快手.xls").write_bytes(xls([["订单列表"], *rows_of(path, "")[:6]]))
    found = siyu("load", tmp_path / "快手.xls", "-C", workspace, "--dry-run", "--json").json["files"][0]
    assert (found["mapping"], found["read"], found["counts"]["duplicate"]) == ("kuaishou_orders", 5, 5)


def test_a_number_out_of_range_is_refused_with_the_range(siyu, tmp_path):
    ran = siyu("simulate", tmp_path, "--platforms", "--consumers", 20_001)
    assert ran.code == 2
    assert "50 to 20,000 consumers" in ran.err
