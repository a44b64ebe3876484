"""The measures equal their independent SQL definition on random brands crowded at the edges, in three zones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from siyu.core.settings import defaults
from siyu.measures import touched
from siyu.measures.measure import measure
from siyu.store import workspace as workspaces
from siyu.store.workspace import Workspace
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, zone_of
from tests.measures.reference import cursor_of, reference
from tests.measures.worked import differences
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
WINDOWS = (30, 7, 90, 1)
#: Settings away from their defaults: each rule that has one moves.
OTHER_SETTINGS: list[dict[str, Any]] = [
    {"roles__purchase_window_days": 730,
     "touchpoints__windows": {"app": {"settle_hours": 1, "deepen_days": 30, "convert_days": 7},
                              "chat": {"convert_days": 0, "settle_hours": 0}}},
    {"roles__purchase_window_days": 1, "value__days": 30, "value__referral_days": 7, "value__click_days": 30,
     "touchpoints__settle_hours": 0, "touchpoints__deepen_days": 0, "touchpoints__convert_days": 0},
    {"roles__spreading_days": 30, "roles__spreading_grace_days": 0, "roles__spreading_contents": 1,
     "relations__types": {"offline_member": ["sms", "wecom"], "miniprogram_user": ["live"]}},
    {"roles__spreading_referrals": 1, "roles__spreading_grace_days": 180, "touchpoints__settle_hours": 240},
]  # fmt: skip


def disagreements(workspace: Workspace, as_of: dt.date, window: int) -> list[str]:
    found = measure(workspace, as_of=as_of, window=window, now=NOW)
    wanted = reference(cursor_of(workspace), workspace.settings, as_of, window)
    return differences(wanted, found)


def brand_in(folder: Path, seed: int, *, consumers: int = 60, **settings: Any) -> Workspace:
    """A fresh workspace holding the random brand of a seed."""
    workspace = workspaces.create(folder, defaults().with_values(brand__zone=zone_of(seed), **settings))
    load_plain(workspace, random_brand(seed, consumers=consumers), now=NOW)
    return workspace


@pytest.mark.parametrize("seed", wide(range(12), always=2))
def test_measures_equal_the_sql_reference(tmp_path, seed):
    with brand_in(tmp_path / "brand", seed) as workspace:
        assert disagreements(workspace, AS_OF[seed % len(AS_OF)], WINDOWS[(seed + seed // 4) % len(WINDOWS)]) == []


@pytest.mark.parametrize("case", wide(range(len(OTHER_SETTINGS)), always=1))
def test_measures_equal_the_sql_reference_under_other_settings(tmp_path, case):
    with brand_in(tmp_path / "brand", 100 + case, **OTHER_SETTINGS[case]) as workspace:
        assert disagreements(workspace, AS_OF[case % len(AS_OF)], WINDOWS[2 * (case % 2)]) == []


@pytest.mark.parametrize("seed", wide([300, 301], always=1))
def test_measures_of_facts_that_come_in_pieces_equal_the_sql_reference(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(touched, "WORTH_IT", 2.0)  # however many people a piece touches, only theirs is recomputed
    brand = random_brand(seed)
    with workspaces.create(tmp_path / "brand", defaults().with_values(brand__zone=zone_of(seed))) as workspace:
        for piece in range(2):
            load_plain(workspace, {kind: rows[piece::2] for kind, rows in brand.items()}, now=NOW)
            assert disagreements(workspace, AS_OF[seed % len(AS_OF)], 30) == []
