"""A consent given or withdrawn by any way is in F at the next measure; no file and no merge makes a closed way open."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from siyu.core.time import instant_of
from siyu.daily import resolve_and_measure
from siyu.identity import consents, preferences, reach
from siyu.identity.declare import declare_consent
from siyu.identity.resolve import resolve
from siyu.privacy.consent import Said, link, record
from siyu.sources import live
from siyu.store.inbox import Arrival
from siyu.store.workspace import Workspace
from tests.sources.arrivals import LATER, take

#: Members by the way their consent takes.
WAYS = {"file": "13800000001", "clerk": "13800000002", "link": "13800000003", "hook": "13800000004"}
AFTER = LATER + dt.timedelta(days=3)
SMS = {"purpose": "marketing", "channel": "sms", "source": "form", "notice_version": "v1"}


@pytest.fixture
def brand(workspace: Workspace, tmp_path) -> Workspace:
    """A brand whose members have said nothing yet."""
    members = "\n".join(f"2026-01-01,card-{phone},{phone}" for phone in WAYS.values())
    take(workspace, tmp_path, "members.csv", f"joined_at,id.member_card,id.phone\n{members}")
    return workspace


def measured(workspace: Workspace) -> int:
    """Whom F counts as reachable by text message, once everything here has happened."""
    document = resolve_and_measure(workspace, now=AFTER, as_of=(AFTER - dt.timedelta(days=1)).date())
    return document["fast_plus"]["F"]["by_channel"].get("sms", 0)


def opened(workspace: Workspace) -> int:
    """The same without measuring all the rest."""
    consents.settle(workspace, AFTER)
    resolve(workspace)
    channels = reach.channels_open(workspace, reach.marketing_consents(workspace), instant_of(AFTER))
    return workspace.warehouse.count(channels.filter(channels.channel == "sms"))


def say(workspace: Workspace, tmp_path, action: str, now: dt.datetime) -> None:
    """Everybody says the same, each by their own way."""
    row = {**SMS, "occurred_at": now.isoformat(), "action": action, "id.phone": WAYS["file"]}
    take(workspace, tmp_path, f"consents-{action}.csv", f"{','.join(row)}\n{','.join(row.values())}", now=now)
    record(workspace, f"phone:{WAYS['clerk']}", Said(action=action, **SMS), actor="cli", now=now)
    form = {"action": ["save"], "channel": ["sms"] if action == "grant" else []}
    mine = link(workspace, f"phone:{WAYS['link']}", "marketing", actor="cli", now=now)
    preferences.apply(workspace.operations, mine, form, now=now)
    body = json.dumps({"kind": "consents", "rows": [{**row, "id.phone": WAYS["hook"]}]}).encode()
    workspace.inbox.put([Arrival("canonical", "crm", instant_of(now), body)])
    live.drain(workspace, now=now)


def test_what_was_said_by_any_way_is_in_the_next_measure(brand, tmp_path):
    say(brand, tmp_path, "grant", LATER)
    assert (measured(brand), opened(brand)) == (len(WAYS), len(WAYS))
    say(brand, tmp_path, "withdraw", LATER + dt.timedelta(minutes=1))
    assert (measured(brand), opened(brand)) == (0, 0)
    declare_consent(brand, source="agreement", notice_version="2", from_date=LATER.date(), proof="safe",
                    now=LATER + dt.timedelta(days=1))  # fmt: skip
    assert opened(brand) == 0


def test_no_file_opens_what_was_closed(brand, tmp_path):
    phone = WAYS["clerk"]
    record(brand, f"phone:{phone}", Said(action="withdraw", **SMS), actor="cli", now=LATER)
    for day in ("2026-06-01", LATER.isoformat()):  # older, and of the same instant
        take(brand, tmp_path, "consents.csv", f"occurred_at,purpose,channel,action,id.phone\n"
                                              f"{day},marketing,,grant,{phone}", now=LATER)  # fmt: skip
    take(brand, tmp_path, "members.csv", f"joined_at,id.member_card,id.phone\n2026-05-01,card-new,{phone}", now=LATER)
    assert opened(brand) == 0


def test_of_two_who_turn_out_to_be_one_the_one_who_withdrew_decides(brand, tmp_path):
    willing, other = f"phone:{WAYS['clerk']}", "unionid:oLinWithdrew"
    take(brand, tmp_path, "relations.csv", "relation_type,started_at,id.unionid\nfan,2026-01-01,oLinWithdrew")
    record(brand, other, Said(action="withdraw", **SMS), actor="cli", now=LATER)
    record(brand, willing, Said(action="grant", **SMS), actor="cli", now=LATER + dt.timedelta(hours=1))
    assert opened(brand) == 1
    take(brand, tmp_path, "events.csv", f"event_id,occurred_at,name,id.phone,id.unionid\n"
                                        f"e,2026-02-01,visit,{WAYS['clerk']},oLinWithdrew", now=LATER)  # fmt: skip
    assert opened(brand) == 0
