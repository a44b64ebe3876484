"""The workspace's own measures stand on the page, and a broken one says so without taking the page with it."""

from __future__ import annotations

import datetime as dt
import textwrap
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


def own_panels(workspace, text: str, **beside: str):
    """The panels of the section of own measures when the folder holds this file, in Chinese. beside: other files, by
    name and ending (far_day_toml).
    """
    folder = Path(workspace.directory) / "metrics"
    folder.mkdir(exist_ok=True)
    files = {folder / ".".join(name.rsplit("_", 1)): own for name, own in (beside | {"big_orders_toml": text}).items()}
    for file, own in files.items():
        file.write_text(own, encoding="utf-8")
    try:
        material = gather(workspace, as_of=AS_OF, window=30, now=NOW)
    finally:
        for file in files:
            file.unlink()
    return [p for section in page(material, "zh").sections if section.name == "own" for p in section.panels]


@pytest.mark.slow
def test_an_own_topic_has_its_table_in_the_readers_language(workspace):
    (panel,) = own_panels(workspace, BIG_ORDERS)
    assert panel.title == "大额订单"
    assert panel.grid is not None
    assert panel.grid.rows == (("大额占比", "50.0%"),)


@pytest.mark.slow
def test_a_measure_of_ours_that_cannot_be_read_hides_no_other(workspace):
    fine, wrong = own_panels(workspace, BIG_ORDERS, far_day_toml=FAR_DAY)
    assert (fine.grid is not None, wrong.grid, "that has a date" in wrong.message) == (True, None, True)


@pytest.mark.slow
def test_versions_of_one_name_have_a_panel_each(workspace):
    sheet = """
    from siyu.measures.metric import Column, Sheet

    def rows(facts, asked):
        return [{"n": 1}]

    SHEETS = (Sheet("big_orders", "表", "Sheet", "Ones.", (Column("n", "数", "Number", "pieces"),), rows, version=%r),)
    """
    sheets = {f"{version[-2:]}_py": textwrap.dedent(sheet % version) for version in ("own.v1", "own.v2")}
    panels = own_panels(workspace, BIG_ORDERS, **sheets)
    assert [panel.message for panel in panels] == [""] * 3
    assert len({panel.name for panel in panels}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("column", ["5::BIGNUM", "union_value(k := 1)", "INTERVAL 1 DAY", "[1]"])
def test_a_column_that_is_no_number_is_told_and_hides_no_other(workspace, column):
    fine, wrong = own_panels(workspace, BIG_ORDERS, far_day_toml=FAR_DAY.replace("10 ** 10", column))
    assert (fine.grid is not None, "column 'newest' is" in wrong.message) == (True, True)


@pytest.mark.slow
def test_a_window_longer_than_time_has_none_before_it(workspace):
    material = gather(workspace, as_of=AS_OF, window=60_000, now=NOW)
    assert (material.previous, material.failures) == (None, {})


@pytest.mark.slow
def test_a_broken_file_of_ours_is_a_message_on_the_page(workspace):
    (panel,) = own_panels(workspace, BIG_ORDERS.replace("unit", "unitt"))
    assert panel.failed
    assert "unitt" in panel.message
