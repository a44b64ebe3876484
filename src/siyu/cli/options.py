"""Values of options that are more than one word, or a place to write to."""

from __future__ import annotations

from pathlib import Path

from siyu.core.errors import SiyuError

#: The largest number that stores hold.
LARGEST = 2**63 - 1


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
    found = {name.strip(): value.strip() for name, _, value in parts}
    if len(found) < len(parts):
        raise SiyuError(f"--scope: each name once; found '{text}'.", remedy="Load the list of each scope by itself.")
    return found


def check_folder(path: Path) -> None:
    """Refuse `-o FILE` before any work is done, where its folder is not there."""
    if not path.parent.is_dir():
        raise SiyuError(f"-o {path}: there is no folder {path.parent}.", remedy="Make it, or name another file.")
