"""Ends of relations as they are loaded: kept once, rebuilt, erased with their person, and known to the next list."""

from __future__ import annotations

import datetime as dt

import pytest

from siyu.sources.erasing.unname import forget
from siyu.sources.replay import rebuild
from tests.sources.arrivals import LATER, everything, in_force, kept, take

SCOPE = {"relation_type": "fan", "platform": "wecom"}
ENDS = "relation_type,platform,ended_at,id.external_userid\n"


@pytest.fixture
def told(workspace, tmp_path):
    """Ten fans by a list that shows two names of each, one of whom an end names by the second."""
    people = "\n".join(f"u{n},w{n},2026-03-01" for n in range(10))

    def listed(day, text=people, **options):
        return take(workspace, tmp_path, "relations.csv", f"id.unionid,id.external_userid,started_at\n{text}",
                    kind="relations", snapshot_of=dt.date.fromisoformat(day), scope=SCOPE, now=LATER, **options)

    listed("2026-03-02")
    return listed


def ended(workspace, folder, *rows: str):
    return take(workspace, folder, "ends.csv", ENDS + "\n".join(rows))


def without(*gone: int) -> str:
    return "\n".join(f"u{n},w{n},2026-03-01" for n in range(10) if n not in gone)


def test_an_end_is_kept_once_and_changes_no_relation(workspace, tmp_path, told):
    before = kept(workspace, "relations")
    counts = [ended(workspace, tmp_path, "fan,wecom,2026-03-05T10:00,w1").counts for _ in range(2)]
    assert [(c["loaded"], c["duplicate"]) for c in counts] == [(1, 0), (0, 1)]
    assert (kept(workspace, "relations") == before, len(kept(workspace, "relation_ends"))) == (True, 1)


def test_an_end_needs_a_person_a_type_and_a_time(workspace, tmp_path):
    report = ended(workspace, tmp_path, "fan,wecom,2026-03-05,", ",wecom,2026-03-05,w1", "fan,wecom,,w1")
    assert (report.counts["quarantined"], kept(workspace, "relation_ends")) == (3, [])


def test_a_list_does_not_close_again_who_is_known_to_have_gone(workspace, tmp_path, told):
    ended(workspace, tmp_path, "fan,wecom,2026-03-05T10:00,w1", "fan,wecom,2026-03-09T10:00,w2")
    report = told("2026-03-09", without(1, 2, 3))
    assert report.files[0].snapshot == {"open_before": 9, "opened": 0, "closed": 1}


def test_a_list_that_still_shows_who_has_gone_brings_nobody_back(workspace, tmp_path, told):
    ended(workspace, tmp_path, "fan,wecom,2026-03-05T10:00,w1")
    report = told("2026-03-09")
    assert (report.counts["duplicate"], report.files[0].snapshot["opened"]) == (10, 0)
    assert len(in_force(workspace, "relations", "identifier_id")) == 10


def test_a_rebuild_gives_the_same_facts(workspace, tmp_path, told):
    ended(workspace, tmp_path, "fan,wecom,2026-03-05T10:00,w1")
    told("2026-03-09", without(1, 2))
    before = everything(workspace)
    assert rebuild(workspace, LATER).equal
    assert everything(workspace) == before


def test_the_ends_of_who_is_erased_go_with_them(workspace, tmp_path):
    ended(workspace, tmp_path, "fan,wecom,2026-03-05T10:00,w1", "fan,wecom,2026-03-05T10:00,w2")
    (first, *_), = [in_force(workspace, "relation_ends", "identifier_id")]
    with workspace.warehouse.transaction():
        forget(workspace.warehouse, first, workspace.settings)
    assert in_force(workspace, "relation_ends", "identifier_id") != []
    assert first not in in_force(workspace, "relation_ends", "identifier_id")
