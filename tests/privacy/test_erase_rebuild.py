"""Whoever was erased, at whatever time: a rebuild from the landed rows gives the very tables that the erasure left."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from pathlib import Path

import pytest

from siyu.core.errors import PrivacyError
from siyu.core.settings import defaults
from siyu.daily import resolve_and_measure
from siyu.privacy import erase, requests
from siyu.privacy.docket import Case
from siyu.sources.landed import landing
from siyu.sources.landed.committed import committed
from siyu.sources.replay import rebuild
from siyu.store import tables
from siyu.store.workspace import Workspace, create, open_workspace
from tests.sources.arrivals import NOW, take

AS_OF = dt.date(2026, 12, 31)
PHONES = [f"1380000000{n}" for n in range(4)]
UNIONS = [f"u{n}" for n in range(4)]


def kept(workspace: Workspace) -> dict[str, list[tuple]]:
    """Every fact, correction and link with all its columns. Ciphers are salted anew; whatever brought an identifier
    may have gone.
    """
    owned = [t for t in tables.TABLES if t.fact or t.owner == "sources" or t.name in ("superseded", "link_record")]
    left_out = {"identifier": ("cipher", "load_id")}
    return {t.name: sorted((tuple(v for k, v in row.items() if k not in left_out.get(t.name, ()))
                            for row in workspace.warehouse.rows(t.expr())), key=repr) for t in owned}  # fmt: skip


def differing(before: dict[str, list[tuple]], after: dict[str, list[tuple]]) -> dict[str, tuple[list, list]]:
    """By table, the rows of one that the other has not."""
    lost = {name: [row for row in rows if row not in after[name]] for name, rows in before.items()}
    more = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    return {name: (lost[name], more[name]) for name in before if lost[name] or more[name]}


def somebody(rng: random.Random, columns: int) -> str:
    """Identifiers of one person in so many columns (phone, unionid), some of them empty; often nobody."""
    return shown(rng, rng.randrange(len(PHONES)), columns)


def shown(rng: random.Random, person: int, columns: int) -> str:
    """What a line shows of a person."""
    return ",".join(rng.choice((value, value, "")) for value in (PHONES[person], UNIONS[person])[:columns])


def orders(rng: random.Random) -> str:
    columns = rng.choice((1, 2))
    head = "order_id,paid_at,paid_amount," + ",".join(("id.phone", "id.unionid")[:columns])
    lines = [f"o{rng.randrange(4)},2026-06-01,{rng.choice((50, 100))},{somebody(rng, columns)}" for _ in range(4)]
    return "\n".join([head, *lines])


def referrals(rng: random.Random) -> str:
    head = "occurred_at,kind,inviter.id.phone,invitee.id.phone,invitee.id.unionid"
    lines = [f"2026-05-0{rng.randrange(1, 5)} 10:00:00,accepted,{rng.choice(PHONES)},{somebody(rng, 2)}"
             for _ in range(3)]  # fmt: skip
    return "\n".join([head, *lines])


def members(rng: random.Random) -> str:
    return "\n".join(["joined_at,id.phone,id.unionid", *(f"2026-01-0{rng.randrange(1, 5)},{somebody(rng, 2)}"
                                                         for _ in range(2))])  # fmt: skip


def tills(rng: random.Random) -> str:
    """Lines that add up to orders; who bought may stand on any of them."""
    buyers = [rng.randrange(len(PHONES)) for _ in range(3)]
    orders = [rng.randrange(3) for _ in range(rng.randrange(2, 8))]
    return "\n".join(["单号,时间,金额,手机,会员", *(f"o{order},2026-06-01 10:00:00,{rng.choice((50, 100))},"
                                               f"{shown(rng, buyers[order], 2)}" for order in orders)])  # fmt: skip


TILL = """name = "till"
[[rows]]
kind = "orders"
group_by = ["order_id"]
[rows.columns]
order_id = "单号"
paid_at = "时间"
paid_amount = { from = "金额", aggregate = "sum" }
"id.phone" = "手机"
"id.unionid" = "会员"
"""
FILES = {"orders.csv": orders, "referrals.csv": referrals, "members.csv": members, "till.csv": tills}


def forget(workspace: Workspace, query: str, at: dt.datetime) -> None:
    """Erase somebody, unless they went with another phone of theirs."""
    with contextlib.suppress(PrivacyError):
        request = requests.file(workspace, query, Case(reference="case"), actor="cli", now=at)
        requests.approve(workspace.operations, request.number, actor="cli", now=at)
    erase.run(workspace, actor="cli", now=at)


def figures(workspace: Workspace) -> dict:
    """As a command works them out: the identity first, which a rebuild leaves to be resolved."""
    document = resolve_and_measure(workspace, as_of=AS_OF, window=365, now=NOW)
    return {name: document[name] for name in ("fast_plus", "fast")}


@pytest.mark.parametrize("seed", range(24))
def test_a_rebuild_gives_what_an_erasure_left(tmp_path: Path, seed: int):
    rng, at = random.Random(seed), NOW
    mapping = tmp_path / "till.toml"
    mapping.write_text(TILL, encoding="utf-8")
    with create(tmp_path / "brand", defaults()) as workspace:
        left = rng.sample(PHONES, 3)  # to be erased, one after the other
        for number in range(rng.randrange(4, 9)):
            at += dt.timedelta(hours=1)
            name = rng.choice(("orders.csv", "till.csv", "referrals.csv", "members.csv"))
            own = {"mapping": mapping} if name == "till.csv" else {}
            take(workspace, tmp_path, name, FILES[name](rng), now=at, **own)
            if number > 1 and len(left) > 1 and rng.random() < 0.4:
                forget(workspace, f"phone:{left.pop()}", at)
        forget(workspace, f"phone:{left.pop()}", at)
        before, told = kept(workspace), figures(workspace)
        report = rebuild(workspace, at)
        assert [load for load in report.loads if not load.equal] == []
        assert differing(before, kept(workspace)) == {}
        assert figures(workspace) == told
    with open_workspace(tmp_path / "brand") as again:
        assert figures(again) == told


def test_a_load_whose_facts_only_an_erased_person_told_apart_still_has_them(tmp_path: Path):
    """An order comes without its buyer, and is named later: without the buyer both versions say the same."""
    head = "order_id,paid_at,paid_amount,id.phone\n"
    with create(tmp_path / "brand", defaults()) as workspace:
        for rows in ("o1,2026-06-01,100,\nz,2026-06-01,1,13800000009", "o1,2026-06-01,50,13800000001",
                     "o1,2026-06-01,100,13800000001"):  # fmt: skip
            take(workspace, tmp_path, "orders.csv", head + rows)
        forget(workspace, "phone:13800000001", NOW)
        worth = figures(workspace)["fast_plus"]["S"]
        assert rebuild(workspace, NOW).equal
        assert figures(workspace)["fast_plus"]["S"] == worth
        assert take(workspace, tmp_path, "orders.csv", head + "o1,2026-06-01,100,13800000001").counts["duplicate"] == 1
    with open_workspace(tmp_path / "brand") as again:
        assert figures(again)["fast_plus"]["S"] == worth


def test_who_is_left_of_a_referral_is_who_they_were_without_it(tmp_path: Path):
    """What the row had shown of the invitee (phone and unionid are one) goes with the row."""
    with create(tmp_path / "brand", defaults()) as workspace:
        take(workspace, tmp_path, "referrals.csv",
             "occurred_at,kind,inviter.id.phone,invitee.id.phone,invitee.id.unionid\n"
             "2026-05-01 10:00:00,accepted,13800000001,13800000002,uB\n"
             "2026-05-02 10:00:00,accepted,13800000003,13800000004,uC")  # fmt: skip
        take(workspace, tmp_path, "orders.csv", "order_id,paid_at,paid_amount,id.phone\no1,2026-06-10,9,13800000002")
        take(workspace, tmp_path, "members.csv", "joined_at,id.unionid\n2026-06-01,uB")
        forget(workspace, "phone:13800000001", NOW)
        left, told = kept(workspace), figures(workspace)
        assert len(left["link_record"]) == 1
        assert rebuild(workspace, NOW).equal
        assert (differing(left, kept(workspace)), figures(workspace)) == ({}, told)


def test_a_mapping_may_read_a_header_that_holds_a_phone(tmp_path: Path):
    """The header is the mapping's text: by it the column is found again, at a rebuild and at an erasure."""
    mapping = tmp_path / "till.toml"
    mapping.write_text('name = "till"\n[[rows]]\nkind = "orders"\n[rows.columns]\norder_id = "单号"\n'
                       'paid_at = "时间"\npaid_amount = "金额"\n"id.phone" = "电话(客服13800001234)"\n',
                       encoding="utf-8")  # fmt: skip
    with create(tmp_path / "brand", defaults()) as workspace:
        text = "单号,时间,金额,电话(客服13800001234)\no1,2026-06-01,5,13900001234\no2,2026-06-01,5,13700001234"
        take(workspace, tmp_path, "till.csv", text, mapping=mapping)
        before = kept(workspace)
        assert rebuild(workspace, NOW).equal
        assert differing(before, kept(workspace)) == {}
        forget(workspace, "phone:13900001234", NOW)
        (load,) = committed(workspace.operations)
        rows = [row for batch in landing.batches(load.path(workspace), workspace.keys) for row in batch.to_pylist()]
        assert [row["电话(客服13800001234)"] for row in rows] == [None, "13700001234"]
