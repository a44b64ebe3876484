"""key create, list, revoke, and the audit of them."""

from __future__ import annotations

from pathlib import Path

from siyu.store.workspace import open_workspace
from tests.cli.conftest import Siyu


def made(siyu: Siyu, brand: Path, *options: str) -> str:
    ran = siyu("key", "create", "--scope", "collect", *options, "--json", "-C", brand)
    assert ran.code == 0, ran.err
    return ran.json["key"]


def test_a_key_is_shown_once_and_stands_nowhere_in_the_workspace(siyu: Siyu, brand: Path):
    key = made(siyu, brand, "--name", "web")
    listed = siyu("key", "list", "--json", "-C", brand)
    assert [(row["id"], row["name"], row["revoked"]) for row in listed.json["keys"]] == [(1, "web", None)]
    assert key not in listed.out
    assert all(key.encode() not in path.read_bytes() for path in brand.rglob("*") if path.is_file())


def test_a_key_carries_what_its_events_lack(siyu: Siyu, brand: Path):
    made(siyu, brand, "--platform", "site", "--touchpoint", "home", "--origin", "https://www.brand.cn", "--rate", "9")
    [key] = siyu("key", "list", "--json", "-C", brand).json["keys"]
    assert key["defaults"] == {"platform": "site", "touchpoint": "home"}
    assert (key["origins"], key["rate"], key["name"]) == (["https://www.brand.cn"], 9, "collect")


def test_mistakes_are_told_together_and_nothing_is_made(siyu: Siyu, brand: Path):
    ran = siyu("key", "create", "--scope", "write", "--origin", "brand", "--rate", "-1", "-C", brand)
    assert ran.code == 2
    assert all(word in ran.err for word in ("scope", "origin", "rate"))
    assert siyu("key", "list", "--json", "-C", brand).json == {"keys": []}


def test_a_revoked_key_stays_listed_and_cannot_be_revoked_again(siyu: Siyu, brand: Path):
    made(siyu, brand)
    assert siyu("key", "revoke", "1", "-C", brand).code == 0
    assert siyu("key", "list", "--json", "-C", brand).json["keys"][0]["revoked"]
    again = siyu("key", "revoke", "1", "-C", brand)
    assert again.code == 2
    assert "already" in again.err


def test_keys_can_be_made_while_the_warehouse_is_held(siyu: Siyu, brand: Path):
    with open_workspace(brand) as serving:
        _ = serving.warehouse
        assert made(siyu, brand)


def test_the_audit_names_who_made_and_revoked_a_key_newest_first(siyu: Siyu, brand: Path):
    made(siyu, brand, "--name", "web")
    siyu("key", "revoke", "1", "-C", brand)
    acts = siyu("audit", "--act", "key.", "--json", "-C", brand).json["acts"]
    assert [(a["act"], a["subject"], a["actor"]) for a in acts] == [
        ("key.revoke", "web", "cli"), ("key.create", "web", "cli"),
    ]  # fmt: skip


def test_a_list_cut_short_says_so(siyu: Siyu, brand: Path):
    for _ in range(3):
        made(siyu, brand)
    assert "first 2 of 3" in siyu("audit", "--limit", "2", "-C", brand).err
    assert "first" not in siyu("audit", "--limit", "3", "-C", brand).err


def test_an_audit_of_acts_that_were_not_done_does_not_say_that_nothing_was(siyu: Siyu, brand: Path):
    assert "Nothing was done" in siyu("audit", "-C", brand).err
    made(siyu, brand)
    for asked in (("--act", "export."), ("--since", "2099-01-01")):
        told = siyu("audit", "-C", brand, *asked).err
        assert "Nothing was done" not in told
        assert "The audit keeps no act like that." in told
