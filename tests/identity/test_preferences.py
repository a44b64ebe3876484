"""Preference links: signed, showing only channels, changed by POST alone, in force at once."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from siyu.core.identifiers import Keys
from siyu.core.time import instant_of
from siyu.identity import preferences
from siyu.identity.consents import change, rows_of, settle
from siyu.identity.preference_link import Link, opened, token
from siyu.identity.preferences import apply, page
from siyu.identity.reach import marketing_consents, standing
from siyu.identity.resolve import resolve
from siyu.identity.standing import Consent
from siyu.sources.replay import rebuild
from siyu.store.audit import acts
from siyu.store.schema import CONSENT_CHANGE, TOMBSTONE
from tests.sources.arrivals import LATER, in_force, take

KEYS = Keys(bytes(range(32)), bytes(32))
LINK = Link.lasting(2**62 + 5, "marketing", 730, LATER)


def standings(workspace, link: Link, now: dt.datetime = LATER) -> dict[str, str]:
    return {row.channel: row.standing for row in preferences.rows(workspace.operations, link, now) if row.standing}


def test_a_token_opens_to_what_was_signed_and_shows_no_value():
    assert opened(KEYS, token(KEYS, LINK)) == LINK
    assert len(token(KEYS, LINK)) < 60
    assert not LINK.expired(LATER + dt.timedelta(730))
    assert LINK.expired(LATER + dt.timedelta(730, 1))


@pytest.mark.parametrize("place", range(0, 45, 4))
def test_a_token_with_any_other_byte_opens_to_nothing(place):
    text = token(KEYS, LINK)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[place % len(raw)] ^= 1
    assert opened(KEYS, base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


@pytest.mark.parametrize("text", ["", "a", "====", "✓", "AAAA", "A" * 4000])
def test_what_is_no_token_opens_to_nothing(text):
    assert opened(KEYS, text) is None


def test_another_secret_opens_nothing_and_another_cipher_key_changes_nothing():
    assert opened(Keys(bytes(32), bytes(32)), token(KEYS, LINK)) is None
    assert opened(Keys(KEYS.id_secret, b"1" * 32), token(KEYS, LINK)) == LINK


@pytest.fixture
def lin(workspace, tmp_path) -> Link:
    take(workspace, tmp_path, "consents.csv", "occurred_at,purpose,channel,action,id.phone\n"
                                              "2026-01-01,marketing,sms,grant,13800001234")  # fmt: skip
    (row,) = workspace.warehouse.rows(workspace.warehouse.table("identifier"))
    return Link.lasting(row["identifier_id"], "marketing", 730, LATER)


@pytest.mark.parametrize(("lang", "word"), [("zh", "短信"), ("en", "Text messages")])
def test_the_page_shows_channels_and_nothing_of_the_person(workspace, lin, lang, word):
    shown = page(workspace.operations, lin, "<b>Brand</b>", lang, now=LATER)
    assert word in shown
    assert 'value="sms" checked' in shown
    assert ("1234" in shown, "<b>Brand" in shown, "<script" in shown) == (False, False, False)
    assert rows_of(workspace.operations, [lin.identifier_id])[-1].source is None  # a GET changed nothing


def test_one_click_withdraws_from_everything_at_once(workspace, lin):
    apply(workspace.operations, lin, {"List-Unsubscribe": ["One-Click"]}, now=LATER)
    assert set(standings(workspace, lin).values()) == {"withdrawn"}
    newest = rows_of(workspace.operations, [lin.identifier_id])[-1]
    assert (newest.action, newest.channel, newest.source) == ("withdraw", None, "preference link")
    assert [act.act for act in acts(workspace.operations)] == ["consent.withdraw"]


@pytest.mark.parametrize("form", [{"List-Unsubscribe": ["One-Click"]}, {"action": ["withdraw"]}])
@pytest.mark.parametrize(("said", "at"), [("withdraw", "2027-05-31"), ("grant", "2027-05-31")])
def test_what_the_ledger_dates_later_keeps_nobody_from_unsubscribing(workspace, tmp_path, lin, form, said, at):
    """An agreement with an end is granted until then; and one that is to come does not come."""
    take(workspace, tmp_path, "consents.csv", "occurred_at,purpose,channel,action,id.phone\n"
                                              f"{at},marketing,,{said},13800001234")  # fmt: skip
    assert [row.ticked for row in preferences.rows(workspace.operations, lin, LATER) if row.channel == "sms"] == [True]
    apply(workspace.operations, lin, form, now=LATER)
    for now in (LATER, LATER + dt.timedelta(200)):
        assert set(standings(workspace, lin, now).values()) == {"withdrawn"}
        assert apply(workspace.operations, lin, form, now=now) == []


def test_a_box_without_a_tick_takes_back_a_grant_that_is_to_come(workspace, tmp_path, lin):
    take(workspace, tmp_path, "consents.csv", "occurred_at,purpose,channel,action,id.phone\n"
                                              "2027-05-31,marketing,email,grant,13800001234")  # fmt: skip
    apply(workspace.operations, lin, {"action": ["save"], "channel": ["sms"]}, now=LATER)
    assert standings(workspace, lin, LATER + dt.timedelta(200))["email"] == "withdrawn"
    assert standings(workspace, lin, LATER + dt.timedelta(200))["sms"] == "granted"
    assert apply(workspace.operations, lin, {"action": ["save"], "channel": ["sms"]}, now=LATER) == []


@pytest.mark.parametrize("channel", ["sms", ""])
def test_who_withdraws_takes_back_what_is_dated_later_too(workspace, tmp_path, lin, channel):
    ahead = "2027-03-01T12:00:00Z,marketing,{},grant,13800001234"
    take(workspace, tmp_path, "consents.csv", "\n".join((
        "occurred_at,purpose,channel,action,id.phone", ahead.format(channel), ahead.format("email"),
        "2027-03-02,marketing,sms,grant,13800001234")))  # fmt: skip
    resolve(workspace)
    said = Consent(lin.identifier_id, "marketing", "sms", "withdraw", instant_of(LATER), "hotline", "")
    change(workspace.operations, [said], actor="clerk", now=LATER)
    settle(workspace, LATER)
    assert standings(workspace, lin) == {"sms": "withdrawn"}
    assert standings(workspace, lin, LATER + dt.timedelta(60)) == {"sms": "withdrawn", "email": "granted"} | (
        {} if channel else {name: "granted" for name in preferences.OFFERED if name not in ("sms", "email")})
    consents = marketing_consents(workspace)
    for at in (instant_of(LATER), *(row.occurred_at for row in rows_of(workspace.operations, [lin.identifier_id]))):
        if at >= instant_of(LATER):
            found = workspace.warehouse.rows(standing(workspace, consents, at))
            assert [row["withdrawn"] for row in found if row["channel"] == "sms"] == [1]
    assert [act.act for act in acts(workspace.operations)] == ["consent.withdraw"]


def test_what_was_said_last_holds_however_often_somebody_changes_their_mind(workspace, tmp_path, lin):
    """A grant that the ledger dates ahead neither comes back nor stands in the way."""
    take(workspace, tmp_path, "consents.csv", "occurred_at,purpose,channel,action,id.phone\n"
                                              "2027-03-01T12:00:00Z,marketing,sms,grant,13800001234")  # fmt: skip
    forms = {"granted": {"action": ["save"], "channel": ["sms"]}, "withdrawn": {"List-Unsubscribe": ["One-Click"]}}
    for turn, wanted in enumerate(("withdrawn", "granted", "withdrawn", "withdrawn", "granted", "granted")):
        now = LATER + dt.timedelta(minutes=turn)
        apply(workspace.operations, lin, forms[wanted], now=now)
        assert standings(workspace, lin, now)["sms"] == wanted
        settle(workspace, now)
        assert standings(workspace, lin, now)["sms"] == wanted
    rows = [(row.occurred_at, row.action, row.channel) for row in rows_of(workspace.operations, [lin.identifier_id])]
    assert len(rows) == len(set(rows))


def test_a_withdrawal_told_twice_takes_back_once(workspace, tmp_path, lin):
    take(workspace, tmp_path, "consents.csv", "occurred_at,purpose,channel,action,id.phone\n"
                                              "2027-03-01T12:00:00Z,marketing,sms,grant,13800001234")  # fmt: skip
    for _ in range(2):
        said = Consent(lin.identifier_id, "marketing", "sms", "withdraw", instant_of(LATER), "hotline", "")
        change(workspace.operations, [said], actor="clerk", now=LATER)
    assert [row.action for row in rows_of(workspace.operations, [lin.identifier_id])][-2:] == ["grant", "withdraw"]


def test_what_is_sent_again_is_not_written_again(workspace, lin):
    for form in ({"List-Unsubscribe": ["One-Click"]}, {"action": ["withdraw"]}):
        apply(workspace.operations, lin, form, now=LATER)
    assert len(rows_of(workspace.operations, [lin.identifier_id])) == 2


def test_ticks_grant_and_missing_ticks_withdraw(workspace, lin):
    saved = {"action": ["save"], "channel": ["email", "wecom", "nothing"]}
    apply(workspace.operations, lin, saved, now=LATER)
    said = standings(workspace, lin)
    assert (said["sms"], said["email"], said["group"]) == ("withdrawn", "granted", "withdrawn")
    assert "wecom" not in said  # it was in use and stays so: nothing was said of it
    assert apply(workspace.operations, lin, saved, now=LATER) == []


@pytest.mark.parametrize(("purpose", "ticked"), [("personalization", True), ("share_third_party", False)])
def test_other_purposes_are_asked_as_a_whole(workspace, lin, purpose, ticked):
    link = replace(lin, purpose=purpose)
    assert [row.ticked for row in preferences.rows(workspace.operations, link, LATER)] == [ticked]
    (change,) = apply(workspace.operations, link, {"action": ["save"], "channel": [] if ticked else ["all"]}, now=LATER)
    assert (change.channel, change.action) == (None, "withdraw" if ticked else "grant")
    assert [row.ticked for row in preferences.rows(workspace.operations, link, LATER)] == [not ticked]


@pytest.mark.parametrize("form", [{}, {"action": ["other"]}, {"List-Unsubscribe": ["Two-Click"]}])
def test_a_post_that_says_nothing_changes_nothing(workspace, lin, form):
    assert apply(workspace.operations, lin, form, now=LATER) == []
    assert len(rows_of(workspace.operations, [lin.identifier_id])) == 1


def test_the_warehouse_gets_it_as_one_load_that_a_rebuild_repeats(workspace, lin):
    apply(workspace.operations, lin, {"action": ["withdraw"]}, now=LATER)
    assert (settle(workspace, LATER), settle(workspace, LATER)) == (1, 0)
    facts = in_force(workspace, "consents", "action", "channel", "stated_source")
    assert ("withdraw", None, "preference link") in facts
    assert set(standings(workspace, lin).values()) == {"withdrawn"}
    assert rebuild(workspace, LATER).equal
    assert in_force(workspace, "consents", "action", "channel", "stated_source") == facts


def test_a_change_that_commits_late_with_a_lower_number_waits_for_the_next_settling(workspace, lin, monkeypatch):
    apply(workspace.operations, lin, {"action": ["withdraw"]}, now=LATER)
    with workspace.operations.begin() as connection:
        connection.execute(sa.update(CONSENT_CHANGE).values(change_id=7))
    append = workspace.warehouse.append

    def meanwhile(table, rows):
        monkeypatch.undo()
        row = {"identifier_id": lin.identifier_id, "purpose": "marketing", "action": "grant", "occurred_at": 1,
               "source": "form", "notice_version": "v1"}  # fmt: skip
        with workspace.operations.begin() as connection:
            connection.execute(sa.insert(CONSENT_CHANGE).values(change_id=3, **row))
        append(table, rows)

    monkeypatch.setattr(workspace.warehouse, "append", meanwhile)
    assert [settle(workspace, LATER) for _ in range(3)] == [1, 1, 0]
    assert len(in_force(workspace, "consents", "action")) == 3


def test_a_link_of_an_erased_person_shows_and_changes_nothing(workspace, lin):
    with workspace.operations.begin() as connection:
        connection.execute(sa.insert(TOMBSTONE).values(identifier_id=lin.identifier_id, key_hash="", erased_at=1,
                                                       erasure_id=1))  # fmt: skip
    assert "<form" not in page(workspace.operations, lin, "Brand", "en", now=LATER)
    assert apply(workspace.operations, lin, {"List-Unsubscribe": ["One-Click"]}, now=LATER) == []
