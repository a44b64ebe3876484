"""A batch of text cells becomes typed columns of a kind: the good rows, and those that were refused.

An expression (expression.py) for each output of a mapping and shape of file; no row is looked at in Python unless it is
refused.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions at import: pyright cannot see them)
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.errors import SourceError, is_it
from siyu.core.identifiers import Keys, mask_text, scrub
from siyu.core.kinds import OBSERVED_DATES, Kind
from siyu.core.settings import Settings
from siyu.core.time import DAY
from siyu.sources.mappings.expression import REFUSED, TAKEN, expression
from siyu.sources.mappings.headers import shown
from siyu.sources.mappings.mapping import ANY_IDENTIFIER_IS, Rows, is_identifier, nobody_in
from siyu.sources.mappings.typed import OFFSET_SUFFIX, more_exactly
from siyu.sources.mappings.zones import offsets
from siyu.sources.readers.source_file import LINE
from siyu.sources.workbench import Workbench

#: Required columns that a snapshot, or the load of a mapped file, knows without the file.
GIVEN = (*OBSERVED_DATES.values(), "relation_type")
COLUMNS_SHOWN = 40
#: What `scrub` may find, without the look-behind that the engine lacks: candidates only.
MAYBE_PERSONAL = r"[1１][3-9３-９][0-9０-９][-－ 　.．]?[0-9０-９]{4}[-－ 　.．]?[0-9０-９]{4}|[@＠]"


@dataclass(frozen=True)
class Refusal:
    """Why a line was not taken; the value is masked."""

    line: int
    column: str
    value_masked: str
    reason: str


@dataclass
class Part:
    """What one output made of one batch. `rows`: typed columns of the kind, `id.*` texts and `_line`. `refused`: texts
    and lines of the rows that were not taken; their other columns mean nothing. `marked`: columns with labels in which
    a phone or an e-mail address became a mark."""

    rows: pa.Table
    refused: pa.Table
    refusals: list[Refusal]
    marked: set[tuple[str, str]]


class Transform:
    """One output of a mapping at work on a file."""

    def __init__(self, rows: Rows, headers: list[str], settings: Settings, keys: Keys, *,
                 snapshot: bool = False) -> None:
        self.kind, self._keys = rows.kind, keys
        self._offsets = offsets(settings.zone)
        self._expression = expression(rows, tuple(headers), settings.currency, snapshot=snapshot)
        self.id_columns = self._expression.id_columns

    def apply(self, batch: pa.RecordBatch, workbench: Workbench) -> Part:
        """The rows of a batch."""
        raw = pa.Table.from_batches([batch])
        made = workbench.run(self._expression.sql, raw=raw)
        taken = _flags(made[TAKEN])
        refused = made[REFUSED].to_numpy()
        lines = made[LINE].to_numpy()
        bad = taken & (refused > 0)
        refusals = self._refusals(raw.filter(pa.array(bad)), lines[bad], refused[bad], workbench) if bad.any() else []
        good = taken & ~bad
        rows = made.drop_columns([REFUSED, TAKEN])
        rows = rows if good.all() else rows.filter(pa.array(good))
        rows, marked = self._scrubbed(self._timed(rows))
        return Part(rows, made.filter(pa.array(bad)), refusals, marked)

    def _refusals(self, raw: pa.Table, lines: np.ndarray, codes: np.ndarray, workbench: Workbench) -> list[Refusal]:
        texts = workbench.run(self._expression.texts_sql, raw=raw)
        found = []
        for place, (line, code) in enumerate(zip(lines.tolist(), codes.tolist())):
            column, reason = self._expression.reasons[code - 1]
            value = texts[column][place].as_py() or ""
            if column in self._expression.freely_dated:
                reason = more_exactly(reason, value)
            found.append(Refusal(line, column, mask_value(value), reason))
        return found

    def _timed(self, rows: pa.Table) -> pa.Table:
        """Wall clocks as instants with their business days; dates as days; amounts as minor units."""
        for field in self._expression.fields:
            if field.type == "instant":
                rows = self._instants(rows, field.column, field.day_column if field.by_day else None)
            elif field.type == "date":
                micros, mask = _integers(rows[field.column])
                days = pa.array((micros // DAY).astype(np.int32), mask=mask)
                rows = rows.set_column(rows.schema.get_field_index(field.column), field.column, days)
            elif field.type == "money":
                minor = unscaled(rows[field.column])
                rows = rows.set_column(rows.schema.get_field_index(field.column), field.column, minor)
        return rows

    def _instants(self, rows: pa.Table, column: str, day_column: str | None) -> pa.Table:
        micros, mask = _integers(rows[column])
        offset = _flags(rows[column + OFFSET_SUFFIX])
        wall = self._offsets.utc(micros)
        utc = np.where(offset, micros, wall) if offset.any() else wall
        rows = rows.set_column(rows.schema.get_field_index(column), column, pa.array(utc, mask=mask))
        rows = rows.drop_columns([column + OFFSET_SUFFIX])
        return rows.append_column(day_column, pa.array(self._offsets.days(utc), mask=mask)) if day_column else rows

    def _scrubbed(self, rows: pa.Table) -> tuple[pa.Table, set[tuple[str, str]]]:
        """Phones and e-mails that people wrote into free text are hidden; those inside labels become marks: columns
        with such labels.
        """
        marked = set()
        for field in self.kind.fields:
            if field.column in rows.column_names and (field.free_text or field.label):
                rows, cleaned = cleaned_column(rows, field.column, scrub if field.free_text else self._keys.veiled)
                marked |= {(field.name, label) for label in cleaned if field.label}
        return rows, marked


def check_headers(rows: Rows, present: set[str], file_name: str, *, snapshot: bool = False) -> None:
    """SourceError if a file lacks what one output needs."""
    given = {c.name for c in rows.columns}
    needed = [f.name for f in rows.kind.fields
              if f.required and f.name not in given and not (f.name in GIVEN and snapshot)]
    nobody = nobody_in(rows.kind, given)
    if gone := [*rows.lacking(present), *needed, *nobody]:
        unread = present - rows.reads
        lacking = ", ".join(f"'{header}'{is_it(header, unread)}" for header in dict.fromkeys(gone))
        found = shown(sorted(present), COLUMNS_SHOWN)
        raise SourceError(f"{file_name}: expected column(s) {lacking} for {rows.kind.name}, found {found}.",
                          remedy="Export the file with these columns, or name another mapping with --map."
                                 + (f" {ANY_IDENTIFIER_IS}" if nobody else ""))


def untaken_headers(kind: Kind, headers: list[str]) -> list[str]:
    """The headers of a canonical file that are neither columns of its kind nor identifiers, in their order."""
    return [h for h in headers if not kind.field(h) and not is_identifier(kind, h)]


def mask_value(value: str) -> str:
    """A refused value as a report may show it: short ones without letters or many digits whole, all others masked."""
    harmless = len(value) <= 6 and not any(c.isalpha() for c in value)
    return value if harmless else mask_text(value)


def cleaned_column(rows: pa.Table, column: str, clean: Callable[[str], str],
                   suspect: str = MAYBE_PERSONAL) -> tuple[pa.Table, set[str]]:
    """A text column of which every value that the pattern `suspect` finds (one that may hold a phone or an e-mail
    address) is cleaned, and what became of those that were. Each value is looked at once: labels are few.
    """
    distinct = rows[column].unique()
    suspects = distinct.filter(pc.match_substring_regex(distinct, suspect).fill_null(False)).to_pylist()
    if not suspects:
        return rows, set()
    found = [clean(value) for value in suspects]
    place = pc.index_in(rows[column], pa.array(suspects, pa.string()))
    cleaned = pc.coalesce(pa.array(found, pa.string()).take(place), rows[column])
    rows = rows.set_column(rows.schema.get_field_index(column), column, cleaned)
    return rows, {now for now, before in zip(found, suspects) if now != before}


def _integers(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Values (0 where null) and the mask of nulls."""
    array = column.combine_chunks()
    mask = array.is_null().to_numpy(zero_copy_only=False)
    return array.fill_null(0).to_numpy(zero_copy_only=False), mask


def unscaled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals as integers of their last place (148.50 -> 14850), read from their words without arithmetic."""
    return pa.chunked_array([_unscaled(chunk) for chunk in column.chunks], pa.int64())


def _unscaled(chunk: pa.Array) -> pa.Array:
    words = np.frombuffer(chunk.buffers()[1], np.int64)[::2][chunk.offset : chunk.offset + len(chunk)]
    return pa.array(words, mask=chunk.is_null().to_numpy(zero_copy_only=False))


def _flags(column: pa.ChunkedArray) -> np.ndarray:
    return column.fill_null(False).to_numpy()
