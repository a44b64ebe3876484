"""Declared consent: what it opens, whom it leaves out, and that it is a load like any other."""

import datetime as dt
import json

import pyarrow as pa
import pytest
import sqlalchemy as sa

from siyu.core.errors import IdentityError
from siyu.core.time import day_of, day_starts
from siyu.identity.consents import change
from siyu.identity.declare import declare_consent, preview
from siyu.identity.standing import Consent
from siyu.sources.load import load
from siyu.sources.loading.loadreport import FileReport
from siyu.sources.replay import rebuild
from siyu.store.schema import CONSENT, LOAD, READING
from siyu.store.tables import BY_NAME, FACT_ID_STEP
from tests.breadth import wide
from tests.identity.history import NOW

AGREED = dt.date(2026, 1, 1)
EVIDENCE = {"source": "member agreement", "notice_version": "v3", "proof": "contract store, folder 12", "now": NOW}
LIN, ANNA, WEI, STRANGER = 1, 2, 3, 4


@pytest.fixture
def brand(history):
    """Lin, Anna and Wei are members; Lin and Anna have phones, Wei an openid only; a stranger only follows."""
    history.load([(LIN, "phone"), (ANNA, "phone"), (WEI, "openid"), (STRANGER, "phone")])
    facts(history, "relations", [relation(LIN, "member", platform="youzan"), relation(ANNA, "member", platform="tmall"),
                                 relation(WEI, "member", platform="youzan"), relation(STRANGER, "fan")])  # fmt: skip
    return history


def at(date: dt.date, history) -> int:
    return day_starts(day_of(date), history.workspace.settings.zone)


def facts(history, kind: str, rows: list[dict]) -> None:
    """Rows of a kind as one more committed load."""
    table = BY_NAME[kind]
    history.load()
    for place, row in enumerate(rows):
        row |= {"fact_id": history.loads * FACT_ID_STEP + place + 1, "load_id": history.loads}
    whole = [dict.fromkeys(table.column_names) | row for row in rows]
    history.workspace.warehouse.append(table, pa.Table.from_pylist(whole, schema=table.schema))


def relation(identifier: int, type_: str, **more) -> dict:
    return {"identifier_id": identifier, "relation_type": type_, "started_at": 0, "started_day": 0, **more}


def consent(history, identifier: int, action: str, date: dt.date, channel: str | None = None) -> None:
    facts(history, "consents", [{"identifier_id": identifier, "purpose": "marketing", "action": action,
                                 "channel": channel, "occurred_at": at(date, history)}])  # fmt: skip


def declare(history, **more):
    return declare_consent(history.workspace, **{**EVIDENCE, "from_date": AGREED, **more})


def test_what_was_refused_a_moment_ago_is_refused(brand):
    """On the preference page: operations know of it, and no load has carried it on yet."""
    refused = Consent(ANNA, "marketing", None, "withdraw", at(AGREED, brand) - 1, "page", "")
    change(brand.workspace.operations, [refused], actor="page", now=NOW)
    expected = preview(brand.workspace, from_date=AGREED, now=NOW)
    declared = declare(brand)
    assert (declared.rows, declared.withdrawn) == (2, 1) == (expected.rows, expected.withdrawn)


def grants(history) -> list[dict]:
    consents = history.workspace.warehouse.table("consents")
    return history.workspace.warehouse.rows(consents.filter(consents.source == "declaration").order_by("identifier_id"))


def test_a_declaration_grants_every_member(brand):
    found = declare(brand)
    assert (found.rows, found.withdrawn, found.by_channel) == (3, 0, {"sms": 2, "email": 0})
    assert [(g["identifier_id"], g["action"], g["channel"], g["occurred_at"]) for g in grants(brand)] == [
        (who, "grant", None, at(AGREED, brand)) for who in (LIN, ANNA, WEI)]


def test_a_preview_says_what_would_change_and_writes_nothing(brand):
    found = preview(brand.workspace, from_date=AGREED, now=NOW)
    assert (found.rows, found.consumers, found.relation_gross) == (3, 3, 4)
    sms = found.by_channel["sms"]
    assert (sms.addresses, sms.now, sms.after) == (2, 0, 2)
    assert (found.f_now, found.f_after) == (4, 4)  # member_center and subscription are open already
    assert grants(brand) == []


def test_f_rises_for_members_of_a_store(brand):
    """An offline member can be reached by SMS and e-mail only."""
    brand.load([(5, "phone")])
    facts(brand, "relations", [relation(5, "offline_member")])
    found = preview(brand.workspace, from_date=AGREED, now=NOW)
    assert (found.f_now, found.f_after) == (4, 5)


