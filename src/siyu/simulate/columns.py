"""Columns of text, built a million rows at a time from numpy numbers with Arrow.

Knows how exports print moments, money, phone numbers and codes; knows nothing about people or files.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NEVER = np.iinfo(np.int64).max // 4
"""The moment (seconds) of what never happens; prints as an empty cell."""

Text: TypeAlias = pa.Array
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


def moments(seconds: np.ndarray) -> Text:
    """Wall-clock seconds as `2026-06-30 12:00:00`, empty where the moment is NEVER."""
    return _naive(seconds).cast(pa.string())


def iso_moments(seconds: np.ndarray) -> Text:
    """The same moments with the offset of Asia/Shanghai, as a web shop's own system writes them."""
    stamped = pc.binary_join_element_wise(moments(seconds), "+08:00", "")
    return pc.replace_substring(stamped, " ", "T", max_replacements=1)


def days(seconds: np.ndarray) -> Text:
    """Only the calendar day of each moment."""
    return _naive(seconds).cast(pa.date32()).cast(pa.string())


def times(seconds: np.ndarray) -> Text:
    """Only the time of day of each moment."""
    return pc.utf8_slice_codeunits(moments(seconds), 11)


def offset_moments(seconds: np.ndarray) -> Text:
    """`2026-06-30 12:00:00 +0800`, as shop systems abroad write the moments of Asia/Shanghai."""
    return pc.binary_join_element_wise(moments(seconds), " +0800", "")


def compact_moments(seconds: np.ndarray) -> Text:
    """`20260630120000`: the time stamp that order numbers start with."""
    return pc.replace_substring_regex(moments(seconds), "[^0-9]", "")


def _naive(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds, pa.int64(), mask=seconds >= NEVER).cast(pa.timestamp("s"))


def money(minor: np.ndarray) -> Text:
    """Integer cents as decimals with two places; exact, because no float is involved."""
    wide = np.empty((len(minor), 2), np.int64)
    wide[:, 0] = minor
    wide[:, 1] = wide[:, 0] >> 63
    array = pa.Array.from_buffers(pa.decimal128(18, 2), len(minor), [None, pa.py_buffer(wide)])
    return array.cast(pa.string())


def whole(numbers: np.ndarray) -> Text:
    """Integers as text."""
    return pa.array(numbers.astype(np.int64)).cast(pa.string())


def digits(numbers: np.ndarray, width: int, prefix: str = "") -> Text:
    """Numbers with leading zeros, all of one width, after a fixed prefix."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    figures = (numbers.astype(np.int64)[:, None] // powers) % 10 + ord("0")
    return _fixed(figures.astype(np.uint8), prefix)


def codes(numbers: np.ndarray, length: int, prefix: str = "") -> Text:
    """Opaque-looking identifiers, one to one with the numbers as long as `length` is at least 11."""
    mixed = mix(numbers)
    cells = np.empty((len(numbers), length), np.uint8)
    alphabet = np.frombuffer(LETTERS.encode(), np.uint8)
    for position in range(length):
        if position and position % 11 == 0:
            mixed = mix(mixed)
        cells[:, position] = alphabet[(mixed >> np.uint64(6 * (position % 11))) & np.uint64(63)]
    return _fixed(cells, prefix)


def mix(numbers: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64: a bijection on 64-bit numbers that looks random."""
    x = numbers.astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _fixed(cells: np.ndarray, prefix: str) -> Text:
    head = np.frombuffer(prefix.encode(), np.uint8)
    rows = np.hstack([np.broadcast_to(head, (len(cells), len(head))), cells])
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]
    data = pa.py_buffer(np.ascontiguousarray(rows))
    return pa.StringArray.from_buffers(len(rows), pa.py_buffer(offsets), data)


def pick(words: Sequence[str], index: np.ndarray) -> Text:
    """The word at each index; empty where the index is negative."""
    return pa.array(words, pa.string()).take(pa.array(index, pa.int64(), mask=index < 0))


def only(keep: np.ndarray, text: Text | str) -> Text:
    """The text where `keep` holds, else empty."""
    return either(keep, text, pa.scalar(None, pa.string()))


def either(condition: np.ndarray, yes: Text | str, no: Text | str | pa.Scalar) -> Text:
    return pc.if_else(pa.array(condition, pa.bool_()), yes, no)


def glue(*parts: Text | str) -> Text:
    """The parts of each row in one text; a row with a missing part is missing."""
    return pc.binary_join_element_wise(*parts, "")


def masked(phones: Text) -> Text:
    """138****1234, as platforms show a number to those who may not call it."""
    return pc.utf8_replace_slice(phones, 3, 7, "****")


def thousands(amounts: Text) -> Text:
    """1,234.50: amounts with a comma between thousands."""
    return pa.array([amount and f"{Decimal(amount):,}" for amount in amounts.to_pylist()], pa.string())


def grouped(text: Text, first: np.ndarray, between: str) -> Text:
    """The texts of each group in one, in order; a group begins wherever `first` holds."""
    starts = np.append(np.flatnonzero(first), len(first)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(starts, pa.int32()), text.fill_null("")), between)


def take(text: Text, rows: np.ndarray) -> Text:
    return text.take(pa.array(rows, pa.int64()))


def scatter(text: Text, places: np.ndarray) -> Text:
    """The texts at the places that hold, in order; empty elsewhere."""
    return text.take(pa.array(np.cumsum(places) - 1, pa.int64(), mask=~places))


def replaced(text: Text, old: str, new: str, most: int = -1) -> Text:
    """The text with `new` for `old`, at most `most` times in each cell."""
    return pc.replace_substring(text, old, new, max_replacements=most)


def overwritten(text: Text, rows: np.ndarray, by: Text) -> Text:
    """The text with other cells in the given rows (ascending)."""
    mask = np.zeros(len(text), bool)
    mask[rows] = True
    return either(mask, scatter(by, mask), text)


def joined(parts: Sequence[Text | str], between: str, *, missing: str = "replace") -> Text:
    """The parts of each row in one text; a missing part counts as empty (`replace`) or is left out (`skip`)."""
    return pc.binary_join_element_wise(*parts, between, null_handling=missing)
