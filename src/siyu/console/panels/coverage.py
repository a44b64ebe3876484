"""Coverage as the page reads it: the sources' document, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from siyu.console.view import View
from siyu.console.words import N_

VERDICTS = {"yes": N_("✓ yes"), "partly": N_("◐ in part"), "no": N_("✗ no")}


@dataclass(frozen=True)
class CanAnswer:
    """A question, whether the files answer it, and why."""

    question: str
    verdict: str
    reason: str


def answers(view: View) -> list[CanAnswer]:
    """Every question of the document in its order, and of every platform with orders whether it names its buyers."""
    found = view.material.coverage or {}
    return [
        CanAnswer(_text(view, q["title"]), view.words(VERDICTS[q["answer"]]), _text(view, q["reason"]))
        for q in [*found.get("questions", []), *found.get("platforms", [])]
    ]


def next_export(view: View) -> tuple[str, str]:
    """The one export that would unlock most, and why; empty texts when nothing is missing."""
    found = (view.material.coverage or {}).get("next_export")
    return (_text(view, found["title"]), _text(view, found["why"])) if found else ("", "")


def _text(view: View, by_language: dict[str, Any]) -> str:
    return str(by_language[view.words.lang])
