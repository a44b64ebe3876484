"""Derived tables: what an incremental refresh gives is what a full one gives, row for row."""

from __future__ import annotations

import random

import pytest

from siyu.identity import resolve as identity
from siyu.identity.resolve import resolve
from siyu.identity.unlink import unlink
from siyu.measures import build, touched
from siyu.measures.build import BUILDING, refresh
from siyu.store import tables
from siyu.store import workspace as workspaces
from siyu.store.states import SPANS_SEEN
from tests.breadth import wide
from tests.measures.random_brand import random_brand, zone_of
from tests.plain import NOW, load_plain
from tests.sources.arrivals import take

DERIVED = (tables.PURCHASE, tables.ORDER_REFUND, tables.VALID_REFERRAL, tables.RELATION_SPAN, tables.REACH_SPAN,
           tables.ROLE_SPAN, tables.LAST_ACT)  # fmt: skip


@pytest.fixture
def eager(monkeypatch):
    """Incremental however many consumers are touched, of the identity as well: these brands are small."""
    monkeypatch.setattr(touched, "WORTH_IT", 1.1)
    monkeypatch.setattr(identity, "WORTH_PICKING", 1.1)


def _pieces(seed: int, parts: int):
    """The brand's rows dealt out at random over some loads."""
    dice = random.Random(seed)
    dealt: list[dict] = [{} for _ in range(parts)]
    for kind, rows in random_brand(seed, consumers=30).items():
        for row in rows:
            dice.choice(dealt).setdefault(kind, []).append(row)
    return dealt


def _tables(workspace):
    return {t.name: sorted(map(repr, workspace.warehouse.rows(t.expr()))) for t in DERIVED}


def _workspace(tmp_path, seed):
    fresh = workspaces.create(tmp_path / "brand")
    fresh.settings = fresh.settings.with_values(brand__zone=zone_of(seed))
    return fresh


@pytest.mark.parametrize("seed", wide(range(6), always=1))
def test_refreshing_after_each_load_gives_the_tables_of_one_full_build(tmp_path, eager, seed):
    with _workspace(tmp_path, seed) as workspace:
        for place, piece in enumerate(_pieces(seed, 3)):
            load_plain(workspace, piece, identified=False)
            resolve(workspace)
            refresh(workspace)
            _take_links_back(workspace, random.Random(seed + place))
            resolve(workspace)
            refresh(workspace)
        step_by_step = _tables(workspace)
        refresh(workspace, full=True)
        assert step_by_step == _tables(workspace)


def test_identifiers_that_say_no_more_who_somebody_is_are_nobodys(tmp_path, eager):
    """Facts stay kept under them; no consumer may come of that."""
    with _workspace(tmp_path, 1) as workspace:
        load_plain(workspace, random_brand(1, consumers=30), identified=False)
        resolve(workspace)
        refresh(workspace)
        before = _buyers(workspace)
        workspace.settings = workspace.settings.with_values(identity__not_identifying=["recipient_phone", "phone"])
        resolve(workspace)
        refresh(workspace)
        consumers = {row["consumer_id"] for row in workspace.warehouse.rows(tables.CONSUMER.expr())}
        assert before - consumers
        assert _buyers(workspace) <= consumers | {None}


def test_an_order_of_somebody_who_is_no_member_explains_no_rung_also_on_a_later_day(tmp_path, workspace, eager):
    header = "relation_type,touchpoint,started_at,id.phone\nfan,app,"
    take(workspace, tmp_path, "relations.csv", f"{header}2026-01-02,13800000001")
    resolve(workspace)
    refresh(workspace)
    take(workspace, tmp_path, "relations-2.csv", f"{header}2026-06-01 10:00:00,13900000001", kind="relations")
    order = "order_id,paid_at,paid_amount,id.phone\no1,2026-06-01 10:00:00,1,13900000001"
    take(workspace, tmp_path, "orders.csv", order)
    resolve(workspace)
    refresh(workspace)
    causes = [row["cause"] for row in workspace.warehouse.rows(tables.ROLE_SPAN.expr())]
    assert causes == ["relation", "relation"]


