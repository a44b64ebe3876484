"""Measures as a Python file: a module whose TOPICS and SHEETS are tuples of the registry's own dataclasses.

Its functions give Ibis expressions as those of siyu do. A mistake in it is told with its file and line.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import ibis.expr.types as ir

from siyu.core.errors import MeasureError, SiyuError
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.metric import Column, Counts, Metric, Rows, Sheet, Topic
from siyu.measures.own.counted import kept, whole
from siyu.measures.own.ownfile import Fault, OwnFile, counted, sheet_faults, topic_faults

#: What stands in tuples, and what of.
TUPLES: dict[type, dict[str, type]] = {
    Topic: {"metrics": Metric, "dimensions": str, "needs": str},
    Metric: {"needs": str},
    Sheet: {"columns": Column, "needs": str},
}


def read_python(path: Path, name: str) -> OwnFile:
    """The topics and sheets of a module, or its mistakes."""
    try:
        with told(path, name):
            module = _imported(path)
            topics, sheets = _declared(module, "TOPICS", Topic), _declared(module, "SHEETS", Sheet)
            mistakes = tuple(_untidy(name, topics, sheets)) or tuple(_faults(name, topics, sheets))
    except MeasureError as error:
        return OwnFile(name, mistakes=(error.message,))
    if not topics and not sheets:
        return OwnFile(name, mistakes=(f"{name}: it declares neither TOPICS nor SHEETS",))
    if mistakes:
        return OwnFile(name, mistakes=mistakes)
    return OwnFile(
        name,
        tuple(replace(topic, counts=_counts(path, name, topic)) for topic in topics),
        tuple(replace(sheet, rows=_rows(path, name, sheet)) for sheet in sheets),
    )


@contextlib.contextmanager
def told(path: Path, name: str) -> Iterator[None]:
    """Any error of the user's code as a message with its file and line; siyu's own messages pass. What it prints is no
    part of an answer.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except SiyuError:
        raise
    except (Exception, SystemExit) as error:
        raise MeasureError(f"{name}{_line(error, path)}: {type(error).__name__}: {error}") from None


def _line(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {frames[-1]}" if frames else ""


def _imported(path: Path) -> ModuleType:
    """The module under a private name, and without a compiled copy beside it."""
    name = f"_siyu_own_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    loader = SourceFileLoader(name, str(path))
    spec = spec_from_loader(name, loader)
    assert spec, "a loader gives its spec"
    module = module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for the module of a class
    exec(loader.source_to_code(path.read_bytes(), str(path)), module.__dict__)
    return module


def _declared(module: ModuleType, name: str, type_: type) -> tuple[Any, ...]:
    found = getattr(module, name, ())
    if not isinstance(found, (tuple, list)) or not all(isinstance(one, type_) for one in found):
        raise TypeError(f"{name} must be a tuple of {type_.__name__}")
    return tuple(found)


def _untidy(name: str, topics: tuple[Topic, ...], sheets: tuple[Sheet, ...]) -> Iterator[str]:
    """Fields that are no tuple of what they should be: whoever forgets the comma of a tuple of one writes none."""
    for one in (*topics, *(metric for topic in topics for metric in _several(topic.metrics)), *sheets):
        for field, type_ in TUPLES.get(type(one), {}).items():
            found = getattr(one, field)
            if not isinstance(found, tuple) or not all(isinstance(part, type_) for part in found):
                of = one.name if isinstance(one, Topic) else getattr(one, "code", "?")
                yield (f"{name}: '{of}': {field} must be a tuple of {type_.__name__}, found {type(found).__name__}; "
                       "a tuple of one ends with a comma: (x,)")  # fmt: skip


def _several(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else ()


def _faults(name: str, topics: tuple[Topic, ...], sheets: tuple[Sheet, ...]) -> Iterator[str]:
    for topic in topics:
        yield from _told(f"{name}: topic '{topic.name}'", topic_faults(topic))
    for sheet in sheets:
        yield from _told(f"{name}: sheet '{sheet.code}'", sheet_faults(sheet))


def _told(where: str, faults: Iterable[Fault]) -> Iterator[str]:
    yield from (f"{where}: {message}" for _, _, message in faults)


def _counts(path: Path, name: str, topic: Topic) -> Counts:
    columns = counted(topic.metrics, topic.people)

    @functools.wraps(topic.counts)
    def counts(facts: Facts, asked: Asked, by: tuple[str, ...]) -> ir.Table:
        with told(path, name):
            found = topic.counts(facts, asked, by)
            schema = whole(name, found.schema(), columns, by)
            return kept(facts, name, topic.name, found.select(list(schema.names)).cast(schema), by)

    return counts


def _rows(path: Path, name: str, sheet: Sheet) -> Rows:
    wanted = {column.name for column in sheet.columns}

    @functools.wraps(sheet.rows)
    def rows(facts: Facts, asked: Asked) -> list[dict[str, Any]]:
        with told(path, name):
            found = sheet.rows(facts, asked)
            lacking = next((sorted(wanted ^ set(row)) for row in found if set(row) != wanted), [])
        if lacking:
            raise MeasureError(f"{name}: rows and declared columns of '{sheet.code}' differ: {', '.join(lacking)}")
        return found

    return rows
