"""WeCom's message encryption, both ways: SHA-1 over sorted parts as signature, AES-256-CBC with the EncodingAESKey.

The plain text is 16 random bytes, the length of the message (4 bytes, big-endian), the message, and whom it is for; it
is padded with PKCS#7 to 32 bytes, not to AES' own 16. The initialisation vector is the beginning of the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

NOISE_BYTES, PADDED_BITS, IV_BYTES = 16, 32 * 8, 16
LENGTH = struct.Struct(">I")


class Forged(Exception):
    """A message that is not WeCom's, or not for us. code: which check says so."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Crypt:
    """The secrets of one callback. receive_id: the corp id that messages must be for."""

    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    receive_id: str

    def opened(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        """The message of a call. The signature is looked at before anything is decrypted. Raises Forged.

        What a real call holds: https://developer.work.weixin.qq.com/document/path/90968
        """
        if not hmac.compare_digest(self.signature(timestamp, nonce, encrypted).encode(), signature.encode()):
            raise Forged("wrong_signature")
        message, receive_id = _parts(self._decrypted(encrypted))
        if not hmac.compare_digest(receive_id, self.receive_id.encode()):
            raise Forged("wrong_receiver")
        return message

    def sealed(self, message: bytes, noise: bytes | None = None) -> str:
        """A message as WeCom sends it."""
        noise = os.urandom(NOISE_BYTES) if noise is None else noise
        padder = PKCS7(PADDED_BITS).padder()
        plain = noise + LENGTH.pack(len(message)) + message + self.receive_id.encode()
        encryptor = self._cipher().encryptor()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """SHA-1 of the four parts, sorted and put together."""
        parts = sorted((self.token, timestamp, nonce, encrypted))
        return hashlib.sha1("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            decryptor, unpadder = self._cipher().decryptor(), PKCS7(PADDED_BITS).unpadder()
            padded = decryptor.update(sealed) + decryptor.finalize()
            return unpadder.update(padded) + unpadder.finalize()
        except (binascii.Error, ValueError):
            raise Forged("not_decrypted") from None

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.encoding_aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:IV_BYTES]))


def _parts(plain: bytes) -> tuple[bytes, bytes]:
    """The message and whom it is for."""
    head = NOISE_BYTES + LENGTH.size
    if len(plain) < head:
        raise Forged("not_decrypted")
    (length,) = LENGTH.unpack(plain[NOISE_BYTES:head])
    if head + length > len(plain):
        raise Forged("not_decrypted")
    return plain[head : head + length], plain[head + length :]
