"""The loop that asks WeCom: it asks only for what is noted, and waits for nobody at length."""

from __future__ import annotations

import pytest

from siyu.api.loops import ask_wecom
from siyu.core.errors import RemoteError
from siyu.sources.doors import asks
from siyu.store import hooks
from tests.api.test_handed import wecom  # noqa: F401  the fixture
from tests.sources.arrivals import NOW, in_force
from tests.stand_ins.callbacks import CHAT
from tests.stand_ins.wecom import member


def ask(workspace) -> None:
    ask_wecom(workspace, NOW, lambda *_: None)


def test_only_what_is_noted_is_asked_for(workspace, wecom):  # noqa: F811
    wecom.corp.groups = {CHAT: [member(1, 1_780_000_000)]}
    ask(workspace)
    assert wecom.calls.total() == 0
    asks.note(workspace.operations, "wecom", [CHAT, CHAT])
    ask(workspace)
    assert in_force(workspace, "relations", "group") == [(CHAT,)]


def test_nobody_is_asked_once_the_hook_is_revoked(workspace, wecom):  # noqa: F811
    asks.note(workspace.operations, "wecom", [CHAT])
    hooks.revoke(workspace.operations, "corp", now=NOW)
    ask(workspace)
    assert wecom.calls.total() == 0


def test_a_long_wait_is_left_to_the_schedule(workspace, wecom):  # noqa: F811
    wecom.trouble("/cgi-bin/externalcontact/groupchat/get", 45009)
    asks.note(workspace.operations, "wecom", [CHAT])
    with pytest.raises(RemoteError, match="patience"):
        ask(workspace)
    assert asks.noted(workspace.operations, "wecom") == [CHAT]
