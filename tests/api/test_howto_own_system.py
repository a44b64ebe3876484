"""The page on a system of one's own: its hook is made as shown, its rows are sent as they stand, and count once."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from siyu.api.reference.schema import schema
from siyu.api.webhooks.signed import WINDOW_SECONDS
from siyu.api.writer import open_writer
from siyu.cli.main import run
from siyu.sources.doors.canonical.messages import ROWS_MOST
from siyu.sources.live import drain
from siyu.store.hooks import SECRET_LEAST
from siyu.store.workspace import create, open_workspace
from tests.api.hooked import SECRET, application
from tests.api.serving import ROOT, now, served
from tests.sources.arrivals import in_force

SHOWN = (ROOT / "docs" / "how-to" / "connect-your-own-system.md").read_text(encoding="utf-8")
HOST = "https://siyu.brand.cn"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="curl or openssl is not installed")
def test_the_hook_and_the_rows_of_the_page_make_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYU_HOOK_SECRET", SECRET)
    create(tmp_path / "my-brand").close()
    [made] = re.findall(r"^\$ siyu (hook create .*)$", SHOWN, re.MULTILINE)
    [sent] = re.findall(r"```sh\n(.*?)```", SHOWN, re.DOTALL)
    assert run(shlex.split(made)) == 0
    with open_workspace(tmp_path / "my-brand") as workspace:
        writer = open_writer(workspace)
        with served(application(workspace, writer)) as url:
            for _ in range(2):
                call = ["sh", "-c", sent.replace(HOST, url)]
                ran = subprocess.run(call, capture_output=True, text=True, check=True)
                assert json.loads(ran.stdout) == {"success": True}
        writer.close()
        (load,) = drain(workspace, now=now()).loads
        assert in_force(workspace, "orders", "order_id", "platform", "paid_amount") == [("7-0815", "offline", 5990)]
        assert load.counts["duplicate"] == 1


def test_the_numbers_of_the_page_are_those_of_the_code():
    assert f"of {SECRET_LEAST} characters or more" in SHOWN
    assert f"(1 to {ROWS_MOST:,})" in SHOWN
    assert f"at most {WINDOW_SECONDS} from" in SHOWN
    told = schema()["paths"]["/hooks/signed/{name}"]["post"]["description"]
    assert all(number in told for number in (f"(1 to {ROWS_MOST:,})", f"at most {WINDOW_SECONDS} from"))