def test_declaring_twice_adds_nothing(brand):
    declare(brand)
    again = declare(brand)
    assert (again.rows, again.already, again.load_id) == (0, 3, None)
    assert len(grants(brand)) == 3


def test_a_later_member_is_added_by_declaring_again(brand):
    declare(brand)
    brand.loads += 1  # the declaration was a load
    brand.load([(5, "phone")])
    facts(brand, "relations", [relation(5, "member")])
    assert declare(brand).rows == 1


def test_who_withdrew_later_stays_withdrawn(brand):
    consent(brand, LIN, "withdraw", dt.date(2026, 3, 1))
    found = declare(brand)
    assert (found.rows, found.by_channel["sms"]) == (3, 1)


def test_who_had_refused_before_is_left_out(brand):
    consent(brand, LIN, "withdraw", dt.date(2025, 3, 1))
    found = declare(brand)
    assert (found.rows, found.withdrawn, found.by_channel["sms"]) == (2, 1, 1)
    assert LIN not in [g["identifier_id"] for g in grants(brand)]


def test_who_refused_at_that_very_instant_is_left_out(brand):
    consent(brand, LIN, "withdraw", AGREED, channel="sms")
    consent(brand, LIN, "grant", AGREED, channel="sms")
    assert declare(brand).withdrawn == 1


def test_who_took_a_refusal_back_before_is_included(brand):
    consent(brand, LIN, "withdraw", dt.date(2025, 3, 1))
    consent(brand, LIN, "grant", dt.date(2025, 4, 1))
    assert declare(brand).withdrawn == 0


def test_a_refusal_on_another_identifier_of_the_consumer_counts(brand):
    brand.load([(9, "openid")], [(LIN, 9)])
    consent(brand, 9, "withdraw", dt.date(2025, 3, 1))
    found = declare(brand)
    assert (found.withdrawn, found.by_channel["sms"]) == (1, 1)


def test_a_refusal_of_another_channel_does_not_count(brand):
    consent(brand, LIN, "withdraw", dt.date(2025, 3, 1), channel="wecom")
    assert declare(brand, channel="sms").rows == 3


def test_a_channel_of_its_own_opens_no_other(brand):
    found = declare(brand, channel="sms")
    assert found.by_channel == {"sms": 2}
    assert {g["channel"] for g in grants(brand)} == {"sms"}


@pytest.mark.parametrize(("scope", "who"), wide([
    ({"platform": "youzan"}, [LIN, WEI]), ({"relation_type": "fan"}, [STRANGER]),
    ({"relation_type": "member", "platform": "tmall"}, [ANNA]), ({"tier": "gold"}, [ANNA]),
], always=2))  # fmt: skip
def test_a_scope_narrows_it(brand, scope, who):
    facts(brand, "members", [{"identifier_id": ANNA, "tier": "gold", "platform": "tmall"}])
    declare(brand, scope=scope)
    assert [g["identifier_id"] for g in grants(brand)] == who


@pytest.mark.parametrize(("scope", "rows"), [
    ({"platform": "tmall", "tier": "gold"}, 1), ({"platform": "youzan", "tier": "silver"}, 1),
    ({"platform": "tmall", "tier": "silver"}, 0), ({"tier": "vip"}, 0), ({"tier": "ended"}, 0),
    ({"tier": "to come"}, 0)])  # fmt: skip
def test_a_tier_is_that_of_a_membership_held_where_the_scope_says(brand, scope, rows):
    brand.load([(n, "openid") for n in (8, 9, 10, 11)], [(ANNA, n) for n in (8, 9, 10, 11)])
    facts(brand, "relations", [relation(8, "member", platform="youzan"),
                               relation(10, "member", platform="jd", ended_at=1)])  # fmt: skip
    facts(brand, "members", [
        {"identifier_id": ANNA, "tier": "gold", "platform": "tmall"},
        {"identifier_id": 8, "tier": "silver", "platform": "youzan"},
        {"identifier_id": 9, "tier": "vip", "platform": "youzan", "left_at": 1},
        {"identifier_id": 10, "tier": "ended", "platform": "jd"},
        {"identifier_id": 11, "tier": "to come", "platform": "tmall", "joined_at": 2**60}])  # fmt: skip
    if rows:
        assert declare(brand, scope=scope).rows == rows
        return
    with pytest.raises(IdentityError, match="No relation held now is in the scope"):
        declare(brand, scope=scope)


