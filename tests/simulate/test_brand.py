"""The public function: reproducible, complete, and careful with what is already there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from siyu.simulate import Simulated, simulate

from .reading import lines_of, parameters


def contents(brand: Simulated) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for folder in (brand.exports, brand.truth) for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first = simulate(tmp_path / "a", consumers=300, seed=5)
    assert contents(simulate(tmp_path / "b", consumers=300, seed=5)) == contents(first)


def test_another_seed_gives_another_brand(tmp_path):
    first = contents(simulate(tmp_path / "a", consumers=300, seed=5))
    other = contents(simulate(tmp_path / "b", consumers=300, seed=6))
    assert [name for name in ("events.csv", "orders.csv", "persons.csv") if first[name] == other[name]] == []


def test_every_file_is_listed_with_its_rows(brand):
    listed = {written.path: written.rows for written in brand.files}
    assert listed == {path: len(lines_of(path)[1]) for path in brand.exports.iterdir()}


def test_every_canonical_kind_and_platform_is_written(brand):
    assert {written.kind for written in brand.files} == {
        "youzan_orders", "youzan_customers", "tmall_orders", "weixin_shop_orders", "orders", "order_lines", "refunds",
        "relations", "members", "consents", "events", "referrals", "contents", "feedback", "products", "promotions",
        "spend", "targets", "benchmarks", "touchpoint_daily", "reported_metrics",
    }  # fmt: skip


def test_files_that_are_there_are_not_overwritten(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "orders.csv").write_text("mine")
    with pytest.raises(FileExistsError, match="choose an empty directory"):
        simulate(tmp_path, consumers=300)
    assert (tmp_path / "exports" / "orders.csv").read_text() == "mine"


@pytest.mark.parametrize("wrong", [{"consumers": 3}, {"consumers": 10**9}, {"months": 1}])
def test_a_size_out_of_range_is_refused(tmp_path: Path, wrong):
    with pytest.raises(ValueError, match="must be between"):
        simulate(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_from_nothing_to_done(tmp_path):
    told = []
    simulate(tmp_path, consumers=100, months=3, progress=lambda stage, done: told.append((done, stage)))
    assert told == sorted(told)
    assert (told[0][0], told[-1]) == (0.0, (1.0, "done"))


@pytest.mark.parametrize(("end", "months"), [(dt.date(2024, 2, 29), 7), (dt.date(2025, 8, 15), 12)])
def test_any_window_gives_its_days(tmp_path, end, months):
    brand = simulate(tmp_path, consumers=200, end=end, months=months)
    assert parameters(brand)["last_day"] == end.isoformat()
    days = {path.name for path in brand.exports.glob("youzan_customers-*")}
    assert f"youzan_customers-{end:%Y%m%d}.csv" in days


def test_the_smallest_brand_is_written_too(tmp_path):
    assert simulate(tmp_path, consumers=50, months=2).rows > 50
