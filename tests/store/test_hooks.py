"""Hooks on SQLite and PostgreSQL: made with secrets that stand sealed, found by door and name, revoked for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.errors import AccessError
from siyu.core.identifiers import Keys
from siyu.store import audit, hooks
from siyu.store.operations import Operations

KEYS = Keys(b"i" * 32, b"c" * 32)
NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
SECRET = {"secret": "planted-secret-value"}
WECOM = {"corp_id": "wx5823bf96d3bd56c7", "token": "QDG6eK", "corp_secret": "s" * 43,
         "encoding_aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}  # fmt: skip


@pytest.fixture
def operations(url: str) -> Iterator[Operations]:
    opened = Operations(url)
    yield opened
    opened.close()


def make(operations: Operations, door: str = "shopify", name: str = "tea", secrets: dict[str, str] = SECRET, **more):
    hooks.create(operations, KEYS, door, name, secrets, now=NOW, **more)


def test_a_hook_is_found_by_its_door_and_name(operations: Operations):
    make(operations, defaults={"platform": "site"})
    found = hooks.find(operations, KEYS, "shopify", "tea")
    assert found == hooks.Hook("tea", "shopify", SECRET, '{"platform": "site"}')
    assert hooks.find(operations, KEYS, "signed", "tea") is None
    assert "planted" not in repr(found)


def test_a_revoked_hook_is_found_no_more_and_its_name_is_free(operations: Operations):
    make(operations)
    hooks.revoke(operations, "tea", now=NOW)
    assert hooks.find(operations, KEYS, "shopify", "tea") is None
    make(operations)
    assert [hook.revoked_at is None for hook in hooks.listed(operations)] == [False, True]


def test_two_hooks_in_force_have_two_names(operations: Operations):
    make(operations)
    with pytest.raises(AccessError, match="There is a hook 'tea' already"):
        make(operations, "signed")
    with pytest.raises(AccessError, match="no hook 'coffee' in force"):
        hooks.revoke(operations, "coffee", now=NOW)


def test_making_and_revoking_stand_in_the_audit_without_secrets(operations: Operations):
    make(operations)
    hooks.revoke(operations, "tea", now=NOW)
    acts = audit.acts(operations, act="hook.")
    assert [(a.act, a.subject) for a in acts] == [("hook.revoke", "tea"), ("hook.create", "tea")]
    assert "planted" not in repr(acts)


@pytest.mark.parametrize(("door", "name", "change", "told"), [
    ("slack", "a", {}, "door: expected one of shopify, signed, wecom; found 'slack'"),
    ("wecom", "Tea Shop", {}, "name: expected small letters"),
    ("wecom", "a", {"token": ""}, "token .*expected 3 to 32 letters and digits"),
    ("wecom", "a", {"encoding_aes_key": "short"}, "expected the 43 characters that WeCom shows, found 5"),
    ("wecom", "a", {"encoding_aes_key": "!" * 43}, "expected the 43 characters"),
    ("wecom", "a", {"corp_id": ""}, "corp_id .*expected an id such as"),
    ("wecom", "a", {"corp_secret": "planted"}, "at least 16 characters, found 7"),
])  # fmt: skip
def test_what_is_wrong_is_said_without_the_secret(operations: Operations, door, name, change, told):
    with pytest.raises(AccessError, match=told) as caught:
        make(operations, door, name, {**WECOM, **change})
    assert "planted" not in str(caught.value)
    assert hooks.listed(operations) == []


def test_all_mistakes_are_told_together(operations: Operations):
    with pytest.raises(AccessError) as caught:
        make(operations, "wecom", "-", {}, defaults={"platfrom": "x", "domain": "dark"})
    assert len(caught.value.message.splitlines()) == 7


def test_a_hook_of_wecom_has_all_its_parts(operations: Operations):
    make(operations, "wecom", "main", WECOM)
    assert hooks.of_door(operations, KEYS, "wecom") == [hooks.Hook("main", "wecom", WECOM)]


def test_no_secret_stands_plain_on_disk(tmp_path: Path):
    operations = Operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    make(operations)
    operations.close()
    assert all(b"planted" not in path.read_bytes() for path in tmp_path.iterdir())
