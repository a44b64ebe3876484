"""How a file is cut into batches changes nothing: keys that come again are found, across batches and outputs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.facts.seenkeys import SeenKeys
from siyu.sources.identifiers import met, register
from siyu.sources.readers.ahead import ahead
from siyu.store import workspace as workspaces
from siyu.store.tables import IDENTIFIER
from tests.breadth import wide
from tests.sources.arrivals import LATER, batches_of, everything, take

ROWS = [f"o{i % 23},{i % 5},1380000{i % 17:04}" for i in range(200)]  # keys come again, with equal and other values


#: Near each other and far apart: the former share a mark.
KEYS = st.integers(0, 40) | st.integers(0, 40).map(lambda n: n * 2**57 + n)


@given(st.lists(st.lists(KEYS, max_size=15), max_size=8))
def test_keys_of_earlier_batches_are_known(batches):
    seen, met = SeenKeys(), set()
    for batch in batches:
        assert seen.seen_before(np.array(batch, np.int64)).tolist() == [key in met for key in batch]
        met |= set(batch)


@pytest.mark.parametrize("rows", wide([7, 50, 1], always=2))
def test_a_file_in_small_batches_gives_what_it_gives_in_one(workspace, tmp_path, monkeypatch, rows):
    text = "order_id,paid_amount,id.phone\n" + "\n".join(ROWS)
    older = "order_id,paid_amount,id.phone\n" + "\n".join(ROWS[:40])
    with workspaces.create(tmp_path / "whole") as whole:
        whole.keys = workspace.keys
        reports = [take(whole, tmp_path, "orders.csv", t, now=LATER) for t in (older, text)]
        batches_of(rows, monkeypatch)
        cut = [take(workspace, tmp_path, "orders.csv", t, now=LATER) for t in (older, text)]
        assert [r.counts for r in cut] == [r.counts for r in reports]
        assert everything(workspace) == everything(whole)


@pytest.mark.parametrize("waiting", wide([6, 1, 10**9], always=2))
@pytest.mark.parametrize("remembered", wide([5, 0, 10**9], always=1))
def test_each_identifier_is_kept_once_however_many_wait(workspace, tmp_path, monkeypatch, waiting, remembered):
    monkeypatch.setattr(register, "WAITING", waiting)
    monkeypatch.setattr(met, "MOST", remembered)  # what is forgotten is met again
    batches_of(9, monkeypatch)
    text = "order_id,paid_amount,id.phone\n" + "\n".join(ROWS)
    reports = [take(workspace, tmp_path, "orders.csv", t, now=LATER) for t in (text, text + "\no99,1,13900000000")]
    assert [report.files[0].identifiers_new for report in reports] == [17, 1]
    assert sorted(workspace.warehouse.arrow(IDENTIFIER.expr())["load_id"].to_pylist()) == [1] * 17 + [2]
    assert workspace.warehouse.count(IDENTIFIER.expr().select("identifier_id").distinct()) == 18


def test_two_outputs_of_one_kind_know_each_others_rows(workspace, tmp_path):
    output = '[[rows]]\nkind = "products"\n[rows.columns]\nsku = "a"\nname = "b"\n'
    (tmp_path / "m.toml").write_text('name = "m"\n' + output * 2, encoding="utf-8")
    report = take(workspace, tmp_path, "f.csv", "a,b\n 1,x\n 2,y", mapping=str(tmp_path / "m.toml"))
    assert report.kinds == {"products": {"loaded": 2, "duplicate": 2}}


def test_an_error_while_reading_ahead_is_raised_where_it_is_used():
    def failing():
        yield 1
        raise ValueError("broken")

    items = ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)
