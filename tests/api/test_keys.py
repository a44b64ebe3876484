"""Keys on both stores: shown once, found by their hash alone, gone when revoked; every mistake told at once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from siyu.api.keys import KEPT, Keyring, create, listed, revoke, verify
from siyu.core.errors import AccessError
from siyu.store.audit import acts
from siyu.store.operations import Operations
from tests.api.serving import run
from tests.store.conftest import url  # noqa: F401  the fixture

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def operations(url: str):  # noqa: F811
    opened = Operations(url)
    yield opened
    opened.close()


def test_a_key_is_found_by_its_text_and_by_no_other(operations: Operations):
    text = create(operations, "web", "collect", NOW, defaults={"platform": "site"}, origins=["https://a.cn"], rate=9)
    key = verify(operations, text, NOW)
    assert key is not None
    assert (key.name, key.scope, key.defaults, key.origins, key.rate) == (
        "web", "collect", {"platform": "site"}, ("https://a.cn",), 9)  # fmt: skip
    assert [verify(operations, other, NOW) for other in ("", text[:-1], text.upper(), f"{text}\ud800")] == [None] * 4


def test_the_key_itself_is_not_kept(operations: Operations):
    text = create(operations, "web", "read", NOW)
    assert re.fullmatch(r"siyu_r[0-9a-f]{64}", text)
    with operations.connect() as connection:
        assert text not in str(connection.exec_driver_sql("SELECT * FROM api_key").all())


def test_a_revoked_key_is_none_any_more(operations: Operations):
    text = create(operations, "web", "collect", NOW)
    [key] = listed(operations)
    assert revoke(operations, key.key_id, LATER).revoked_at is not None
    assert verify(operations, text, LATER) is None
    with pytest.raises(AccessError, match="revoked already"):
        revoke(operations, key.key_id, LATER)


def test_a_key_that_is_not_there_cannot_be_revoked(operations: Operations):
    with pytest.raises(AccessError, match="no key 7"):
        revoke(operations, 7, NOW)


def test_making_and_revoking_stand_in_the_audit(operations: Operations):
    create(operations, "web", "collect", NOW)
    revoke(operations, listed(operations)[0].key_id, LATER, actor="console")
    assert [(act.actor, act.act, act.subject) for act in acts(operations)] == [
        ("console", "key.revoke", "web"), ("cli", "key.create", "web")]  # fmt: skip


def test_all_mistakes_of_a_key_are_told_together(operations: Operations):
    with pytest.raises(AccessError) as refused:
        create(operations, " ", "write", NOW, defaults={"platfrom": "x", "domain": "both"}, origins=["brand"], rate=-1)
    for word in ("name:", "scope:", "rate:", "Did you mean 'platform'?", "domain:", "origin 'brand'"):
        assert word in refused.value.message
    assert listed(operations) == []


@pytest.mark.parametrize(("more", "word"), [
    ({"rate": 2**63}, "rate:"), ({"defaults": {"user_namespace": ""}}, "user_namespace:"),
    ({"defaults": {"user_namespace": "Phone"}}, "user_namespace:"),
    ({"defaults": {"platform": "a\0"}}, "platform:"), ({"name": "a\0"}, "name:"),
])  # fmt: skip
def test_a_key_that_no_store_or_table_could_take_is_not_made(operations: Operations, more: dict[str, Any], word: str):
    with pytest.raises(AccessError, match=f"^{word}"):
        create(operations, **{"name": "web", "scope": "collect", "now": NOW, **more})
    assert listed(operations) == []


def test_a_keyring_forgets_a_revoked_key_within_seconds(operations: Operations):
    ring, text = Keyring(operations), create(operations, "web", "collect", NOW)
    before = run(ring.verify(text, NOW))
    assert before is not None
    revoke(operations, before.key_id, NOW)
    assert run(ring.verify(text, NOW)) == before
    assert run(ring.verify(text, NOW + KEPT)) is None


def test_a_clock_set_back_keeps_no_revoked_key_alive(operations: Operations):
    ring, text = Keyring(operations), create(operations, "web", "collect", NOW)
    run(ring.verify(text, LATER))
    revoke(operations, listed(operations)[0].key_id, NOW)
    assert run(ring.verify(text, NOW)) is None


def test_a_keyring_knows_the_origins_of_collecting_keys_only(operations: Operations):
    create(operations, "web", "collect", NOW, origins=["https://A.cn/"])
    create(operations, "panel", "read", NOW, origins=["https://b.cn"])
    ring = Keyring(operations)
    assert [run(ring.allows(f"https://{x}.cn", NOW)) for x in "abc"] == [True, False, False]
