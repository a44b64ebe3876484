"""What was measured before the facts it rests on were purged: it stands, for it cannot be measured again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from siyu.measures.measurable import below

Document = dict[str, Any]


def standing(document: Document, earlier: Document | None, paths: Iterable[str]) -> Document:
    """The document with those parts of an earlier one that are purged since, and why of these some could not be
    measured then; `as_measured` names them.

    >>> before = {"T": {"value": 3}, "not_measurable": {}}
    >>> standing({"T": {"value": None}, "not_measurable": {"T": "purged"}}, before, ["T"])
    {'T': {'value': 3}, 'not_measurable': {}, 'as_measured': ['T']}
    >>> before = {"T": {"value": 3, "new": None}, "not_measurable": {"T.new": "no relations"}}
    >>> standing({"T": {"value": None, "new": None}, "not_measurable": {"T": "purged"}}, before, ["T"])
    {'T': {'value': 3, 'new': None}, 'not_measurable': {'T.new': 'no relations'}, 'as_measured': ['T']}
    """
    known = [] if earlier is None else [path for path in paths if path not in earlier["not_measurable"]]
    for path in known:
        *above, name = path.split(".")
        _at(document, above)[name] = _at(earlier, above)[name]
    lacking = {path: reason for path, reason in document["not_measurable"].items()
               if path not in known and not below(path, known)}  # fmt: skip
    if earlier:
        lacking |= {path: reason for path, reason in earlier["not_measurable"].items() if below(path, known)}
    return {**document, "not_measurable": lacking} | ({"as_measured": known} if known else {})


def _at(document: Any, names: list[str]) -> Any:
    return reduce(lambda node, name: node[name], names, document)
