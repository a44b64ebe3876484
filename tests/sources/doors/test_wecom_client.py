"""WeCom's API as its stand-in speaks it: cursors, tokens that end, quotas, refusals; nothing secret is ever said."""

from __future__ import annotations

import logging

import pytest

from siyu.core.errors import RemoteError, SettingsError
from siyu.sources.doors.wecom.address import checked
from siyu.sources.doors.wecom.client import CALLS, CONTACTS, FOLLOW_USERS, GROUP, GROUPS, TOKEN, Client
from siyu.sources.doors.wecom.client import Corp as Whose
from siyu.sources.doors.wecom.rate import BURST, CALLS_A_MINUTE, CALLS_AN_HOUR, Bucket
from siyu.sources.doors.wecom.seen import LIVE, seen_calls
from tests.stand_ins.wecom import CORP_ID, SECRET, Corp, WeCom, external, follow, serving

AT = 1_782_000_000


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds, self.slept = 0.0, []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def wecom():
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client_of(wecom: WeCom, clock: Clock, *, secret: str = SECRET, corp_id: str = CORP_ID) -> Client:
    return Client(Whose(wecom.url, corp_id, secret), sleep=clock.sleep, clock=clock)


def contacts(client: Client, *users: str) -> list[str]:
    return [c["external_contact"]["external_userid"] for page in client.contacts(users or ("lin",)) for c in page]


