"""What one person said is recorded, shown with its proof and what it comes to, and measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Siyu

SAID = ("--source", "hotline", "--notice-version", "v3")


def test_somebody_never_seen_is_recorded_and_shown(siyu: Siyu, brand: Path):
    given = siyu("consent", "record", "--id", "phone:13800001234", "--action", "grant", "--channel", "sms", *SAID,
                 "-C", brand, "--json")  # fmt: skip
    assert given.code == 0, given.err
    shown = siyu("consent", "show", "--id", "phone=138 0000 1234", "-C", brand, "--json").json
    assert [(r["action"], r["channel"], r["source"], r["notice_version"]) for r in shown["rows"]] == [
        ("grant", "sms", "hotline", "v3")]
    assert [(s["channel"], s["standing"]) for s in shown["standings"]] == [("sms", "granted")]
    assert "13800001234" not in str(shown)


def test_a_withdrawal_wins_and_is_in_the_warehouse_and_in_the_audit(siyu: Siyu, brand: Path):
    for action in ("grant", "withdraw"):
        assert siyu("consent", "record", "--id", "phone:13800001234", "--action", action, *SAID, "-C", brand).code == 0
    shown = siyu("consent", "show", "--id", "phone:13800001234", "-C", brand, "--json").json
    assert {s["standing"] for s in shown["standings"]} == {"withdrawn"}
    rows = siyu("query", "SELECT action FROM consents ORDER BY occurred_at", "-C", brand, "--json").json["rows"]
    assert [row["action"] for row in rows] == ["grant", "withdraw"]
    assert "consent.withdraw" in siyu("audit", "-C", brand).out
    assert siyu("rebuild", "-C", brand).code == 0


@pytest.mark.parametrize(("options", "told"), [
    (("--action", "grant", "--source", "x"), "version of the notice"),
    (("--action", "withdraw", "--source", " "), "needs its source"),
    (("--action", "agree", *SAID), "Expected grant or withdraw"),
    (("--action", "grant", "--purpose", "marketting", *SAID), "Did you mean 'marketing'"),
    (("--action", "grant", "--channel", "smss", *SAID), "Did you mean 'sms'"),
])  # fmt: skip
def test_what_is_no_consent_is_refused_and_nothing_recorded(siyu: Siyu, brand: Path, options, told):
    refused = siyu("consent", "record", "--id", "phone:13800001234", *options, "-C", brand)
    assert refused.code == 2
    assert told in refused.err
    assert siyu("consent", "show", "--id", "phone:13800001234", "-C", brand, "--json").json["rows"] == []
