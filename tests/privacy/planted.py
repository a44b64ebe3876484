"""A small brand in which one person, Lin, is everywhere: in every kind, exports of platforms, lists, the quarantine,
the inbox of the doors. Her values are distinctive, so that every byte can be searched for them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siyu.core.time import instant_of
from siyu.identity.asked import asked
from siyu.identity.declare import declare_consent
from siyu.identity.resolve import resolve
from siyu.measures.measure import measure
from siyu.sources import live
from siyu.sources.landed import landing, quarantine
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace
from tests.sources import arrivals
from tests.sources.arrivals import LATER, NOW

PHONE, EMAIL, CARD, UNIONID = "13812345678", "lin.planted@example.com", "CARD-PLANTED-77", "oPLANTEDunionid"
NICK, NAME, ADDRESS, REMARK = "planted_nick_林", "林妹妹planted", "大观园潇湘馆77号planted", "planted remark: 请放门口"
VALUES = (PHONE, EMAIL, CARD, UNIONID, NICK, NAME, ADDRESS, REMARK)
ANNA, BO, MOTHER = "13900000001", "13900000002", "13900000003"
DAY = dt.date(2026, 6, 30)
AFTER = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
HEADER = "order_id,platform,paid_at,paid_amount,refund_amount,姓名,地址,备注,id.phone,id.recipient_phone,id.unionid"
MEMBERS = "joined_at,tier,姓名,id.member_card,id.phone,id.email,id.unionid,id.taobao_nick"
YOUZAN = "订单号,订单创建时间,买家付款时间,订单实付金额,归属店铺,收货人,买家手机号,收货人手机号/提货人手机号"
TMALL = "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间,买家会员名,收货人姓名,收货地址,联系手机,订单备注"


def plant(workspace: Workspace, folder: Path, *, without: bool = False) -> None:
    """Lin, Anna and Bo in everything the workspace takes; `without`: as it would be had Lin never left her name."""
    folder.mkdir(exist_ok=True)
    take = _nameless if without else arrivals.take
    _orders(workspace, folder, take)
    _lists(workspace, folder, take)
    take(workspace, folder, "events.csv", f"""event_id,occurred_at,name,touchpoint,properties,id.phone,id.device
        e1,2026-06-01 10:00,visit,shop,"{{""say"": ""{NAME}""}}",{PHONE},lin-device
        e2,2026-06-01 10:00,visit,shop,,{ANNA},shared-device
        e3,2026-06-02 10:00,visit,shop,,{PHONE},shared-device""")
    take(workspace, folder, "consents.csv", f"""occurred_at,purpose,channel,action,source,notice_version,id.phone
        2026-01-01,marketing,sms,grant,form,v1,{PHONE}
        2026-01-01,marketing,sms,grant,form,v1,{ANNA}""")
    take(workspace, folder, "referrals.csv", f"""occurred_at,kind,inviter.id.phone,invitee.id.phone
        2026-02-01,accepted,{PHONE},{BO}
        2026-02-02,accepted,{ANNA},{PHONE}""")
    take(workspace, folder, "contents.csv", f"occurred_at,kind,approved,id.unionid\n 2026-03-01,ugc,true,{UNIONID}")
    take(workspace, folder, "feedback.csv", f"""occurred_at,kind,text,score,id.email
        2026-03-01,nps,{REMARK},9,{EMAIL}
        never,nps,{REMARK},9,{EMAIL}""")
    take(workspace, folder, "bad.csv", f"relation_type,started_at,id.phone\n fan,2026-01-01,{PHONE},{NAME}\n"
                                       f"fan,2026-01-01,{ANNA}", kind="relations")  # fmt: skip
    _doors(workspace, (ANNA,) if without else (PHONE, ANNA))
    declare_consent(workspace, source="agreement", notice_version="2", from_date=dt.date(2026, 1, 5), proof="safe",
                    now=LATER)  # fmt: skip
    resolve(workspace)
    measure(workspace, as_of=DAY, window=30, now=LATER)


def _orders(workspace: Workspace, folder: Path, take: Callable[..., object]) -> None:
    """Canonical orders with a correction, lines, refunds, an export of Youzan and one of Tmall."""
    first = f"""{HEADER}
        o1,own,2026-05-01 10:00,100,20,{NAME},{ADDRESS},{REMARK},{PHONE},{MOTHER},{UNIONID}
        o2,own,2026-05-02 10:00,50,,{NAME},{ADDRESS},,{ANNA},{PHONE},
        o3,own,2026-05-03 10:00,30,,,,,,,
        o4,own,never,9,,{NAME},{ADDRESS},{REMARK},{PHONE},,"""
    take(workspace, folder, "orders.csv", first)
    take(workspace, folder, "orders.csv", first.replace(",100,20,", ",100,25,"), now=LATER)
    take(workspace, folder, "order_lines.csv", f"""order_id,platform,line_no,sku,quantity,paid_amount,note,id.phone
        o1,own,1,tea,2,100,{REMARK},{PHONE}
        o2,own,1,tea,1,50,,{ANNA}""")
    take(workspace, folder, "refunds.csv", "refund_id,order_id,platform,refunded_at,refund_amount\n"
                                           "r1,o2,own,2026-05-09 10:00,10")  # fmt: skip
    take(workspace, folder, "有赞订单.csv", f"""{YOUZAN}
        Y1,2026-05-04 09:00:00,2026-05-04 10:00:00,80.00,店,{NAME},{PHONE},{PHONE}
        Y2,2026-05-05 09:00:00,2026-05-05 10:00:00,90.00,店,Bo,{BO},{BO}""")
    take(workspace, folder, "ExportOrderList.csv", f"""{TMALL}
        T1,70,70,2026-05-06 09:00:00,2026-05-06 10:00:00,{NICK},{NAME},{ADDRESS},{PHONE},{REMARK}""")


def _lists(workspace: Workspace, folder: Path, take: Callable[..., object]) -> None:
    """Members, who tie Lin's identifiers together, and two full lists of fans."""
    take(workspace, folder, "members.csv", f"""{MEMBERS}
        2026-01-01 10:00,gold,{NAME},{CARD},{PHONE},{EMAIL},{UNIONID},{NICK}
        2026-01-02 10:00,silver,Anna,c2,{ANNA},,,""")
    for day, people in (("2026-05-01", (PHONE, ANNA, BO)), ("2026-06-01", (PHONE, ANNA))):
        take(workspace, folder, "fans.csv", "id.phone\n" + "\n".join(people), kind="relations", allow_drop=True,
             snapshot_of=dt.date.fromisoformat(day), scope={"relation_type": "fan", "platform": "youzan"})


