"""`siyu wecom sync` as a person runs it, against the stand-in."""

from __future__ import annotations

import pytest

from tests.stand_ins.wecom import CORP_ID, SECRET, external, follow, member, serving

HOOK = {"SIYU_HOOK_TOKEN": "Token123", "SIYU_HOOK_ENCODING_AES_KEY": "A" * 42 + "A", "SIYU_HOOK_CORP_SECRET": SECRET}


@pytest.fixture
def wecom():
    with serving() as running:
        running.corp.contacts = [follow("lin", n, 1_780_000_000) for n in range(3)]
        running.corp.groups = {"wr1": [member(1, 1_780_000_000)]}
        yield running


@pytest.fixture
def connected(brand, wecom, monkeypatch):
    """The workspace, with the corp in its settings and the secret in the environment."""
    monkeypatch.setenv("SIYU_WECOM_SECRET", SECRET)
    settle(brand, wecom, f'corp_id = "{CORP_ID}"')
    return brand


def settle(brand, wecom, *lines):
    path = brand / "siyu.toml"
    text = path.read_text(encoding="utf-8")
    own = "\n".join(["[wecom]", f'base_url = "{wecom.url}"', "allow_loopback = true", *lines])
    path.write_text(text.replace("[wecom]", own), encoding="utf-8")


def test_sync_reports_what_it_loaded_and_what_comes_next(siyu, connected):
    ran = siyu("wecom", "sync", "-C", connected)
    assert ran.code == 0
    assert [word in ran.out for word in ("wecom:contacts", "wecom:groups", "3")] == [True] * 3
    assert "siyu measure" in ran.err


@pytest.mark.parametrize(("option", "files"), [
    ((), ["wecom:contacts", "wecom:groups", "wecom:invitations"]), (("--contacts",), ["wecom:contacts"]),
    (("--groups",), ["wecom:groups", "wecom:invitations"]),
])  # fmt: skip
def test_either_list_or_both(siyu, connected, option, files):
    ran = siyu("wecom", "sync", *option, "--json", "-C", connected)
    assert [file["file"] for file in ran.json["files"]] == files


def test_a_refused_call_exits_with_2_and_shows_no_secret(siyu, connected, monkeypatch):
    monkeypatch.setenv("SIYU_WECOM_SECRET", "wrong-secret-of-no-app")
    ran = siyu("wecom", "sync", "-C", connected)
    assert (ran.code, "errcode 40001" in ran.err) == (2, True)
    assert not [text for text in ("wrong-secret", SECRET, external(1)) if text in ran.out + ran.err]


def test_without_corp_and_secret_it_says_what_is_missing(siyu, brand, monkeypatch):
    monkeypatch.delenv("SIYU_WECOM_SECRET", raising=False)
    ran = siyu("wecom", "sync", "-C", brand)
    assert ran.code == 2
    assert "wecom.corp_id in siyu.toml and SIYU_WECOM_SECRET is missing" in ran.err


def test_the_hook_of_the_corp_gives_corp_and_secret(siyu, brand, wecom, monkeypatch):
    monkeypatch.delenv("SIYU_WECOM_SECRET", raising=False)
    for name, value in HOOK.items():
        monkeypatch.setenv(name, value)
    settle(brand, wecom)
    made = siyu("hook", "create", "--door", "wecom", "--name", "corp", "--corp-id", CORP_ID, "-C", brand)
    assert made.code == 0, made.err
    assert siyu("wecom", "sync", "--contacts", "--json", "-C", brand).json["loaded"] == 3


def test_another_address_than_wecoms_is_refused_before_any_call(siyu, connected, wecom):
    path = connected / "siyu.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("allow_loopback = true", ""), encoding="utf-8")
    ran = siyu("wecom", "sync", "-C", connected)
    assert (ran.code, "wecom.base_url: 127.0.0.1 is this machine" in ran.err) == (2, True)
    assert not wecom.calls
