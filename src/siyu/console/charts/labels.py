"""Places for the names of points, so that they neither cover each other nor leave the picture.

Worked out on a canvas of a middle width, because the page's own width is not known until it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT = 520, 270
LINE = 15


@dataclass(frozen=True)
class Dot:
    """A point in shares of the canvas (y upward), its radius in pixels and its name."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True)
class Place:
    """Where a name stands beside its point: alignment and offsets in pixels."""

    align: str
    dx: float
    dy: float


Box = tuple[float, float, float, float]


def places(dots: list[Dot]) -> list[Place]:
    """A place per dot; the first that is free of above, below, right, left (above, if none is)."""
    taken = [_around(dot) for dot in dots]
    found = []
    for dot in dots:
        choices = _choices(dot)
        free = [p for p in choices if _inside(box := _box(dot, p)) and not any(_meet(box, other) for other in taken)]
        chosen = (free or choices)[0]
        taken.append(_box(dot, chosen))
        found.append(chosen)
    return found


def _choices(dot: Dot) -> list[Place]:
    near = dot.radius + LINE / 2 + 2
    side = dot.radius + 4
    return [Place("center", 0, -near), Place("center", 0, near), Place("left", side, 0), Place("right", -side, 0)]


def width(name: str) -> float:
    """About how many pixels a name takes."""
    return sum(12.5 if ord(character) > 0x2E7F else 6.6 for character in name)


def _box(dot: Dot, place: Place) -> Box:
    long = width(dot.name)
    left = {"center": -long / 2, "left": 0.0, "right": -long}[place.align]
    x, y = dot.x * WIDTH + place.dx + left, (1 - dot.y) * HEIGHT + place.dy
    return x, y - LINE / 2, x + long, y + LINE / 2


def _around(dot: Dot) -> Box:
    x, y, r = dot.x * WIDTH, (1 - dot.y) * HEIGHT, dot.radius * 0.8
    return x - r, y - r, x + r, y + r


def _inside(box: Box) -> bool:
    return box[0] >= 0 and box[2] <= WIDTH and box[1] >= -LINE and box[3] <= HEIGHT


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
