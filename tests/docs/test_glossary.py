"""The glossary is the code's: every word in its last column is a name or a value somewhere in src/siyu."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\|.*\|(?P<code>[^|]*)\|$", re.MULTILINE)
WORD = re.compile(r"\w+")


def test_every_word_of_the_glossary_stands_in_the_code():
    page = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    words = {word for row in ROW.finditer(page) for word in re.findall(r"`(\w+)`", row["code"])}
    assert len(words) > 50
    assert sorted(words - spoken()) == []


def spoken() -> set[str]:
    """Every word of names and texts in src/siyu; what only docstrings and comments say is left out."""
    return {word for path in (ROOT / "src" / "siyu").rglob("*.py") for word in _words(path)}


def _words(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # a text that stands alone is a docstring
    silent = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        names = (getattr(node, field, None) for field in ("id", "attr", "arg", "name", "module"))
        yield from (word for name in names if isinstance(name, str) for word in WORD.findall(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield from WORD.findall(node.value)
