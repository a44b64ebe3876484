"""Identifier texts become identifier ids: normalised, keyed, sealed. Plain values live in memory only.

Python touches distinct values only; a bounded cache keeps those of earlier batches. Who stands on a record, and what
links, is `persons`' work.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

import re
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
MASKED, BLOCKED, INVALID, NONE = -1, -2, -3, -9
IGNORED = {MASKED: "masked", BLOCKED: "blocked", INVALID: "invalid"}
#: Distinct values kept between batches: some 200 bytes each.
CACHE_VALUES = 2_000_000
PURPOSE = b"identifier"
#: Values that `identifiers` would leave as they are, told by one pattern: most of every file.
PLAIN = re.compile(r"(?!x{3,}$)[A-Za-z0-9_.\-]+", re.IGNORECASE).fullmatch
PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}").fullmatch
PLAIN_EMAIL = re.compile(r"[a-z0-9._+\-]+@[a-z0-9\-]+(\.[a-z0-9\-]+)+").fullmatch


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
    _fresh: dict[int, tuple[str, bytes, str]] = field(default_factory=dict)  # id: namespace, key, plain value

    def __post_init__(self) -> None:
        region = self.settings["brand.phone_region"]
        phones = {identifiers.normalise("phone", p, region) for p in self.settings["identity.blocked_phones"]}
        self._blocked = {value.lower() for value in self.settings["identity.blocked"]} | phones

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
        held = self._held()
        unknown = {number: seen for number, seen in self._fresh.items() if number not in held}
        self._fresh = {}
        return self._sealed(unknown, load_id) if unknown else None

    def _known(self, namespace: str, values: list[str]) -> np.ndarray:
        """Ids of distinct values, with NONE behind them for rows without a value."""
        cache = self._cache.setdefault(namespace, {})
        self._identify(namespace, [value for value in values if value not in cache], cache)
        known = np.fromiter(map(cache.__getitem__, values), np.int64, len(values))
        if sum(map(len, self._cache.values())) > CACHE_VALUES:
            self._cache.clear()
        return np.append(known, NONE)

    def _identify(self, namespace: str, texts: list[str], cache: dict[str, int]) -> None:
        """Key what is an identifier, note why the rest is none."""
        spelled = self._spelling(namespace)
        named: list[tuple[str, str]] = []
        for text in texts:
            value = spelled(text)
            if isinstance(value, int):
                cache[text] = value
            else:
                named.append((text, value))
        for (text, value), key in zip(named, self.workspace.keys.keys(namespace, (value for _, value in named))):
            cache[text] = number = identifiers.identifier_id(key)
            earlier = self._fresh.setdefault(number, (namespace, key, value))
            self.clashes += earlier[1] != key

    def _spelling(self, namespace: str):
        """A function from a text to its one spelling, or to the code of why it is no identifier."""
        region, blocked = self.settings["brand.phone_region"], self._blocked
        mobile = namespace in identifiers.PHONE_NAMESPACES and region == "CN"
        special = namespace == "email" or namespace in identifiers.PHONE_NAMESPACES
        usual = PLAIN_EMAIL if namespace == "email" else PLAIN

        def spelled(text: str) -> str | int:
            if mobile and PLAIN_MOBILE(text):
                value = "+86" + text
            elif usual(text) and (usual is PLAIN_EMAIL or not special):
                value = text
            elif identifiers.is_masked(text):
                return MASKED
            else:
                value = identifiers.normalise(namespace, text, region)
            if value.lower() in blocked or text.lower() in blocked:
                return BLOCKED
            return value or (BLOCKED if identifiers.clean(text).lower() in blocked else INVALID)

        return spelled

    def _held(self) -> set[int]:
        """Which of the fresh ones the warehouse holds; clashing keys are counted."""
        warehouse = self.workspace.warehouse
        asked = warehouse.scratch("fresh_identifier", pa.table({"identifier_id": pa.array(self._fresh, pa.int64())}))
        held = warehouse.arrow(IDENTIFIER.expr().semi_join(asked, "identifier_id").select("identifier_id", "key"))
        warehouse.drop_scratch("fresh_identifier")
        numbers, keys = held["identifier_id"].to_pylist(), held["key"].to_pylist()
        self.clashes += sum(self._fresh[number][1].hex() != key for number, key in zip(numbers, keys))
        return set(numbers)

    def _sealed(self, rows: dict[int, tuple[str, bytes, str]], load_id: int) -> pa.Table:
        namespaces, keys, values = zip(*rows.values())
        return pa.table({
            "identifier_id": pa.array(rows, pa.int64()), "namespace": namespaces, "key": [key.hex() for key in keys],
            "masked": [identifiers.mask(n, v) for n, v in zip(namespaces, values)],
            "cipher": self.workspace.keys.seal_all((v.encode() for v in values), PURPOSE),
            "load_id": np.full(len(rows), load_id),
        }, schema=IDENTIFIER.schema)  # fmt: skip
