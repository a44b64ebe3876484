"""Charts that leave the house: what they draw and write of few people, or of what their table hides, is muted."""

from __future__ import annotations

import re
from typing import Any

from siyu.console.charts.moves import THIN
from siyu.console.figure import Figure
from siyu.console.smalltexts import UNTOLD, resting, sentence, written
from siyu.console.words import LEFT_OUT

#: Figures as written that a chart must not tell, by what names their row.
Untold = dict[tuple[str, ...], set[str]]
#: What says in a chart's record how much it is: in a muted one it is as here, or as another key of the record (a bar
#: that ends where it begins).
SIZES: dict[str, Any] = {"value": None, "visitors": None, "shade": 0, "dark": False, "all": "x", "inner": "x"}
#: Places in a flow are rounded by so much.
ROUNDED = 1e-4
#: What a cell of a heat map has, which is known by its row and its column.
CROSSED = "column"
#: Rows of a chart that are worked out from all the others.
OF_ALL = "guide"


def sheltered_chart(spec: dict[str, Any], shy: set[str], untold: Untold, *, few: bool) -> dict[str, Any] | None:
    """The spec with its records on hidden cells muted: no length, no shade, no figure; the name stays. None where its
    layout would tell what is muted.
    """
    drawn: dict[str, list[dict[str, Any]]] = spec.get("datasets") or {}
    datasets = {name: [_muted(record, shy, untold, few=few) for record in records] for name, records in drawn.items()}
    if any(_broad(new) for name in drawn for old, new in zip(drawn[name], datasets[name]) if old is not new):
        return None
    if OF_ALL in datasets and datasets != drawn:
        datasets[OF_ALL] = [_sizeless(record, "visitors") for record in datasets[OF_ALL]]
    datasets = {name: _whole_days(drawn.get(name, []), records) for name, records in datasets.items()}
    return {**spec, "datasets": datasets} if datasets else spec


def _broad(record: dict[str, Any]) -> bool:
    """Whether a record is a piece of a flow that is drawn to scale: what stands beside it moved by as much."""
    return "flow" in record and record["y"] - record["y2"] > THIN + ROUNDED


def _whole_days(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of a stack without the days of which one of many people is muted: the others would fall by as many."""
    gone = {old["day"] for old, new in zip(before, after)
            if old is not new and "member" in old and UNTOLD not in str(old.get("text"))}  # fmt: skip
    return [record for record in after if "member" not in record or record["day"] not in gone]


def _muted(record: dict[str, Any], shy: set[str], untold: Untold, *, few: bool) -> dict[str, Any]:
    """A chart's record; one that says "<10", is of a shy row or writes what is of few or what the table hides is muted;
    of a brand of a `few` people also one that writes a share or money.
    """
    texts = {key: value for key, value in record.items() if isinstance(value, str)}
    told = {figure for names, figures in untold.items() if _named(names, texts) for figure in figures}
    hidden = written(told)
    if not (
        any(UNTOLD in text or (text in shy and CROSSED not in record) or _of_few(text) for text in texts.values())
        or (told and any(hidden.search(text) for text in texts.values()))
        or (few and any(resting().search(text) for text in texts.values()))
    ):
        return record
    muted = {key: _mute(key, text, shy, hidden if told else None, few=few) for key, text in texts.items()}
    return _sizeless({**record, **muted}, *SIZES)


def _named(names: tuple[str, ...], texts: dict[str, str]) -> bool:
    """Whether a chart's record is of the row with these names, of which a cell of a heat map says each somewhere."""
    if CROSSED in texts and len(names) > 1:
        return all(any(name in text for text in texts.values()) for name in names)
    return any(text.startswith(names[:1]) for key, text in texts.items() if key != CROSSED)


def _sizeless(record: dict[str, Any], *keys: str) -> dict[str, Any]:
    """A chart's record without its sizes."""
    sizes = {key: SIZES[key] for key in keys if key in record}
    return {**record, **{key: record[size] if isinstance(size, str) else size for key, size in sizes.items()}}


def _of_few(text: str) -> bool:
    return isinstance(text, Figure) and text.few


def _mute(key: str, text: str, shy: set[str], hidden: re.Pattern[str] | None, *, few: bool) -> str:
    """One text of a muted record: `text` is its figure, everything else a name."""
    if text in shy:
        return text
    if key == "text":
        return UNTOLD if UNTOLD in text else LEFT_OUT
    return sentence(hidden.sub(LEFT_OUT, text) if hidden else text, few=few)
