"""Small random brands as canonical rows, crowded at the edges of every rule: equal instants, midnights, window ends.

A seed gives one brand. Rows are what a file would hold (texts); nothing here knows how they are measured.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

from tests.measures.ends import end_some
from tests.measures.garnish import garnish
from tests.measures.stories import STORIES
from tests.measures.teller import AS_OF, Brand, Teller

__all__ = ["AS_OF", "ZONES", "random_brand", "write_csv", "zone_of"]

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York")


def random_brand(seed: int, *, consumers: int = 60) -> Brand:
    """The brand of a seed: kind -> rows, in no order, with duplicates and a few corrections."""
    brand = Teller(random.Random(seed), consumers)
    for tell in STORIES:
        for _ in range(max(1, round(consumers * STORIES[tell]))):
            tell(brand)
    garnish(brand)
    end_some(brand)
    return brand.shuffled()


def zone_of(seed: int) -> str:
    """The zone the brand of a seed is meant for; its times are local times without an offset."""
    return ZONES[seed % len(ZONES)]


def write_csv(brand: Brand, folder: Path) -> Path:
    """One canonical CSV file per kind; columns a row lacks are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in brand.items():
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder
