"""`siyu check`: a line for each library, table, loop and expectation, and what to do where one is not well."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import sqlalchemy as sa

from siyu.cli import checks
from siyu.core.time import instant_of
from siyu.jobs import loop
from siyu.sources.doors.wecom.seen import seen_calls
from siyu.sources.mappings import mappingfile
from siyu.store.inbox import Arrival
from siyu.store.schema import ERASURE, SUBJECT_EXPORT
from siyu.store.tables import BY_NAME
from siyu.store.workspace import open_workspace
from tests.sources.arrivals import NOW, take


def found(workspace, now: dt.datetime = NOW) -> dict[str, checks.Finding]:
    return {finding.name: finding for finding in checks.run(workspace, now)}


def orders(workspace, folder: Path, days: range, guide: str = "Wu", per_day: int = 5) -> None:
    lines = ["order_id,paid_at,paid_amount,guide,id.customer"]
    for back in days:
        day = NOW.date() - dt.timedelta(days=back)
        lines += [f"{day}-{n},{day} 10:00:00,10,{guide},c{n}" for n in range(per_day)]
    take(workspace, folder, "orders.csv", "\n".join(lines))


def test_a_store_that_will_not_open_is_told_once(workspace, tmp_path):
    orders(workspace, tmp_path, range(1, 3))
    workspace.close()
    (workspace.directory / "operations.sqlite").unlink()
    with open_workspace(workspace.directory) as opened:
        lines = found(opened)
    refused = {name: line.found for name, line in lines.items() if not line.fine}
    assert "operations.url" in refused.pop("warehouse")
    assert set(refused.values()) == {"For the same reason it could not be asked."}
    assert "identity" in refused


def test_every_library_of_the_project_has_a_line_and_fits(workspace):
    lines = [finding for name, finding in found(workspace).items() if name.startswith("library ")]
    assert {"library duckdb", "library ibis-framework", "library sqlglot"} <= {line.name for line in lines}
    assert all(line.fine for line in lines)


def test_a_mapping_of_ones_own_that_cannot_be_read_is_told_with_its_mistakes(workspace):
    folder = workspace.directory / "mappings"
    folder.mkdir()
    (folder / "till.toml").write_text('name = "till"\nrows = [{ kind = "order" }]\n', encoding="utf-8")
    shutil.copy(mappingfile.platforms() / "research" / "online_retail.toml", folder)
    lines = found(workspace)
    till = lines["mapping till.toml"]
    assert (till.fine, "unknown kind 'order'" in till.found) == (False, True)
    assert lines["mapping online_retail.toml"] == checks.Finding("mapping online_retail.toml", True, "online_retail")


def test_a_table_that_lacks_rows_is_told_with_the_way_back(workspace, tmp_path):
    orders(workspace, tmp_path, range(1, 3))
    assert found(workspace)["table orders"].fine
    workspace.warehouse.replace(BY_NAME["orders"], workspace.warehouse.table("orders").limit(3))
    line = found(workspace)["table orders"]
    assert (line.fine, "rebuild" in line.found) == (False, True)


def test_what_a_full_list_closes_is_no_row_too_many(workspace, tmp_path):
    for day, people in ((1, "123"), (2, "12")):
        listed = "id.phone\n" + "\n".join(f"1380000000{p}" for p in people)
        take(workspace, tmp_path, "fans.csv", listed, kind="relations", snapshot_of=dt.date(2026, 6, day),
             scope={"relation_type": "fan", "platform": "youzan"}, allow_drop=True)
    assert found(workspace)["table relations"] == checks.Finding("table relations", True, "4 rows")
    workspace.warehouse.replace(BY_NAME["relations"], workspace.warehouse.table("relations").limit(2))
    assert not found(workspace)["table relations"].fine


def test_a_loop_that_is_late_or_fails_is_told(workspace):
    at = instant_of(NOW)
    good = loop.State("load", 5, at - 1, at - 1, at + 5_000_000)
    loop.keep(workspace.operations, good)
    loop.keep(workspace.operations, loop.State("daily", 86_400, at, None, at, 3, "OSError at landing.py:1 add"))
    lines = found(workspace)
    assert (lines["loop load"].fine, lines["loop daily"].fine) == (True, False)
    assert not found(workspace, NOW + dt.timedelta(days=1))["loop load"].fine


def test_messages_that_wait_too_long_and_overdue_requests_are_told(workspace):
    workspace.inbox.put([Arrival("segment", "site", instant_of(NOW), b"{}")])
    row = {"status": "requested", "requested_at": 0, "due_at": instant_of(NOW) + 1, "requester": "", "reason": "",
           "reference": "", "asked": "{}", "receipt": "{}"}  # fmt: skip
    with workspace.operations.begin() as connection:
        for table in (ERASURE, SUBJECT_EXPORT):
            connection.execute(sa.insert(table).values(row))
    early, later = found(workspace), found(workspace, NOW + dt.timedelta(hours=1))
    for name in ("inbox", "erasures", "copies"):
        assert (early[name].fine, later[name].fine) == (True, False), name


def test_a_source_that_stops_is_late(workspace, tmp_path):
    orders(workspace, tmp_path, range(40, 80))
    line = found(workspace)["freshness orders"]
    assert (line.fine, "days without rows" in line.found) == (False, True)


def test_where_all_sources_are_late_each_tells_its_own_figures(workspace, tmp_path):
    orders(workspace, tmp_path, range(40, 80))
    for kind, head, days in (("events", "name", range(60, 90)), ("contents", "kind", range(30, 34))):
        lines = [f"review,{NOW.date() - dt.timedelta(days=back)} 10:00:00,c1" for back in days]
        take(workspace, tmp_path, f"{kind}.csv", "\n".join([f"{head},occurred_at,id.customer", *lines]), kind=kind)
    lines = found(workspace)
    assert "39 days without rows" in lines["freshness orders"].found
    assert "59 days without rows" in lines["freshness events"].found
    assert lines["freshness contents"].fine  # too few gaps to be judged


def test_a_column_that_goes_empty_is_named(workspace, tmp_path):
    orders(workspace, tmp_path, range(8, 60))
    orders(workspace, tmp_path, range(1, 8), guide="")
    lines = found(workspace)
    assert "orders orders guide" in lines["filled orders orders"].found
    assert lines["freshness orders"].fine


def test_a_connected_workspace_is_told_of_each_call_to_wecom_what_it_was_seen_against(workspace):
    assert not [name for name in found(workspace) if name.startswith("wecom")]
    workspace.settings = workspace.settings.with_values(wecom__corp_id="ww1234567890abcdef")
    lines = {name: finding for name, finding in found(workspace).items() if name.startswith("wecom")}
    assert len(lines) == len(seen_calls())
    assert lines["wecom GET /cgi-bin/gettoken"].found == "seen working against a stand-in, not yet live, 2026-11-25"
