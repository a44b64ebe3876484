"""The page on a system of one's own: its hook is made as shown, its rows are sent as they stand, and count once."""

from __future__ import annotations

from pathlib import Path

import pytest

from siyu.api.reference.schema import schema
from siyu.api.webhooks.signed import WINDOW_SECONDS
from siyu.sources.doors.canonical.messages import ROWS_MOST
from siyu.sources.live import drain
from siyu.store.hookparts import SECRET_LEAST
from tests.api.hooked import CALLING, as_shown
from tests.api.serving import ROOT, now
from tests.sources.arrivals import in_force

SHOWN = (ROOT / "docs" / "how-to" / "connect-your-own-system.md").read_text(encoding="utf-8")


@CALLING
def test_the_hook_and_the_rows_of_the_page_make_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with as_shown(SHOWN, tmp_path, monkeypatch, calls=2) as workspace:
        (load,) = drain(workspace, now=now()).loads
        assert in_force(workspace, "orders", "order_id", "platform", "paid_amount") == [("7-0815", "offline", 5990)]
        assert load.counts["duplicate"] == 1


def test_the_numbers_of_the_page_are_those_of_the_code():
    assert f"of {SECRET_LEAST} characters or more" in SHOWN
    assert f"(1 to {ROWS_MOST:,})" in SHOWN
    assert f"at most {WINDOW_SECONDS} from" in SHOWN
    told = schema()["paths"]["/hooks/signed/{name}"]["post"]["description"]
    assert all(number in told for number in (f"(1 to {ROWS_MOST:,})", f"at most {WINDOW_SECONDS} from"))
