"""A real Chromium. Without one the tests are skipped with the reason; where CI is set, that is a failure."""

from __future__ import annotations

import os

import pytest

from siyu.console.picture import ARGUMENTS, VARIABLE, chromium


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: dev)")
    found = chromium()
    if found is None:
        reason = f"there is no Chromium on this machine (set {VARIABLE} to name one)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield opened
        opened.close()
