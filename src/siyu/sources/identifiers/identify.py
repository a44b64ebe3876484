"""Identifier texts become identifier ids: normalised and keyed. Plain values live in memory only.

Python touches a distinct value once; those of earlier batches and files are `met`. Who stands on a record, and what
links, is `persons`' work; what the warehouse keeps of an identifier, `register`'s.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core import identifiers
from siyu.core.settings import Settings
from siyu.sources.identifiers.met import Met
from siyu.sources.workbench import Workbench
from siyu.store.workspace import Workspace

#: What a value that is no identifier stands as, and why.
MASKED, BLOCKED, INVALID, NONE = -1, -2, -3, -9
IGNORED = {MASKED: "masked", BLOCKED: "blocked", INVALID: "invalid"}
#: Values that `identifiers` would leave as they are, told by one pattern: most of every file.
PLAIN, HIDDEN, NOTHING = r"^[A-Za-z0-9_.\-]+$", r"^[xX]{3,}$", r"$^"
MOBILE = r"^1[3-9][0-9]{9}$"
EMAIL = r"^[a-z0-9._+\-]+@[a-z0-9\-]+(\.[a-z0-9\-]+)+$"


@dataclass(frozen=True)
class Seen:
    """Identifiers of one namespace as a load met them: ids, keys (identifiers.key_words) and plain values."""

    namespace: str
    ids: np.ndarray
    keys: np.ndarray
    values: list[str]


def blocked_ids(keys: identifiers.Keys, settings: Settings) -> set[int]:
    """The ids that blocked values have where they were taken for identifiers."""
    region, found = settings["brand.phone_region"], set()
    for namespace in {*settings["identity.namespaces"], *identifiers.PHONE_NAMESPACES}:
        phones = settings["identity.blocked_phones"] if namespace in identifiers.PHONE_NAMESPACES else ()
        values = {identifiers.normalise(namespace, value, region) for value in (*_nobodies(settings), *phones)}
        found |= {identifiers.identifier_id(keys.key(namespace, value)) for value in values if value}
    return found


def _nobodies(settings: Settings) -> tuple[str, ...]:
    """Values that are nobody's in any namespace."""
    return (*settings["identity.blocked"], *identifiers.CELL_ERRORS)


@dataclass
class Identifiers:
    """Turns columns of texts into ids; gathers what was not met before.

    met: what was; ignored: values that are no identifier, by (namespace, reason), counted per row.
    """

    workspace: Workspace
    settings: Settings
    workbench: Workbench
    met: Met = field(default_factory=Met)
    ignored: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        region = self.settings["brand.phone_region"]
        phones = {identifiers.normalise("phone", p, region) for p in self.settings["identity.blocked_phones"]}
        self._blocked = {value.lower() for value in _nobodies(self.settings)} | phones

    def ids(self, namespace: str, texts: pa.ChunkedArray, *, count: bool = True) -> np.ndarray:
        """The ids of a column; NONE where there is no identifier."""
        found = np.full(len(texts), NONE)
        there = texts.is_valid().to_numpy()
        number = partial(self._identify, namespace)
        found[there] = self.met.of(namespace).of(texts.drop_null().combine_chunks(), number, self.workbench)
        for code, reason in IGNORED.items() if count else ():
            if rows := int((found == code).sum()):
                self.ignored[namespace, reason] += rows
        return np.where(found < 0, NONE, found)

    def seen(self) -> list[Seen]:
        """What was met since the last call and not before (or so long ago that it was forgotten)."""
        seen, self._seen = self._seen, []
        return seen

    def _identify(self, namespace: str, texts: list[str]) -> np.ndarray:
        """The ids of texts met for the first time, or why each is none; noted for the register."""
        spelled = self._spelled(namespace, texts)
        values = [value for value in spelled if isinstance(value, str)]
        keys = self.workspace.keys.keys(namespace, values)
        ids = identifiers.identifier_ids(keys)
        if values:
            self._seen.append(Seen(namespace, ids, keys, values))
        if len(values) == len(texts):
            return ids
        found = np.array([NONE if isinstance(value, str) else value for value in spelled], np.int64)
        found[found == NONE] = ids
        return found

    def _spelled(self, namespace: str, texts: list[str]) -> list[str | int]:
        """The one spelling of each text, or the code of why it is no identifier; most are told by one pattern."""
        pattern, prefix = self._usual(namespace)
        column = pa.array(texts, pa.string())
        plain = pc.and_not(pc.match_substring_regex(column, pattern), self._suspect(column, prefix))
        return [prefix + text if usual else self._spelling(namespace, text)
                for text, usual in zip(texts, plain.to_pylist())]

    def _usual(self, namespace: str) -> tuple[str, str]:
        """The pattern of values that need no more than a prefix."""
        if namespace in identifiers.PHONE_NAMESPACES:
            return (MOBILE, "+86") if self.settings["brand.phone_region"] == "CN" else (NOTHING, "")
        return (EMAIL if namespace == "email" else PLAIN), ""

    def _suspect(self, column: pa.Array, prefix: str) -> pa.Array:
        """Values that are blocked or hidden, told without the exceptions to that. Right for ASCII values, and no others
        are plain.
        """
        blocked = [value for b in self._blocked for value in (b, b.removeprefix(prefix))]
        listed = pc.is_in(pc.ascii_lower(column), value_set=pa.array(sorted(blocked), pa.string()))
        return pc.or_(listed, pc.match_substring_regex(column, HIDDEN))

    def _spelling(self, namespace: str, text: str) -> str | int:
        """The one spelling of a text, or the code of why it is no identifier."""
        blocked = self._blocked
        if identifiers.is_masked(text):
            return MASKED
        value = identifiers.normalise(namespace, text, self.settings["brand.phone_region"])
        if value.lower() in blocked or text.lower() in blocked:
            return BLOCKED
        return value or (BLOCKED if identifiers.clean(text).lower() in blocked else INVALID)
