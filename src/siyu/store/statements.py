"""Statements as they were compiled before, by this process or by another.

To compile an expression takes longer than the engine takes for most statements of a day. What a statement says hangs on
the shape of its expression: on everything in it but the large whole numbers (days, instants, numbers of loads), which
are others every day and stand in the statement as they are. So each shape is compiled once, with other numbers in their
places, and kept as a text with gaps, where Python keeps the modules that it compiled. Where to build an expression
takes long as well, what comes of it is kept by what it is built from, and by the code that builds it.

All brands of an installation share what is kept: only words of this package stand in it, none of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib.util
import json
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.schema as sch
import ibis.expr.types as ir
import sqlglot

#: What texts rest on, beside the shape: they are of no use to other compilers, nor once this file tells shapes
#: otherwise (then with another first number).
MADE_BY = f"2; {ibis.__version__}; {sqlglot.__version__}"  # type: ignore[attr-defined]
#: Texts that are kept; the oldest go.
MOST = 2_000
#: Whole numbers from here on are gaps: smaller ones are seldom days.
LARGE = 1_000
#: The first of the numbers that are put into gaps to be found again, by type, and what lies between two of them: one
#: more than a mark, or twice a mark, is none.
MARKS, APART = {dt.Int16: 20_011, dt.Int32: 2_000_000_011, dt.Int64: 9_000_000_000_000_000_011}, 17
#: Gaps of one text at most: so many marks fit into the smallest type.
MOST_GAPS = 700
#: Texts inside a statement (and names, in which quotes may stand), and the words of a text.
QUOTED, WORD = re.compile(r"""'((?:[^']|'')*)'|"(?:[^"]|"")*\""""), re.compile(r"\w+")
#: Files that the words of this package stand in.
SOURCES = (".py", ".toml")
#: A text with gaps: pieces, and the place of the number that stands between them.
Text = list[str | int]
#: What stands for a shape with gaps that was met once: to find them takes as long again, and many never come back.
MET: Text = []
PACKAGE = Path(__file__).parents[1]
Compiler = Callable[[ir.Expr], str]


class Untold(Exception):
    """An expression holds what no shape can tell."""


