"""Every text of the console that is marked for translation, found in the sources and templates themselves."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from siyu import console

ROOT = Path(console.__file__).parent
MARKS = {"N_", "words", "strong"}


def marked() -> set[str]:
    """Source texts inside N_(...), words(...), words.strong(...), in Python and in templates."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        found |= _in_python(path.read_text(encoding="utf-8"))
    for path in ROOT.rglob("*.html"):
        found |= set(re.findall(r"""words\((?:"([^"]+)"|'[^']+')""", path.read_text(encoding="utf-8")))
        found |= set(re.findall(r"""words\('([^']+)'""", path.read_text(encoding="utf-8")))
    return found - {""}


def _in_python(text: str) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args)
    return {
        node.args[0].value
        for node in calls
        if _name(node.func) in MARKS and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def _name(function: ast.expr) -> str:
    return getattr(function, "id", None) or getattr(function, "attr", "")
