"""What one file of a load has met is met in the next one; every identifier is kept with the file that came first."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core.identifiers import Keys
from siyu.sources.identifiers.hashtable import HashTable
from siyu.sources.identifiers.met import Met
from siyu.sources.load import load
from siyu.sources.workbench import Workbench
from siyu.store import workspace as workspaces
from siyu.store.tables import IDENTIFIER
from tests.breadth import wide
from tests.sources.arrivals import NOW, batches_of, csv, everything


def meet(met: Met, *texts: str) -> list[str]:
    """Those of the texts that had not been met."""
    asked: list[str] = []

    def number(new: list[str]) -> np.ndarray:
        asked.extend(new)
        return np.arange(len(new))

    met.of("phone").of(pa.array(texts), number, Workbench())
    return asked


def test_what_the_file_before_met_counts_once_that_file_is_whole():
    first = Met()
    second = Met(first)
    assert meet(first, "a", "b", "c") == ["a", "b", "c"]
    assert meet(second, "a") == ["a"]
    first.whole = True
    assert meet(second, "a", "b", "d") == ["d"]


def test_a_file_that_met_nobody_hands_on_what_the_one_before_it_met():
    first = Met()
    nobody = Met(first)
    last = Met(nobody)
    meet(first, "a", "b")
    first.whole = nobody.whole = True
    assert meet(last, "b", "c") == ["c"]


def test_any_number_of_files_that_met_nobody_hand_on():
    last = first = Met()
    meet(first, "a", "b")
    for _ in range(3000):
        last.whole = True
        last = Met(last)
    assert meet(last, "a", "b", "c") == ["c"]


def test_the_larger_of_both_is_kept():
    first = Met()
    second = Met(first)
    meet(first, "a")
    meet(second, "b", "c")
    first.whole = True
    assert meet(second, "a", "b", "c") == ["a"]


@pytest.mark.parametrize("rows", wide([3, 10**6], always=1))
def test_files_of_one_load_give_what_they_give_apart(workspace, tmp_path, monkeypatch, rows):
    batches_of(rows, monkeypatch)
    chance = random.Random(3)
    lines = [[f"o{n}-{i},5,1380000{chance.randrange(20):04},u{chance.randrange(20)}" for i in range(12 * n)]
             for n in range(4)]  # fmt: skip
    files = [csv(tmp_path, f"orders{n}.csv", "\n".join(["order_id,paid_amount,id.phone,id.unionid", *orders]))
             for n, orders in enumerate(lines)]  # fmt: skip
    with workspaces.create(tmp_path / "apart") as apart:
        apart.keys = workspace.keys
        reports = [load(apart, [file], now=NOW).files[0] for file in files]
        together = load(workspace, files, now=NOW).files
        assert [r.identifiers_new for r in together] == [r.identifiers_new for r in reports]
        assert everything(workspace) == everything(apart)
        assert first_loads(workspace) == first_loads(apart)


def test_what_is_only_tried_hands_on_nothing(workspace, tmp_path, monkeypatch):
    batches_of(1, monkeypatch)
    files = [csv(tmp_path, f"orders{n}.csv", "order_id,paid_amount,id.unionid\n" + "\n".join(
        f"o{n}-{i},5,u{i}" for i in range(20))) for n in range(3)]
    assert [report.identifiers_new for report in load(workspace, files, now=NOW, dry_run=True).files] == [20] * 3


def first_loads(workspace: workspaces.Workspace) -> dict[int, int]:
    return {row["identifier_id"]: row["load_id"] for row in workspace.warehouse.rows(IDENTIFIER.expr())}


def test_a_text_is_keyed_once_for_all_files_behind_it(workspace, tmp_path, monkeypatch):
    keyed: list[str] = []
    of = Keys.keys
    monkeypatch.setattr(Keys, "keys", lambda keys, *asked: keyed.extend(asked[1]) or of(keys, *asked))
    batches_of(1, monkeypatch)
    files = [csv(tmp_path, f"orders{n}.csv", "order_id,paid_amount,id.unionid\n" + "\n".join(
        f"o{n}-{i},5,u{i}" for i in range(40))) for n in range(2)]
    load(workspace, files, now=NOW)
    assert set(keyed) == {f"u{i}" for i in range(40)}
    assert len(keyed) < 50  # the first batches of a file are prepared beside the end of the one before


HASHES = st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.sampled_from([2**k for k in range(64)])


@given(st.lists(st.lists(HASHES, unique=True, max_size=40), max_size=8))
def test_every_hash_is_found_at_its_place(batches: list[list[int]]):
    table, places = HashTable(), dict[int, int]()
    for batch in batches:
        new = [h for h in batch if (h or 1) not in places]
        new = list({h or 1: h for h in new}.values())  # nought stands as one
        table.add(np.array(new, np.uint64))
        places |= {h or 1: len(places) + i for i, h in enumerate(new)}
        asked = [*places, *batch, 12345]
        assert table.of(np.array(asked, np.uint64)).tolist() == [places.get(h or 1, -1) for h in asked]
    assert len(table) == len(places)


def test_a_crowd_of_hashes_in_neighbouring_slots_is_found():
    table, hashes = HashTable(), np.arange(5000, dtype=np.uint64) * np.uint64(2**20) + np.uint64(7)
    table.add(hashes[:10])
    table.add(hashes[10:])
    assert table.of(hashes[::-1]).tolist() == list(range(4999, -1, -1))
