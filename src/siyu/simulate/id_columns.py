"""The `id.<namespace>` columns of canonical files, with their wrinkles: misspelt values, and `null`, `0000` or `-`
where a system should have left the cell empty.
"""

from collections.abc import Mapping

import numpy as np

from . import columns as text
from .exportfile import Exports
from .identifiers import NAMESPACES, misspelt_phones
from .story import Story

BLOCKED = ("null", "0000", "-")
Shares = Mapping[str, float | np.ndarray]


def id_columns(
    story: Story,
    out: Exports,
    rng: np.random.Generator,
    file: str,
    who: np.ndarray,
    shares: Shares,
    *,
    prefix: str = "id.",
    by_hand: bool = False,
) -> dict[str, text.Text]:
    """The identifiers that each row shows of its person (-1: of nobody); `by_hand` values may be misspelt."""
    known = who >= 0
    person = np.maximum(who, 0)
    shown = story.names.show(rng, person, {name: np.where(known, share, 0.0) for name, share in shares.items()})
    if by_hand:
        shown = _misspell(story, out, rng, file, person, shown)
    shown = {name: _block(story, out, rng, file, name, shown[name]) for name in NAMESPACES if name in shown}
    return {prefix + name: column for name, column in shown.items()}


def at_least(shares: Shares, story: Story, who: np.ndarray, fallback: str) -> dict[str, float | np.ndarray]:
    """The same shares, but those who own nothing that is surely shown show the fallback."""
    sure = np.zeros(len(who), bool)
    for name, share in shares.items():
        sure |= (np.asarray(share) >= 1) & story.names.has(name, np.maximum(who, 0))
    return {**shares, fallback: np.where(sure, shares.get(fallback, 0.0), 1.0)}


def _misspell(
    story: Story, out: Exports, rng: np.random.Generator, file: str, who: np.ndarray, shown: dict[str, text.Text]
) -> dict[str, text.Text]:
    spoiling = story.parameters.spoiling
    shown = dict(shown)
    for name, share in (("phone", spoiling.phone_typo), ("email", spoiling.email_typo)):
        if name not in shown:
            continue
        rows = np.flatnonzero(np.asarray(shown[name].is_valid()) & (rng.random(len(who)) < share))
        spelt = _wrongly(rng, story, name, shown[name], who, rows)
        shown[name] = text.overwritten(shown[name], rows, spelt)
        out.plant(file, f"{name}_typo", len(rows))
        out.misspelt.append((name, who[rows], spelt))
    return shown


def _wrongly(
    rng: np.random.Generator, story: Story, name: str, column: text.Text, who: np.ndarray, rows: np.ndarray
) -> text.Text:
    if name == "phone":
        return misspelt_phones(rng, story.names.phone_number[who[rows]])
    return text.replaced(text.take(column, rows), ".", "", 1)


def _block(story: Story, out: Exports, rng: np.random.Generator, file: str, name: str, column: text.Text) -> text.Text:
    if name not in ("phone", "email"):
        return column
    empty = ~np.asarray(column.is_valid())
    wrong = empty & (rng.random(len(column)) < story.parameters.spoiling.blocked_value)
    out.plant(file, "blocked_value", wrong.sum())
    return text.either(wrong, text.pick(BLOCKED, rng.integers(0, len(BLOCKED), len(column))), column)
