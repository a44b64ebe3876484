"""One export of every platform's format, from one truth: every order was placed on one platform, in one generation of
its export, so that all files together hold each order once.

What a file shows is said by its sample (samples.py); exports that stand beside another one tell of its orders again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from . import columns as text
from .brand import Progress, Simulated, check, empty_folder
from .exportfile import Cell as Cells
from .exportfile import Exports, Written
from .packing import Row, pack
from .parameters import Parameters
from .placing import shown, tellers
from .samples import Cell, Sample, samples
from .season import season
from .shown import DONE, LAPSED, LINE_WORDS, WORDS, Shown
from .story import Story, tell
from .truth import write_truth

#: Files are made row by row in memory: samples, no load test.
MOST_SAMPLED = 20_000
#: When a cell is filled, by the word that its sample uses.
WHEN: dict[str, Callable[[Shown], np.ndarray]] = {
    "paid": lambda s: s.paid,
    "unpaid": lambda s: ~s.paid,
    "refunded": lambda s: s.back > 0,
    "lapsed": lambda s: s.state == LAPSED,
    "done": lambda s: s.state == DONE,
}


def simulate_platforms(
    directory: Path,
    tables: Path,
    *,
    consumers: int = 2_000,
    seed: int = 7,
    end: dt.date = dt.date(2026, 6, 30),
    months: int = 30,
    progress: Progress | None = None,
) -> Simulated:
    """Write one export per sample into `directory/exports`, and the truth behind all into `directory/truth`.

    tables: the folder with a folder for each platform and its samples.toml. The same arguments give the same bytes.
    Raises ValueError when a number is out of range, FileExistsError when a folder already holds files.
    """
    check(consumers, months, MOST_SAMPLED)
    exports, truth = empty_folder(directory / "exports"), empty_folder(directory / "truth")
    tell_progress = progress or (lambda stage, done: None)
    tell_progress("people and their months", 0.0)
    story = tell(season(end, months), consumers, seed, Parameters())
    known = samples(tables)
    teller = tellers(story, known)
    written = []
    for number, sample in enumerate(known, start=1):
        tell_progress(sample.file, number / (len(known) + 1))
        written.append(_write(exports, sample, shown(story, known, teller, sample)))
    out = Exports(truth)
    write_truth(story, out, {}, [])
    _write_told(story, known, teller, out)
    return Simulated(exports, truth, tuple(written))


def _write(folder: Path, sample: Sample, rows: Shown) -> Written:
    cells = _packed(sample, rows)
    pack(folder / sample.file, [*_head(sample), *cells], sample.encoding)
    return Written(folder / sample.file, sample.header, len(cells))


def _head(sample: Sample) -> list[Row]:
    return [*([[sample.title]] if sample.title else []), sample.names]


def _packed(sample: Sample, rows: Shown) -> list[Row]:
    """The cells of all rows, by row."""
    keys = [name if name not in sample.names[:at] else f"{name}#2" for at, name in enumerate(sample.names)]
    texts = {name: _cells(cell, rows) for name, cell in sample.cells.items()}
    if sample.continued:
        texts = {name: _on_first(sample, name, column, rows) for name, column in texts.items()}
    if sample.joined:
        chosen = rows.number % sample.joined.every == 0
        first = rows.first_of_order() | ~chosen
        texts = {name: _in_one(sample, name, column, first) for name, column in texts.items()}
    count = len(next(iter(texts.values())))
    empty = [None] * count
    return list(zip(*(texts[key].to_pylist() if key in texts else empty for key in keys)))


def _on_first(sample: Sample, name: str, column: text.Text, rows: Shown) -> text.Text:
    """What belongs to the order, on its first row only."""
    if name == sample.continued or sample.cells[name].word in LINE_WORDS:
        return column
    return text.only(rows.first_of_order(), column)


def _in_one(sample: Sample, name: str, column: text.Text, first: np.ndarray) -> text.Text:
    """Lines of goods that stand in one row: what belongs to a line is joined."""
    assert sample.joined, "asked for only where lines are joined"
    if sample.cells[name].word in LINE_WORDS:
        return text.grouped(column, first, sample.joined.by)
    return text.take(column, np.flatnonzero(first))


def _cells(cell: Cell, rows: Shown) -> text.Text:
    """One column, with the marks and words of the platform."""
    column = WORDS[cell.word](rows) if cell.word else pa.array([cell.text] * len(rows), pa.string())
    if cell.words:
        column = pa.array([cell.words.get(word) for word in column.to_pylist()], pa.string())
    if cell.masked:
        column = text.either(rows.number % cell.masked == 0, text.masked(column), column)
    if cell.cipher:
        column = text.codes(rows.number * 31 + len(cell.word), 22, cell.cipher)
    if cell.thousands:
        column = text.thousands(column)
    if cell.before or cell.after:
        column = text.glue(cell.before, column, cell.after)
    return text.only(WHEN[cell.when](rows), column) if cell.when else column


def _write_told(story: Story, samples: Sequence[Sample], teller: np.ndarray, out: Exports) -> None:
    """platform_orders.csv: which export tells each order, and under which number."""
    placed = story.placed
    parts = [(sample, shown(story, samples, teller, sample)) for sample in samples if sample.tells_orders]
    rows = [part.order[part.first_of_order()] for _, part in parts]
    order = np.concatenate(rows)
    cells: dict[str, Cells] = {
        "export": pa.array(np.repeat([sample.header for sample, _ in parts], [len(own) for own in rows])),
        "order_id": pa.concat_arrays([text.take(part.order_ids, np.flatnonzero(part.first_of_order()))
                                      for _, part in parts]),
        "person": text.whole(placed.person[order]),
        "ordered_at": text.moments(placed.ordered_at[order]),
        "paid_at": text.moments(placed.paid_at[order]),
        "amount": text.money(placed.amount_minor[order]),
        "refunded": text.money(placed.refund_minor[order]),
        "refunded_at": text.moments(placed.refunded_at[order]),
    }  # fmt: skip
    out.write("platform_orders.csv", "truth", len(order), cells)
