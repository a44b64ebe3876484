"""Identifiers: normalise a value, mask it, key it (HMAC) and seal it (AES-GCM). Values in, values out; no tables."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
HMAC_BLOCK = 64  # bytes SHA-256 works on at a time (RFC 2104)
#: A long number as a spreadsheet shows it, its end lost; and one that a program took for a decimal.
SHORTENED, WRITTEN_AS_DECIMAL = re.compile(r"\d(\.\d+)?[eE]\+\d+"), re.compile(r"^(\+?\d{7,})\.0$")
#: Mainland mobile numbers as people write them: the common case, decided without the full parser.
CN_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9]\d{9})$")
CN_DIGITS = 11
#: A mobile number without its last digit: no other number of the mainland is like it. What parts two numbers.
CN_SHORT, SEVERAL = re.compile(r"1[3-9]\d{8}"), re.compile(r"\d[;,，；、|]+\d")
#: Of the mark in place of a phone or e-mail address inside a label: 40 bits, in letters and the digits 2 to 7.
MARK_LETTERS = 8
EMAIL = re.compile(r"""^[^@\s<>()\[\]\\,;:"，；：（）]+@[\w-]+(?:\.[\w-]+)+$""")
#: An address as programs of mail write it: with a name before it, or as a link; and what lists leave behind it.
ADDRESSED, BEHIND = re.compile(r"^(?:[^<>]*<(?:mailto:)?|mailto:)([^<>:?]+)(?:\?[^<>]*)?>?$"), ">,;.，；。"
#: Marks nobody sees, which come along when a text is copied: of no width, of the direction of writing, of byte order.
INVISIBLE = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)))
#: What spreadsheets leave around a value: spaces, tabs, quotes, ="..." and marks nobody sees.
EDGES = re.compile(rf"""^(?:[\s'"`{INVISIBLE}]|=")+|[\s'"`{INVISIBLE}]+$""")
#: Digits people type where a phone is asked for and none is given stand in one of these: a digit over and over, or one
#: after the other.
FILLERS = (*(digit * 20 for digit in "0123456789"), "0123456789" * 2, "9876543210" * 2)
#: What platforms hide values with: stars, ciphertext marks of Douyin (## $$) and of JD, lone question marks.
MASKED = re.compile(r"\*|^\?+$|^##|^#[^#]+#|^\$\$|^~[A-Za-z0-9+/=]+~|^\$[^$]+\$|^x{3,}$", re.IGNORECASE)
#: What spreadsheets write into a cell whose formula failed: no value of anything, and nobody.
CELL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#DIV/0!", "#NUM!")
PHONE_NAMESPACES = ("phone", "recipient_phone")
#: How a namespace that a sender or a key names is spelled (files may hold more): with `id.` before it, it is a column.
NAMESPACE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Keys:
    """The workspace's secrets: `id_secret` is never rotated (ids rest on it); cipher keys are, and while one is, what
    the old one sealed opens too.
    """

    id_secret: bytes = field(repr=False)
    cipher_key: bytes = field(repr=False)
    old_cipher_key: bytes = field(default=b"", repr=False)

    def key(self, namespace: str, value: str) -> bytes:
        """HMAC-SHA256 of namespace and normalised value: equal values match, nothing can be read back."""
        return hmac.digest(self.id_secret, f"{namespace}:{value}".encode(), "sha256")

    def keys(self, namespace: str, values: Iterable[str]) -> np.ndarray:
        """`key` of many values, as `key_words`: the secret is worked in once (three times as fast)."""
        block = self.id_secret if len(self.id_secret) <= HMAC_BLOCK else hashlib.sha256(self.id_secret).digest()
        block = block.ljust(HMAC_BLOCK, b"\0")
        inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + f"{namespace}:".encode()).copy
        outer = hashlib.sha256(bytes(b ^ 0x5C for b in block)).copy
        found = []
        for value in values:
            message, key = inner(), outer()
            message.update(value.encode())
            key.update(message.digest())
            found.append(key.digest())
        return key_words(found)

    def derived(self, use: str) -> bytes:
        """A key for another use, of the id secret; no identifier has it, for identifiers are keyed with a colon.

        >>> len(Keys(b"i" * 32, b"c" * 32).derived("backup"))
        32
        """
        assert ":" not in use, "a namespace ends with a colon"
        return hmac.digest(self.id_secret, use.encode(), "sha256")

    def veiled(self, label: str) -> str:
        """A label with a mark in place of each phone and e-mail address: equal ones have equal marks, so that labels
        stay apart, and nothing can be read back.

        >>> keys = Keys(b"i" * 32, b"c" * 32)
        >>> keys.veiled("Lin 138-0000-1234") == keys.veiled("Lin +8613800001234"), keys.veiled("Spring")
        (True, 'Spring')
        """
        return _replaced(label, self._mark)

    def veiled_all(self, labels: Mapping[str, str]) -> dict[str, str]:
        """`veiled` of many labels by name, as those of a scope."""
        return {name: self.veiled(label) for name, label in labels.items()}

    def _mark(self, personal: str) -> str:
        plain = personal.lower() if "@" in personal else re.sub(r"\D", "", personal)[-CN_DIGITS:]
        key = hmac.digest(self.derived("label"), plain.encode(), "sha256")
        return "***" + base64.b32encode(key).decode().lower()[:MARK_LETTERS]

    def seal_all(self, plains: Iterable[bytes], purpose: bytes) -> list[bytes]:
        """`seal` of many values."""
        encrypt, plains = AESGCM(self.cipher_key).encrypt, list(plains)
        noise = os.urandom(NONCE_BYTES * len(plains))
        nonces = (noise[start : start + NONCE_BYTES] for start in range(0, len(noise), NONCE_BYTES))
        return [nonce + encrypt(nonce, plain, purpose) for nonce, plain in zip(nonces, plains)]

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """AES-GCM: nonce and ciphertext. `purpose` must be the same when it is opened."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.cipher_key).encrypt(nonce, plain, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """The plain bytes of `seal`. Raises cryptography's InvalidTag if anything was changed."""
        try:
            return _opened(self.cipher_key, sealed, purpose)
        except InvalidTag:
            if not self.old_cipher_key:
                raise
            return _opened(self.old_cipher_key, sealed, purpose)

    def resealed(self, sealed: bytes, purpose: bytes) -> bytes:
        """The same, sealed with the key in force; `sealed` itself if it is already. InvalidTag as `open`."""
        try:
            _opened(self.cipher_key, sealed, purpose)
        except InvalidTag:
            return self.seal(self.open(sealed, purpose), purpose)
        return sealed


