"""What is taken as it stands and may all the same be a mistake of the file: told with the load, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from siyu.core.kinds import PAST
from siyu.core.time import DAY

#: Beginnings, each with its end.
HELD = (("started_at", "ended_at"), ("joined_at", "left_at"))
#: Columns of which a word that siyu does not know is taken, and does nothing.
WORDS = ("relation_type", "purpose", "channel")


@dataclass
class Doubts:
    """Counts over the facts of one output of a load made at an instant."""

    loaded_at: int
    ahead: int = 0  # rows dated more than a day after the load, and the last such instant
    ahead_until: int = 0
    nowhen: int = 0  # rows dated on the day from which computers count: no date, written as one
    backwards: int = 0  # rows that end no later than they begin
    marked: set[tuple[str, str]] = field(default_factory=set)  # columns with labels that lost a phone or an e-mail
    words: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in WORDS})

    def look(self, facts: pa.Table) -> None:
        """Take note of some facts."""
        self._look_at_dates(facts)
        for begun, ended in HELD:
            if {begun, ended} <= {*facts.column_names}:
                self.backwards += pc.sum(pc.less_equal(facts[ended], facts[begun])).as_py() or 0
        for name in facts.column_names:
            if name in WORDS:
                self.words[name].update(word for word in pc.unique(facts[name]).to_pylist() if word)

    def _look_at_dates(self, facts: pa.Table) -> None:
        """What cannot have happened yet (a year mistyped, or the clock of a sender), and the instant 0 in any zone,
        which systems write that know no date.
        """
        names = [name for name in PAST if name in facts.column_names]
        spans = [pc.min_max(facts[name]).as_py() for name in names]
        for name, span in zip(names, spans):
            if span["min"] is not None and span["min"] <= DAY:
                zero = pc.and_(pc.greater_equal(facts[name], -DAY), pc.less_equal(facts[name], DAY))
                self.nowhen += pc.sum(zero).as_py() or 0
        latest = [span["max"] or 0 for span in spans]
        until = self.loaded_at + DAY
        if max(latest, default=0) > until:
            ahead = reduce(pc.or_, (pc.greater(facts[name], until).fill_null(False) for name in names))
            self.ahead += pc.sum(ahead).as_py()
            self.ahead_until = max(self.ahead_until, *latest)
