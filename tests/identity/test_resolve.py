"""Resolve: consumers from links, guards, versions, and what an interrupted or repeated run does."""

from dataclasses import replace

import pytest

from siyu.identity.resolve import resolve, stale
from siyu.identity.unlink import unlink
from siyu.store.tables import IDENTITY
from tests.identity.history import NOW, History, emptied, shared_stores

PHONE, CARD, OPENID, EMAIL = "phone", "member_card", "openid", "email"


def test_identifiers_of_one_record_are_one_consumer(history):
    history.load([(5, PHONE), (3, OPENID), (9, PHONE)], [(5, 3)])
    history.resolve()
    assert history.people() == {3: 3, 5: 3, 9: 9}


def test_an_empty_workspace_resolves_to_nothing(history):
    found = history.resolve()
    assert (found.identity_version, found.consumers, found.identifiers) == (0, 0, 0)


def test_consumers_know_which_addresses_exist(history):
    history.load([(1, PHONE), (2, EMAIL), (3, OPENID)], [(1, 2)])
    history.resolve()
    assert history.results()["consumer"] == [(1, 2, True, True), (3, 1, False, False)]


def test_a_recipient_phone_is_nobody(history):
    history.load([(1, PHONE), (2, "recipient_phone")])
    history.resolve()
    assert history.people() == {1: 1}


def test_a_device_is_a_consumer_of_its_own_and_links_nobody(history):
    history.load([(1, PHONE), (2, "device"), (3, PHONE)], [(1, 2), (2, 3)])
    history.resolve()
    assert history.people() == {1: 1, 2: 2, 3: 3}


def test_link_sums_the_evidence_of_all_loads(history):
    history.load([(1, PHONE), (2, OPENID)], [(1, 2), (1, 2)])
    history.resolve()
    history.load([], [(1, 2)])
    history.resolve()
    (row,) = history.results()["link"]
    assert row[:3] == (1, 2, "orders")
    assert row[4:] == (1, 2, 3)  # first seen, last seen, records


def test_what_a_guard_refuses_stands_in_review(history):
    history.load([(1, CARD), (2, CARD), (3, PHONE)], [(1, 3), (2, 3)])
    found = history.resolve()
    assert found.refused == 1
    assert history.results()["review"] == [(2, 3, "unique", "one consumer would have two values of member_card")]


def test_a_day_with_nothing_new_changes_nothing(history):
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    first = history.resolve()
    again = history.resolve()
    assert replace(again, seconds=0, changed=first.changed) == replace(first, seconds=0)
    assert again.changed == 0


def test_known_pairs_seen_again_leave_the_version(history):
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    history.resolve()
    history.load([], [(1, 2)])
    assert history.resolve().identity_version == 1


def test_only_changed_consumers_carry_the_new_version(history):
    history.load([(n, PHONE) for n in range(1, 11)], [(1, 2), (3, 4)])
    history.resolve()
    history.load([(11, OPENID)], [(4, 11)])
    assert history.resolve().changed == 1
    assert {i for i, version in history.versions().items() if version == 2} == {3, 4, 11}


def test_a_full_run_of_the_same_links_leaves_every_version(history):
    history.load([(1, PHONE), (2, OPENID), (3, PHONE)], [(1, 2)])
    history.resolve()
    before = history.versions()
    assert history.resolve(full=True).identity_version == 1
    assert history.versions() == before


def test_a_consumer_that_loses_an_identifier_is_stamped_anew(history):
    history.load([(1, PHONE), (2, OPENID), (3, OPENID)], [(1, 2), (1, 3)])
    history.resolve()
    unlink(history.workspace, 1, 3, "not hers", NOW)
    history.resolve()
    assert history.versions() == {1: 2, 2: 2, 3: 2}


def test_changed_settings_resolve_everything_anew(stores):
    history = History(emptied(stores))
    history.load([(1, PHONE), (2, OPENID), (3, PHONE)], [(1, 2), (2, 3)])
    history.resolve()
    stricter = shared_stores(history.workspace, identity__unique=[PHONE])
    assert resolve(stricter).refused == 1
    assert history.people() == {1: 1, 2: 1, 3: 3}


def test_a_namespace_that_no_longer_links_is_left_out_of_old_links(stores):
    history = History(emptied(stores))
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    history.resolve()
    resolve(shared_stores(history.workspace, identity__not_linking=[OPENID]))
    assert history.people() == {1: 1, 2: 2}


def test_a_run_cut_short_before_its_tables_is_made_good(history, monkeypatch):
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    history.resolve()
    history.load([(3, PHONE)], [(2, 3)])
    monkeypatch.setattr("siyu.identity.resolve._write", _power_cut)
    with pytest.raises(KeyboardInterrupt):
        history.resolve()
    monkeypatch.undo()
    assert history.people() == {1: 1, 2: 1}  # as before
    history.resolve()
    assert history.people() == {1: 1, 2: 1, 3: 1}


def test_a_run_cut_short_after_its_tables_is_made_good(history, monkeypatch):
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    history.resolve()
    history.load([(3, PHONE)], [(2, 3)])
    monkeypatch.setattr("siyu.identity.seen.mark_seen", _power_cut)
    with pytest.raises(KeyboardInterrupt):
        history.resolve()
    monkeypatch.undo()
    assert history.resolve().identity_version == 2
    assert history.workspace.operations.identity_version == max(history.versions().values())


def test_rows_of_an_uncommitted_load_are_not_seen(history):
    history.load([(1, PHONE)])
    history.loads += 1
    history._append_identifiers([(2, PHONE)])  # appended, not committed
    history.resolve()
    assert history.people() == {1: 1}


def test_an_emptied_warehouse_is_resolved_in_full(history):
    """After a rebuild the state still says all was seen, but the tables are gone."""
    history.load([(1, PHONE), (2, OPENID)], [(1, 2)])
    history.resolve()
    history.workspace.warehouse.replace(IDENTITY, IDENTITY.schema.empty_table())
    assert stale(history.workspace)
    history.resolve()
    assert history.people() == {1: 1, 2: 1}


def test_stale_says_whether_links_are_newer_than_the_identity(history):
    history.load([(1, PHONE)])
    assert stale(history.workspace)
    history.resolve()
    assert not stale(history.workspace)


def test_progress_is_told_in_stages(history):
    told = []
    history.load([(1, PHONE)])
    resolve(history.workspace, progress=lambda what, share: told.append(what))
    assert told == ["resolve: links", "resolve: components", "resolve: tables"]


def _power_cut(*_args, **_kw):
    raise KeyboardInterrupt
