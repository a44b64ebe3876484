"""WeCom's API for customer contacts: tokens, patience, errors, cursors. Gives documents as WeCom writes them.

Secret, token, names and ids stand in no message and no log: an error names the call and the errcode. What waits is
bounded: WeCom asks for at most three tries after "busy", and shuts out for a minute who calls too often.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from siyu.core.errors import RemoteError
from siyu.sources.doors.wecom.rate import Bucket

if TYPE_CHECKING:  # else where it is used: 10 MB that a server without WeCom does without
    import httpx

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One API: how it is called, and the largest page it gives (0 = no pages)."""

    method: str
    path: str
    page: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


TOKEN = Call("GET", "/cgi-bin/gettoken")
FOLLOW_USERS = Call("GET", "/cgi-bin/externalcontact/get_follow_user_list")
CONTACTS = Call("POST", "/cgi-bin/externalcontact/batch/get_by_user", page=100)
GROUPS = Call("POST", "/cgi-bin/externalcontact/groupchat/list", page=1000)
GROUP = Call("POST", "/cgi-bin/externalcontact/groupchat/get")
CALLS = (TOKEN, FOLLOW_USERS, CONTACTS, GROUPS, GROUP)
#: Staff that one call may name.
USERS_PER_CALL = 100

#: errcodes (全局错误码, read 2026-11-25).
BUSY, DONE = -1, 0
INVALID_TOKEN, EXPIRED_TOKEN = 40014, 42001
QUOTA, CONCURRENT = 45009, 45033
DISSOLVED = 49008
TOO_MANY_OWNERS = 81017
NO_CONTACT = 84061
#: Ours, where there is no errcode: nobody answered, or what answered is not this API.
UNREACHED, UNREADABLE = -1001, -1002

#: Said of the line, the corp or the app, whatever was asked for.
OF_ANY_CALL = (UNREACHED, UNREADABLE, BUSY, QUOTA, CONCURRENT, INVALID_TOKEN, EXPIRED_TOKEN, 40001, 40013, 48002, 60020)

#: Seconds to wait before each new try of one call, by what was answered; then the answer stands.
WAITS: dict[int, tuple[int, ...]] = {
    BUSY: (1, 2, 4), CONCURRENT: (1, 2, 4), UNREACHED: (1, 4, 16), QUOTA: (60, 60, 120),
}  # fmt: skip
#: Seconds until a connection stands, and until something comes over it.
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 30.0
#: A token is asked for anew this many seconds before it ends.
TOKEN_MARGIN = 60
#: A token is held no longer than this, whatever is said of it.
TOKEN_SECONDS = 86_400

REMEDIES: dict[int, str] = {
    UNREACHED: "Check the network and wecom.base_url, then run it again; nothing was loaded.",
    UNREADABLE: "Check that wecom.base_url leads to WeCom itself; nothing was loaded.",
    BUSY: "WeCom is busy; run it again later.",
    CONCURRENT: "Too many calls at once; run it again when other tools of the corp are idle.",
    QUOTA: "The corp's quota of this call is used up, perhaps by another tool; run it again in an hour.",
    40001: "The secret is wrong: take it anew from the app's page in WeCom's admin console (SIYU_WECOM_SECRET).",
    40013: "The corp id is wrong: it stands in WeCom's admin console under 我的企业 (wecom.corp_id).",
    48002: "The app may not use this API: add it under 客户联系 - 可调用接口的应用.",
    60011: "The app may not see this staff: widen its visible range (可见范围).",
    60020: "WeCom does not know this machine's address: add it to the app's trusted addresses (企业可信IP).",
    60111: "A member of staff is unknown or outside the app's visible range (可见范围).",
}
UNKNOWN = "WeCom explains every errcode at https://open.work.weixin.qq.com/devtool/query?e={code}."


@dataclass(frozen=True)
class Corp:
    """Whose API it is, and where."""

    base_url: str
    corp_id: str
    secret: str = field(repr=False)


