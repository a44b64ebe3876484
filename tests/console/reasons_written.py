"""Every reason that may reach a page, read from where the source writes it: literals, with what varies filled in."""

from __future__ import annotations

import ast
import importlib
import itertools
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import siyu

ROOT = Path(siyu.__file__).parent
#: Stands for whatever varies in a reason; what cannot be just anything has its own, by its name.
ANYTHING, FILLED = "7", {"guess": " Did you mean '7'?"}
#: Where the reason stands among the arguments of a call.
REASON_AT = {"Unreadable": 0, "Refusal": 3, "refuse": 2, "Light": 6}
#: Modules whose tuples (check, ..., reason) say why a cell is no value, and the function that says it more exactly.
CHECKING, MORE_EXACTLY = ("sources/mappings/typed.py", "sources/mappings/expression.py"), "more_exactly"
NOT_MEASURABLE = "not measurable: "
#: Modules whose reasons no page shows, and why.
NEVER_SHOWN = {
    "measures/diagnosis/gains.py": "an action of which nothing can be foreseen stands on the page without an amount",
    "measures/clv/forecast.py": "`siyu clv` tells what a forecast lacks; the page has a dash there",
    "measures/people/category.py": "an error of `siyu potential`, which no page asks",
}


def written() -> set[str]:
    """The reasons of refused rows (`sources`) and of missing figures (`measures`).

    What is wrong with a workspace's own metrics is not among them: a page tells it to their author as Python or the
    engine does.
    """
    paths = (path for room in ("sources", "measures") for path in (ROOT / room).rglob("*.py"))
    modules = (Module(path) for path in paths)
    return {text for module in modules if module.name not in NEVER_SHOWN for text in module.reasons()}


class Module:
    """A module as it is written."""

    def __init__(self, path: Path) -> None:
        self.name = path.relative_to(ROOT).as_posix()
        self._nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        self._pieces = {piece for node in self._nodes if isinstance(node, ast.JoinedStr) for piece in node.values}

    def reasons(self) -> Iterator[str]:
        """Every reason that it writes."""
        for node in self._nodes:
            for reason in self._reasons_at(node):
                yield from self._texts(reason)

    def _reasons_at(self, node: ast.AST) -> Iterator[ast.expr]:
        """The expressions of a node that are reasons."""
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=given, keywords=named):
                at = REASON_AT.get(called, len(given))
                yield from given[at : at + 1]
                yield from (one.value for one in named if one.arg == ("reason" if called in REASON_AT else "refused"))
            case ast.Tuple(elts=[ast.Lambda() | ast.Call(), *_, reason]) if self.name in CHECKING:
                yield reason
            case ast.Tuple(elts=[ast.Name(), *_, ast.Constant() | ast.JoinedStr() as reason]) if self.name in CHECKING:
                yield reason
            case ast.FunctionDef(name=name) if name == MORE_EXACTLY:
                yield from _returned(node)
            case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                if text.startswith(NOT_MEASURABLE) and node not in self._pieces:
                    yield node

    def _texts(self, node: ast.expr) -> list[str]:
        """What an expression may be; nothing where it was handed in, for that is read where it is written."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return self._joined(parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right])
            case ast.FormattedValue(value=value) | ast.Subscript(value=value):
                return self._texts(value)
            case ast.IfExp(body=one, orelse=other):
                return self._texts(one) + self._texts(other)
            case ast.Call(func=ast.Name(id=name)):
                made = [f for f in self._nodes if isinstance(f, ast.FunctionDef) and f.name == name]
                return [text for function in made for value in _returned(function) for text in self._texts(value)]
            case ast.Name(id=name):
                return self._named(name)
        return []

    def _joined(self, parts: list[ast.expr]) -> list[str]:
        return ["".join(texts) for texts in itertools.product(*(self._texts(part) or [ANYTHING] for part in parts))]

    def _named(self, name: str) -> list[str]:
        """The text of a constant (of this module or another), or what is assigned to a name here."""
        if name in FILLED:
            return ["", FILLED[name]]
        if isinstance(text := self._values.get(name), str):
            return [text]
        given = [one.value for one in self._nodes if isinstance(one, ast.Assign)
                 and any(isinstance(target, ast.Name) and target.id == name for target in one.targets)]  # fmt: skip
        return [text for value in given for text in self._texts(value)]

    @cached_property
    def _values(self) -> dict[str, object]:
        return vars(importlib.import_module("siyu." + self.name.removesuffix(".py").replace("/", ".")))


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