@pytest.mark.parametrize("count", [1, 99, 100, 101, 200, 201])
def test_contacts_are_complete_at_every_end_of_a_page(wecom, clock, count):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(count)]
    assert contacts(client_of(wecom, clock)) == [external(n) for n in range(count)]
    assert wecom.calls[CONTACTS.path] == -(-count // 100)


@pytest.mark.parametrize("count", [0, 999, 1000, 1001])
def test_groups_are_complete_at_every_end_of_a_page(wecom, clock, count):
    wecom.corp.groups = {f"wr{n}": [] for n in range(count)}
    assert client_of(wecom, clock).groups(["lin"]) == list(wecom.corp.groups)


def test_groups_of_a_corp_too_large_to_list_are_asked_for_by_their_owners(wecom, clock):
    wecom.corp = Corp(users=[f"u{n}" for n in range(1001)], groups={"wr1": [], "wr2": []},
                      owners={"wr1": "u0", "wr2": "u1000"})  # fmt: skip
    client = client_of(wecom, clock)
    assert client.groups(client.follow_users()) == ["wr1", "wr2"]
    assert wecom.calls[GROUPS.path] == 1 + 11


def test_staff_without_contacts_hides_nobody_elses(wecom, clock):
    wecom.corp = Corp(users=["lin", "mei"], contacts=[follow("lin", 1, AT)])
    wecom.trouble(CONTACTS.path, 84061)
    assert contacts(client_of(wecom, clock), "lin", "mei") == [external(1)]


def test_a_group_dissolved_since_it_was_listed_is_no_error(wecom, clock):
    assert client_of(wecom, clock).group("wr1") is None


def test_one_token_serves_many_calls(wecom, clock):
    client = client_of(wecom, clock)
    assert client.follow_users() == client.follow_users() == ["lin"]
    assert len(wecom.tokens) == 1


def test_a_token_is_asked_for_anew_when_its_time_is_up(wecom, clock):
    client = client_of(wecom, clock)
    client.follow_users()
    clock.seconds += 7_200
    client.follow_users()
    assert len(wecom.tokens) == 2


def test_a_token_that_ends_in_the_middle_of_a_list_is_replaced_and_the_list_complete(wecom, clock):
    wecom.corp.contacts = [follow("lin", n, AT) for n in range(250)]
    client = client_of(wecom, clock)
    client.follow_users()
    wecom.expire_after(1)
    assert len(contacts(client)) == 250
    assert len(wecom.tokens) == 2


def test_a_token_is_replaced_once_and_then_the_refusal_stands(wecom, clock):
    wecom.trouble(FOLLOW_USERS.path, 40014, 40014)
    with pytest.raises(RemoteError, match="errcode 40014"):
        client_of(wecom, clock).follow_users()
    assert len(wecom.tokens) == 2


def test_a_used_up_quota_is_waited_for(wecom, clock):
    wecom.trouble(FOLLOW_USERS.path, 45009, 45009)
    assert client_of(wecom, clock).follow_users() == ["lin"]
    assert clock.slept == [60, 60]


@pytest.mark.parametrize(("code", "waits"), [(45009, [60, 60, 120]), (-1, [1, 2, 4]), (45033, [1, 2, 4])])
def test_patience_ends(wecom, clock, code, waits):
    wecom.trouble(FOLLOW_USERS.path, *[code] * 9)
    with pytest.raises(RemoteError, match=f"errcode {code}"):
        client_of(wecom, clock).follow_users()
    assert clock.slept == waits
    assert wecom.calls[FOLLOW_USERS.path] == 4


def test_a_server_in_trouble_is_tried_again(wecom, clock):
    wecom.trouble(FOLLOW_USERS.path, "502", "503")
    assert client_of(wecom, clock).follow_users() == ["lin"]
    assert clock.slept == [1, 4]


def test_nobody_there_is_said_in_words(wecom, clock):
    client = Client(Whose("http://127.0.0.1:9", CORP_ID, SECRET), sleep=clock.sleep, clock=clock)
    with pytest.raises(RemoteError, match="could not be reached"):
        client.follow_users()


@pytest.mark.parametrize("answer", [
    "302", "404", "200", {"errcode": 0}, {"errcode": 0, "follow_user": None}, {"errcode": "0", "follow_user": []},
])  # fmt: skip
def test_what_is_not_the_api_is_not_taken_for_an_empty_list(wecom, clock, answer):
    wecom.trouble(FOLLOW_USERS.path, answer)
    with pytest.raises(RemoteError, match="not what WeCom documents"):
        client_of(wecom, clock).follow_users()
    assert wecom.calls["/elsewhere"] == 0


def test_a_cursor_that_goes_in_circles_is_refused(wecom, clock):
    page = {"errcode": 0, "external_contact_list": [], "next_cursor": "again"}
    wecom.trouble(CONTACTS.path, page, page)
    with pytest.raises(RemoteError, match="not what WeCom documents"):
        contacts(client_of(wecom, clock))


def test_a_list_that_leaves_out_staff_is_refused(wecom, clock):
    wecom.trouble(CONTACTS.path, {"errcode": 0, "external_contact_list": [], "next_cursor": "",
                                  "fail_info": {"unlicensed_userid_list": ["mei"]}})  # fmt: skip
    with pytest.raises(RemoteError, match="would not be whole") as refused:
        contacts(client_of(wecom, clock))
    assert "mei" not in str(refused.value)


@pytest.mark.parametrize(("wrong", "code", "remedy"), [
    ({"secret": "x" * 43}, 40001, "SIYU_WECOM_SECRET"), ({"corp_id": "ww0000000000"}, 40013, "wecom.corp_id"),
])  # fmt: skip
def test_wrong_credentials_are_told_with_the_remedy(wecom, clock, wrong, code, remedy):
    with pytest.raises(RemoteError, match=f"GET /cgi-bin/gettoken with errcode {code}") as refused:
        client_of(wecom, clock, **wrong).follow_users()
    assert remedy in str(refused.value)
    assert clock.slept == []


@pytest.mark.parametrize("trouble", [40014, 48002, 60020, 99999, "500", "404"])
def test_no_secret_no_token_and_no_id_is_in_any_message_or_log(wecom, clock, trouble, caplog):
    caplog.set_level(logging.DEBUG)
    wecom.trouble(GROUP.path, *[trouble] * 5)
    with pytest.raises(RemoteError) as refused:
        client_of(wecom, clock).group(external(1))
    said = f"{refused.value} {refused.value!r} {refused.value.__cause__} {caplog.text}"
    assert not [text for text in (SECRET, external(1), *wecom.tokens) if text in said]
    assert SECRET not in repr(Whose(wecom.url, CORP_ID, SECRET))


def test_staff_outside_the_apps_range_is_a_refusal_that_says_so(wecom, clock):
    wecom.corp = Corp(users=["lin", "mei"], contacts=[follow("lin", 1, AT)], visible=["lin"])
    with pytest.raises(RemoteError, match="errcode 60111") as refused:
        contacts(client_of(wecom, clock), "lin", "mei")
    assert "visible range" in str(refused.value)


@pytest.mark.parametrize(("seconds", "most"), [(60, CALLS_A_MINUTE), (3_600, CALLS_AN_HOUR)])
def test_calls_stay_below_the_quota(clock, seconds, most):
    bucket = Bucket(clock, clock.sleep)
    calls = 0
    while True:
        bucket.take()
        if clock() >= seconds:
            break
        calls += 1
    assert BURST < calls <= most


@pytest.mark.parametrize("url", [
    "http://qyapi.weixin.qq.com", "https://10.0.0.1", "https://192.168.1.1:8443", "https://169.254.169.254",
    "https://[fd00::1]", "https://lin:secret@qyapi.weixin.qq.com", "https://8.8.8.8/proxy", "ftp://8.8.8.8", "",
    "http://127.0.0.1:8080", "https://localhost", "https://0.0.0.0",
])  # fmt: skip
def test_only_public_https_addresses_are_called(url):
    with pytest.raises(SettingsError, match=r"wecom\.base_url"):
        checked(url, allow_loopback=False)


def test_this_machine_is_called_where_the_settings_say_so():
    assert checked("http://127.0.0.1:8080/", allow_loopback=True) == "http://127.0.0.1:8080"
    with pytest.raises(SettingsError, match="private address"):
        checked("https://10.0.0.1", allow_loopback=True)


def test_every_call_has_its_line_in_what_was_seen_and_none_claims_to_be_live():
    assert [str(call) for call in CALLS] == [seen.call for seen in seen_calls()][: len(CALLS)]
    assert not [seen for seen in seen_calls() if seen.against == LIVE]
    assert TOKEN in CALLS
