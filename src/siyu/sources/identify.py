"""Identifier texts become identifier ids: normalised, keyed, sealed. Plain values live in memory only.

Python touches distinct values only; a bounded cache keeps those of earlier batches. Links are `links`' work.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core import identifiers
from siyu.core.settings import Settings
from siyu.store.tables import IDENTIFIER
from siyu.store.workspace import Workspace

#: What a value that is no identifier stands as, and why.
IGNORED = {-1: "masked", -2: "blocked", -3: "invalid"}
NONE = -9
#: Distinct values kept between batches: some 200 bytes each.
CACHE_VALUES = 2_000_000
PURPOSE = b"identifier"


@dataclass
class Identifiers:
    """Turns columns of texts into ids; gathers the identifiers that the warehouse does not know yet.

    ignored: values that are no identifier, by (namespace, reason), counted per row. clashes: two keys on one id.
    """

    workspace: Workspace
    settings: Settings
    ignored: Counter[tuple[str, str]] = field(default_factory=Counter)
    clashes: int = 0
    _cache: dict[str, dict[str, int]] = field(default_factory=dict)
    _fresh: list[tuple[int, str, str, str]] = field(default_factory=list)  # id, namespace, key (hex), plain value

    def ids(self, namespace: str, texts: pa.ChunkedArray, *, count: bool = True) -> np.ndarray:
        """The ids of a column; NONE where there is no identifier."""
        encoded = pc.dictionary_encode(texts.combine_chunks())
        known = self._known(namespace, encoded.dictionary.to_pylist())
        codes = encoded.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
        found = known[codes]
        for code, reason in IGNORED.items() if count else ():
            if rows := int((found == code).sum()):
                self.ignored[namespace, reason] += rows
        return np.where(found < 0, NONE, found)

    def fresh(self, load_id: int) -> pa.Table | None:
        """Identifiers seen since the last call that the warehouse does not hold, sealed; None if there are none."""
        if not self._fresh:
            return None
        known = self._held()
        rows = [row for row in self._fresh if row[0] not in known]
        self._fresh.clear()
        return self._sealed(rows, load_id) if rows else None

    def _known(self, namespace: str, values: list[str]) -> np.ndarray:
        """Ids of distinct values, with NONE behind them for rows without a value."""
        cache = self._cache.setdefault(namespace, {})
        for value in values:
            if value not in cache:
                cache[value] = self._identify(namespace, value)
        known = np.fromiter((cache[value] for value in values), np.int64, len(values))
        if sum(map(len, self._cache.values())) > CACHE_VALUES:
            self._cache.clear()
        return np.append(known, NONE)

    def _identify(self, namespace: str, text: str) -> int:
        if identifiers.is_masked(text):
            return -1
        blocked = self.settings["identity.blocked"]
        value = identifiers.normalise(namespace, text, self.settings["brand.phone_region"])
        if (value or identifiers.clean(text)).lower() in blocked:
            return -2
        if not value:
            return -3
        if namespace in identifiers.PHONE_NAMESPACES and value in self._blocked_phones():
            return -2
        key = self.workspace.keys.key(namespace, value)
        number = identifiers.identifier_id(key)
        self._fresh.append((number, namespace, key.hex(), value))
        return number

    def _blocked_phones(self) -> set[str]:
        region = self.settings["brand.phone_region"]
        return {identifiers.normalise("phone", p, region) for p in self.settings["identity.blocked_phones"]}

    def _held(self) -> set[int]:
        """Which of the fresh ones the warehouse (or an earlier row here) holds; clashing keys are counted."""
        first: dict[int, str] = {}
        for number, _, key, _ in self._fresh:
            self.clashes += first.setdefault(number, key) != key
        warehouse = self.workspace.warehouse
        asked = warehouse.scratch("fresh_identifier", pa.table({"identifier_id": pa.array(first, pa.int64())}))
        held = warehouse.arrow(IDENTIFIER.expr().semi_join(asked, "identifier_id").select("identifier_id", "key"))
        warehouse.drop_scratch("fresh_identifier")
        numbers, keys = held["identifier_id"].to_pylist(), held["key"].to_pylist()
        self.clashes += sum(first[number] != key for number, key in zip(numbers, keys))
        return set(numbers)

    def _sealed(self, rows: list[tuple[int, str, str, str]], load_id: int) -> pa.Table:
        rows = list({row[0]: row for row in reversed(rows)}.values())
        seal = self.workspace.keys.seal
        numbers, namespaces, keys, values = zip(*rows)
        return pa.table({
            "identifier_id": pa.array(numbers, pa.int64()), "namespace": namespaces, "key": keys,
            "masked": [identifiers.mask(n, v) for n, v in zip(namespaces, values)],
            "cipher": pa.array([seal(v.encode(), PURPOSE) for v in values], pa.binary()),
            "load_id": pa.array(np.full(len(rows), load_id)),
        }, schema=IDENTIFIER.schema)  # fmt: skip
