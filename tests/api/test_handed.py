"""WeCom's lists before the day's work: read where a corp is connected, and no day waits for them."""

from __future__ import annotations

import pytest

from siyu.api.handed import wecom_lists
from siyu.store import hooks
from tests.api.hooked import WECOM
from tests.sources.arrivals import NOW, in_force
from tests.stand_ins.wecom import CORP_ID, SECRET, follow, serving


@pytest.fixture
def wecom(workspace):
    """A stand-in to which the workspace is connected by its hook."""
    secrets = {**WECOM, "corp_id": CORP_ID, "corp_secret": SECRET}
    hooks.create(workspace.operations, workspace.keys, "wecom", "corp", secrets, now=NOW)
    with serving() as running:
        workspace.settings = workspace.settings.with_values(wecom__base_url=running.url, wecom__allow_loopback=True)
        running.corp.contacts = [follow("lin", 1, 1_780_000_000)]
        yield running


def test_the_lists_of_a_connected_corp_are_loaded(workspace, wecom):
    assert wecom_lists(workspace, NOW) == {"wecom": "1 rows, 0 refused"}
    assert in_force(workspace, "relations", "relation_type") == [("dedicated_service",)]


def test_what_wecom_refuses_is_told_and_raises_nothing(workspace, wecom):
    wecom.trouble("/cgi-bin/gettoken", 40001)
    assert wecom_lists(workspace, NOW) == {"wecom": "WeCom refused GET /cgi-bin/gettoken with errcode 40001."}


def test_nobody_is_asked_where_no_corp_is_connected_or_the_settings_say_no(workspace, wecom):
    workspace.settings = workspace.settings.with_values(wecom__daily=False)
    assert (wecom_lists(workspace, NOW), wecom.calls.total()) == ({}, 0)
    hooks.revoke(workspace.operations, "corp", now=NOW)
    workspace.settings = workspace.settings.with_values(wecom__daily=True)
    assert (wecom_lists(workspace, NOW), wecom.calls.total()) == ({}, 0)
