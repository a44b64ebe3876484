"""What a form sends: fields with their values, from the two encodings that browsers and mail programs use."""

from __future__ import annotations

from email import message_from_bytes
from urllib.parse import parse_qs

from siyu.api.refusals import Refusal

#: Fields of one form.
FIELDS_MOST = 100
URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def fields(content_type: str, body: bytes) -> dict[str, list[str]]:
    """The fields of a form, in order. Raises Refusal for what is no form.

    >>> fields("application/x-www-form-urlencoded", b"channel=sms&channel=email")
    {'channel': ['sms', 'email']}
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == MULTIPART:
        return _parts(content_type, body)
    if kind != URL_ENCODED:
        raise Refusal(415, "no_form", f"Content-Type: expected {URL_ENCODED} or {MULTIPART}.")
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MOST)
    except ValueError:
        raise Refusal(400, "malformed", f"A form holds at most {FIELDS_MOST} fields.") from None


def _parts(content_type: str, body: bytes) -> dict[str, list[str]]:
    """The parts of a multipart body; files among them say nothing here."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + body)
    if not message.is_multipart():
        raise Refusal(400, "malformed", "The body is not the multipart form that its Content-Type says.")
    found: dict[str, list[str]] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        value = part.get_payload(decode=True)  # type: ignore[union-attr]
        if isinstance(name, str) and isinstance(value, bytes) and part.get_filename() is None:  # type: ignore[union-attr]
            found.setdefault(name, []).append(value.decode("utf-8", "replace").strip())
    return found
