"""Coverage as the page reads it: the sources' document, in the reader's language. Exports tell no few of its counts: a
row (a phone, an order, a relation) may be one person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from siyu.console.context import Grid
from siyu.console.smallcells import protect
from siyu.console.smalltexts import UNTOLD
from siyu.console.view import View
from siyu.console.words import LEFT_OUT, N_
from siyu.sources.coverage.reasons import Reason

VERDICTS = {"yes": N_("✓ yes"), "partly": N_("◐ in part"), "no": N_("✗ no")}
#: Counts that reasons name, a whole before its parts.
COUNTS = ("held", "paid_orders", "known_orders", "undated", "known_entries", "referrals", "recipient_phones",
          "addresses", "grants")  # fmt: skip


@dataclass(frozen=True)
class CanAnswer:
    """A question, whether the files answer it, and why."""

    question: str
    verdict: str
    reason: str

    @property
    def shy(self) -> bool:
        """Whether the reason leaves a figure out."""
        return UNTOLD in self.reason or LEFT_OUT in self.reason


def answers(view: View) -> list[CanAnswer]:
    """Every question of the document in its order, and of every platform with orders whether it names its buyers."""
    found = view.material.coverage or {}
    asked = [*found.get("questions", []), *found.get("platforms", [])]
    sentences = _sentences(view, [one["reason"] for one in asked])
    return [
        CanAnswer(_text(view, one["title"]), view.words(VERDICTS[one["answer"]]), sentence)
        for one, sentence in zip(asked, sentences)
    ]


def next_export(view: View) -> tuple[str, str]:
    """The one export that would unlock most, and why; empty texts when nothing is missing."""
    found = (view.material.coverage or {}).get("next_export")
    return (_text(view, found["title"]), _text(view, found["why"])) if found else ("", "")


def _sentences(view: View, reasons: list[Reason]) -> Iterator[str]:
    """The reasons with their figures as they may be told: their counts are protected as those of one table, a row for
    each reason, as totals stand beside platforms and parts beside their whole.
    """
    rows = [tuple(view.words.count(one.counts[name]) if name in one.counts else "" for name in COUNTS)
            for one in reasons]  # fmt: skip
    grid = Grid(("", *COUNTS), tuple(("", *row) for row in rows))
    left_out = protect(grid).left_out if view.words.smallest else ()
    for i, (one, row) in enumerate(zip(reasons, rows)):
        told = {name: LEFT_OUT if (i, j) in left_out else text for j, (name, text) in enumerate(zip(COUNTS, row), 1)}
        yield one.written(view.words.lang, {**told, "share": _share(view, one)})


def _share(view: View, reason: Reason) -> str:
    """The share of a reason; in exports left out where it rests on few, or the brand knows but a few."""
    words = view.words
    share = words.percent(reason.figures.get("share"), 0)
    return words.in_a_sentence(words.resting(share, view.people, *reason.counts.values()))


def _text(view: View, by_language: dict[str, Any]) -> str:
    return str(by_language[view.words.lang])
