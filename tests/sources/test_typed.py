"""Texts become values: times in the brand's zone, exact money, and what is refused."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.core import settings as settings_file
from siyu.core.identifiers import Keys
from siyu.core.time import instant_of, local_day
from siyu.sources.mappings import mappingfile as mappings
from siyu.sources.mappings.expression import expression
from siyu.sources.mappings.transform import Transform
from siyu.sources.mappings.typed import example
from siyu.sources.mappings.zones import offsets
from siyu.sources.workbench import Workbench

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC",
         "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia", "Europe/Dublin")

#: What a kind cannot do without.
OTHERS = {
    "orders": {"order_id": "o", "paid_amount": "1"},
    "order_lines": {"order_id": "o", "line_no": "1", "quantity": "1", "paid_amount": "1"},
    "products": {"sku": "s"}, "touchpoint_daily": {"date": "2026-01-01", "touchpoint": "t"},
}  # fmt: skip


def read(kind, column, texts, *, spec="", **changes):
    """Values of one column of a mapping of its own (None = refused), with the other columns filled."""
    others = "\n".join(f'{name} = {{ const = "{value}" }}' for name, value in OTHERS[kind].items() if name != column)
    spec = spec or '"x"'
    text = f'name = "m"\n[[rows]]\nkind = "{kind}"\n[rows.columns]\n{others}\n{column} = {spec}'
    chosen = settings_file.defaults().with_values(**changes)
    transform = Transform(mappings.parse(text).rows[0], ["x"], chosen, Keys(b"i" * 32, b"c" * 32))
    lines = pa.array(range(2, 2 + len(texts)), pa.int64())
    batch = pa.RecordBatch.from_arrays([pa.array(texts, pa.string()), lines], names=["x", "_line"])
    with closing(Workbench()) as workbench:
        rows = transform.apply(batch, workbench).rows
    found = dict(zip(rows["_line"].to_pylist(), rows[column].to_pylist()))
    return [found.get(line) for line in lines.to_pylist()]


def at(text, zone="Asia/Shanghai"):
    return instant_of(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(("text", "same_as"), [
    ("2026-03-01", "2026-03-01T00:00:00"), ("2026-03-01 10:05", "2026-03-01T10:05:00"),
    ("2026-03-01T10:05:06", "2026-03-01T10:05:06"), ("2026/3/1 10:05:06", "2026-03-01T10:05:06"),
    ("2026-03-01 10:05:06.789", "2026-03-01T10:05:06.789"), ("2026-03-01T10:05:06+08:00", "2026-03-01T10:05:06"),
    ("2026-03-01T02:05:06Z", "2026-03-01T10:05:06"), ("2026-03-01 02:05:06 +0000", "2026-03-01T10:05:06"),
    ("2026-02-28 21:05:06-05", "2026-03-01T10:05:06"), ("2026-03-01 10:05:06,789", "2026-03-01T10:05:06.789"),
    ("2026-03-01T10:05:06,789+08:00", "2026-03-01T10:05:06.789")])
def test_times_are_read_in_the_brands_zone_or_with_their_own_offset(text, same_as):
    assert read("orders", "paid_at", [text]) == [at(same_as)]


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30 10:00:00", "01/02/2026", "20260301",
                                  "2026-03-01 25:00:00", "infinity", "epoch", "0001-01-01", "9999-12-31", "12:30",
                                  "2026-05-01T10:00:00+25:00", "2026-05-01 10:00:00-0870"])
def test_what_is_no_time_is_refused(text):
    assert read("orders", "paid_at", [text]) == [None]


@pytest.mark.parametrize("clock", [" 00:00:00", "T00:00", "T00:00:00+08:00", ""])
@pytest.mark.parametrize(("day", "is_taken"), [
    ("1900-12-31", False), ("1901-01-01", True), ("2199-12-31", True), ("2200-01-01", False)])  # fmt: skip
def test_a_time_is_of_the_years_1901_to_2199_as_it_is_written(day: str, is_taken: bool, clock: str):
    (found,) = read("orders", "paid_at", [day + clock])
    assert found == (at(day) if is_taken else None)


def test_the_last_moment_is_taken_with_an_offset_too():
    assert read("orders", "paid_at", ["2199-12-31T23:59:59-05:00"]) == [at("2200-01-01T12:59:59")]


def test_a_mapping_may_name_the_format():
    assert read("orders", "paid_at", ["20260301"], spec='{ from = "x", format = "%Y%m%d" }') == [at("2026-03-01")]


@pytest.mark.parametrize("written", [
    "%Y/%m/%d %H:%M", "%-d.%-m.%y %I:%M %p", "%Y年%m月%d日", "%c", "%x %X.%g", "%d %b %Y %H:%M:%S.%n", "%A, %B %d, %Y",
    "%Y-%m-%d %H:%M %z", "%Y%j%%"])  # fmt: skip
def test_the_example_of_a_format_is_taken_in_it(written):
    (found,) = read("orders", "paid_at", [example((written,))], spec=f'{{ from = "x", format = "{written}" }}')
    assert found in (at("2026-01-31"), at("2026-01-31 18:05:00"), at("2026-01-31 18:05:00", "UTC"))


@settings(max_examples=200)
@given(st.sampled_from(ZONES), st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2150, 1, 1)))
def test_wall_clocks_become_the_instants_and_days_of_python(zone, moment):
    info = ZoneInfo(zone)
    expected = instant_of(moment.replace(tzinfo=info))
    wall = np.array([instant_of(moment.replace(tzinfo=dt.UTC))])
    assert offsets(info).utc(wall).tolist() == [expected]
    assert offsets(info).days(np.array([expected])).tolist() == [local_day(expected, info)]


@pytest.mark.parametrize(("wall", "utc"), [("2026-10-25 01:30:00", "2026-10-25 00:30:00"),
                                           ("2026-03-29 01:30:00", "2026-03-29 01:30:00")])
def test_a_repeated_hour_is_the_first_and_a_skipped_one_moves_on(wall, utc):
    found = read("orders", "paid_at", [wall], brand__zone="Europe/London")
    assert found == [instant_of(dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC))]


@settings(max_examples=30)
@given(st.lists(st.decimals(-10**9, 10**9, places=2), min_size=1, max_size=50))
def test_amounts_are_exact(amounts):
    assert read("order_lines", "paid_amount", [str(a) for a in amounts]) == [int(a * 100) for a in amounts]


@settings(max_examples=30)
@given(st.lists(st.decimals(-10**6, 10**6, places=4), min_size=1, max_size=50))
def test_a_mapping_may_round_half_up(amounts):
    expected = [int((a * 100).quantize(Decimal(1), ROUND_HALF_UP)) for a in amounts]
    spec = '{ from = "x", round = true }'
    assert read("order_lines", "paid_amount", [str(a) for a in amounts], spec=spec) == expected


@pytest.mark.parametrize(("text", "minor"), [
    ("5", 500), ("5.", 500), (".5", 50), ("+5.10", 510), ("-0.01", -1), ("5.1000", 510), ("7.6499999999999995", 765),
    ("5.005", None), ("five", None), ("1,5", None), ("nan", None), ("1e400", None), ("9999999999999", None),
    ("6.9012345678901E+12", None), ("-1.00000000000012e+12", None), ("1.23456789012345678e+16", None),
    ("999999999999.999999", None)])
def test_amounts_that_are_none_or_too_fine_are_refused(text, minor):
    assert read("order_lines", "paid_amount", [text]) == [minor]


def test_currency_signs_are_a_matter_of_the_mapping():
    spec = '{ from = "x", functions = ["money"] }'
    assert read("orders", "paid_amount", ["¥1,234.50", "￥ 20元"], spec=spec) == [123450, 2000]


@pytest.mark.parametrize(("text", "minor"), [
    ("1,234,567.8", 123456780), ("-¥1，234", -123400), ("1234,56", None), ("1,23,4.50", None), ("12,3456", None),
    (",234", None), ("1,234,", None)])
def test_a_comma_that_parts_no_thousands_is_refused_and_not_taken_out(text, minor):
    assert read("order_lines", "paid_amount", [text], spec='{ from = "x", functions = ["money"] }') == [minor]


def test_a_currency_without_minor_units_takes_whole_amounts():
    assert read("orders", "paid_amount", ["500", "500.5"], brand__currency="JPY") == [500, None]


def test_flags_are_read_in_both_languages():
    texts = ["true", "FALSE", "1", "0", "yes", "no", "是", "否", "maybe"]
    assert read("orders", "is_test", texts) == [True, False, True, False, True, False, True, False, None]


def test_whole_numbers_and_dates():
    assert read("touchpoint_daily", "visitors", ["12", "12.0", "12.5"]) == [12, 12, None]
    assert read("products", "launched_at", ["2026-03-01", "1969-12-31", "March"]) == [20513, -1, None]


LISTED = """
name = "m"
[[rows]]
kind = "orders"
[rows.columns]
order_id = "x"
paid_amount = { from = "a", values = { "%s" = "1.00" } }
paid_at = "d"
"id.phone" = "p"
"""


def test_files_of_a_shape_share_their_expression_and_others_do_not():
    rows, again, other = (mappings.parse(LISTED % value).rows[0] for value in ("one", "one", "eins"))
    headers = ("x", "a", "d", "p")
    shared = expression(rows, headers, "CNY", snapshot=False)
    assert expression(again, headers, "CNY", snapshot=False) is shared
    assert expression(other, headers, "CNY", snapshot=False).sql != shared.sql
    assert expression(rows, headers, "JPY", snapshot=False).sql != shared.sql
    assert expression(rows, (*headers, "z"), "CNY", snapshot=False) is not shared
    assert expression(rows, headers, "CNY", snapshot=True) is not shared