def test_the_first_of_two_acceptances_of_one_instant_is_the_same_in_any_order_of_files(tmp_path, workspace):
    header = "occurred_at,kind,campaign,inviter.id.phone,invitee.id."
    files = {"spring": f"{header}phone\n2026-06-10,accepted,spring,13800000001,13800000002",
             "autumn": f"{header}unionid\n2026-06-10,accepted,autumn,13800000001,u2"}  # fmt: skip
    found = set()
    for place, names in enumerate((["spring", "autumn"], ["autumn", "spring"])):
        with workspaces.create(tmp_path / str(place)) as brand:
            brand.keys = workspace.keys
            take(brand, tmp_path, "relations.csv",
                 "relation_type,started_at,id.phone,id.unionid\nfan,2026-01-01,13800000002,u2")
            for name in names:
                take(brand, tmp_path, f"{name}.csv", files[name], kind="referrals")
            resolve(brand)
            refresh(brand)
            found |= {row["campaign"] for row in brand.warehouse.rows(tables.VALID_REFERRAL.expr())}
    assert len(found) == 1


def test_the_last_line_that_took_something_back_may_be_corrected(tmp_path, workspace):
    """It names another order than its own: nothing else tells that this one is no longer refunded."""
    head = "order_id,line_no,sku,quantity,paid_amount,unit_price,occurred_at,takes_back,id.phone"
    orders = [f"x{n},2026-01-03,50,138000001{n}" for n in range(10, 16)]
    take(workspace, tmp_path, "orders.csv", "\n".join(["order_id,paid_at,paid_amount,id.phone",
                                                      "a,2026-01-02,100,13800000001", *orders]))  # fmt: skip
    take(workspace, tmp_path, "order_lines.csv", f"{head}\na,1,s,1,100,100,2026-01-02,,13800000001\n"
                                                 "c,1,s,-1,-100,100,2026-01-05,true,13800000001")  # fmt: skip
    resolve(workspace)
    refresh(workspace)
    assert workspace.warehouse.count(tables.ORDER_REFUND) == 1
    take(workspace, tmp_path, "order_lines.csv", f"{head}\nc,1,s,-1,-100,100,2026-01-05,false,13800000001")
    resolve(workspace)
    refresh(workspace)
    step_by_step = _tables(workspace)
    assert workspace.warehouse.count(tables.ORDER_REFUND) == 0
    refresh(workspace, full=True)
    assert step_by_step == _tables(workspace)


def _take_links_back(workspace, dice):
    for link in workspace.warehouse.rows(tables.LINK.expr().order_by("a", "b")):
        if dice.random() < 0.2:
            unlink(workspace, link["a"], link["b"], "not the same person", NOW)


def _buyers(workspace):
    return {row["consumer_id"] for row in workspace.warehouse.rows(tables.PURCHASE.expr())}


@pytest.mark.slow
def test_taking_links_back_is_followed_by_an_incremental_refresh(tmp_path, eager):
    with _workspace(tmp_path, 5) as workspace:
        load_plain(workspace, random_brand(5, consumers=30), identified=False)
        resolve(workspace)
        refresh(workspace)
        for link in workspace.warehouse.rows(tables.LINK.expr()):
            unlink(workspace, link["a"], link["b"], "not the same person", NOW)
        resolve(workspace)
        assert refresh(workspace).how == "incremental"
        step_by_step = _tables(workspace)
        refresh(workspace, full=True)
        assert step_by_step == _tables(workspace)


def test_a_build_that_was_cut_off_is_made_good_by_a_full_one(workspace):
    load_plain(workspace, random_brand(1, consumers=10))
    refresh(workspace)
    workspace.operations.set_state(SPANS_SEEN, BUILDING)
    assert refresh(workspace).how == "full"


def test_tables_of_an_older_siyu_are_built_anew(workspace, monkeypatch):
    load_plain(workspace, random_brand(1, consumers=10))
    refresh(workspace)
    monkeypatch.setattr(build, "TABLES_VERSION", build.TABLES_VERSION + 1)
    assert refresh(workspace).how == "full"


def test_with_nothing_new_nothing_is_built(workspace):
    load_plain(workspace, random_brand(1, consumers=10))
    refresh(workspace)
    assert refresh(workspace).how == "nothing"