def test_a_dated_member_list_counts_as_membership(brand):
    brand.load([(6, "phone")])
    facts(brand, "members", [{"identifier_id": 6, "joined_at": 0}])
    assert declare(brand).rows == 4


def test_memberships_that_ended_are_not_declared(brand):
    brand.load([(6, "phone")])
    facts(brand, "relations", [relation(6, "member", ended_at=1)])
    assert declare(brand).rows == 3


def test_a_declaration_is_a_committed_load_with_its_evidence(brand):
    load_id = declare(brand, scope={"platform": "youzan"}).load_id
    assert load_id in brand.workspace.operations.committed_loads()
    with brand.workspace.operations.connect() as connection:
        declared = sa.select(LOAD, READING).join(READING, READING.c.reading_id == LOAD.c.reading_id)
        row = connection.execute(declared.where(LOAD.c.load_id == load_id)).mappings().one()
        rows = connection.execute(sa.select(CONSENT).order_by(CONSENT.c.fact_id)).mappings().all()
    assert (row["mapping_name"], '"platform": "youzan"' in row["options"]) == ("declaration", True)
    assert [(r["identifier_id"], r["proof"], r["source"]) for r in rows] == [
        (who, EVIDENCE["proof"], EVIDENCE["source"]) for who in (LIN, WEI)]


def test_an_interrupted_declaration_leaves_nothing(brand, monkeypatch):
    monkeypatch.setattr("siyu.identity.grants.sa.insert", _power_cut)
    with pytest.raises(KeyboardInterrupt):
        declare(brand)
    assert grants(brand) == []
    assert brand.workspace.operations.committed_loads() == list(range(1, brand.loads + 1))


def test_a_declaration_reports_what_every_load_does(brand):
    declare(brand)
    with brand.workspace.operations.connect() as connection:
        told = connection.execute(sa.select(LOAD.c.counts).order_by(LOAD.c.load_id.desc()).limit(1)).scalar_one()
    assert json.loads(told).keys() == FileReport("", "", 0).as_json().keys()


def test_a_file_with_the_same_grant_meets_it_by_its_key(workspace, tmp_path):
    """The key of a declared grant is the one a load would give it: a file corrects it instead of doubling it."""
    members, consents = tmp_path / "relations.csv", tmp_path / "consents.csv"
    members.write_text("relation_type,started_at,id.phone\nmember,2025-05-01,13800001234\n")
    consents.write_text("occurred_at,purpose,action,id.phone\n2026-01-01,marketing,grant,13800001234\n")
    load(workspace, [members], now=NOW)
    assert declare_consent(workspace, from_date=AGREED, **EVIDENCE).rows == 1
    assert load(workspace, [consents], now=NOW).counts["corrected"] == 1


def test_a_rebuild_restores_the_grants(workspace, tmp_path):
    relations = tmp_path / "relations.csv"
    relations.write_text("relation_type,started_at,id.phone\nmember,2025-05-01,13800001234\n")
    load(workspace, [relations], now=NOW)
    declare_consent(workspace, from_date=AGREED, **EVIDENCE)
    consents = workspace.warehouse.table("consents")
    before = workspace.warehouse.rows(consents)
    assert rebuild(workspace, NOW).equal
    assert workspace.warehouse.rows(consents) == before
    assert len(before) == 1


def test_personal_data_in_the_proof_is_hidden(brand):
    declare(brand, proof="ask lin@example.com")
    with brand.workspace.operations.connect() as connection:
        assert set(connection.execute(sa.select(CONSENT.c.proof)).scalars()) == {"ask ***"}


@pytest.mark.parametrize(("wrong", "message"), [
    ({"proof": " "}, "needs its proof"), ({"source": "", "notice_version": ""}, "source and notice version"),
    ({"scope": {"platfrom": "tmall"}}, "Did you mean 'platform'"), ({"channel": "smss"}, "Did you mean 'sms'"),
    ({"scope": {"platform": "youzann"}}, "Did you mean 'youzan'"), ({"scope": {"tier": "gold"}}, "tier=gold"),
    ({"from_date": dt.date(2026, 7, 2)}, "still to come"),
])  # fmt: skip
def test_a_wrong_declaration_is_refused_with_the_remedy(brand, wrong, message):
    with pytest.raises(IdentityError, match=message):
        declare(brand, **wrong)
    assert grants(brand) == []


def _power_cut(*_args):
    raise KeyboardInterrupt
