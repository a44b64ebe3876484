"""The page on Shopify: its hook is made as it is shown, its delivery is sent as it stands, and becomes an order."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from siyu.api.writer import open_writer
from siyu.cli.main import run
from siyu.sources.doors.shopify.messages import PRIVACY_TOPICS, TOPICS
from siyu.sources.live import drain
from siyu.store.workspace import create, open_workspace
from tests.api.hooked import SECRET, application
from tests.api.serving import ROOT, now, served
from tests.sources.arrivals import in_force

SHOWN = (ROOT / "docs" / "how-to" / "connect-shopify.md").read_text(encoding="utf-8")
HOST = "https://siyu.brand.cn"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="curl or openssl is not installed")
def test_the_hook_and_the_delivery_of_the_page_make_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYU_HOOK_SECRET", SECRET)
    create(tmp_path / "my-brand").close()
    [made] = re.findall(r"^\$ siyu (hook create .*)$", SHOWN, re.MULTILINE)
    [sent] = re.findall(r"```sh\n(.*?)```", SHOWN, re.DOTALL)
    assert run(shlex.split(made)) == 0
    with open_workspace(tmp_path / "my-brand") as workspace:
        writer = open_writer(workspace)
        with served(application(workspace, writer)) as url:
            ran = subprocess.run(["sh", "-c", sent.replace(HOST, url)], capture_output=True, text=True, check=True)
        writer.close()
        assert json.loads(ran.stdout) == {"success": True}
        drain(workspace, now=now())
        assert in_force(workspace, "orders", "order_id", "store", "paid_amount") == [
            ("820982911946154508", "tea.myshopify.com", 40994)]  # fmt: skip


def test_the_topics_of_the_page_are_known_and_none_that_matters_is_left_out():
    shown = set(re.findall(r"`([a-z_]+/[a-z_]+)`", SHOWN))
    assert shown <= {*TOPICS, *PRIVACY_TOPICS}
    assert {*TOPICS, *PRIVACY_TOPICS} - shown == {"orders/fulfilled", "orders/partially_fulfilled", "customers/enable",
                                                  "customers/disable"}  # fmt: skip
