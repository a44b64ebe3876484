"""Undo: taking a link back gives exactly the consumers there would be without it."""

import pytest

from siyu.core.errors import IdentityError
from siyu.identity import decisions
from siyu.identity.unlink import rejoin, relink, split, unlink
from tests.identity.history import NOW

PHONE, CARD, OPENID = "phone", "member_card", "openid"


@pytest.fixture
def three(history):
    """One consumer of three identifiers: 2 in the middle."""
    history.load([(1, PHONE), (2, OPENID), (3, PHONE)], [(1, 2), (2, 3)])
    history.resolve()
    return history


def test_unlink_parts_the_two(three):
    unlink(three.workspace, 2, 1, "typo", NOW)
    three.resolve()
    assert three.people() == {1: 1, 2: 2, 3: 2}


def test_a_link_taken_back_stays_back_when_files_show_it_again(three):
    unlink(three.workspace, 1, 2, "typo", NOW)
    three.resolve()
    three.load([], [(1, 2)], source="members")
    three.resolve()
    assert three.people() == {1: 1, 2: 2, 3: 2}


def test_relink_restores(three):
    before = three.results()
    unlink(three.workspace, 1, 2, "typo", NOW)
    three.resolve()
    relink(three.workspace, 1, 2, "it was hers", NOW)
    three.resolve()
    assert three.results() == before


def test_split_leaves_the_identifier_alone(three):
    assert len(split(three.workspace, 2, "a shop's own account", NOW)) == 2
    three.resolve()
    assert three.people() == {1: 1, 2: 2, 3: 3}


def test_rejoin_restores_every_link_of_an_identifier(three):
    before = three.results()
    split(three.workspace, 2, "a shop's own account", NOW)
    three.resolve()
    assert len(rejoin(three.workspace, 2, "it was hers", NOW)) == 2
    three.resolve()
    assert three.results() == before
    with pytest.raises(IdentityError, match="No link of 2 was taken back"):
        rejoin(three.workspace, 2, "once more", NOW)


def test_a_link_taken_back_is_listed_with_its_reason_without_personal_data(three):
    unlink(three.workspace, 1, 2, "her sister's, call 13800001234", NOW)
    three.resolve()
    assert three.results()["review"] == [(1, 2, "retracted", "her sister's, call ***")]


def test_taking_back_a_link_may_free_one_that_was_refused(history):
    history.load([(1, CARD), (2, CARD), (3, PHONE)], [(1, 3), (2, 3)])
    history.resolve()
    unlink(history.workspace, 1, 3, "phone was sold on", NOW)
    history.resolve()
    assert history.people() == {1: 1, 2: 2, 3: 2}
    assert [row[:3] for row in history.results()["review"]] == [(1, 3, "retracted")]


def test_unlinking_twice_is_one_decision(three):
    first = unlink(three.workspace, 1, 2, "typo", NOW)
    assert unlink(three.workspace, 1, 2, "again", NOW) == first
    assert len(decisions.decided_since(three.workspace.operations, 0)) == 1


def test_an_unknown_link_is_refused_with_the_known_ones(three):
    with pytest.raises(IdentityError, match=r"No record links 2 and 9. 2 is linked with 1, 3\."):
        unlink(three.workspace, 2, 9, "typo", NOW)


def test_an_unknown_identifier_is_refused(three):
    with pytest.raises(IdentityError, match="nor 77 with any other"):
        unlink(three.workspace, 77, 1, "typo", NOW)


def test_relink_refuses_what_was_not_taken_back(three):
    with pytest.raises(IdentityError, match="was not taken back"):
        relink(three.workspace, 1, 2, "typo", NOW)


def test_split_refuses_what_has_no_links(three):
    with pytest.raises(IdentityError, match="No record links identifier 77"):
        split(three.workspace, 77, "typo", NOW)


def test_a_decision_needs_a_reason(three):
    with pytest.raises(IdentityError, match="needs a reason"):
        unlink(three.workspace, 1, 2, " ", NOW)
