"""How a measure document is compared with the expected file of a worked brand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

#: brand folder, as-of day, window: the expected files beside the project.
CASES = [
    (brand, day, window)
    for brand in ("brand_11", "brand_12", "brand_13")
    for day, window in (("2026-06-30", 30), ("2025-12-31", 90))
]


def expected(shared: Path, brand: str, day: str, window: int) -> dict:
    return json.loads((shared / "oracles" / brand / f"expected_{day}_{window}.json").read_text(encoding="utf-8"))


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Every place where `found` lacks or differs from what is wanted: integers exactly, ratios to 1e-9."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return [f"{path}: {found!r} is no object"]
        return [d for key in wanted for d in differences(wanted[key], found.get(key), f"{path}.{key}")]
    if isinstance(wanted, list):
        return [] if _unordered(wanted) == _unordered(found) else [f"{path}: {found!r}, wanted {wanted!r}"]
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        same = math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-12)
    else:
        same = wanted == found
    return [] if same else [f"{path}: {found!r}, wanted {wanted!r}"]


def _unordered(rows: list[dict]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)