class Statements:
    """Texts by shape, and other things by recipe, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[str, list] = {}

    @functools.cached_property
    def _kept(self) -> dict[str, list]:
        atexit.register(self.keep)
        return self._read()

    def of(self, expression: ir.Expr, dialect: str, compiled: Compiler) -> str:
        """The statement of an expression; `compiled` gives that of one whose shape is not known yet."""
        try:
            shape = Shape(expression)
        except (Untold, RecursionError):
            return compiled(expression)
        key = shape.key(dialect)
        text = self._new.get(key, self._kept.get(key))
        if text:
            return shape.filled(text)
        statement = compiled(expression)
        self._note(key, MET if text is None and shape.gaps else self._checked(shape, statement, compiled))
        return statement

    @staticmethod
    def _checked(shape: Shape, statement: str, compiled: Compiler) -> Text:
        """The text of a shape, if it says what was compiled."""
        text = shape.text(statement, compiled)
        return text if text and shape.filled(text) == statement else MET

    def made(self, recipe: str, make: Callable[[], list]) -> list:
        """What `make` gives (of texts and numbers) by a recipe, that says all it is made from but the code."""
        code = _code()
        key = hashlib.sha256(f"{code} {recipe}".encode()).hexdigest()
        found = self._kept.get(key) or self._new.get(key) if code else None
        if found is None:
            found = json.loads(json.dumps(make()))
            if code:
                self._note(key, found)
        return found

    def _note(self, key: str, text: list) -> None:
        self._new[key] = text
        if len(self._new) > MOST:
            self._new.pop(next(iter(self._new)), None)

    def keep(self) -> None:
        """Write down what is new, beside what other processes have kept meanwhile. Where nothing can be kept, nothing
        is.
        """
        if not self._new or sys.dont_write_bytecode:
            return
        known = _words()
        ours = {key: text for key, text in self._new.items() if known.issuperset(_spoken(text))}
        if not ours:
            return
        body = json.dumps(dict(list({**self._read(), **ours}.items())[-MOST:]), ensure_ascii=False)
        fresh = self._path.with_suffix(f".{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):
            try:
                fresh.write_text(f"{_seal(body)}\n{body}", encoding="utf-8")
                os.replace(fresh, self._path)
            finally:
                fresh.unlink(missing_ok=True)

    def _read(self) -> dict[str, list]:
        """What is kept; nothing where it was made by others, is damaged or cannot be read."""
        with contextlib.suppress(OSError, ValueError):
            seal, _, body = self._path.read_text(encoding="utf-8").partition("\n")
            if seal == _seal(body):
                return json.loads(body)
        return {}


class Shape:
    """All that an expression says but its large whole numbers, which are told apart. Raises Untold."""

    def __init__(self, expression: ir.Expr) -> None:
        self._expression = expression
        self._places: dict[ops.Node, str] = {}
        self._parts: list[str] = []
        self._gaps: list[ops.Literal] = []
        self._place(expression.op())

    def key(self, dialect: str) -> str:
        """Tells one shape from another."""
        return hashlib.sha256("\n".join((dialect, *self._parts)).encode()).hexdigest()

    def text(self, statement: str, compiled: Compiler) -> Text | None:
        """The statement with gaps; None if the gaps cannot be told from all else in it."""
        if not self.gaps:
            return [statement]
        marks = {gap: MARKS[type(gap.dtype)] + APART * place for place, gap in enumerate(self._gaps)}
        if len(marks) > MOST_GAPS or any(str(mark) in part for mark in marks.values() for part in self._parts):
            return None
        marked: Any = self._expression.op().replace({gap: gap.copy(value=mark) for gap, mark in marks.items()})
        places = {str(mark): place for place, mark in enumerate(marks.values())}
        pieces = re.split(rf"(?<![\w.])({'|'.join(places)})(?![\w.])", compiled(marked.to_expr()))
        text: Text = [places.get(piece, piece) for piece in pieces]
        return text if set(places.values()) == {piece for piece in text if isinstance(piece, int)} else None

    @property
    def gaps(self) -> bool:
        """Whether it has any."""
        return bool(self._gaps)

    def filled(self, text: Text) -> str:
        """The text with this expression's numbers in its gaps."""
        return "".join(piece if isinstance(piece, str) else str(self._gaps[piece].value) for piece in text)

    def _place(self, node: ops.Node) -> str:
        """Where a node stands among those that are told."""
        if node not in self._places:
            part = self._literal(node) if isinstance(node, ops.Literal) else self._told(node)
            self._places[node] = f"#{len(self._parts)}"
            self._parts.append(part)
        return self._places[node]

    def _literal(self, node: ops.Literal) -> str:
        if type(node.value) is int and node.value >= LARGE and type(node.dtype) in MARKS:
            self._gaps.append(node)
            return f"gap {node.dtype!r}"
        return f"literal {node.dtype!r} {self._argument(node.value)}"

    def _told(self, node: ops.Node) -> str:
        if isinstance(node, ops.SelfReference):
            raise Untold("a table seen twice is numbered as it was made")
        name = type(node).__name__
        if isinstance(node, ops.ScalarUDF):  # whose class is numbered as it was made
            called: Any = node
            name = f"{called.__func_name__} {called.__input_type__} {called.__udf_namespace__} {called.dtype!r}"
        return f"{name} {' '.join(map(self._argument, node.__args__))}"

    def _argument(self, argument: Any) -> str:
        if isinstance(argument, ops.Node):
            return self._place(argument)
        if argument is None or isinstance(argument, (str, int, float, Decimal)):
            return repr(argument)
        if isinstance(argument, tuple):
            return f"({' '.join(map(self._argument, argument))})"
        if isinstance(argument, sch.Schema):
            return _schema(argument)  # type: ignore[arg-type]  hashable, which its type does not say
        if isinstance(argument, Mapping):
            return f"{{{' '.join(f'{name!r}:{self._argument(value)}' for name, value in argument.items())}}}"
        if isinstance(argument, frozenset):
            return f"<{' '.join(sorted(map(self._argument, argument)))}>"
        if isinstance(argument, dt.DataType):
            return repr(argument)
        if isinstance(argument, ops.Namespace):
            return repr((argument.catalog, argument.database))
        raise Untold(type(argument).__name__)


@functools.cache
def _code() -> str:
    """Tells one state of this package from another, as Python tells whether a module is compiled still; '' where its
    files cannot be looked at.
    """
    with contextlib.suppress(OSError):
        files = [(entry.path, (found := entry.stat()).st_mtime_ns, found.st_size) for entry in _sources(PACKAGE)]
        return hashlib.sha256(repr(sorted(files)).encode()).hexdigest() if files else ""
    return ""


def _words() -> set[str]:
    """The words that stand in this package; none where its files cannot be read."""
    with contextlib.suppress(OSError):
        texts = [Path(entry.path).read_text(encoding="utf-8") for entry in _sources(PACKAGE)]
        return set(WORD.findall(" ".join(texts)))
    return set()


def _sources(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith(SOURCES) and entry.is_file():  # no link to nowhere
                yield entry


def _spoken(text: Any) -> set[str]:
    """The words of the texts that stand in a statement, or in whatever was made."""
    if isinstance(text, str):
        return {word for quoted in QUOTED.findall(text) for word in WORD.findall(quoted)}
    return set().union(*map(_spoken, text)) if isinstance(text, list) else set()


def _seal(body: str) -> str:
    """The first line of a file: of what it was made by, and that it is whole."""
    return hashlib.sha256(f"{MADE_BY}\n{body}".encode()).hexdigest()


@functools.lru_cache(maxsize=1024)
def _schema(schema: sch.Schema) -> str:
    return " ".join(f"{name!r}:{of!r}" for name, of in schema.items())


#: Those of this installation.
KEPT = Statements(Path(importlib.util.cache_from_source(__file__)).with_suffix(".texts"))
