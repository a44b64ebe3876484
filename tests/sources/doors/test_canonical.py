"""Rows of the canonical kinds in a JSON body: each a message, in its own spelling, and what is wrong with one."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.doors.nonsense import VALUES, is_sound, read, spoiled

ORDER = {"order_id": "A-1", "paid_amount": 199.90, "paid_at": "2026-11-25T10:00:00+08:00", "is_test": False,
         "id.phone": "13800001234", "store": ""}  # fmt: skip
BODY = {"kind": "orders", "rows": [ORDER], "message_id": "m-1"}


def cells_of(row: dict[str, object], **more: str) -> dict[str, str | None]:
    return read("canonical", json.dumps({"kind": "orders", "rows": [row]}).encode(), **more)[0].rows[0].cells


def refused(body: object) -> str:
    return read("canonical", json.dumps(body).encode())[0].refused


def test_a_row_keeps_its_values_as_they_were_written():
    body = b'{"kind": "orders", "rows": [{"order_id": 820982911946154508, "paid_amount": 199.90, "is_test": false}]}'
    (message,) = read("canonical", body)
    assert message.rows[0].cells == {"order_id": "820982911946154508", "paid_amount": "199.90", "is_test": "false"}


def test_the_defaults_of_the_hook_fill_what_a_row_leaves_unsaid():
    rows = [ORDER, {**ORDER, "platform": "pos"}]
    made = read("canonical", json.dumps({**BODY, "rows": rows}).encode(), defaults='{"platform": "erp", "domain": "x"}')
    assert [message.rows[0].cells["platform"] for message in made] == ["erp", "pos"]


@pytest.mark.parametrize("written", ["A-1", " A-1 ", "A-1\t", "A-1\u3000", '="A-1"'])
def test_a_cell_is_what_it_would_be_in_a_file(written: str):
    assert cells_of({"order_id": written})["order_id"] == "A-1"


def test_a_cell_of_blanks_is_empty_and_a_default_fills_it():
    made = cells_of({"order_id": "A-1", "paid_at": " ", "platform": "\t"}, defaults='{"platform": "erp"}')
    assert (made["paid_at"], made["platform"]) == (None, "erp")


def test_each_row_is_a_message_and_a_bad_one_stops_no_other():
    made = read("canonical", json.dumps({**BODY, "rows": [ORDER, ["?"], ORDER]}).encode())
    assert [bool(message.rows) for message in made] == [True, False, True]
    assert len({message.key for message in made}) == 3


def test_the_same_message_sent_again_has_the_same_keys_and_another_has_others():
    first, again, other = (
        read("canonical", json.dumps(body).encode())[0].key
        for body in (BODY, {**BODY, "rows": [{**ORDER, "paid_amount": 1}]}, {**BODY, "message_id": "m-2"})
    )
    assert first == again != other


def test_without_a_message_id_the_body_is_the_id():
    bodies = [{"kind": "orders", "rows": [{**ORDER, "paid_amount": paid}]} for paid in (1, 1, 2)]
    keys = [read("canonical", json.dumps(body).encode())[0].key for body in bodies]
    assert keys[0] == keys[1] != keys[2]


def test_the_reason_says_what_was_expected():
    assert refused([]) == "the body is no object"
    assert refused({"kind": "order", "rows": [ORDER]}).startswith("kind is none of orders, ")
    assert refused({"kind": "orders", "rows": []}) == "rows is no list of 1 to 2000 rows"
    assert refused({**BODY, "rows": [{"paid_amonut": 1}]}).endswith("of orders. Did you mean 'paid_amount'?")
    assert refused({**BODY, "rows": [{"order_id": ["1"]}]}) == "order_id is neither text, number, true nor false"
    assert refused({**BODY, "rows": [{"id.Phone;": "1"}]}).startswith("unknown column 'id.Phone;'")
    assert refused({**BODY, "rows": [{"order_id": "a\0b"}]}) == "a NUL character in order_id"


@pytest.mark.parametrize("paid_at", [
    "2027-01-16 23:00:00", "2027-01-17", "2027/1/17 7:30", "2027-01-16 23:00:00 +0800", "2199-12-31"])
def test_what_happened_after_it_arrived_is_refused(paid_at: str):
    """It arrives on 2027-01-15 at 16:00."""
    reason = refused({"kind": "orders", "rows": [{**ORDER, "paid_at": paid_at}]})
    assert re.fullmatch(r"paid_at is a time \d+ hours after it arrived", reason)


@pytest.mark.parametrize(("kind", "row"), [
    ("relations", {"started_at": "2027-01-15 16:30:00", "ended_at": "2031-01-01"}), ("orders", {"paid_at": "soon"}),
    ("orders", {"paid_at": "9999-12-31T23:59:59-14:00"}), ("promotions", {"starts_on": "2031-01-01"})])
def test_clocks_drift_ends_may_lie_ahead_and_what_is_no_time_is_left_to_the_load(kind: str, row: dict[str, str]):
    assert refused({"kind": kind, "rows": [row]}) == ""


def test_a_reason_shows_no_value_of_a_person():
    assert "13800001234" not in refused({**BODY, "rows": [{"13800001234": 1}]})


def test_json_columns_take_objects():
    body = {"kind": "events", "rows": [{"name": "visit", "occurred_at": "2026-11-25", "properties": {"page": "é"}}]}
    (message,) = read("canonical", json.dumps(body).encode())
    assert message.rows[0].cells["properties"] == '{"page": "é"}'


def test_what_is_nested_too_deep_is_refused():
    deep = b'{"kind": "orders", "rows": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}"
    assert [message.refused for message in read("canonical", deep)] == ["a body that is no JSON"]


@given(st.binary(max_size=60) | VALUES.map(lambda v: json.dumps(v).encode())
       | spoiled(BODY).map(lambda v: json.dumps(v).encode()))  # fmt: skip
def test_no_body_makes_it_raise(body: bytes):
    assert all(map(is_sound, read("canonical", body)))
