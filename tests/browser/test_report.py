"""The report as a reader opens it: every chart drawn, nothing fetched, no complaint, on a desk and on a phone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from siyu.console.context import Page
from siyu.console.page import page
from siyu.console.picture import DRAWN, VARIABLE, WAIT_MS, picture
from siyu.console.render import html
from siyu.core.errors import SiyuError
from tests.breadth import wide
from tests.console.sample import material

DESK, PHONE = 1280, 390


@dataclass
class Opened:
    """A page in the browser, with what it fetched and what it complained of."""

    page: object
    complaints: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def ask(self, script: str):
        return self.page.evaluate(script)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> dict[str, Path]:
    """The sample's report in both languages."""
    folder = tmp_path_factory.mktemp("reports")
    paths = {lang: folder / f"{lang}.html" for lang in ("zh", "en")}
    for lang, path in paths.items():
        path.write_text(html(page(material(), lang)), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def opened(browser, reports):
    """Open a report once per language and width."""
    pages: dict[tuple[str, int], Opened] = {}

    def open_(lang: str, width: int) -> Opened:
        if (lang, width) not in pages:
            pages[lang, width] = _open(browser, reports[lang], width)
        return pages[lang, width]

    yield open_
    for one in pages.values():
        one.page.close()  # type: ignore[attr-defined]


def _open(browser, path: Path, width: int) -> Opened:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    found = Opened(tab)
    tab.on("console", lambda m: found.complaints.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: found.complaints.append(str(error)))
    tab.on("request", lambda request: found.fetched.append(request.url))
    tab.goto(path.as_uri())
    tab.wait_for_selector(DRAWN, timeout=WAIT_MS)
    return found


BOTH = wide([("zh", DESK), ("en", PHONE), ("en", DESK), ("zh", PHONE)], always=2)


@pytest.mark.parametrize(("lang", "width"), BOTH)
def test_every_chart_draws(opened, lang: str, width: int):
    one = opened(lang, width)
    places = one.ask("document.querySelectorAll('[data-chart]').length")
    assert places == one.ask("document.querySelectorAll('[data-state=drawn] svg').length") > 10


@pytest.mark.parametrize(("lang", "width"), BOTH)
def test_the_console_stays_quiet(opened, lang: str, width: int):
    assert opened(lang, width).complaints == []


@pytest.mark.parametrize(("lang", "width"), BOTH)
def test_nothing_but_the_file_is_fetched(opened, lang: str, width: int):
    assert [url for url in opened(lang, width).fetched if not url.startswith("file:")] == []


@pytest.mark.parametrize(("lang", "width"), BOTH)
def test_the_page_never_scrolls_sideways(opened, lang: str, width: int):
    assert opened(lang, width).ask("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("lang", "width"), BOTH)
def test_charts_are_as_wide_as_their_panels(opened, lang: str, width: int):
    script = """Array.from(document.querySelectorAll('.chart')).filter(c =>
        Math.abs(c.querySelector('svg').getBoundingClientRect().width - c.getBoundingClientRect().width) > 3
    ).map(c => c.dataset.chart)"""
    assert opened(lang, width).ask(script) == []


def test_a_table_opens_where_its_chart_is(opened):
    tab = opened("zh", DESK).page
    table = tab.locator("#panel-gravity details.table")
    table.locator("summary").click()
    assert table.locator("tbody tr").count() == 7
    assert table.locator("tbody tr").first.is_visible()


def test_pointing_at_a_bar_shows_what_it_is(opened):
    tab = opened("en", DESK).page
    tab.locator("#panel-funnel .layer_1_marks path").first.hover()
    tab.wait_for_selector("#vg-tooltip-element.visible", timeout=WAIT_MS)
    assert "Hold any relation" in tab.locator("#vg-tooltip-element").inner_text()


def without_a_chart(whole: Page, name: str) -> Page:
    """The page with one chart that Vega-Lite cannot read."""
    sections = [
        replace(s, panels=tuple(replace(p, chart={"layer": 7}) if p.name == name else p for p in s.panels))
        for s in whole.sections
    ]
    return replace(whole, sections=tuple(sections))


def test_a_chart_that_cannot_be_drawn_says_so_and_the_others_stand(browser, tmp_path: Path):
    broken = tmp_path / "broken.html"
    broken.write_text(html(without_a_chart(page(material(), "en"), "funnel")), encoding="utf-8")
    one = _open(browser, broken, DESK)
    assert one.ask("document.querySelector('[data-state=failed]').dataset.chart") == "funnel"
    assert one.ask("document.querySelectorAll('[data-state=drawn] svg').length") > 10


@pytest.mark.slow
def test_a_picture_of_the_report_can_be_kept(browser, reports, tmp_path: Path):
    assert browser.is_connected()
    png = tmp_path / "report.png"
    arguments = [str(reports["zh"]), str(png), "--height", "600"]
    subprocess.run([sys.executable, "-m", "siyu.console.picture", *arguments], check=True, capture_output=True)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_without_a_chromium_a_picture_is_refused_with_the_remedy(reports, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("siyu.console.picture.shutil.which", lambda _name: None)
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(SiyuError, match="no Chromium"):
        picture(reports["zh"], tmp_path / "report.png")