def _doors(workspace: Workspace, people: tuple[str, ...]) -> None:
    """Calls of the Segment format: some loaded, some waiting."""
    for n in (1, 2):
        same = {"type": "page", "timestamp": "2026-06-05T09:59:00Z"}
        calls = [{**same, "messageId": f"m{n}{who}", "anonymousId": f"a{n}{who}", "name": name,
                  "context": {"ids": {"phone": who}}} for who, name in ((PHONE, NAME), (ANNA, "home")) if who in people]
        workspace.inbox.put([Arrival("segment", "site", instant_of(NOW), json.dumps({"batch": calls}).encode(), 2)])
        if n == 1:
            live.drain(workspace, now=NOW)


def _nameless(workspace: Workspace, folder: Path, name: str, text: str, **options: Any) -> None:
    """The file without Lin: her rows are left out, orders lose every cell that is hers."""
    lines = [line for line in text.strip().splitlines()]
    if "rder" in name or "订单" in name:
        hers = (*VALUES, MOTHER)
        lines = [",".join("" if cell.strip() in hers else cell for cell in line.split(",")) for line in lines]
    left = "\n".join(line for line in lines if not any(value in line for value in VALUES))
    arrivals.take(workspace, folder, name, left, **options)


def marks(workspace: Workspace) -> dict[str, bytes]:
    """What the warehouse says of Lin's identifiers, byte by byte: keys, ids and ciphers."""
    rows, of = (workspace.warehouse.rows(workspace.warehouse.table(name)) for name in ("identifier", "identity"))
    identity = {row["identifier_id"]: row["consumer_id"] for row in of}
    hers = asked(workspace, f"phone:{PHONE}").identifier_id
    found = {}
    for row in rows:
        if identity.get(row["identifier_id"]) == identity[hers] or row["masked"].endswith(PHONE[-4:]):
            name = row["namespace"]
            found |= {f"{name} key": row["key"].encode(), f"{name} cipher": row["cipher"],
                      f"{name} id": row["identifier_id"].to_bytes(8, "little")}  # fmt: skip
    return found


def sealed(workspace: Workspace) -> str:
    """All that landed files and the quarantine hold, opened."""
    rows = [row for path in sorted(workspace.landed.iterdir()) for batch in landing.batches(path, workspace.keys)
            for row in batch.to_pylist()]
    bad = [landing.bad_rows(path, workspace.keys) for path in sorted(workspace.landed.iterdir())]
    return json.dumps([rows, bad, list(quarantine.rows(workspace))], ensure_ascii=False)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
