"""The workspace's own measures stand on the page, and a broken one says so without taking the page with it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from siyu.console.gather import gather
from siyu.console.page import page
from siyu.store import workspace as workspaces
from tests.console.test_report import AS_OF, BRAND
from tests.plain import load_plain

FAR_DAY = """
name = "far_day"
zh = "远日"
en = "Far day"
sql = "SELECT 10 ** 10 AS newest"
[[metric]]
code = "far_day.newest"
zh = "最近一天"
en = "Newest day"
unit = "day"
definition = "An instant that was taken for a day."
numerator = "newest"
"""
NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
BIG_ORDERS = '''
name = "big_orders"
zh = "大额订单"
en = "Big orders"
dimensions = []
sql = """
SELECT count(*) AS orders, count(CASE WHEN paid_amount >= 8000 THEN 1 END) AS big
FROM orders WHERE paid_day <= :as_of
"""
[[metric]]
code = "big_orders.share"
zh = "大额占比"
en = "Share of big orders"
unit = "share"
definition = "Orders of 80 or more over all."
numerator = "big"
denominator = "orders"
'''


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with workspaces.create(tmp_path_factory.mktemp("own")) as fresh:
        load_plain(fresh, BRAND)
        yield fresh


def own_panels(workspace, text: str):
    """The panels of the section of own measures when the folder holds this file, in Chinese."""
    folder = Path(workspace.directory) / "metrics"
    folder.mkdir(exist_ok=True)
    (folder / "big_orders.toml").write_text(text, encoding="utf-8")
    material = gather(workspace, as_of=AS_OF, window=30, now=NOW)
    return [p for section in page(material, "zh").sections if section.name == "own" for p in section.panels]


@pytest.mark.slow
def test_an_own_topic_has_its_table_in_the_readers_language(workspace):
    (panel,) = own_panels(workspace, BIG_ORDERS)
    assert panel.title == "大额订单"
    assert panel.grid is not None
    assert panel.grid.rows == (("大额占比", "50.0%"),)


@pytest.mark.slow
def test_a_measure_of_ours_that_cannot_be_read_hides_no_other(workspace):
    other = Path(workspace.directory) / "metrics" / "far_day.toml"
    other.parent.mkdir(exist_ok=True)
    other.write_text(FAR_DAY, encoding="utf-8")
    try:
        fine, wrong = own_panels(workspace, BIG_ORDERS)
    finally:
        other.unlink()
    assert (fine.grid is not None, wrong.grid, "that has a date" in wrong.message) == (True, None, True)


@pytest.mark.slow
def test_a_broken_file_of_ours_is_a_message_on_the_page(workspace):
    (panel,) = own_panels(workspace, BIG_ORDERS.replace("unit", "unitt"))
    assert panel.failed
    assert "unitt" in panel.message
