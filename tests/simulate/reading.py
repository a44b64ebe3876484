"""How the tests read what was written: with Python's csv module, so that no reader of the product is trusted."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

from siyu.simulate import Simulated

Row = dict[str, str]


def encoding_of(file: str) -> str:
    if file.startswith("tmall_orders-") and "current" not in file:
        return "gb18030"
    return "utf-8-sig" if file.startswith(("youzan", "tmall", "weixin")) else "utf-8"


def lines_of(path: Path) -> tuple[list[str], list[list[str]]]:
    """The header and the rows as lists of cells."""
    with path.open(encoding=encoding_of(path.name), newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def rows_of(path: Path) -> list[Row]:
    """The rows by column; of two columns of one name the first is kept."""
    header, rows = lines_of(path)
    return [dict(reversed(list(zip(header, row)))) for row in rows]


def once(path: Path) -> list[Row]:
    """The rows without repeated lines."""
    header, rows = lines_of(path)
    return [dict(reversed(list(zip(header, row)))) for row in dict.fromkeys(map(tuple, rows))]


def all_of(brand: Simulated, prefix: str) -> list[Row]:
    """The rows of all export files whose name begins so, without repeated lines."""
    return [row for path in sorted(brand.exports.glob(f"{prefix}*.csv")) for row in once(path)]


def truth(brand: Simulated, name: str) -> list[Row]:
    return rows_of(brand.truth / f"{name}.csv")


def parameters(brand: Simulated) -> dict:
    return json.loads((brand.truth / "parameters.json").read_text(encoding="utf-8"))


def planted(brand: Simulated, wrinkle: str) -> Counter[str]:
    """How often the wrinkle stands in each file, as the truth has it."""
    counts = parameters(brand)["wrinkles"]
    return Counter({file: found[wrinkle] for file, found in counts.items() if wrinkle in found})


def cents(amount: str) -> int:
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part or 0)
