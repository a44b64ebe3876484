"""What a hook of each door must know of the other side, and what is wrong with what it is given."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from siyu.core.errors import did_you_mean

#: A name stands in an address.
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
#: Characters of the shortest secret that is not guessed.
SECRET_LEAST = 16
#: The length of a WeCom EncodingAESKey: 32 bytes in Base64 without its last "=".
AES_KEY_LENGTH = 43


@dataclass(frozen=True)
class Part:
    """One thing a hook of some door must know. check: what is wrong with a value, '' if nothing."""

    name: str
    meaning: str
    check: Callable[[str], str]
    secret: bool = True


def _long_enough(value: str) -> str:
    return "" if len(value) >= SECRET_LEAST else f"expected at least {SECRET_LEAST} characters, found {len(value)}"


def _token(value: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z0-9]{3,32}", value) else "expected 3 to 32 letters and digits"


def _aes_key(value: str) -> str:
    try:
        fine = len(value) == AES_KEY_LENGTH and len(base64.b64decode(value + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        fine = False
    return "" if fine else f"expected the {AES_KEY_LENGTH} characters that WeCom shows, found {len(value)}"


def _corp_id(value: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z0-9_-]{6,64}", value) else "expected an id such as ww1234567890abcdef"


#: What hooks of each door must know.
PARTS: dict[str, tuple[Part, ...]] = {
    "shopify": (Part("secret", "the app's client secret, with which Shopify signs", _long_enough),),
    "signed": (Part("secret", "the secret with which the sender signs", _long_enough),),
    "wecom": (
        Part("corp_id", "the corp id (企业ID)", _corp_id, secret=False),
        Part("token", "Token of the callback (接收消息)", _token),
        Part("encoding_aes_key", "EncodingAESKey of the callback", _aes_key),
        Part("corp_secret", "Secret of the app that may use the customer contact API", _long_enough),
    ),
}  # fmt: skip


def mistakes(door: str, name: str, secrets: Mapping[str, str]) -> list[str]:
    """What is wrong with a hook that is to be made, each thing in a sentence; no secret is quoted."""
    if door not in PARTS:
        return [f"door: expected one of {', '.join(PARTS)}; found '{door}'.{did_you_mean(door, list(PARTS))}"]
    named = [] if NAME.fullmatch(name) else [f"name: expected small letters, digits, - and _; found '{name}'."]
    wrong = [(part, part.check(secrets.get(part.name, ""))) for part in PARTS[door]]
    return [*named, *(f"{part.name} ({part.meaning}): {mistake}." for part, mistake in wrong if mistake)]
