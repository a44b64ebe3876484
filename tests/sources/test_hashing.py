"""Hashes of facts are those of the text they are written as, whatever columns are filled: the same in every version."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import pyarrow as pa
import pytest

from siyu.core.kinds import BY_NAME
from siyu.sources.hashing import PART, Hasher
from siyu.sources.persons import Person
from siyu.sources.workbench import Workbench

ROWS = 400


def sixty_three_bits(text: str) -> int:
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big") >> 1


def written(row: dict[str, object], names: list[str]) -> str:
    return PART.join(f"{name}={row[name]}" for name in names if row[name] is not None)


@pytest.mark.parametrize("empty", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_each_hash_is_that_of_the_text_of_what_is_not_empty(seed: int, empty: float):
    chance, kind = random.Random(seed), BY_NAME["events"]
    columns = {"event_id": "V{}", "occurred_at": None, "name": "浏览{}", "touchpoint": "t{}", "platform": "p{}"}
    rows = [{name: None if chance.random() < empty * (name not in kept) else value(chance, pattern)
             for name, pattern in columns.items()}
            for kept in [chance.choice([("event_id",), ()])] for _ in range(ROWS)]  # fmt: skip
    ids = np.array([chance.choice([-9, chance.getrandbits(62)]) for _ in rows])
    person = Person("", {"unionid": ids}, ids)
    made = Hasher(kind, ()).of(pa.Table.from_pylist(rows, schema=SCHEMA), [person], Workbench())
    for row, id_ in zip(rows, ids.tolist()):
        row["id.unionid"] = id_ if id_ >= 0 else None
    whole = [written(row, [*columns, "id.unionid"]) for row in rows]
    keys = [written(row, ["platform", "event_id"]) if row["event_id"] else text for row, text in zip(rows, whole)]
    assert made.row.tolist() == list(map(sixty_three_bits, whole))
    assert made.key.tolist() == list(map(sixty_three_bits, keys))


SCHEMA = pa.schema([("event_id", pa.string()), ("occurred_at", pa.int64()), ("name", pa.string()),
                    ("touchpoint", pa.string()), ("platform", pa.string())])  # fmt: skip


def value(chance: random.Random, pattern: str | None) -> object:
    number = chance.randrange(10**9)
    return number if pattern is None else pattern.format(number)
