"""Hashes of facts are those of the text they are written as, whatever columns are filled: the same in every version."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from siyu.core.kinds import BY_NAME
from siyu.sources.facts.hashing import PART, hashed
from siyu.sources.identifiers.identify import NONE
from siyu.sources.identifiers.persons import Person
from siyu.sources.workbench import Workbench

ROWS = 400


def sixty_three_bits(text: str) -> int:
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big") >> 1


def written(row: dict[str, object], names: list[str]) -> str:
    texts = {True: "true", False: "false"}
    return PART.join(f"{n}={texts.get(row[n], row[n]) if isinstance(row[n], bool) else row[n]}"
                     for n in names if row[n] is not None)  # fmt: skip


@pytest.mark.parametrize("empty", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("kept", [(), ("event_id",), ("event_id", "paid_media", "id.unionid")], ids=len)
def test_each_hash_is_that_of_the_text_of_what_is_not_empty(kept: tuple[str, ...], empty: float):
    chance, kind = random.Random(len(kept)), BY_NAME["events"]
    rows = [{name: None if chance.random() < empty * (name not in kept) else value(chance)
             for name, value in VALUES.items()} for _ in range(ROWS)]  # fmt: skip
    ids = np.array([NONE if row["id.unionid"] is None else row["id.unionid"] for row in rows], np.int64)
    made = hashed(kind, pa.Table.from_pylist(rows, SCHEMA), [Person("", {"unionid": ids}, ids)], (), Workbench())
    whole = [written(row, list(VALUES)) for row in rows]
    keys = [written(row, ["platform", "event_id"]) if row["event_id"] else text for row, text in zip(rows, whole)]
    assert made.row.tolist() == list(map(sixty_three_bits, whole))
    assert made.key.tolist() == list(map(sixty_three_bits, keys))


#: In the order in which the kind declares them.
VALUES: dict[str, Callable[[random.Random], object]] = {
    "event_id": lambda chance: f"V{chance.randrange(10**9)}",
    "occurred_at": lambda chance: chance.randrange(-(10**15), 10**16),
    "name": lambda chance: f"浏览{chance.randrange(9)}",
    "touchpoint": lambda chance: chance.choice(["", "site", "a" * 40]),
    "platform": lambda chance: chance.choice(["tmall", "jd"]),
    "paid_media": lambda chance: chance.random() < 0.5,
    "id.unionid": lambda chance: chance.getrandbits(62),
}
TYPES = {"occurred_at": pa.int64(), "paid_media": pa.bool_()}
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in VALUES if name != "id.unionid"])
