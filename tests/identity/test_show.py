"""Show: a consumer by id or by value, with evidence, and without any plain value."""

import pyarrow as pa
import pytest

from siyu.core.errors import IdentityError
from siyu.core.identifiers import identifier_id, mask
from siyu.identity.show import show
from siyu.identity.unlink import unlink
from siyu.store.tables import BY_NAME
from tests.identity.history import NOW, History, emptied

LIN = "+8613800001234"


@pytest.fixture
def lin(history) -> int:
    """Lin's phone, linked with identifier 2; 3 was refused, 4 taken back, 6 is a recipient's phone."""
    phone = identifier_id(history.workspace.keys.key("phone", LIN))
    history.load([(1, "member_card"), (3, "member_card"), (2, "openid"), (4, "openid"), (6, "recipient_phone"),
                  (phone, "phone")], [(1, phone), (3, phone), (2, phone), (4, phone)])  # fmt: skip
    history.load([], [(1, phone), (1, phone)], source="members")
    unlink(history.workspace, 4, phone, "a friend's", NOW)
    history.resolve()
    return phone


def test_the_consumer_is_found_by_value_in_any_spelling(history, lin):
    assert show(history.workspace, "phone: 138 0000 1234").consumer_id == 1


@pytest.mark.parametrize("query", ["1", 2, "2"])
def test_the_consumer_is_found_by_any_of_its_ids(history, lin, query):
    assert show(history.workspace, query).consumer_id == 1


def test_identifiers_stand_by_priority_and_masked(history, lin):
    found = show(history.workspace, 1).identifiers
    assert [i.namespace for i in found] == ["member_card", "phone", "openid"]
    assert all("***" in i.masked for i in found)


def test_links_show_their_evidence_by_source(history, lin):
    links = [link for link in show(history.workspace, 1).links if (link.a, link.b) == (1, lin)]
    assert [(link.source, link.records, link.first_seen) for link in links] == [("members", 2, 2), ("orders", 1, 1)]


def test_refused_and_taken_back_links_stand_apart(history, lin):
    found = show(history.workspace, 1)
    assert [(r.a, r.b) for r in found.refused] == [(3, lin)]
    assert [(r.a, r.reason) for r in found.retracted] == [(4, "a friend's")]
    assert [link.taken_back for link in found.links if link.a == 4] == [True]


def test_facts_are_counted_by_kind(history, lin):
    orders = BY_NAME["orders"]
    row = dict.fromkeys(orders.column_names) | {"fact_id": 1, "load_id": 1, "order_id": "A1", "identifier_id": 2}
    history.workspace.warehouse.append(orders, pa.Table.from_pylist([row], schema=orders.schema))
    assert show(history.workspace, 1).facts == {"orders": 1}


def test_an_unknown_value_is_refused_without_repeating_it(history, lin):
    with pytest.raises(IdentityError) as refusal:
        show(history.workspace, "phone:13911112222")
    assert "13911112222" not in str(refusal.value)
    assert mask("phone", "13911112222") in str(refusal.value)


def test_an_unknown_namespace_is_refused_with_a_suggestion(history, lin):
    with pytest.raises(IdentityError, match="Did you mean 'phone'"):
        show(history.workspace, "phnoe:13800001234")


def test_what_is_no_phone_is_refused_without_repeating_it(history, lin):
    with pytest.raises(IdentityError, match="cannot be a phone") as refusal:
        show(history.workspace, "phone:12")
    assert "12" not in refusal.value.message


def test_words_are_refused_with_the_ways_to_ask(history, lin):
    with pytest.raises(IdentityError, match="Ask by identifier_id"):
        show(history.workspace, "Lin")


def test_a_recipient_phone_is_explained(history, lin):
    with pytest.raises(IdentityError, match="does not say who"):
        show(history.workspace, 6)


def test_an_identifier_loaded_after_the_resolve_is_explained(history, lin):
    history.load([(9, "phone")])
    with pytest.raises(IdentityError, match="after the last resolve"):
        show(history.workspace, 9)


def test_an_empty_workspace_has_seen_nobody(stores):
    with pytest.raises(IdentityError, match="has not been seen"):
        show(History(emptied(stores)).workspace, "phone:13800001234")
