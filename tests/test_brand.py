"""A brand in Python: the verbs of the command line, and a caller's mistake told before any work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

import siyu
from siyu.brand import Brand
from siyu.core.errors import SiyuError

ORDERS = "order_id,paid_at,paid_amount,id.phone\no1,2026-06-01,10,13800000001\no2,2026-06-02,5,13800000002\n"
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[Brand]:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    with siyu.open(tmp_path / "brand", make=True) as made:
        yield made


def test_files_become_a_document_and_a_report(brand, tmp_path):
    assert brand.load(tmp_path / "orders.csv", now=NOW).read == 2
    assert brand.resolve().consumers == 2
    assert brand.measure(dt.date(2026, 6, 30), now=NOW)["fast_plus"]["S"]["own_total"] == 1500
    assert brand.query("SELECT count(*) AS n FROM orders").to_pylist() == [{"n": 2}]
    assert brand.coverage()["questions"]
    written = brand.report(tmp_path / "r.html", as_of=dt.date(2026, 6, 30), lang="en", now=NOW)
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"as_of": "2026-06-30"}, "as_of: expected a datetime.date, found '2026-06-30'"),
        ({"as_of": dt.datetime(2026, 6, 30)}, "as_of: expected a datetime.date, found datetime"),
        ({"window": "30"}, "window: expected a whole number of days, found '30'"),
        ({"window": 0}, "A window is 1 to"),
        ({"as_of": dt.date(2030, 1, 1)}, "still to come"),
    ],
)
def test_a_question_that_is_none_is_told_as_such(brand, tmp_path, asked, told):
    brand.load(tmp_path / "orders.csv", now=NOW)
    with pytest.raises(SiyuError, match=told):
        brand.measure(**asked, now=NOW)


@pytest.mark.parametrize(
    ("name", "lang", "told"),
    [
        ("r.html", "fr", "lang: expected zh or en, found 'fr'"),
        ("r.pdf", "en", r"r\.pdf: expected a name that ends in \.html"),
        ("brand", "zh", r"brand: expected a name that ends in"),
    ],
)
def test_a_report_nobody_can_write_is_refused_before_anything_is_measured(brand, tmp_path, name, lang, told):
    with pytest.raises(SiyuError, match=told) as refused:  # there is nothing to measure yet: that would be told later
        brand.report(tmp_path / name, lang=lang, now=NOW)
    assert not str(refused.value).startswith("-o")
