"""A question of the page, as data: its words, what it rests on, and the function that draws the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from siyu.console.context import Grid, Key, Panel, Tile
from siyu.console.view import View
from siyu.console.words import Words


@dataclass(frozen=True)
class Answer:
    """What a question's function gives back. `message` says why there is no chart."""

    chart: dict[str, Any] | None = None
    keys: tuple[Key, ...] = ()
    tiles: tuple[Tile, ...] = ()
    grid: Grid | None = None
    message: str = ""
    note: str = ""


@dataclass(frozen=True)
class Question:
    """Title, the one sentence of what to look for, the definition behind it, and who answers.

    basis: a key of view.BASES. days: of its window, where that is not the page's. piece: the material it cannot do
    without; its failure is this panel's message.
    """

    name: str
    title: str
    look_for: str
    definition: str
    basis: str
    answer: Callable[[View], Answer]
    piece: str = ""
    days: int = 0
    wide: bool = False
    grid_open: bool = False


def panel(question: Question, view: View) -> Panel:
    """The panel of a question. An answer that fails becomes the panel's message; the page stands."""
    failure = view.material.failures.get(question.piece, "")
    people = question.basis != "files"
    if not people:  # no cell of rows is too small to tell
        view = replace(view, words=replace(view.words, smallest=0))
    answer = Answer()
    if not failure:
        try:
            answer = question.answer(view)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
    words = view.words
    return Panel(
        name=question.name,
        title=words(question.title),
        look_for=words(question.look_for),
        definition=words(question.definition),
        basis=view.basis(question.basis, question.days),
        chart=answer.chart,
        keys=answer.keys,
        tiles=answer.tiles,
        grid=answer.grid,
        grid_open=question.grid_open,
        note=answer.note,
        people=people,
        wide=question.wide,
        failed=bool(failure),
        message=undrawn(words, failure) if failure else answer.message,
    )


def undrawn(words: Words, failure: str) -> str:
    """What a panel says that could not be drawn."""
    return words("This panel could not be drawn: {error}", error=failure)
