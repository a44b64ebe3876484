"""Planted personal values are in no byte of a workspace, whatever became of their rows."""

from __future__ import annotations

from siyu.core.kinds import KINDS
from siyu.sources.replay import rebuild
from siyu.store import workspace as workspaces
from tests.sources.arrivals import NOW, in_force, take

PHONE, EMAIL, UNIONID, BAD_PHONE, NAME = "13812345678", "planted@example.com", "oPLANTEDunionid", "1381234567", "张三丰"


#: Columns of text that are kept as they are: numbers of records and goods, and what brand and industry publish.
AS_THEY_ARE = {"order_id", "line_no", "refund_id", "content_id", "sku", "metric", "period", "scope",
               "industry", "source", "platform"}  # fmt: skip


def test_any_other_text_is_looked_through_for_phones_and_addresses():
    plain = [(kind.name, field.name) for kind in KINDS for field in kind.fields if field.type == "text"
             and not (field.label or field.marked or field.free_text or field.choices)]  # fmt: skip
    assert [name for name in plain if name[1] not in AS_THEY_ARE] == []
    assert {kind for kind, name in plain if name in ("source", "platform")} <= {"benchmarks", "reported_metrics"}


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
            take(workspace, tmp_path, "words.csv", f"""occurred_at,name,platform,id.phone
                2026-03-01,call {PHONE},{EMAIL},{PHONE}""", kind="events"),
            take(workspace, tmp_path, "ids.csv", f"""event_id,occurred_at,name,id.phone
                {EMAIL}-1,2026-03-01,visit,{PHONE}
                page of {PHONE},2026-03-01,visit,{PHONE}""", kind="events"),
            take(workspace, tmp_path, "said.csv", f"""occurred_at,purpose,channel,action,notice_version,id.phone
                2026-03-01,marketing {PHONE},{EMAIL},grant,{PHONE},{PHONE}""", kind="consents"),
            take(workspace, tmp_path, "held.csv", f"""relation_type,started_at,source_domain,id.phone
                VIP{PHONE},2026-03-01,朋友{EMAIL},{PHONE}""", kind="relations"),
            take(workspace, tmp_path, "made.csv", f"""occurred_at,kind,id.phone
                2026-03-01,评价{PHONE},{PHONE}""", kind="contents"),
            take(workspace, tmp_path, f"orders-{PHONE}.csv", f"""order_id,paid_at,paid_amount,{PHONE},{EMAIL},id.phone
                o5,2026-03-01,5,a,b,{PHONE}"""),
            take(workspace, tmp_path, f"members {EMAIL}.csv", f"""joined_at,tier,{PHONE},{PHONE} (2),id.phone
                2026-03-01,gold,a,b,{PHONE}""", kind="members"),
        ]
        assert rebuild(workspace, NOW).equal
    assert sum(report.read for report in reports) == 15
    assert [report.files[0].file for report in reports[-2:]] == [f"orders-{PHONE}.csv", f"members {EMAIL}.csv"]
    for report in reports[-2:]:
        report.files[0].file = ""  # on the screen a file has its name
    shown = "".join(str(report.as_json()) + "\n".join(report.lines()) for report in reports)
    files = [path for path in (tmp_path / "brand").rglob("*") if path.is_file()]
    for value in (PHONE, EMAIL, UNIONID, BAD_PHONE, NAME):
        assert value not in shown
        assert [path.name for path in files if value.encode() in path.read_bytes()] == []


def test_an_event_is_known_by_its_id_as_it_came(workspace, tmp_path):
    """Ids that differ in a phone alone are two, and a file loaded again tells nothing new."""
    text = "event_id,occurred_at,name,id.phone"
    text += "".join(f"\n{event},2026-03-01,visit,{PHONE}" for event in (PHONE, "13900000002"))
    first, again = (take(workspace, tmp_path, f"events{n}.csv", text, kind="events") for n in (1, 2))
    assert (first.counts["loaded"], again.counts["duplicate"]) == (2, 2)
    kept = [event for (event,) in in_force(workspace, "events", "event_id")]
    assert len(set(kept)) == 2
    assert [event[:3] for event in kept] == ["***", "***"]
