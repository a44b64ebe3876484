"""Charts as pictures: the page's own specs, drawn at twice the size and as wide as their place on the slide asks."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from siyu.console.charts.theme import config
from siyu.console.slides.text import cut, em, legal

#: Brings Chinese to machines without a Chinese font; fonts the reader's script names first win where they exist.
FONTS = Path(__file__).parent.parent / "fonts"
SCALE = 2
#: Narrower pictures would break the charts' labels.
NARROWEST_PX, WIDEST_PX = 560, 1600
#: Charts higher than this are shrunk to fit a slide, so their letters grow before, up to a limit.
PLAIN_HEIGHT_PX, LARGEST_LETTERS = 400, 1.6
#: How long the name of a point may be, and any other text of a chart, in ems.
NAME_EM, TEXT_EM = 16, 40


def png(spec: dict[str, Any], lang: str, *, ratio: float) -> bytes:
    """A chart as a PNG on white, about `ratio` times as wide as it is high."""
    _fonts()
    height = _height(spec)
    drawn = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **spec,
        "width": min(max(round(height * ratio), NARROWEST_PX), WIDEST_PX),
        "config": _look(lang, min(max(height / PLAIN_HEIGHT_PX, 1), LARGEST_LETTERS)),
    }
    if "datasets" in spec:
        drawn["datasets"] = {name: shortened(records) for name, records in spec["datasets"].items()}
    return vl_convert.vegalite_to_png(_legal(drawn), scale=SCALE)


def size_px(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def shortened(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records whose texts fit a picture. What was different stays different: charts tell rows apart by their names."""
    short: dict[tuple[str, str], str] = {}
    for record in records:
        for key, text in record.items():
            if isinstance(text, str) and (key, text) not in short:
                short[key, text] = _unlike(_short(key, text), {s for (k, _), s in short.items() if k == key})
    return [{k: short[k, v] if isinstance(v, str) else v for k, v in record.items()} for record in records]


def _legal(part: Any) -> Any:
    """A spec whose texts can be drawn: of some the library that draws does not come back."""
    match part:
        case str():
            return legal(part)
        case dict():
            return {key: _legal(value) for key, value in part.items()}
        case list() | tuple():
            return [_legal(value) for value in part]
        case _:
            return part


def _short(key: str, text: str) -> str:
    return cut(text, NAME_EM if key == "name" else TEXT_EM, 1, 1) if em(text) > NAME_EM else text


def _unlike(text: str, taken: set[str]) -> str:
    return next(t for t in (text, *(f"{text} {n}" for n in range(2, len(taken) + 3))) if t not in taken)


def _look(lang: str, letters: float) -> dict[str, Any]:
    """The charts' look on white, with larger letters for charts that will be shrunk."""
    look = {**config(lang), "background": "white"}
    axis = {k: round(v * letters) if k.endswith("FontSize") else v for k, v in look["axis"].items()}
    return {**look, "axis": axis, "text": {**look["text"], "fontSize": round(look["text"]["fontSize"] * letters)}}


def _height(spec: dict[str, Any]) -> float:
    height = spec.get("height")
    return height if isinstance(height, int | float) else 300


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))
