"""A picture of a report, taken in Chromium: `python -m siyu.console.picture REPORT.html PICTURE.png`.

For the README and for mails that cannot carry the page itself. Needs the extra `dev` (playwright) and a Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from siyu.core.errors import SiyuError

#: Names a Chromium answers to; SIYU_CHROMIUM names another.
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
VARIABLE = "SIYU_CHROMIUM"
#: No sandbox, as containers have none to offer; nothing fetched in the background.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DRAWN = "html[data-drawn]"
WAIT_MS = 60_000


def chromium() -> str | None:
    """Where Chromium is on this machine; None if nowhere."""
    return os.environ.get(VARIABLE) or next((path for name in NAMES if (path := shutil.which(name))), None)


def picture(report: Path, png: Path, *, width: int = 1280, height: int | None = None) -> Path:
    """Draw a report and keep it as a PNG: the whole page, or its first `height` pixels."""
    from playwright.sync_api import sync_playwright  # an extra: only pictures and browser tests need it

    found = chromium()
    if found is None:
        raise SiyuError("There is no Chromium to take a picture with.", remedy=f"Install one, or set {VARIABLE}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": width, "height": height or 900})
            page.goto(report.resolve().as_uri())
            page.wait_for_selector(DRAWN, timeout=WAIT_MS)
            page.screenshot(path=str(png), full_page=height is None)
        finally:
            browser.close()
    return png


def main(arguments: list[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("png", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=None)
    given: Any = parser.parse_args(arguments)
    print(picture(given.report, given.png, width=given.width, height=given.height))


if __name__ == "__main__":
    main()
