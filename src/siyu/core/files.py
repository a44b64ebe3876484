"""Files: what people call them, and what a crash may not leave half done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def name_of(path: Path) -> str:
    """What people call a file: its name. Bytes of it that are no UTF-8 are read as GB18030, as Windows in China writes
    names; it can be shown and kept, which a path as Python has it cannot always.

    >>> name_of(Path(os.fsdecode("订单.csv".encode("gb18030")))), name_of(Path("in/orders.csv"))
    ('订单.csv', 'orders.csv')
    """
    raw = os.fsencode(path.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def visible(paths: Iterable[Path]) -> list[Path]:
    """The files among some paths, in order, without hidden ones, which editors make for themselves. A link to nowhere
    stays: who reads it says so.
    """
    return sorted(path for path in paths if not path.name.startswith(".") and not path.is_dir())


def sync_folder(folder: Path) -> None:
    """New names in a folder are on disk; Windows has no such call and does it by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
