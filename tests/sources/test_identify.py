"""Identifiers: fast paths equal the slow ones, primaries follow the priority, records link all their pairs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.core import identifiers as core
from siyu.core import settings as settings_file
from siyu.core.identifiers import Keys
from siyu.sources.identifiers.identify import Identifiers
from siyu.sources.workbench import Workbench
from tests.sources.arrivals import LATER, in_force, kept, take

KEYS = Keys(bytes(range(32)), bytes(32))
VALUES = st.one_of(st.text(max_size=12), st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
                   st.from_regex(r"\+?(86)? ?1[3-9]\d \d{4} \d{4}", fullmatch=True), st.emails(),
                   st.sampled_from(["null", "NULL", "0000", "138****1234", "xxx", "?", "##a##", "o-Ab_9.x", "Ｘｘ"]))


class Holder:
    """What `Identifiers` needs of a workspace while nothing is written."""

    keys = KEYS


def slowly(namespace, text, settings):
    """What architecture.md says, one value at a time; None = no identifier."""
    if core.is_masked(text):
        return None
    value = core.normalise(namespace, text, "CN")
    if not value or value.lower() in settings["identity.blocked"] or text.lower() in settings["identity.blocked"]:
        return None
    return core.identifier_id(KEYS.key(namespace, value))


@given(st.sampled_from(["phone", "email", "unionid", "recipient_phone"]), st.lists(VALUES, min_size=1))
def test_whole_columns_are_identified_as_single_values(namespace, texts):
    settings = settings_file.defaults()
    texts = [text.strip() or None for text in texts]
    column = pa.chunked_array([pa.array(texts, pa.string())])
    found = Identifiers(Holder(), settings, Workbench()).ids(namespace, column)
    expected = [None if text is None else slowly(namespace, text, settings) for text in texts]
    assert [None if i < 0 else i for i in found.tolist()] == expected


@given(st.binary(min_size=32, max_size=80), st.lists(st.text()))
def test_many_keys_are_the_keys_of_each(secret, values):
    keys = Keys(secret, bytes(32))
    assert np.array_equal(keys.keys("phone", values), core.key_words(keys.key("phone", value) for value in values))


def test_what_is_sealed_together_opens_apart():
    sealed = KEYS.seal_all([b"a", b"b"], b"identifier")
    assert [KEYS.open(s, b"identifier") for s in sealed] == [b"a", b"b"]


def test_the_first_namespace_in_the_settings_that_is_filled_is_the_primary_identifier(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", """order_id,paid_amount,id.unionid,id.phone,id.zzz
        o1,5,u1,13800000001,z1
        o2,5,u1,,z1
        o3,5,,,z1""")
    names = {row["identifier_id"]: row["namespace"] for row in workspace.warehouse.rows(
        workspace.warehouse.table("identifier").select("identifier_id", "namespace"))}
    assert [names[i] for _, i in in_force(workspace, "orders", "order_id", "identifier_id")] == [
        "phone", "unionid", "zzz"]


def test_a_recipient_is_never_the_buyer_and_links_nobody(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.recipient_phone,id.unionid\n o1,5,13800000001,u1"
                                            "\n o2,5,13800000002,")
    assert in_force(workspace, "orders", "order_id", "identifier_id")[1] == ("o2", None)
    assert kept(workspace, "link_record") == []


def test_every_pair_of_a_record_is_a_link_with_its_records_counted(workspace, tmp_path):
    take(workspace, tmp_path, "orders.csv", """order_id,paid_amount,id.phone,id.unionid,id.email
        o1,5,13800000001,u1,a@b.cn
        o2,5,13800000001,u1,""")
    links = workspace.warehouse.rows(workspace.warehouse.table("link_record"))
    assert sorted(link["records"] for link in links) == [1, 1, 2]
    assert all(link["a"] < link["b"] for link in links)


def test_duplicates_add_nothing_to_the_evidence(workspace, tmp_path):
    text = "order_id,paid_amount,id.phone,id.unionid\n o1,5,13800000001,u1\n o1,5,13800000001,u1"
    take(workspace, tmp_path, "orders.csv", text)
    take(workspace, tmp_path, "orders.csv", text, now=LATER)
    assert [link["records"] for link in workspace.warehouse.rows(workspace.warehouse.table("link_record"))] == [1]


def test_inviter_and_invitee_are_linked_each_to_their_own(workspace, tmp_path):
    take(workspace, tmp_path, "referrals.csv", """
        occurred_at,kind,inviter.id.phone,inviter.id.unionid,invitee.id.phone,invitee.id.unionid
        2026-01-01,accepted,13800000001,u1,13800000002,u2""")
    assert len(kept(workspace, "link_record")) == 2


def test_at_most_eight_identifiers_of_a_record_link_and_that_is_told(workspace, tmp_path):
    names = [f"n{i}" for i in range(10)]
    header = ",".join(f"id.{name}" for name in names)
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,{header}\n o1,5,{','.join(names)}\n"
                                                     f" o2,5,{','.join(names[:8])},,")  # fmt: skip
    assert len(kept(workspace, "link_record")) == 8 * 7 // 2
    assert [note for file in report.files for note in file.notes if "identifiers of one person" in note] == [
        "1 record(s) show more than 8 identifiers of one person: only those of the first namespaces are linked."]


def test_an_identifier_seen_again_is_kept_once(workspace, tmp_path):
    text = "order_id,paid_amount,id.phone\n {},5,138 0000 0001\n"
    take(workspace, tmp_path, "orders.csv", text.format("o1"))
    take(workspace, tmp_path, "orders.csv", text.format("o2").replace(" 0000 ", "0000"), now=LATER)
    assert [row[1] for row in kept(workspace, "identifier")] == ["phone"]


def test_two_keys_on_one_id_are_told(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(core, "identifier_ids", lambda keys: np.full(len(keys), 7))
    report = take(workspace, tmp_path, "orders.csv", "order_id,paid_amount,id.unionid\n o1,5,u1\n o2,5,u2")
    assert report.files[0].notes == ["1 identifier(s) share the id of another one; their records count for both."]
    for other, notes in (("u1", 0), ("u3", 1)):
        report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,id.unionid\n o3,5,{other}")
        assert len(report.files[0].notes) == notes


@pytest.mark.parametrize("phone", ["021-5888 0000", "+8613900000009"])
def test_phones_of_stores_and_staff_are_blocked(workspace, tmp_path, phone):
    workspace.settings = workspace.settings.with_values(identity__blocked_phones=["139 0000 0009", "02158880000"])
    report = take(workspace, tmp_path, "orders.csv", f"order_id,paid_amount,id.phone\n o1,5,{phone}")
    assert report.files[0].identifiers_ignored == {"phone": {"blocked": 1}}


def test_ids_do_not_depend_on_the_order_of_rows():
    values, settings = pa.chunked_array([pa.array(["u1", "u2", None, "u1"])]), settings_file.defaults()
    one = Identifiers(Holder(), settings, Workbench()).ids("unionid", values)
    other = Identifiers(Holder(), settings, Workbench()).ids("unionid", values.take(pa.array([3, 2, 1, 0])))
    assert np.array_equal(one, other[::-1])
