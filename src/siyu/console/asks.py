"""What the page asks of the registry beside the measure document: topics by a dimension, and sheets, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from siyu.measures.answer import Answer, answer, find
from siyu.measures.asked import Asked
from siyu.measures.facts import Facts
from siyu.measures.registry import BUILT_IN


@dataclass(frozen=True)
class Ask:
    """A topic or sheet of the registry; `by` splits a topic, `days` is a window other than the page's."""

    code: str
    by: tuple[str, ...] = ()
    days: int = 0


#: The name under which a panel finds its answer, and what is asked.
ASKS: dict[str, Ask] = {
    "trade": Ask("trade"),
    "trade_by_platform": Ask("trade", ("platform",)),
    "traffic": Ask("traffic"),
    "membership": Ask("membership"),
    "league": Ask("league", ("platform",)),
    "entry_products": Ask("goods.entry"),
    "promotions": Ask("promotions"),
    "lifecycle": Ask("people.lifecycle"),
    "rfm": Ask("people.rfm"),
    "matrix": Ask("people.matrix"),
    "retention": Ask("cohorts.retention"),
    "attribution": Ask("paths.attribution", days=90),
    "sequences": Ask("paths.sequences", days=90),
    "media": Ask("media", ("campaign",), days=90),
}


def ask(facts: Facts, asked: Asked, name: str) -> Answer:
    """The answer a panel needs, as of the page's day."""
    wanted = ASKS[name]
    ((of, metrics),) = find(BUILT_IN, [wanted.code])
    period = replace(asked, window=wanted.days) if wanted.days else asked
    found = answer(facts, period, of, metrics, wanted.by)
    facts.warehouse.drop_scratch()
    return found
