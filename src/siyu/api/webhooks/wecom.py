"""WeCom's callbacks: signed with the Token, encrypted with the EncodingAESKey, for one corp. Kept opened, and sealed as
all that waits is.

A call that is sent again much later is the same message, which counts once: so no call is ever too old.
"""

from __future__ import annotations

from siyu.api.refusals import Refusal
from siyu.api.webhooks.receiver import Call
from siyu.core.time import instant_of
from siyu.sources.doors.message import Unreadable
from siyu.sources.doors.wecom.crypt import Crypt, Forged
from siyu.sources.doors.wecom.xml import fields_of
from siyu.store.hooks import Hook
from siyu.store.inbox import Arrival

DOOR = "wecom"
#: A group's 500 people make 20 kilobytes, encrypted 30.
BODY_BYTES = 256 * 1024


def echo(hook: Hook, call: Call) -> str:
    """What the check of an address wants to hear: its echostr, opened. Raises Refusal."""
    return _opened(hook, call, call.query.get("echostr", "")).decode("utf-8", "replace")


def arrival_of(hook: Hook, call: Call) -> Arrival:
    """A callback as it is kept, if WeCom signed it for this corp. Raises Refusal."""
    try:
        encrypted = fields_of(call.body).get("Encrypt", "")
    except Unreadable as error:
        raise Refusal(400, "malformed", f"The body is not as expected: {error}.") from None
    message = _opened(hook, call, encrypted if isinstance(encrypted, str) else "")
    return Arrival(DOOR, hook.name, instant_of(call.now), message, defaults=hook.defaults)


def _opened(hook: Hook, call: Call, encrypted: str) -> bytes:
    secrets = hook.secrets
    crypt = Crypt(secrets["token"], secrets["encoding_aes_key"], secrets["corp_id"])
    signature, timestamp, nonce = (call.query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    try:
        return crypt.opened(signature, timestamp, nonce, encrypted)
    except Forged as error:
        raise Refusal(401, error.code, "The call is not WeCom's, or not for this corp: check Token, EncodingAESKey and "
                                       "corp id.") from None  # fmt: skip
