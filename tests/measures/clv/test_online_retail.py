"""Online Retail, purchase days in weeks: one year does not identify dropout and is named, two years do."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from siyu.measures.clv.ladder import fit
from siyu.measures.clv.summary import Summary

ENDED = (dt.date(2011, 12, 9) - dt.date(1970, 1, 1)).days
FIRST = """select "Customer ID"::double buyer, "InvoiceDate"::timestamp at_, "Invoice" invoice, "Quantity" quantity,
  "Price" price from read_parquet('{}/online_retail_2009_10.parquet')"""
SECOND = """select "CustomerID"::double buyer, "InvoiceDate"::timestamp at_, "InvoiceNo" invoice, "Quantity" quantity,
  "UnitPrice" price from read_parquet('{}/online_retail_2010_12.parquet')"""
DAYS = """select distinct buyer::int buyer, at_::date - date '1970-01-01' as day from ({})
  where buyer is not null and not isnan(buyer) and quantity > 0 and price > 0 and invoice not like 'C%'"""


def summary(lines: str) -> Summary:
    days = duckdb.sql(DAYS.format(lines)).fetchnumpy()
    return Summary.of_purchases(days["buyer"], days["day"], end_day=ENDED)


def test_one_year_is_named_degenerate_and_falls_back(shared):
    shown = fit(summary(SECOND.format(shared / "data"))).as_json()
    assert (shown["model"], shown["n"], shown["converged"]) == ("empirical_bayes", 4338, True)
    assert shown["fallback"]["from"] == "bg_nbd"
    assert shown["fallback"]["reason"].startswith("dropout is not identified")


def test_two_years_give_the_values_of_the_data_s_readme(shared):
    shown = fit(summary(f"{FIRST} union all {SECOND}".replace("{}", str(shared / "data")))).as_json()
    assert (shown["model"], shown["n"], shown["fallback"]) == ("bg_nbd", 5878, None)
    assert list(shown["params"].values()) == pytest.approx([0.664, 9.034, 0.109, 2.416], abs=1e-3)
    assert shown["log_likelihood"] == pytest.approx(-86053.9, abs=0.1)
