"""A stand-in for WeCom: a server on loopback that speaks its API over a small corp in memory, with scripted trouble.

    with serving(Corp(contacts=[follow("lin", "wm...")])) as wecom:
        wecom.trouble("/cgi-bin/externalcontact/batch/get_by_user", 45009)
        ... Client(corp_at(wecom.url)) ...
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CORP_ID, SECRET = "ww1234567890abcdef", "stand-in-secret-of-the-app-000000000000000"
Answer = dict[str, Any]


def external(number: int) -> str:
    """An external_userid as WeCom makes them."""
    return f"wmStandIn{number:023d}"


def follow(user: str, number: int, createtime: int, **more: Any) -> Answer:
    """A contact as batch/get_by_user gives it: one per contact and staff."""
    person = {"external_userid": external(number), "name": f"客户{number}", "type": 1, "gender": 0,
              "unionid": f"ozStandIn{number:019d}"}  # fmt: skip
    return {"external_contact": person, "follow_info": {"userid": user, "remark": f"客户{number}", "description": "",
            "createtime": createtime, "tag_id": [], "add_way": 1, "oper_userid": user, **more}}  # fmt: skip


def member(number: int, join_time: int, invitor: str = "", **more: Any) -> Answer:
    """A member from outside as groupchat/get gives it."""
    invited = {"invitor": {"userid": invitor}} if invitor else {}
    return {"userid": external(number), "type": 2, "unionid": f"ozStandIn{number:019d}", "join_time": join_time,
            "join_scene": 1 if invitor else 3, "group_nickname": "", **invited, **more}  # fmt: skip


def staff(user: str, join_time: int) -> Answer:
    """A member of a group who belongs to the corp."""
    return {"userid": user, "type": 1, "join_time": join_time, "join_scene": 1, "invitor": {"userid": user}}


@dataclass
class Corp:
    """What the corp holds. groups: members by chat id. visible: staff that the app may see; None = all of users.
    hidden: groups of which it may not be told.
    """

    users: list[str] = field(default_factory=lambda: ["lin"])
    contacts: list[Answer] = field(default_factory=list)
    groups: dict[str, list[Answer]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    visible: list[str] | None = None
    hidden: set[str] = field(default_factory=set)


class WeCom:
    """The server's side: its corp, its tokens, what was called, and the trouble it is told to make."""

    def __init__(self, corp: Corp) -> None:
        self.corp = corp
        self.url = ""
        self.calls: Counter[str] = Counter()
        self.bodies: list[Answer] = []
        self.tokens: list[str] = []
        self.expires_in = 7200
        self.uses_left: int | None = None
        self._trouble: dict[str, list[Any]] = {}

    def trouble(self, path: str, *answers: Any) -> None:
        """The next answers of a call: an errcode, 0 for none, an HTTP status over 200 as text, a document,
        or its text.
        """
        self._trouble.setdefault(path, []).extend(answers)

    def expire_after(self, uses: int) -> None:
        """The token in force ends after so many calls, whatever was promised."""
        self.uses_left = uses

    def answer(self, path: str, query: dict[str, str], body: Answer) -> tuple[int, Answer | str]:
        """Status and document of one request."""
        self.calls[path] += 1
        self.bodies.append(body)
        scripted = self._trouble.get(path)
        told = scripted.pop(0) if scripted else 0
        if isinstance(told, str) and told.isdigit():
            return int(told), "<html>a page, no document</html>"
        if isinstance(told, dict | str):
            return 200, told
        if told:
            return 200, refusal(told)
        if path == "/cgi-bin/gettoken":
            return 200, self._gettoken(query)
        return 200, self._with_token(path, query, body)

    def _gettoken(self, query: dict[str, str]) -> Answer:
        if query.get("corpid") != CORP_ID:
            return refusal(40013)
        if query.get("corpsecret") != SECRET:
            return refusal(40001)
        self.tokens.append(f"stand-in-token-{len(self.tokens) + 1}")
        self.uses_left = None
        return {**DONE, "access_token": self.tokens[-1], "expires_in": self.expires_in}

    def _with_token(self, path: str, query: dict[str, str], body: Answer) -> Answer:
        if not self.tokens or query.get("access_token") != self.tokens[-1]:
            return refusal(40014)
        if self.uses_left is not None:
            self.uses_left -= 1
            if self.uses_left < 0:
                return refusal(42001)
        return {"/cgi-bin/externalcontact/get_follow_user_list": self._follow_users,
                "/cgi-bin/externalcontact/batch/get_by_user": self._contacts,
                "/cgi-bin/externalcontact/groupchat/list": self._groups,
                "/cgi-bin/externalcontact/groupchat/get": self._group}[path](body)  # fmt: skip

    def _follow_users(self, _body: Answer) -> Answer:
        return {**DONE, "follow_user": self.corp.users}

    def _contacts(self, body: Answer) -> Answer:
        users = body["userid_list"]
        visible = self.corp.users if self.corp.visible is None else self.corp.visible
        if len(users) > 100:
            return refusal(40032)
        if any(user not in visible for user in users):
            return refusal(60111)
        found = [contact for contact in self.corp.contacts if contact["follow_info"]["userid"] in users]
        return self._page(found, body, 100, "external_contact_list") if found else refusal(84061)

    def _groups(self, body: Answer) -> Answer:
        owners = body.get("owner_filter", {}).get("userid_list")
        if owners is None and len(self.corp.users) > 1000:
            return refusal(81017)
        found = [{"chat_id": chat, "status": 0} for chat in self.corp.groups
                 if owners is None or self.corp.owners.get(chat) in owners]  # fmt: skip
        return self._page(found, body, 1000, "group_chat_list")

    def _group(self, body: Answer) -> Answer:
        chat = body["chat_id"]
        if chat in self.corp.hidden:
            return refusal(60111)
        if chat not in self.corp.groups:
            return refusal(49008)
        return {**DONE, "group_chat": {"chat_id": chat, "name": "会员群", "owner": self.corp.owners.get(chat, "lin"),
                "create_time": 1_700_000_000, "notice": "", "member_list": self.corp.groups[chat],
                "admin_list": [], "member_version": "1"}}  # fmt: skip

    def _page(self, found: list[Answer], body: Answer, most: int, name: str) -> Answer:
        start = int(body.get("cursor") or 0)
        end = start + min(body.get("limit", 50), most)
        return {**DONE, name: found[start:end], "next_cursor": str(end) if end < len(found) else ""}


DONE: Answer = {"errcode": 0, "errmsg": "ok"}


def refusal(code: int) -> Answer:
    """A refusal, with the words that WeCom adds for its support."""
    return {"errcode": code, "errmsg": f"refused, hint: [1764115200_1_stand_in], from ip: 127.0.0.1, e={code}"}


@contextlib.contextmanager
def serving(corp: Corp | None = None) -> Iterator[WeCom]:
    """The stand-in at work, on a port of its own."""
    wecom = WeCom(corp or Corp())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _serve(self, body: Answer) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            status, document = wecom.answer(address.path, query, body)
            content = (document if isinstance(document, str) else json.dumps(document)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if 300 <= status < 400:
                self.send_header("Location", f"{wecom.url}/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    wecom.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield wecom
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
