"""Webhooks behind a real server: what is signed is kept before it is answered, what is not leaves a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.api.webhooks.receiver import CALLS
from siyu.api.webhooks.shopify import BODY_BYTES
from siyu.api.webhooks.signed import WINDOW_SECONDS, signature
from siyu.api.writer import open_writer
from siyu.core.identifiers import identifier_id
from siyu.privacy import exports
from siyu.store import hooks
from siyu.store.audit import Act, acts
from siyu.store.schema import AUDIT, ERASURE
from siyu.store.workspace import create
from tests.api.hooked import SECRET, Hooked, application, make_hooks
from tests.api.serving import now, served
from tests.sources.doors.nonsense import VALUES, spoiled
from tests.sources.doors.test_canonical import BODY
from tests.sources.doors.test_shopify import ORDER


@pytest.fixture(scope="module")
def open_hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    with create(tmp_path_factory.mktemp("hooked") / "brand") as workspace:
        make_hooks(workspace)
        writer = open_writer(workspace)
        with served(application(workspace, writer)) as url, httpx.Client(base_url=url) as client:
            yield Hooked(workspace, client, url)
        writer.close()


@pytest.fixture
def hooked(open_hooked: Hooked) -> Hooked:
    """A workspace to which nothing has been sent."""
    for door in ("shopify", "canonical"):
        open_hooked.arrived(door)
    return open_hooked


def counted(door: str, answer: str) -> float:
    return CALLS.labels(door, door, answer)._value.get()


# -- Shopify


def test_a_delivery_of_shopify_is_kept_with_what_its_headers_say(hooked: Hooked):
    answered = hooked.shopify("orders/paid", ORDER, triggered_at="2026-11-25T14:02:00.000Z")
    assert (answered.status_code, answered.json()) == (200, {"success": True})
    (arrival,) = hooked.arrived("shopify")
    kept = json.loads(arrival.body)
    assert json.loads(kept.pop("payload")) == ORDER
    assert kept == {"topic": "orders/paid", "webhook_id": "w-1", "shop": "tea.myshopify.com",
                    "triggered_at": "2026-11-25T14:02:00.000Z"}  # fmt: skip
    assert (arrival.source, arrival.defaults) == ("shopify", '{"platform": "site"}')


@pytest.mark.parametrize("sign", ["", "AAAA", "no base64!", "0" * 5000])
def test_a_delivery_that_shopify_did_not_sign_is_answered_401(hooked: Hooked, sign: str):
    answered = hooked.shopify("orders/paid", ORDER, hmac_sha256=sign)
    assert (answered.status_code, answered.json()["code"]) == (401, "wrong_signature")
    assert hooked.arrived("shopify") == []


def test_a_delivery_that_is_no_json_is_kept_for_the_quarantine(hooked: Hooked):
    assert hooked.shopify("orders/paid", b"\xff{").status_code == 200
    assert len(hooked.arrived("shopify")) == 1


def test_a_delivery_that_is_too_large_is_answered_413(hooked: Hooked):
    assert hooked.shopify("orders/paid", b" " * (BODY_BYTES + 1)).status_code == 413


# -- what Shopify asks for its customers

REDACT = {"shop_id": 954889, "shop_domain": "tea.myshopify.com", "orders_to_redact": [299938, 280263],
          "customer": {"id": 191167, "email": "John@example.com", "phone": "+12125550100"}}  # fmt: skip


def filed(hooked: Hooked, act: str) -> list[Act]:
    return acts(hooked.workspace.operations, act=act)


def test_a_customer_to_be_forgotten_is_an_erasure_of_keyed_hashes_and_no_data(hooked: Hooked):
    assert hooked.shopify("customers/redact", REDACT, webhook_id="w-9").status_code == 200
    with hooked.workspace.operations.connect() as connection:
        row = connection.execute(sa.select(ERASURE).where(ERASURE.c.reference == "w-9")).one()
    keys = hooked.workspace.keys
    email = keys.key("email", "john@example.com")
    assert (row.status, row.requester, row.reason) == ("requested", "hook shopify", "customers/redact")
    assert (len(asked := json.loads(row.asked)), asked[str(identifier_id(email))]) == (3, email.hex())
    assert "example.com" not in repr(row)
    hooked.shopify("customers/redact", REDACT, webhook_id="w-9")
    assert {act.subject for act in filed(hooked, "erasure.request")} == {str(row.erasure_id)}
    assert hooked.arrived("shopify") == []


def test_a_question_what_is_kept_is_filed_once_and_stands_in_the_audit(hooked: Hooked):
    for _ in range(2):
        asked = {**REDACT, "data_request": {"id": 9999}}
        assert hooked.shopify("customers/data_request", asked, webhook_id="w-9").status_code == 200
    act, *_ = filed(hooked, "export.request")
    (request,) = exports.listing(hooked.workspace.operations)
    assert (request.status, len(request.asked), act.subject) == ("requested", 3, str(request.number))
    assert (act.detail["request"], len(act.detail["identifiers"]), act.detail["shop"]) == (
        "9999", 3, "tea.myshopify.com")  # fmt: skip
    assert "John" not in repr(act)


def test_a_shop_that_is_to_be_forgotten_stands_in_the_audit(hooked: Hooked):
    assert hooked.shopify("shop/redact", {"shop_id": 954889, "shop_domain": "tea.myshopify.com"}).status_code == 200
    assert [act.subject for act in filed(hooked, "shop.redact")] == ["tea.myshopify.com"]


def test_a_request_that_cannot_be_read_is_refused_rather_than_forgotten(hooked: Hooked):
    answered = hooked.shopify("customers/redact", {"customer": {"email": ["x"]}})
    assert (answered.status_code, answered.json()["code"]) == (400, "malformed")
    assert hooked.shopify("customers/redact", REDACT, hmac_sha256="AAAA").status_code == 401


# -- signed


def test_rows_that_are_signed_are_kept_as_they_came(hooked: Hooked):
    assert hooked.signed(BODY).json() == {"success": True}
    (arrival,) = hooked.arrived("canonical")
    assert (json.loads(arrival.body), arrival.source, arrival.messages) == (BODY, "signed", 1)


@pytest.mark.parametrize("late", [-WINDOW_SECONDS - 5, WINDOW_SECONDS + 5])
def test_a_call_outside_its_window_is_refused_though_it_is_signed(hooked: Hooked, late: int):
    answered = hooked.signed(BODY, at=now().timestamp() + late)
    assert (answered.status_code, answered.json()["code"]) == (401, "too_old")


def test_a_signature_speaks_for_its_timestamp_and_its_body(hooked: Hooked):
    timestamp = str(int(now().timestamp()))
    other = signature(SECRET, str(int(timestamp) - 1), json.dumps(BODY).encode())
    assert hooked.signed(BODY, sign=other).status_code == 401
    assert hooked.signed(BODY, sign=signature(SECRET, timestamp, b"{}")).status_code == 401
    assert hooked.arrived("canonical") == []


def test_a_sender_may_sign_with_the_old_and_the_new_secret(hooked: Hooked):
    at = now().timestamp()
    right = signature(SECRET, str(int(at)), json.dumps(BODY).encode())
    assert hooked.signed(BODY, at=at, sign=f"v1={'0' * 64}, v1={right.upper()}").status_code == 200


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "١٢٣", "9" * 40])
def test_a_timestamp_that_is_none_is_refused(hooked: Hooked, timestamp: str):
    headers = [(b"X-Siyu-Timestamp", timestamp.encode()), (b"X-Siyu-Signature", b"0" * 64)]
    answered = hooked.client.post("/hooks/signed/signed", content=b"{}", headers=headers)
    assert (answered.status_code, answered.json()["code"]) in [(401, "no_timestamp"), (401, "too_old")]


def test_what_is_wrong_with_signed_rows_is_said_at_once(hooked: Hooked):
    answered = hooked.signed({"kind": "order", "rows": []})
    assert (answered.status_code, "kind is none of orders" in answered.json()["message"]) == (400, True)


# -- all


@pytest.mark.parametrize("path", ["/hooks/shopify/nobody", "/hooks/shopify/signed", "/hooks/shopify/%00"])
def test_an_address_without_a_hook_is_answered_404(hooked: Hooked, path: str):
    assert hooked.shopify("orders/paid", ORDER, path=path).status_code == 404


def test_a_revoked_hook_takes_nothing_from_the_next_call_on(hooked: Hooked):
    hooks.create(hooked.workspace.operations, hooked.workspace.keys, "signed", "gone", {"secret": SECRET}, now=now())
    assert hooked.signed(BODY, path="/hooks/signed/gone").status_code == 200
    hooks.revoke(hooked.workspace.operations, "gone", now=now())
    assert hooked.signed(BODY, path="/hooks/signed/gone").status_code == 404


def test_a_wrong_signature_is_counted_each_time_and_stands_in_the_audit_once_an_hour(hooked: Hooked):
    with hooked.workspace.operations.begin() as connection:
        connection.execute(sa.delete(AUDIT))
    hooks.create(hooked.workspace.operations, hooked.workspace.keys, "signed", "door", {"secret": SECRET}, now=now())
    before = CALLS.labels("signed", "door", "wrong_signature")._value.get()
    for _time in range(3):
        hooked.signed(BODY, path="/hooks/signed/door", sign="0" * 64)
    assert CALLS.labels("signed", "door", "wrong_signature")._value.get() == before + 3
    traces = acts(hooked.workspace.operations, act="hook.refused")
    assert [(act.subject, act.detail) for act in traces] == [("door", {"door": "signed", "code": "wrong_signature"})]


def test_a_call_that_is_kept_is_counted(hooked: Hooked):
    before = counted("shopify", "taken")
    hooked.shopify("orders/paid", ORDER)
    assert counted("shopify", "taken") == before + 1


def test_a_store_that_fails_is_no_fault_of_the_sender(hooked: Hooked, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(hooked.workspace.inbox, "put", broken)
    assert hooked.shopify("orders/paid", ORDER).status_code == 503
    assert hooked.signed(BODY).status_code == 503


BODIES = st.binary(max_size=60) | VALUES.map(lambda v: json.dumps(v).encode())
HEADERS = st.dictionaries(
    st.sampled_from(["X-Shopify-Hmac-Sha256", "X-Siyu-Timestamp", "X-Siyu-Signature", "Content-Encoding"]),
    st.binary(max_size=20).map(lambda v: bytes(b for b in v if b > 32 and b != 127)),
)


@settings(max_examples=80)
@given(st.sampled_from(["orders/create", "customers/redact"]), BODIES | spoiled(REDACT).map(json.dumps).map(str.encode))
def test_no_body_that_shopify_signs_is_answered_with_a_fault_of_ours(open_hooked: Hooked, topic: str, body: bytes):
    assert open_hooked.shopify(topic, body).status_code in (200, 400)


@settings(max_examples=60)
@given(BODIES | spoiled(BODY).map(json.dumps).map(str.encode))
def test_no_signed_body_is_answered_with_a_fault_of_ours(open_hooked: Hooked, body: bytes):
    assert open_hooked.signed(body).status_code in (200, 400)


@settings(max_examples=60)
@given(st.sampled_from(["shopify", "signed"]), HEADERS, st.binary(max_size=30))
def test_no_headers_are_answered_with_a_fault_of_ours(open_hooked: Hooked, door: str, headers: dict, body: bytes):
    sent = [(name.encode(), value) for name, value in headers.items()]
    answered = open_hooked.client.post(f"/hooks/{door}/{door}", content=body, headers=sent)
    assert answered.status_code in (400, 401, 415)
