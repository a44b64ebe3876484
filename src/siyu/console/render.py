"""From context to one HTML file: template, style, scripts and chart bundle inlined under a strict policy.

The policy names the hash of every script and style in the file, so that nothing else can run, and allows no network.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from siyu.console.charts.theme import config
from siyu.console.context import Page
from siyu.console.words import Words

HERE = Path(__file__).parent


def html(page: Page, cache: Path | None = None) -> str:
    """The report as one self-contained document; `cache` is a folder that keeps the chart bundle between runs."""
    style = _static("report.css")
    scripts = [_bundle(cache), _static("report.js")]
    template = _environment().get_template("report.html")
    return template.render(
        page=page,
        words=Words(page.lang, page.currency),
        style=Markup(style),
        scripts=[Markup(s) for s in scripts],
        charts=_json(_charts(page)),
        policy=_policy(style, scripts),
    )


def _charts(page: Page) -> dict[str, Any]:
    """Specs by panel, and the one look they share."""
    specs = {p.name: p.chart for section in page.sections for p in section.panels if p.chart}
    words = Words(page.lang)
    failed = words("This chart could not be drawn; the table below holds the same figures.")
    return {"config": config(page.lang), "specs": specs, "failed": failed}


def _json(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _policy(style: str, scripts: list[str]) -> str:
    """Content-Security-Policy: only these scripts and this style; no network at all."""
    allowed = " ".join(map(_hash, scripts))
    rules = (
        "default-src 'none'",
        f"script-src {allowed}",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
    )
    return "; ".join((*rules, "form-action 'none'"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _bundle(cache: Path | None) -> str:
    """Vega, Vega-Lite and vegaEmbed as one script. The wheel needs seconds to put it together, so it is kept."""
    kept = cache / f"charts-{version('vl-convert-python')}.js" if cache else None
    if kept and kept.is_file():
        return kept.read_text(encoding="utf-8")
    text = vl_convert.javascript_bundle()  # pyright: ignore[reportCallIssue] (its stub is stricter than it is)
    if kept:
        with contextlib.suppress(OSError):  # where nothing can be kept, the next page waits again
            kept.parent.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_suffix(".part")
            unfinished.write_text(text, encoding="utf-8", newline="\n")
            os.replace(unfinished, kept)
    return text


@cache
def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
