"""Erased identifiers are found in any text, by value or by number, however they are written; others are not."""

from __future__ import annotations

import numpy as np
import pytest

from siyu.core.identifiers import Keys, identifier_id
from siyu.core.settings import defaults
from siyu.sources.erasing.mention import Mentions
from siyu.store.tombstones import Tombstones

KEYS = Keys(bytes(32), bytes(32))
ERASED = {"phone": "+8613812345678", "email": "lin@example.com", "unionid": "oPLANTED"}
IDS = {name: identifier_id(KEYS.key(name, value)) for name, value in ERASED.items()}
MENTIONS = Mentions.of(KEYS, defaults(), Tombstones(np.sort(np.array(list(IDS.values())))))


@pytest.mark.parametrize(("text", "names"), [
    ("2026-01-01,138-1234-5678,x", ["phone"]), ("+86 13812345678", ["phone"]), ("13812345678", ["phone"]),
    ('{"phone":"13812345678","n":1}', ["phone"]), ("https://x.cn/?phone=13812345678&a=1", ["phone"]),
    ("LIN@Example.com|oPLANTED", ["email", "unionid"]), (str(IDS["phone"]), ["phone"]),
    (f"id={IDS['email']};", ["email"]),
    ("138123456789 lin@example.co oPLANTEDx 1", []), ("", []),
])  # fmt: skip
def test_erased_identifiers_are_found_and_others_are_not(text: str, names: list[str]):
    assert MENTIONS.among(text) == {IDS[name] for name in names}


def test_nobody_erased_is_nobody_found():
    nobody = Mentions.of(KEYS, defaults(), Tombstones(np.array([], np.int64)))
    assert nobody.among("13812345678") == set()
