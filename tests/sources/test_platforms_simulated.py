"""The simulated brand's platform exports load to the cent: every order is as its truth says."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from siyu.simulate import simulate
from siyu.sources.load import load
from siyu.store import workspace as workspaces
from tests.sources.exports import NOW, facts

MAPPED = ("youzan_orders", "tmall_orders", "weixin_shop_orders")


@pytest.fixture(scope="module")
def brand(tmp_path_factory):
    """Simulated exports of the platforms, loaded; with the truth of their orders."""
    folder = tmp_path_factory.mktemp("simulated")
    simulated = simulate(folder, consumers=300, seed=11, months=18)
    paths = [written.path for written in simulated.files if written.kind in MAPPED]
    with workspaces.create(folder / "brand") as workspace:
        report = load(workspace, paths, now=NOW)
        with (simulated.truth / "orders.csv").open(encoding="utf-8") as file:
            truth = {row["order_id"]: row for row in csv.DictReader(file)}
        yield simulated, report, facts(workspace, "orders"), truth


def test_each_file_is_recognised_by_its_header(brand):
    simulated, report, _, _ = brand
    kinds = {written.path.name: written.kind for written in simulated.files}
    assert {file.file: file.mapping for file in report.files} == {f.file: kinds[f.file] for f in report.files}


def test_what_was_paid_is_what_the_truth_says(brand):
    _, _, orders, truth = brand
    paid = {row["order_id"]: row["paid_amount"] for row in orders if row["paid_at"] is not None}
    assert paid
    assert paid == {number: int(Decimal(truth[number]["amount"]) * 100) for number in paid}


def test_no_paid_order_of_these_platforms_is_lost(brand):
    _, _, orders, truth = brand
    platforms = {row["platform"] for row in orders}
    wanted = {number for number, row in truth.items() if row["platform"] in platforms and row["paid_at"]}
    assert wanted <= {row["order_id"] for row in orders}


def test_refunds_are_those_of_the_truth(brand):
    _, _, orders, truth = brand
    refunded = {row["order_id"]: row["refund_amount"] for row in orders if row["refund_amount"]}
    assert refunded == {number: int(Decimal(truth[number]["refunded"]) * 100) for number in refunded}


def test_counts_add_up_and_bad_rows_are_set_aside(brand):
    _, report, _, _ = brand
    assert all(file.read == sum(file.counts.values()) for file in report.files)
    assert report.counts["quarantined"] > 0
