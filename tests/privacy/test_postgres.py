"""Consents and requests where operations stand on PostgreSQL."""

from __future__ import annotations

from siyu.core.settings import defaults
from siyu.identity import preferences
from siyu.identity.consents import rows_of, settle
from siyu.privacy import erase, exports, requests
from siyu.privacy.consent import Said, link, record
from siyu.privacy.docket import Case
from siyu.store import workspace as workspaces
from tests.sources.arrivals import LATER, in_force

LIN = "phone:13800001234"
WHO = {"actor": "cli", "now": LATER}


def test_a_consent_a_copy_and_an_erasure_are_the_same_there(tmp_path, postgres):
    with workspaces.create(tmp_path / "brand", defaults().with_values(operations__url=postgres())) as workspace:
        record(workspace, LIN, Said("marketing", "sms", "grant", "form", "v1"), **WHO)
        mine = link(workspace, LIN, "marketing", **WHO)
        preferences.apply(workspace.operations, mine, {"action": ["withdraw"]}, now=LATER)
        assert [row.action for row in rows_of(workspace.operations, [mine.identifier_id])] == ["grant", "withdraw"]
        assert settle(workspace, LATER) == 1
        assert in_force(workspace, "consents", "action") == [("grant",), ("withdraw",)]
        copy = exports.file(workspace, LIN, Case(), **WHO)
        asked = requests.file(workspace, LIN, Case(), **WHO)
        requests.approve(workspace.operations, asked.number, **WHO)
        preferences.apply(workspace.operations, mine, {"action": ["save"], "channel": ["sms"]}, now=LATER)
        assert [one.status for one in erase.run(workspace, **WHO).done] == ["done"]
        assert exports.get(workspace.operations, copy.number).status == "rejected"
        assert rows_of(workspace.operations, [mine.identifier_id]) == []
        assert len(exports.look(workspace, LIN, **WHO)["consents"]["proofs"]) >= 2
