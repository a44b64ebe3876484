"""Charts as pictures: the page's own specs, drawn at twice the size and as wide as their place on the slide asks."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert

from siyu.console.charts.theme import config

#: Brings Chinese to machines without a Chinese font; fonts the reader's script names first win where they exist.
FONTS = Path(__file__).parent.parent / "fonts"
SCALE = 2
#: Narrower pictures would break the charts' labels, wider ones would make them too small to read on a wall.
NARROWEST_PX, WIDEST_PX = 560, 1100


def png(spec: dict[str, Any], lang: str, *, ratio: float) -> bytes:
    """A chart as a PNG on white, about `ratio` times as wide as it is high."""
    _fonts()
    look = {**config(lang), "background": "white"}
    width = min(max(round(_height(spec) * ratio), NARROWEST_PX), WIDEST_PX)
    drawn = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **spec, "width": width, "config": look}
    return vl_convert.vegalite_to_png(drawn, scale=SCALE)


def size_px(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def _height(spec: dict[str, Any]) -> float:
    height = spec.get("height")
    return height if isinstance(height, int | float) else 300


@cache
def _fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))
