"""The registry: every measure siyu ships, read by the commands, the report and the reference pages.

A new measure is an entry in its own module and that module's line here.
"""

from __future__ import annotations

from siyu.measures.figures import FIGURES
from siyu.measures.metric import Registry, Sheet, Topic
from siyu.measures.topics import trade

TOPICS: tuple[Topic, ...] = (
    trade.TRADE,
    trade.TRAFFIC,
)
SHEETS: tuple[Sheet, ...] = ()
BUILT_IN = Registry(FIGURES, TOPICS, SHEETS)
