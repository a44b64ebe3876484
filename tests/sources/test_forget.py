"""The erased are taken out of what arrives: nothing is loaded, landed or quarantined of them; orders lose the name."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from siyu.core.identifiers import identifier_id, normalise
from siyu.core.time import instant_of
from siyu.sources.landed import landing, quarantine
from siyu.sources.live import drain
from siyu.sources.mappings.mapping import OUTPUTS
from siyu.sources.replay import rebuild
from siyu.store.inbox import Arrival
from siyu.store.schema import SPARED, TOMBSTONE
from siyu.store.workspace import Workspace
from tests.sources.arrivals import LATER, NOW, everything, in_force, take
from tests.sources.test_live import page, put

LIN, ANNA = "13812345678", "13900000001"
ORDERS = f"""order_id,paid_at,paid_amount,note,id.phone,id.recipient_phone
    o1,2026-03-01,5,lin's secret,{LIN},{LIN}
    o2,2026-03-01,7,anna's secret,{ANNA},{LIN}
    o3,never,9,lin's third secret,{LIN},"""


def erased(workspace: Workspace, *named: str, spared: tuple[tuple[str, str], ...] = ()) -> None:
    """Tombstones as an erasure leaves them."""
    with workspace.operations.begin() as connection:
        same = {"key_hash": "", "erased_at": 1, "erasure_id": 1}
        connection.execute(sa.insert(TOMBSTONE), [{"identifier_id": id_of(workspace, name), **same} for name in named])
        for a, b in spared:
            pair = {"identifier_id": id_of(workspace, a), "other_id": id_of(workspace, b)}
            connection.execute(sa.insert(SPARED).values(pair))


def id_of(workspace: Workspace, name: str) -> int:
    namespace, value = name.split(":")
    return identifier_id(workspace.keys.key(namespace, normalise(namespace, value)))


def landed(workspace: Workspace) -> str:
    """All that the landed files hold, as one text."""
    rows = [row for path in workspace.landed.iterdir() for batch in landing.batches(path, workspace.keys)
            for row in batch.to_pylist()]
    return json.dumps([rows, [landing.bad_rows(path, workspace.keys) for path in workspace.landed.iterdir()]])


@pytest.fixture
def after(workspace: Workspace) -> Workspace:
    """A workspace in which Lin is erased."""
    erased(workspace, f"phone:{LIN}", f"recipient_phone:{LIN}")
    return workspace


def test_an_erased_buyers_orders_are_taken_without_a_name(after, tmp_path):
    report = take(after, tmp_path, "orders.csv", ORDERS)
    assert (report.counts["loaded"], report.counts["quarantined"], report.files[0].erased) == (2, 1, 2)
    anna = id_of(after, f"phone:{ANNA}")
    columns = ("order_id", "paid_amount", "identifier_id")
    assert in_force(after, "orders", *columns) == [("o1", 500, None), ("o2", 700, anna)]
    identifiers = after.warehouse.rows(after.warehouse.table("identifier"))
    assert [row["identifier_id"] for row in identifiers] == [anna]


def test_what_is_refused_shows_no_phone_of_the_erased_in_any_cell(after, tmp_path):
    erased(after, "member_card:c77")
    text = f"""order_id,paid_at,paid_amount,id.phone
        of {LIN},never,7,{LIN}
        of c77,never,7,{LIN}
        of {LIN},never c77,7,{ANNA}"""
    assert take(after, tmp_path, "orders.csv", text).counts["quarantined"] == 3
    cells = [tuple(row["cells"].values()) for row in quarantine.rows(after)]
    assert cells == [("of ***", "never", "7"), ("***", "never", "7"), ("of ***", "never c77", "7", ANNA)]


def test_nothing_of_the_erased_is_landed_or_quarantined(after, tmp_path):
    take(after, tmp_path, "orders.csv", ORDERS)
    kept = landed(after) + json.dumps([row["cells"] for row in quarantine.rows(after)])
    for gone in (LIN, "lin's secret", "third secret"):
        assert gone not in kept
    assert ANNA in kept
    assert {row["cells"]["order_id"] for row in quarantine.rows(after)} == {"o3"}


def test_rows_of_other_kinds_are_filtered(after, tmp_path):
    report = take(after, tmp_path, "events.csv", f"""occurred_at,name,touchpoint,id.phone
        2026-03-01,visit,shop,{LIN}
        2026-03-01,visit,shop,{ANNA}
        2026-03-01,visit,shop,""")
    assert (report.counts["loaded"], report.counts["filtered"], report.files[0].erased) == (2, 1, 1)
    assert "1 row(s) of erased people" in "\n".join(report.lines())
    assert LIN not in landed(after)


def test_a_file_of_nobody_but_the_erased_loads_nothing(after, tmp_path):
    report = take(after, tmp_path, "contents.csv", f"occurred_at,id.phone\n 2026-01-01,{LIN}\n never,{LIN}")
    assert (report.read, report.counts["filtered"]) == (2, 2)


def test_a_referral_goes_with_either_side_and_leaves_the_others_profile(after, tmp_path):
    mapping = tmp_path / "invited.toml"
    mapping.write_text("""name = "invited"
[[rows]]
kind = "members"
[rows.columns]
tier = "tier"
"id.phone" = "phone"
[[rows]]
kind = "referrals"
[rows.columns]
occurred_at = "on"
kind = { const = "accepted" }
"inviter.id.phone" = "by"
"invitee.id.phone" = "phone"
""", encoding="utf-8")
    take(after, tmp_path, "f.csv", f"on,phone,by,tier\n 2026-01-01,{ANNA},{LIN},gold", mapping=str(mapping))
    assert in_force(after, "members", "tier") == [("gold",)]
    assert in_force(after, "referrals", "kind") == []
    assert LIN not in landed(after)
    before = everything(after)
    assert rebuild(after, LATER).equal
    assert everything(after) == before


