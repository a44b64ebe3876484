"""The fold of consents by hand, and against the fold that the warehouse makes of the same rows."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from siyu.core.kinds import CHANNELS
from siyu.core.time import instant_of
from siyu.identity import reach
from siyu.identity.consents import rows_of
from siyu.identity.resolve import resolve
from siyu.identity.standing import GRANTED, WITHDRAWN, Consent, fold
from tests.sources.arrivals import NOW, take


def said(identifier: int, action: str, at: int, channel: str | None = "sms", purpose: str = "marketing") -> Consent:
    return Consent(identifier, purpose, channel, action, at)


def sms(*rows: Consent) -> str | None:
    return next((s.standing for s in fold(rows, 9) if s.channel == "sms"), None)


@pytest.mark.parametrize(("rows", "standing"), [
    ([said(1, "grant", 1)], GRANTED),
    ([said(1, "grant", 1), said(1, "withdraw", 2)], WITHDRAWN),
    ([said(1, "withdraw", 1), said(1, "grant", 2)], GRANTED),
    ([said(1, "grant", 2), said(1, "withdraw", 2)], WITHDRAWN),  # at equal times the withdrawal is the newer
    ([said(1, "withdraw", 1), said(2, "grant", 9)], WITHDRAWN),  # the most restrictive identifier
    ([said(1, "withdraw", 1, None), said(1, "grant", 2)], GRANTED),
    ([said(1, "grant", 1), said(1, "withdraw", 2, None)], WITHDRAWN),  # a row without a channel speaks for all
    ([said(1, "grant", 1, "email")], None),
    ([], None),
])  # fmt: skip
def test_the_newest_row_of_the_most_restrictive_identifier_decides(rows, standing):
    assert sms(*rows) == standing


def test_purposes_are_apart_and_the_deciding_row_is_named():
    rows = [said(1, "grant", 1), said(1, "withdraw", 5, None, "personalization"), said(2, "grant", 3)]
    standings = {(s.purpose, s.channel): s for s in fold(rows, 9)}
    assert standings["marketing", "sms"].because == rows[2]
    assert {c for p, c in standings if p == "personalization"} == set(CHANNELS)


@pytest.mark.parametrize(("seed", "day"), [(3, NOW), (4, NOW), (4, dt.datetime(2026, 2, 5, 12, tzinfo=dt.UTC))])
def test_the_fold_equals_the_warehouses_over_random_histories(workspace, tmp_path, seed, day):
    pick = random.Random(seed)
    people = [(f"1380000000{n}", f"u{n}") for n in range(4)]
    lines = ["occurred_at,purpose,channel,action,id.phone,id.unionid"]
    lines += [f"2026-01-01,marketing,live,grant,{phone},{unionid}" for phone, unionid in people]
    for _ in range(60):
        phone, unionid = pick.choice(people)
        own = pick.choice([(phone, ""), ("", unionid)])
        channel, action = pick.choice(["sms", "email", ""]), pick.choice(["grant", "withdraw"])
        lines.append(f"2026-02-0{pick.randint(1, 9)},marketing,{channel},{action},{own[0]},{own[1]}")
    take(workspace, tmp_path, "consents.csv", "\n".join(lines))
    resolve(workspace)
    at = instant_of(day)
    folded = reach.standing(workspace, reach.marketing_consents(workspace), at)
    wanted = {(r["consumer_id"], r["channel"]): WITHDRAWN if r["withdrawn"] else GRANTED
              for r in workspace.warehouse.rows(folded)}  # fmt: skip
    found = {}
    for row in workspace.warehouse.rows(workspace.warehouse.table("identity")):
        found.setdefault(row["consumer_id"], []).append(row["identifier_id"])
    mine = {(consumer, s.channel): s.standing for consumer, ids in found.items()
            for s in fold(rows_of(workspace.operations, ids), at)}  # fmt: skip
    assert mine == wanted
