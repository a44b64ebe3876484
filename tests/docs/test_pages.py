"""Pages people read: the tutorial runs, commands shown exist with their options, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from siyu.cli.docs import walk
from siyu.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SHOWN = re.compile(r"^\$ (siyu .*)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
#: Commands of the tutorial that end with refusals, because the simulated files hold bad rows.
REFUSING = (
    "siyu load brand/exports/orders.csv --dry-run -C my-brand",
    "siyu load brand/exports -C my-brand",
    "siyu quarantine -C my-brand",
)


def commands(page: Path) -> list[str]:
    """Commands shown on a page, without what a # explains beside them."""
    return [line.split("  #")[0].strip() for line in SHOWN.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.slow
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for command in commands(ROOT / "docs" / "tutorial" / "first-report.md"):
        assert run(shlex.split(command)[1:]) == int(command in REFUSING), command
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_shown_on_a_page_exist_with_their_options(page: Path):
    known = {name: {option for p in command.params for option in p.opts} for name, command in walk()}
    for shown in commands(page):
        words = shlex.split(shown)
        name = " ".join(words[:3]) if " ".join(words[:3]) in known else " ".join(words[:2])
        assert name in known, shown
        assert {w for w in words if re.match(r"--?[a-z]", w)} <= known[name] | {"-C", "--help"}, shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path):
    lost = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert lost == []
