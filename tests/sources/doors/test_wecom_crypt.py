"""Message encryption of WeCom, held to the example that Tencent publishes with its libraries."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.sources.doors.message import Unreadable
from siyu.sources.doors.wecom.crypt import Crypt, Forged
from siyu.sources.doors.wecom.xml import fields_of

#: The published example (WXBizMsgCrypt; developer.work.weixin.qq.com/document/path/90968): secrets, a call that checks
#: an address, and a message.
PUBLISHED = Crypt("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
ECHO = ("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==")  # fmt: skip
SENT = ("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149",
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs"
        "3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5g"
        "sijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQU"
        "ax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
        "HBZZIs2pDBS8R07+qN+E7Q==")  # fmt: skip


def test_the_published_check_of_an_address_is_opened():
    assert PUBLISHED.opened(*ECHO) == b"1616140317555161061"


def test_the_published_message_is_opened():
    found = fields_of(PUBLISHED.opened(*SENT))
    assert (found["ToUserName"], found["MsgType"], found["Content"], found["MsgId"], found["AgentID"]) == (
        "wx5823bf96d3bd56c7", "text", "hello", "4561255354251345929", "218")  # fmt: skip


def test_the_published_message_sealed_again_is_the_same_to_the_byte():
    plain = PUBLISHED.opened(*SENT)
    noise = PUBLISHED._decrypted(SENT[3])[:16]
    assert PUBLISHED.sealed(plain, noise) == SENT[3]


@given(st.binary(max_size=200))
def test_what_is_sealed_is_opened(message: bytes):
    encrypted = PUBLISHED.sealed(message)
    assert PUBLISHED.opened(PUBLISHED.signature("1", "2", encrypted), "1", "2", encrypted) == message
    assert len(base64.b64decode(encrypted)) % 32 == 0


@pytest.mark.parametrize("place", range(4))
def test_a_part_that_was_changed_breaks_the_signature(place: int):
    parts = [*SENT[:place], SENT[place][:-1] + ("1" if SENT[place][-1] != "1" else "2"), *SENT[place + 1 :]]
    with pytest.raises(Forged, match="wrong_signature"):
        PUBLISHED.opened(*parts)


def test_a_message_for_another_company_is_refused():
    other = Crypt(PUBLISHED.token, PUBLISHED.encoding_aes_key, "ww-another")
    encrypted = other.sealed(b"<xml/>")
    with pytest.raises(Forged, match="wrong_receiver"):
        PUBLISHED.opened(PUBLISHED.signature("1", "2", encrypted), "1", "2", encrypted)


@given(st.text(max_size=120) | st.binary(max_size=120).map(lambda b: base64.b64encode(b).decode()))
def test_signed_nonsense_is_refused_and_nothing_else(encrypted: str):
    with pytest.raises(Forged):
        PUBLISHED.opened(PUBLISHED.signature("1", "2", encrypted), "1", "2", encrypted)


@pytest.mark.parametrize("document", [
    b'<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Event>&b;</Event></xml>',
    b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
    b'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Event>&x;</Event></xml>',
])  # fmt: skip
def test_a_document_type_is_refused_where_it_begins(document: bytes):
    with pytest.raises(Unreadable, match="document type"):
        fields_of(document)


@pytest.mark.parametrize("document", [b"", b"<xml>", b"<xml>&x;</xml>", b"\xff\xfe", b"<a><b><c><d/></c></b></a>",
                                      b"<xml>" + b"<a/>" * 6_000 + b"</xml>",
                                      b'<?xml version="1.0" encoding="x"?><a/>'])  # fmt: skip
def test_what_is_no_message_is_refused(document: bytes):
    with pytest.raises(Unreadable):
        fields_of(document)


@given(st.binary(max_size=80) | st.text("<xml>/A&;![CDATA] \0", max_size=80).map(str.encode))
def test_no_document_makes_the_reader_raise_anything_else(document: bytes):
    found: dict = {}
    with contextlib.suppress(Unreadable):
        found = fields_of(document)
    assert all(isinstance(value, str | list) for value in found.values())
