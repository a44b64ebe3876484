"""The page on Shopify: its hook is made as it is shown, its delivery is sent as it stands, and becomes an order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from siyu.sources.doors.shopify.messages import PRIVACY_TOPICS, TOPICS
from siyu.sources.live import drain
from tests.api.hooked import CALLING, as_shown
from tests.api.serving import ROOT, now
from tests.sources.arrivals import in_force

SHOWN = (ROOT / "docs" / "how-to" / "connect-shopify.md").read_text(encoding="utf-8")


@CALLING
def test_the_hook_and_the_delivery_of_the_page_make_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with as_shown(SHOWN, tmp_path, monkeypatch) as workspace:
        drain(workspace, now=now())
        assert in_force(workspace, "orders", "order_id", "store", "paid_amount") == [
            ("820982911946154508", "tea.myshopify.com", 40994)]  # fmt: skip


def test_the_topics_of_the_page_are_known_and_none_that_matters_is_left_out():
    shown = set(re.findall(r"`([a-z_]+/[a-z_]+)`", SHOWN))
    assert shown <= {*TOPICS, *PRIVACY_TOPICS}
    assert {*TOPICS, *PRIVACY_TOPICS} - shown == {"orders/fulfilled", "orders/partially_fulfilled", "customers/enable",
                                                  "customers/disable"}  # fmt: skip
