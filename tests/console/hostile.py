"""Material that is hard to write: names that are formulas or endless, sixty touchpoints, nothing measured, failures."""

from __future__ import annotations

from dataclasses import replace

from siyu.console.context import Page
from siyu.console.material import Material
from siyu.console.page import page
from siyu.console.smallcells import sheltered
from siyu.console.smalltexts import SMALLEST
from tests.console.sample import document, material

FORMULAS = ('=HYPERLINK("http://x","y")', "+1", "@SUM(A1)", "-2+3", "\t=1", "\r=1", " =1", "＝1+1")
LONG = "很长的名字 with words " * 20 + "andonewordthatneverends" * 10


def export(of: Material, lang: str = "en") -> Page:
    """The page as it leaves the house."""
    return sheltered(page(of, lang, smallest=SMALLEST))


def named(*names: str, brand: str = "拾屿茶舍") -> Material:
    """The sample brand with touchpoints of these names."""
    changed = document()
    places = changed["fast_plus"]["T"]["by_touchpoint"]
    changed["fast_plus"]["T"]["by_touchpoint"] = dict(zip(names, list(places.values()) * 10))
    return material(document=changed, brand=brand)


def nothing() -> Material:
    """A brand with nothing measured."""
    bare = {"brand": "B", "as_of": "2026-06-30", "window_days": 30, "fast_plus": {}, "fast": {}}
    empty = replace(material(), document=bare, previous=None, windows=[], series=[], held=[], consent=None)
    return replace(empty, quality=None, coverage=None)


def many_files() -> Material:
    """The sample brand loaded from forty files."""
    quality = material().quality
    assert quality is not None
    return material(quality=replace(quality, loads=quality.loads * 10))


CASES = {
    "sample": material(),
    "formulas": named(*FORMULAS, brand='=HYPERLINK("http://x","y")'),
    "long names": named(*(f"{n} {LONG}" for n in range(6)), brand=LONG),
    "emoji": named("🍵🍵🍵", "茶👨‍👩‍👧‍👦馆", brand="🍵 拾屿 🍵"),
    "no characters": named("\uffff店", "店\ufffe", "·", "a\x0bb", brand="A \x07 B"),
    "sixty touchpoints": named(*(f"门店 {n}" for n in range(60))),
    "many files": many_files(),
    "nothing": nothing(),
    "failing": material(failures={"coverage": "it broke", "series": "this too " * 60}),
}
