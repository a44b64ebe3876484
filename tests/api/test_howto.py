"""The page on collecting: what it shows is run as it stands, against a server of ours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import segment.analytics as analytics

from tests.api.conftest import Site
from tests.browser.test_snippet import PAGE

SHOWN = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "collect-events.md").read_text(encoding="utf-8")
HOST = "https://collect.brand.cn"


def block(language: str) -> str:
    """The first block of a language on the page."""
    [found, *_] = re.findall(rf"```{language}\n(.*?)```", SHOWN, re.DOTALL)
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_command_sends_an_event(site: Site):
    command = block("sh").replace(HOST, site.url)
    ran = subprocess.run(["sh", "-c", command], env={"KEY": site.key, "PATH": "/usr/bin:/bin"}, capture_output=True,
                         text=True, check=True)  # fmt: skip
    assert json.loads(ran.stdout) == {"success": True}
    assert json.loads(site.arrived()[0].body) == {"userId": "c-1001", "event": "Product Viewed", "type": "track"}


def test_the_python_lines_send_an_event(site: Site):
    exec(compile(block("python").replace(HOST, site.url), "collect-events.md", "exec"), {"KEY": site.key})
    analytics.default_client = None
    [call] = json.loads(site.arrived()[0].body)["batch"]
    assert (call["messageId"], call["properties"]["total"]) == ("o-1-completed", 59.9)


def test_the_lines_for_a_page_are_those_the_browser_tests_run():
    before = PAGE.replace("{{", "{").replace("}}", "}").split("<script>")[1].split("{calls}")[0]
    assert before in block("html")
