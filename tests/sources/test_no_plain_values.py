"""Planted personal values are in no byte of a workspace, whatever became of their rows."""

from __future__ import annotations

from siyu.sources.replay import rebuild
from siyu.store import workspace as workspaces
from tests.sources.arrivals import NOW, take

PHONE, EMAIL, UNIONID, BAD_PHONE, NAME = "13812345678", "planted@example.com", "oPLANTEDunionid", "1381234567", "张三丰"


def test_no_byte_of_a_workspace_shows_a_planted_value(tmp_path):
    with workspaces.create(tmp_path / "brand") as workspace:
        reports = [
            take(workspace, tmp_path, "orders.csv", f"""order_id,paid_at,paid_amount,id.phone,id.email,id.unionid
                o1,2026-03-01,5,{PHONE},{EMAIL},{UNIONID}
                o2,never,5,{PHONE},{EMAIL},{UNIONID}
                o3,2026-03-01,{PHONE},{BAD_PHONE},,"""),
            take(workspace, tmp_path, "events.csv", f"""occurred_at,name,properties,id.phone
                2026-03-01,visit,"{{""phone"": ""{PHONE}"", ""mail"": ""{EMAIL}""}}",{PHONE}"""),
            take(workspace, tmp_path, "members.csv", f"tier,姓名,note,id.phone\n gold,{NAME},ask {PHONE},{PHONE}"),
            take(workspace, tmp_path, "bad.csv", f"relation_type,started_at,id.phone\n fan,2026-01-01,{PHONE},{NAME}",
                 kind="relations"),
            take(workspace, tmp_path, "labels.csv", f"""order_id,paid_at,paid_amount,store,touchpoint,coupon,guide
                o4,2026-03-01,5,{EMAIL},page {PHONE},{PHONE},Lin {PHONE}""", kind="orders"),
            take(workspace, tmp_path, f"orders-{PHONE}.csv", f"""order_id,paid_at,paid_amount,{PHONE},{EMAIL},id.phone
                o5,2026-03-01,5,a,b,{PHONE}"""),
            take(workspace, tmp_path, f"members {EMAIL}.csv", f"""joined_at,tier,{PHONE},{PHONE} (2),id.phone
                2026-03-01,gold,a,b,{PHONE}""", kind="members"),
        ]
        assert rebuild(workspace, NOW).equal
    assert sum(report.read for report in reports) == 9
    assert [report.files[0].file for report in reports[-2:]] == [f"orders-{PHONE}.csv", f"members {EMAIL}.csv"]
    for report in reports[-2:]:
        report.files[0].file = ""  # on the screen a file has its name
    shown = "".join(str(report.as_json()) + "\n".join(report.lines()) for report in reports)
    files = [path for path in (tmp_path / "brand").rglob("*") if path.is_file()]
    for value in (PHONE, EMAIL, UNIONID, BAD_PHONE, NAME):
        assert value not in shown
        assert [path.name for path in files if value.encode() in path.read_bytes()] == []
