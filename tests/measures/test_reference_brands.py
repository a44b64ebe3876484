"""The SQL reference gives what the worked brands expect, so that it may judge the measures."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.measures.reference import cursor_of, reference
from tests.measures.worked import CASES, differences, expected
from tests.plain import load_plain


@pytest.mark.parametrize(("brand", "day", "window"), CASES)
def test_reference_gives_a_worked_brand_its_expected_figures(workspace, shared, brand, day, window):
    load_plain(workspace, shared / "oracles" / brand)
    cursor = cursor_of(workspace)
    found = reference(cursor, workspace.settings, dt.date.fromisoformat(day), window)
    assert differences(expected(shared, brand, day, window), found) == []
