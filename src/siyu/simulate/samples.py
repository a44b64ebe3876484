"""Samples: tables that say, column by column, what a platform's export shows of the simulated truth. Data (TOML).

A table stands beside the mapping that reads the export and is handed in: nothing is known here of mappings. One file
holds the exports of one platform, each as `[[exports]]`::

    header = "jd_order_2016"       # its header row, by its name in headers.py
    like = "jd_order_2017"         # cells and settings of another one above, as far as the header has those columns
    file = "jd.xls"                # what it is called when downloaded; its ending says how it is packed
    encoding = "gb18030"           # of text; utf-8-sig unless said
    title = "..."                  # a row above the header
    rows = "lines"                 # orders, lines (of goods), movements (of the account) or people
    of = "qianniu_order_current"   # whose orders it tells of, when it stands beside another export
    refunds = "amount"             # what it tells of refunds: amount, dated, status, cancelled, deducted or none
    buyer = "nick"                 # the word that says who bought; left out where nothing does
    order_id = { before = "E", digits = 18 }
    joined = { every = 6, by = ";" }   # of so many orders one has all its lines in one row
    continued = "Name"             # what belongs to the order stands on its first row only, this column on each
    [exports.cells]                # column = word of shown.py, or a table
    "订单号" = { word = "order_id", before = "\\t" }

A cell's table has a `word`, or a constant `text`, and: `words` (what the platform calls each state), `before` and
`after` (put around what is not empty), `when` (the state in which it is not empty), `masked` (of so many orders one has
it masked), `cipher` (the mark before ciphertext), `thousands` (1,234.50).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .headers import HEADER_ROWS


@dataclass(frozen=True)
class Cell:
    """What one column shows."""

    word: str = ""
    text: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    when: str = ""
    masked: int = 0
    cipher: str = ""
    thousands: bool = False


@dataclass(frozen=True)
class Numbers:
    """How a platform numbers its orders."""

    before: str = ""
    digits: int = 18


@dataclass(frozen=True)
class Joined:
    """Lines of goods that stand in one row: of which orders, and what parts them."""

    every: int
    by: str


@dataclass(frozen=True)
class Sample:
    """One export, column by column."""

    platform: str
    header: str
    file: str
    rows: str
    cells: Mapping[str, Cell]
    encoding: str = "utf-8-sig"
    title: str = ""
    of: str = ""
    refunds: str = "none"
    buyer: str = ""
    order_id: Numbers = Numbers()
    joined: Joined | None = None
    continued: str = ""

    @property
    def names(self) -> list[str]:
        """The header row, every name as the platform writes it."""
        return HEADER_ROWS[self.header].split(",")

    @property
    def tells_orders(self) -> bool:
        """Whether orders are told by it alone, and not beside another export."""
        return self.rows in ("orders", "lines") and not self.of


def samples(folder: Path) -> list[Sample]:
    """All samples of a folder with one folder per platform, in the order of their names."""
    return [sample for path in sorted(folder.glob("*/samples.toml")) for sample in read(path)]


def read(path: Path) -> list[Sample]:
    """The samples of one platform, which is called as its folder is."""
    found: dict[str, dict[str, Any]] = {}
    for given in tomllib.loads(path.read_text(encoding="utf-8"))["exports"]:
        like = found.get(given.get("like", ""), {"cells": {}})
        found[given["header"]] = {**like, **given, "cells": _cells_of(given, like["cells"])}
    return [_sample(path.parent.name, body) for body in found.values()]


def _cells_of(given: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """The export's own cells, and those of the one it is like as far as its header has them."""
    header = HEADER_ROWS[given["header"]].split(",")
    if strange := [name for name in given["cells"] if _plain(name) not in header]:
        raise ValueError(f"{given['header']} has no column {', '.join(strange)}")
    return {**{name: spec for name, spec in like.items() if _plain(name) in header}, **given["cells"]}


def _plain(name: str) -> str:
    """The name as it stands in the header: the second column of a name is told apart by `#2`."""
    return name.removesuffix("#2")


def _sample(platform: str, body: dict[str, Any]) -> Sample:
    cells = {name: _cell(spec) for name, spec in body["cells"].items()}
    joined = Joined(**body["joined"]) if "joined" in body else None
    rest = {key: value for key, value in body.items() if key not in ("like", "cells", "joined", "order_id")}
    return Sample(platform, cells=cells, joined=joined, order_id=Numbers(**body.get("order_id", {})), **rest)


def _cell(spec: str | dict[str, Any]) -> Cell:
    return Cell(word=spec) if isinstance(spec, str) else Cell(**spec)
