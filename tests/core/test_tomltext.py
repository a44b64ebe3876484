"""TOML of other people: whatever cannot be worked with is one error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from siyu.core.tomltext import MOST_DEEP, TOO_DEEP, TomlError, parsed

SOURCE = Path(__file__).parents[2] / "src" / "siyu"


@pytest.mark.parametrize(("text", "told"), [
    (f"a = {'[' * 5_000}{']' * 5_000}", TOO_DEEP), (f"{'a.' * 5_000}a = 1", TOO_DEEP),
    (f"a = {'[' * MOST_DEEP}{']' * MOST_DEEP}", ""), (f"a = {'[' * (MOST_DEEP + 1)}{']' * (MOST_DEEP + 1)}", TOO_DEEP),
    (f"a = {'1' * 5_000}", "digits"), (f"a = 0x{'f' * 5_000}", "a whole number has more than 64 bits"),
    ("a = -9223372036854775808", ""), ("a = ", "at end of document"), ("a = 2026-02-30", "at line 1"),
], ids=range(9))  # fmt: skip
def test_a_text_is_read_or_refused_with_its_reason(text, told):
    if not told:
        assert set(parsed(text)) == {"a"}
        return
    with pytest.raises(TomlError, match=re.escape(told) if told == TOO_DEEP else told):
        parsed(text)


def test_no_file_of_a_workspace_is_read_by_the_library_itself():
    """Simulated samples are ours, and that room keeps to itself."""
    using = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py")
             if "import tomllib" in path.read_text(encoding="utf-8")}  # fmt: skip
    assert using == {"core/tomltext.py", "simulate/samples.py"}
