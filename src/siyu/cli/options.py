"""Values of options that are more than one word."""

from __future__ import annotations

from siyu.core.errors import SiyuError


def pairs(text: str | None) -> dict[str, str] | None:
    """`relation_type=member,platform=youzan` as a dict.

    >>> pairs("relation_type=member, platform=youzan")
    {'relation_type': 'member', 'platform': 'youzan'}
    """
    if not text:
        return None
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(sign and value.strip() for _, sign, value in parts):
        raise SiyuError(f"--scope: expected name=value,name=value; found '{text}'.")
    return {name.strip(): value.strip() for name, _, value in parts}