def test_an_unseen_card_beside_an_erased_phone_is_the_erased_persons(after, tmp_path):
    take(after, tmp_path, "contents.csv", f"occurred_at,id.member_card,id.phone\n 2026-01-01,c1,{LIN}")
    assert in_force(after, "contents", "identifier_id") == []


def test_whoever_shared_a_phone_with_the_erased_stays(workspace, tmp_path):
    erased(workspace, f"phone:{LIN}", spared=((f"phone:{LIN}", "member_card:c1"),))
    take(workspace, tmp_path, "contents.csv", f"occurred_at,id.member_card,id.phone\n 2026-01-01,c1,{LIN}")
    assert in_force(workspace, "contents", "identifier_id") == [(id_of(workspace, "member_card:c1"),)]
    assert LIN not in landed(workspace)
    assert workspace.warehouse.count(workspace.warehouse.table("identifier")) == 1


def test_orders_grouped_from_lines_lose_the_name_and_keep_the_sum(after, tmp_path):
    mapping = tmp_path / "lines.toml"
    mapping.write_text("""name = "lines"
[[rows]]
kind = "orders"
group_by = ["order_id"]
[rows.columns]
order_id = "no"
paid_amount = { from = "paid", aggregate = "sum" }
"id.phone" = "phone"
""", encoding="utf-8")
    take(after, tmp_path, "f.csv", f"no,paid,phone,address\n o1,5,{LIN},here\n o1,7,{LIN},here", mapping=str(mapping))
    assert in_force(after, "orders", "order_id", "paid_amount", "identifier_id") == [("o1", 1200, None)]
    assert "here" not in landed(after)


def test_a_row_that_is_no_row_and_names_the_erased_is_not_kept(after, tmp_path):
    report = take(after, tmp_path, "contents.csv", f"""occurred_at,id.phone
        2026-01-01,{ANNA}
        2026-01-02,{LIN},more,cells
        2026-01-03,{ANNA},more,cells""")
    assert (report.counts["filtered"], report.counts["quarantined"], report.files[0].erased) == (1, 1, 1)
    assert LIN not in landed(after) + json.dumps([row["cells"] for row in quarantine.rows(after)])


def test_the_index_of_a_landed_file_names_nobody_erased_and_nothing_unread_of_theirs(after, tmp_path):
    take(after, tmp_path, "contents.csv", f"occurred_at,id.phone\n 2026-01-01,{LIN}\n 2026-01-01,{ANNA}")
    (path,) = after.landed.iterdir()
    assert landing.chunks_of(path, after.keys, [id_of(after, f"phone:{LIN}")]) == []
    assert landing.places_of(path, after.keys).tolist() == [2 * OUTPUTS]


def test_a_snapshot_ends_nothing_of_the_erased_and_opens_nothing(after, tmp_path):
    take(after, tmp_path, "relations.csv", f"id.phone\n {LIN}\n {ANNA}", kind="relations",
         snapshot_of=dt.date(2026, 6, 1), scope={"relation_type": "fan", "platform": "youzan"})
    assert in_force(after, "relations", "identifier_id") == [(id_of(after, f"phone:{ANNA}"),)]
    assert np.isin(2 * OUTPUTS, landing.places_of(next(after.landed.iterdir()), after.keys))


def test_landed_batches_of_the_erased_have_the_columns_of_the_others(after, tmp_path):
    take(after, tmp_path, "orders.csv", ORDERS)
    (path,) = after.landed.iterdir()
    assert pa.Table.from_batches(landing.batches(path, after.keys)).column_names[0] == "order_id"


def test_a_number_longer_than_any_is_no_id_and_stops_nothing(after):
    """Loads look for the erased in whatever they refuse."""
    call = {"type": "track", "event": "X", "messageId": "h", "userId": "u", "properties": {"n": "N"}}
    body = json.dumps({"batch": [call]}).replace('"N"', "1" * 6000)
    after.inbox.put([Arrival("segment", "site", instant_of(NOW), body.encode(), 1)])
    put(after, page(2))
    assert [load.counts["quarantined"] for load in drain(after, now=NOW).loads] == [1]
    assert in_force(after, "events", "event_id") == [("site/m2",)]


def test_what_came_through_a_door_is_forgotten_with_the_message_it_stood_in(after):
    order = {"order_id": "o9", "total": 5, "products": [{"sku": "s", "price": 5, "quantity": 1}]}
    put(after, page(1, context={"ids": {"phone": LIN}}, name="seen by Lin"), page(2, name="seen by another"),
        {"type": "track", "event": "Order Completed", "messageId": "m3", "timestamp": "2026-06-30T09:59:00Z",
         "properties": order, "context": {"ids": {"phone": LIN}}})  # fmt: skip
    (load,) = drain(after, now=NOW).loads
    assert in_force(after, "orders", "paid_amount", "identifier_id") == [(500, None)]
    assert (load.erased, in_force(after, "events", "event_id")) == (3, [("site/m2",)])
    kept = landed(after)
    assert "seen by another" in kept
    assert LIN not in kept
    assert "seen by Lin" not in kept
    put(after, page(1))
    assert drain(after, now=NOW).loads == []
