"""Callbacks of WeCom as it documents them (developer.work.weixin.qq.com/document/path/92130), with other names; and who
sends them, signed and encrypted (document/path/90968).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from siyu.sources.doors.wecom.crypt import Crypt

LIN, ANNA = "wmAAAAAAAAAAAAAAAAAAAAAAAAAAALIN", "wmAAAAAAAAAAAAAAAAAAAAAAAAAAANNA"
MEI = "woAAAAAAAAAAAAAAAAAAAAAAAAAAAMEI"
CHAT = "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA01"


def callback(event: str, change: str, at: int, **fields: str | Sequence[str]) -> bytes:
    """The inner XML of a callback at a second since 1970."""
    inner = "".join(_element(name, value) for name, value in fields.items())
    return (
        "<xml><ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
        f"<ChangeType><![CDATA[{change}]]></ChangeType>{inner}</xml>"
    ).encode()


def contact(change: str, at: int, who: str = LIN, guide: str = "zhangsan", **fields: str) -> bytes:
    """A friend added or deleted."""
    return callback("change_external_contact", change, at, UserID=guide, ExternalUserID=who, **fields)


def chat(change: str, at: int, group: str = CHAT, **fields: str | Sequence[str]) -> bytes:
    """A group created, changed or dissolved."""
    return callback("change_external_chat", change, at, ChatId=group, **fields)


def joined(at: int, *who: str, group: str = CHAT) -> bytes:
    """People came into a group."""
    return chat("update", at, group, UpdateDetail="add_member", JoinScene="0", MemChangeCnt=str(len(who)),
                MemChangeList=who, LastMemVer="a", CurMemVer="b")  # fmt: skip


def parted(at: int, *who: str, group: str = CHAT) -> bytes:
    """People left a group."""
    return chat("update", at, group, UpdateDetail="del_member", QuitScene="0", MemChangeCnt=str(len(who)),
                MemChangeList=who, LastMemVer="b", CurMemVer="c")  # fmt: skip


@dataclass
class Caller:
    """WeCom's side of a hook: calls its address with its secrets. changed: words of the query that are not right."""

    client: httpx.Client
    path: str
    secrets: Mapping[str, str] = field(repr=False)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1), repr=False)

    def check(self, echo: bytes, **changed: str) -> httpx.Response:
        """Check the address, as when it is entered in the admin console."""
        encrypted = self._crypt().sealed(echo)
        return self.client.get(self.path, params={**self._query(encrypted), "echostr": encrypted, **changed})

    def send(self, message: bytes, **changed: str) -> httpx.Response:
        """One callback; sent again, it is encrypted anew."""
        encrypted = self._crypt().sealed(message)
        body = (f"<xml><ToUserName><![CDATA[{self.secrets['corp_id']}]]></ToUserName>"
                f"<AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>")  # fmt: skip
        return self.client.post(self.path, params={**self._query(encrypted), **changed}, content=body)

    def _query(self, encrypted: str) -> dict[str, str]:
        timestamp, nonce = str(1_764_028_800 + next(self._numbers)), f"nonce{next(self._numbers)}"
        signature = self._crypt().signature(timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    def _crypt(self) -> Crypt:
        return Crypt(self.secrets["token"], self.secrets["encoding_aes_key"], self.secrets["corp_id"])


def _element(name: str, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return f"<{name}><![CDATA[{value}]]></{name}>"
    return f"<{name}>{''.join(f'<Item>{item}</Item>' for item in value)}</{name}>"
