"""Preference links over HTTP: looking changes nothing, a form or one click does; what is no link is told so plainly."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest
import structlog

from siyu.api import logs
from siyu.api.form import fields
from siyu.api.preferences import LINK_RATE, STRANGER_RATE
from siyu.api.rates import Rates
from siyu.identity.consents import rows_of
from siyu.identity.preference_link import Link, token
from tests.api.serving import now
from tests.api.whole import ANNA, LIN, Whole

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def patient(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> Whole:
    """The brand as those meet it who do not call often."""
    monkeypatch.setattr("siyu.api.preferences.LINK_RATE", 0)
    return whole


def link(brand: Whole, phone: str = LIN, **other) -> str:
    made = replace(Link.lasting(brand.id_of(phone), "marketing", 10, now()), **other)
    return f"/preferences/{token(brand.workspace.keys, made)}"


def said(brand: Whole, phone: str = LIN) -> list[tuple[str, str | None]]:
    return [(row.action, row.channel) for row in rows_of(brand.workspace.operations, [brand.id_of(phone)])]


def test_a_look_changes_nothing_and_a_form_does(patient):
    assert "短信" in patient.client.get(link(patient)).text
    assert said(patient) == []
    saved = patient.client.post(link(patient), data={"action": "save", "channel": ["sms", "wecom"]})
    assert (saved.status_code, "已保存" in saved.text, 'value="sms" checked' in saved.text) == (200, True, True)
    assert ("grant", "sms") in said(patient)
    assert ("withdraw", "group") in said(patient)


@pytest.mark.parametrize("body", [b"", b"\xff=1", b"action=other", b"List-Unsubscribe=Two-Clicks"])
def test_a_form_that_says_nothing_saves_nothing(patient, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    shown = patient.client.post(link(patient, ANNA), content=body, headers=headers)
    assert (shown.status_code, "已保存" in shown.text, said(patient, ANNA)) == (200, False, [])


@pytest.mark.parametrize("how", ["data", "files"])
def test_a_mail_program_unsubscribes_in_one_click_in_either_encoding(patient, how):
    form = {name: (None, value) for name, value in ONE_CLICK.items()} if how == "files" else ONE_CLICK
    assert patient.client.post(link(patient, ANNA), **{how: form}).status_code == 200
    assert said(patient, ANNA) == [("withdraw", None)]


@pytest.mark.parametrize(("asked", "language", "lang"), [
    ("", "en-GB,en;q=0.9,zh;q=0.1", "en"), ("?lang=zh", "en", "zh"), ("?lang=en", "zh", "en"), ("", "fr", "zh"),
])  # fmt: skip
def test_the_page_speaks_the_readers_language(patient, asked, language, lang):
    shown = patient.client.get(link(patient) + asked, headers={"Accept-Language": language})
    assert f'<html lang="{lang}">' in shown.text


def test_nobody_keeps_frames_or_indexes_the_page(patient):
    headers = patient.client.get(link(patient)).headers
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_link_is_no_address_and_an_old_one_is_gone(patient, method):
    old = link(patient, until=int((now() - dt.timedelta(minutes=1)).timestamp()))
    before = said(patient)
    for path, status, told in (("/preferences/abc", 404, "not valid"), (link(patient)[:-2] + "zz", 404, "not valid"),
                               (old, 410, "has expired")):  # fmt: skip
        answer = patient.client.request(method, path, params={"lang": "en"}, data=ONE_CLICK)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
        assert told in answer.text
    assert said(patient) == before


@pytest.mark.parametrize(("content", "type_", "status"), [
    (b"{}", "application/json", 415), (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
    (b"nothing", "multipart/form-data; boundary=x", 400), (b"a&" * 200, "application/x-www-form-urlencoded", 400),
])  # fmt: skip
def test_what_is_no_form_changes_nothing(patient, content, type_, status):
    before = said(patient)
    answer = patient.client.post(link(patient), content=content, headers={"Content-Type": type_})
    assert (answer.status_code, "未作任何更改" in answer.text) == (status, True)
    assert said(patient) == before


def test_who_calls_too_often_is_told_when_to_come_back_and_holds_up_nobody_else(whole, monkeypatch):
    take, still = Rates.take, now() + dt.timedelta(hours=1)  # a second in which nothing fills up, however slow we are
    monkeypatch.setattr(Rates, "take", lambda rates, caller, rate, _: take(rates, caller, rate, still))
    strangers = [whole.client.get(f"/preferences/{n}") for n in range(STRANGER_RATE + 30)]
    assert {answer.status_code for answer in strangers} == {404, 429}
    mine = [whole.client.get(link(whole)) for _ in range(3 * LINK_RATE)]
    assert {answer.status_code for answer in mine} == {200, 429}
    assert {answer.headers["retry-after"] for answer in mine if answer.status_code == 429} == {"1"}
    assert whole.client.get(link(whole, ANNA)).status_code == 200


def test_no_log_tells_the_link(patient, monkeypatch):
    told = io.StringIO()
    logs.configure("debug", told)
    try:
        patient.client.get(link(patient))
        monkeypatch.setattr("siyu.identity.preferences.page", lambda *_, **__: 1 / 0)
        assert patient.client.get(link(patient)).status_code == 500
    finally:
        structlog.reset_defaults()
    assert '"route": "/preferences/{token}"' in told.getvalue()
    assert "http.bug" in told.getvalue()
    assert link(patient).rpartition("/")[2] not in told.getvalue()


def test_a_file_in_a_form_says_nothing():
    body = (b'--x\r\nContent-Disposition: form-data; name="channel"\r\n\r\nsms\r\n'
            b'--x\r\nContent-Disposition: form-data; name="action"; filename="a"\r\n\r\nsave\r\n--x--\r\n')  # fmt: skip
    assert fields("multipart/form-data; boundary=x", body) == {"channel": ["sms"]}
