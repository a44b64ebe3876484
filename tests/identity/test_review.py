"""Review: refused links by the people they would merge, large consumers, and what was taken back."""

from siyu.identity.resolve import resolve
from siyu.identity.review import review
from siyu.identity.unlink import unlink
from tests.identity.history import NOW, shared_stores

CARD, PHONE, OPENID = "member_card", "phone", "openid"


def test_an_empty_workspace_has_nothing_to_review(history):
    found = review(history.workspace)
    assert (found.groups, found.refused_total, found.large, found.retracted) == ((), 0, (), ())


def test_groups_stand_by_people_concerned(history):
    history.load([(n, CARD) for n in range(1, 8)] + [(10, PHONE), (11, PHONE)],
                 [(1, 10), (2, 10), (3, 10), (4, 11), (5, 11), (6, 11), (7, 11)])  # fmt: skip
    history.resolve()
    found = review(history.workspace)
    assert [(g.hub, g.consumers, g.refused) for g in found.groups] == [(11, 4, 3), (10, 3, 2)]
    assert [(g.hub_namespace, g.guards) for g in found.groups] == [(PHONE, {"unique": 3}), (PHONE, {"unique": 2})]


def test_ids_of_63_bits_stay_what_they_are(history):
    one, two, phone = 2**62 + 1, 2**62 + 3, 2**62 + 5
    history.load([(one, CARD), (two, CARD), (phone, PHONE)], [(one, phone), (two, phone)])
    history.resolve()
    (group,) = review(history.workspace).groups
    assert (group.hub, [(link.a, link.b) for link in group.links]) in [(two, [(two, phone)]), (phone, [(two, phone)])]


def test_a_cut_list_says_how_many_there_are(history):
    history.load([(n, CARD) for n in range(1, 9)] + [(n, PHONE) for n in range(11, 15)],
                 [(1, 11), (2, 11), (3, 12), (4, 12), (5, 13), (6, 13), (7, 14), (8, 14)])  # fmt: skip
    history.resolve()
    found = review(history.workspace, limit=3)
    assert (len(found.groups), found.groups_total, found.refused_total) == (3, 4, 4)


def test_a_group_shows_its_first_links_masked(history):
    history.load([(n, CARD) for n in range(1, 9)] + [(11, PHONE)], [(n, 11) for n in range(1, 9)])
    history.resolve()
    (group,) = review(history.workspace, links_each=2).groups
    assert [(link.a, link.a_masked, link.b_masked) for link in group.links] == [(2, "me***02", "ph***11"),
                                                                               (3, "me***03", "ph***11")]
    assert group.refused == 7


def test_consumers_near_the_cap_are_shown(history):
    small = shared_stores(history.workspace, identity__max_component=6)
    history.load([(n, OPENID) for n in range(1, 7)], [(1, 2), (2, 3), (4, 5)])
    resolve(small)
    found = review(small)
    assert [(c.consumer_id, c.identifiers) for c in found.large] == [(1, 3)]


def test_links_taken_back_are_listed_apart(history):
    history.load([(1, OPENID), (2, PHONE)], [(1, 2)])
    unlink(history.workspace, 1, 2, "typo", NOW)
    history.resolve()
    found = review(history.workspace)
    assert [(d.a, d.b, d.reason) for d in found.retracted] == [(1, 2, "typo")]
    assert found.refused_total == 0
