"""WeCom's callbacks behind a real server: the check of the address, what is kept, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.api.webhooks.wecom import BODY_BYTES
from siyu.api.writer import open_writer
from siyu.store.audit import acts
from siyu.store.workspace import create
from tests.api.hooked import WECOM, Hooked, application, make_hooks
from tests.api.serving import served
from tests.sources.doors.test_wecom_crypt import ECHO
from tests.stand_ins.callbacks import Caller, contact

BODY = contact("add_external_contact", 1_764_028_800)


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hooked]:
    with create(tmp_path_factory.mktemp("hooked") / "brand") as workspace:
        make_hooks(workspace)
        writer = open_writer(workspace)
        with served(application(workspace, writer)) as url, httpx.Client(base_url=url) as client:
            yield Hooked(workspace, client, url)
        writer.close()


@pytest.fixture
def caller(hooked: Hooked) -> Caller:
    """WeCom, which has called nobody yet."""
    hooked.arrived("wecom")
    return Caller(hooked.client, "/hooks/wecom/wecom", WECOM)


def test_the_check_of_an_address_hears_its_own_word_and_nothing_else(caller: Caller):
    answered = caller.check(b"1616140317555161061")
    assert (answered.status_code, answered.text) == (200, "1616140317555161061")
    assert answered.headers["content-type"].startswith("text/plain")


def test_the_published_check_of_an_address_is_answered(hooked: Hooked):
    query: dict[str, str] = dict(zip(("msg_signature", "timestamp", "nonce", "echostr"), ECHO))
    assert hooked.client.get("/hooks/wecom/wecom", params=query).text == "1616140317555161061"


def test_a_callback_is_on_disk_and_opened_before_it_is_answered(hooked: Hooked, caller: Caller):
    answered = caller.send(BODY)
    assert (answered.status_code, answered.text) == (200, "success")
    assert [(arrival.source, arrival.body) for arrival in hooked.arrived("wecom")] == [("wecom", BODY)]


@pytest.mark.parametrize("changed", [{"msg_signature": "0" * 40}, {"msg_signature": ""}, {"nonce": "x"},
                                     {"timestamp": "1"}])  # fmt: skip
def test_what_wecom_did_not_sign_is_answered_401_and_leaves_a_trace(hooked: Hooked, caller: Caller, changed: dict):
    for answered in (caller.send(BODY, **changed), caller.check(b"1", **changed)):
        assert (answered.status_code, answered.json()["code"]) == (401, "wrong_signature")
    assert (hooked.arrived("wecom"), len(acts(hooked.workspace.operations, act="hook.refused"))) == ([], 1)


def test_a_callback_for_another_corp_is_answered_401(hooked: Hooked):
    other = Caller(hooked.client, "/hooks/wecom/wecom", {**WECOM, "corp_id": "ww-another-corp"})
    assert other.send(BODY).json()["code"] == "wrong_receiver"


NO_TEXT = b"<xml><Encrypt><Item>a</Item></Encrypt></xml>"


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{}", 400), (b"<xml/>", 401), (NO_TEXT, 401),
                                              (b" " * (BODY_BYTES + 1), 413)])  # fmt: skip
def test_what_is_no_callback_is_refused(hooked: Hooked, body: bytes, status: int):
    assert hooked.client.post("/hooks/wecom/wecom", content=body).status_code == status


def test_an_address_without_a_hook_is_answered_404(hooked: Hooked):
    assert Caller(hooked.client, "/hooks/wecom/shopify", WECOM).send(BODY).status_code == 404


def test_a_store_that_fails_is_not_answered_success(hooked: Hooked, caller: Caller, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(hooked.workspace.inbox, "put", broken)
    assert caller.send(BODY).status_code == 503


@settings(max_examples=40)
@given(st.binary(max_size=60))
def test_nothing_that_is_signed_is_answered_with_a_fault_of_ours(hooked: Hooked, message: bytes):
    caller = Caller(hooked.client, "/hooks/wecom/wecom", WECOM)
    assert (caller.send(message).status_code, caller.check(message).status_code) == (200, 200)