def _opened(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)


def identifier_id(key: bytes) -> int:
    """First 63 bits of a key.

    >>> identifier_id(bytes.fromhex("ff" * 32)) == 2**63 - 1
    True
    """
    return int.from_bytes(key[:8], "big") >> 1


def identifier_ids(words: np.ndarray) -> np.ndarray:
    """`identifier_id` of many keys, given as `key_words`.

    >>> identifier_ids(key_words([bytes.fromhex("ff" * 32)])).tolist() == [2**63 - 1]
    True
    """
    return (words[:, 0].view(np.uint64) >> np.uint64(1)).astype(np.int64)


def key_words(keys: Iterable[bytes]) -> np.ndarray:
    """Keys as rows of four numbers (int64, the first bits first), to be compared at once."""
    return np.frombuffer(b"".join(keys), ">i8").reshape(-1, KEY_BYTES // 8).astype(np.int64)


def clean(value: str) -> str:
    """Unicode widths unified, outer quotes, tabs and spaces of spreadsheet exports removed.

    >>> clean("\\t１３８００００００００ ")
    '13800000000'
    """
    return EDGES.sub("", unicodedata.normalize("NFKC", value))


def is_masked(value: str) -> bool:
    """Whether a platform has hidden or encrypted the value, so that it names nobody.

    >>> is_masked("138****1234"), is_masked("##abcd"), is_masked("13800001234")
    (True, True, False)
    """
    return bool(MASKED.search(value))


def normalise(namespace: str, value: str, region: str = "CN") -> str:
    """The one spelling of a value; '' when it cannot be one of its namespace (a phone that is none), and for a long
    number of which a spreadsheet left the beginning: what it stood for is one of many.

    >>> normalise("phone", "138 0000 1234"), normalise("email", "Lin@Example.COM"), normalise("phone", "123")
    ('+8613800001234', 'lin@example.com', '')
    >>> normalise("phone", "13800001234.0"), normalise("member_card", "6.22E+15")
    ('+8613800001234', '')
    >>> normalise("email", "Lin <lin@example.com>"), normalise("email", "mailto:lin@example.com?subject=Hi")
    ('lin@example.com', 'lin@example.com')
    >>> normalise("email", "lin@example.com;"), normalise("email", "lin@example.com;anna@example.com")
    ('lin@example.com', '')
    """
    text = clean(value)
    if SHORTENED.fullmatch(text):
        return ""
    if namespace in PHONE_NAMESPACES:
        return normalise_phone(text, region)
    if namespace == "email":
        lowered = ADDRESSED.sub(r"\1", text.lower().replace(" ", "").rstrip(BEHIND))
        return lowered if EMAIL.match(lowered) else ""
    return text


def normalise_phone(text: str, region: str = "CN") -> str:
    """E.164 of a phone number written in any usual way, '' if it is not a possible number of its region.

    A number that can be dialled only locally (95588, 12345) is a service, or a part of a number, and nobody's; so is
    what fills a field, a mobile number that lacks its last digit, and two numbers in one field.

    >>> normalise_phone("11111111111"), normalise_phone("12345678901"), normalise_phone("13888888888")
    ('', '', '+8613888888888')
    >>> normalise_phone("1380000123"), normalise_phone("13800001234;13900001234"), normalise_phone("010-65001234")
    ('', '', '+861065001234')
    """
    if is_masked(text):  # the parser would leave the stars out
        return ""
    digits = re.sub(r"[\s\-().]", "", re.sub(WRITTEN_AS_DECIMAL, r"\1", text))
    mobile = CN_MOBILE.match(digits)
    if mobile and (region == "CN" or digits.startswith(("+86", "0086"))):
        return f"+86{mobile[1]}"
    local = re.sub(r"^(\+|00)(86)?", "", digits)
    chinese = (region == "CN" and not digits.startswith(("+", "00"))) or digits.startswith(("+86", "0086"))
    if (chinese and CN_SHORT.fullmatch(local)) or SEVERAL.search(digits):
        return ""
    if any(digits in filler or local in filler for filler in FILLERS):
        return ""
    import phonenumbers  # a parser of its own: most numbers, and so most commands, do without

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(namespace: str, value: str) -> str:
    """What people may see of a value: enough to recognise it, not enough to use it.

    >>> mask("phone", "+8613800001234"), mask("email", "lin@example.com"), mask("unionid", "oABCDEF1234")
    ('+86138****1234', 'l***@example.com', 'oA***34')
    """
    if namespace in PHONE_NAMESPACES and len(value) > 8:
        return f"{value[:-8]}****{value[-4:]}"
    if namespace == "email" and "@" in value:
        name, domain = value.rsplit("@", 1)
        return f"{name[:1]}***@{domain}"
    return mask_text(value)


def mask_all(namespace: str, values: list[str]) -> list[str]:
    """`mask` of many values of one namespace."""
    if namespace in PHONE_NAMESPACES or namespace == "email":
        return [mask(namespace, value) for value in values]  # their own shapes
    return [mask_text(value) for value in values]


def id_of(text: str) -> int | None:
    """The id that a text writes; None for what is none.

    >>> id_of("42"), id_of("9223372036854775808"), id_of("1" * 5000), id_of("٣")
    (42, None, None, None)
    """
    short = text.isascii() and text.isdecimal() and len(text) < 20  # Python turns no longer ones into numbers
    return int(text) if short and int(text) < 2**63 else None


def mask_text(value: str) -> str:
    """The ends of a value, its middle hidden.

    >>> mask_text("secret-value"), mask_text("abc")
    ('se***ue', '***')
    """
    return f"{value[:2]}***{value[-2:]}" if len(value) >= 8 else "***"


#: Phone numbers and e-mail addresses inside free text.
PERSONAL = re.compile(
    r"(?<!\d)(?:\+?86[- .]?)?1[3-9]\d(?:[- ]?\d{4}[- ]?|\.\d{4}\.)\d{4}(?!\d)"
    r"|[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,255}\.[A-Za-z]{2,}"  # ASCII: Chinese text has no spaces around it
)


#: Wide characters that phones and addresses are written with, and the same ones narrow.
WIDE = str.maketrans("０１２３４５６７８９＠．－＋　", "0123456789@.-+ ")


def scrub(text: str) -> str:
    """Free text with phones and e-mail addresses hidden.

    >>> scrub("call 13800001234 or lin@example.com"), scrub("电话：１３８００００１２３４，138.0000.1234")
    ('call *** or ***', '电话：***，***')
    """
    return _replaced(text, lambda _: "***")


def _replaced(text: str, mark: Callable[[str], str]) -> str:
    """A text with a mark in place of each phone and e-mail address in it."""
    parts, at = [], 0
    for found in PERSONAL.finditer(text.translate(WIDE)):  # which is as long
        parts += [text[at : found.start()], mark(found[0])]
        at = found.end()
    return "".join([*parts, text[at:]])


def scrub_all(value: Any) -> Any:
    """Plain data with phones and e-mail addresses hidden in every text of it; names in dictionaries stay.

    >>> scrub_all({"file": "orders-13800001234.csv", "rows": 3, "notes": ["ask lin@example.com"]})
    {'file': 'orders-***.csv', 'rows': 3, 'notes': ['ask ***']}
    """
    if isinstance(value, dict):
        return {name: scrub_all(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub_all(item) for item in value]
    return scrub(value) if isinstance(value, str) else value