class Client:
    """A session with the API. sleep: waits that many seconds; clock: seconds that only go forward."""

    def __init__(self, corp: Corp, *, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        import httpx

        _keep_addresses_out_of_logs()
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._corp, self._sleep, self._clock = corp, sleep, clock
        self._http = httpx.Client(base_url=corp.base_url, timeout=timeout, follow_redirects=False)
        self._buckets = {call: Bucket(clock, sleep) for call in CALLS}
        self._token, self._token_ends = "", 0.0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def follow_users(self) -> list[str]:
        """The staff who may have customers as contacts."""
        return sorted(set(_listed(FOLLOW_USERS, self._ask(FOLLOW_USERS), "follow_user", of=str)))

    def contacts(self, users: Sequence[str]) -> Iterator[list[Document]]:
        """All contacts of some staff, page by page: {external_contact, follow_info}, once per contact and staff."""
        try:
            yield from self._pages(CONTACTS, {"userid_list": list(users)}, "external_contact_list")
        except RemoteError as error:
            if error.code != NO_CONTACT:
                raise
            if len(users) > 1:  # it may be said of one of them only
                for user in users:
                    yield from self.contacts([user])

    def groups(self, owners: Sequence[str]) -> list[str]:
        """The chat ids of all groups. owners: asked for by their owners where WeCom refuses to list all at once."""
        try:
            return self._groups({})
        except RemoteError as error:
            if error.code != TOO_MANY_OWNERS:
                raise
        return [chat for some in in_hundreds(owners) for chat in self._groups({"owner_filter": {"userid_list": some}})]

    def group(self, chat_id: str) -> Document | None:
        """A group with its members; None if it was dissolved in the meantime."""
        try:
            answer = self._ask(GROUP, {"chat_id": chat_id, "need_name": 0})
        except RemoteError as error:
            if error.code == DISSOLVED:
                return None
            raise
        found = answer.get("group_chat")
        if not isinstance(found, dict):
            raise _failed(GROUP, UNREADABLE)
        _listed(GROUP, found, "member_list")
        return found

    def _groups(self, body: Document) -> list[str]:
        pages = self._pages(GROUPS, {"status_filter": 0, **body}, "group_chat_list")
        return [str(group.get("chat_id") or "") for page in pages for group in page]

    def _pages(self, call: Call, body: Document, name: str) -> Iterator[list[Document]]:
        """Pages until the cursor ends. A list that WeCom itself calls incomplete, or that goes in circles, is refused:
        who is missing in it would be taken for gone."""
        cursors = {""}
        cursor = ""
        while True:
            answer = self._ask(call, {**body, "cursor": cursor, "limit": call.page})
            failed = answer.get("fail_info")
            if isinstance(failed, dict) and failed.get("unlicensed_userid_list"):
                raise RemoteError(f"WeCom's {call} leaves out staff without a licence: the list would not be whole.",
                                  remedy="Give them the licence, or take them out of the app's visible range.")
            yield _listed(call, answer, name)
            cursor = str(answer.get("next_cursor") or "")
            if not cursor:
                return
            if cursor in cursors:
                raise _failed(call, UNREADABLE)
            cursors.add(cursor)

    def _ask(self, call: Call, body: Document | None = None) -> Document:
        """The answer to a call, with a new token if the one we hold is not taken any more. RemoteError if refused."""
        code, answer = self._patiently(call, {"access_token": self._valid_token()}, body)
        if code in (INVALID_TOKEN, EXPIRED_TOKEN):
            self._token = ""
            code, answer = self._patiently(call, {"access_token": self._valid_token()}, body)
        if code != DONE:
            raise _failed(call, code)
        return answer

    def _valid_token(self) -> str:
        if not self._token or self._clock() >= self._token_ends:
            code, answer = self._patiently(TOKEN, {"corpid": self._corp.corp_id, "corpsecret": self._corp.secret}, None)
            token, seconds = answer.get("access_token"), answer.get("expires_in")
            if code != DONE:
                raise _failed(TOKEN, code)
            if not isinstance(token, str) or not isinstance(seconds, int):
                raise _failed(TOKEN, UNREADABLE)
            self._token, self._token_ends = token, self._clock() + min(seconds, TOKEN_SECONDS) - TOKEN_MARGIN
        return self._token

    def _patiently(self, call: Call, parameters: dict[str, str], body: Document | None) -> tuple[int, Document]:
        """Code and answer, once waiting helps no more."""
        waits = {code: iter(seconds) for code, seconds in WAITS.items()}
        while True:
            code, answer = self._send(call, parameters, body)
            wait = next(waits.get(code, iter(())), None)
            if wait is None:
                return code, answer
            self._sleep(wait)

    def _send(self, call: Call, parameters: dict[str, str], body: Document | None) -> tuple[int, Document]:
        import httpx

        self._buckets[call].take()
        try:
            response = self._http.request(call.method, call.path, params=parameters, json=body)
        except httpx.HTTPError:
            return UNREACHED, {}
        if response.status_code >= 500:
            return UNREACHED, {}
        return _read(response)


def of_this_alone(error: RemoteError) -> bool:
    """Whether what was asked for is refused, and something else of its kind may be told."""
    return error.code not in OF_ANY_CALL


def in_hundreds(users: Sequence[str]) -> Iterator[list[str]]:
    """Staff in as many as one call may name."""
    for start in range(0, len(users), USERS_PER_CALL):
        yield list(users[start : start + USERS_PER_CALL])


def _read(response: httpx.Response) -> tuple[int, Document]:
    """Code and answer. WeCom answers 200 also when it refuses; a redirect or a page is not WeCom."""
    try:
        answer = response.json() if response.status_code == 200 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return UNREADABLE, {}
    code = answer.get("errcode", DONE)
    return (code, answer) if type(code) is int else (UNREADABLE, {})


def _listed(call: Call, answer: Document, name: str, of: type = dict) -> list[Any]:
    """A list of the answer. RemoteError if it is missing, for nothing is not the same as an empty list, or holds what
    is none of its things.
    """
    found = answer.get(name)
    if not isinstance(found, list) or not all(isinstance(one, of) for one in found):
        raise _failed(call, UNREADABLE)
    return found


def _failed(call: Call, code: int) -> RemoteError:
    if code == UNREACHED:
        said = f"WeCom could not be reached ({call})."
    elif code == UNREADABLE:
        said = f"What answered {call} is not what WeCom documents."
    else:
        said = f"WeCom refused {call} with errcode {code}."
    return RemoteError(said, remedy=REMEDIES.get(code, UNKNOWN.format(code=code)), code=code)


def _keep_addresses_out_of_logs() -> None:
    """The HTTP library logs the address of every request at INFO, and in WeCom's the token and the secret stand."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
