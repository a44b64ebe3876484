"""First-order Markov attribution: how many conversions would go without a touchpoint (Anderl et al. 2016).

Eva Anderl, Ingo Becker, Florian von Wangenheim, Jan Hendrik Schumann: "Mapping the customer journey: Lessons learned
from graph-based online attribution modeling", International Journal of Research in Marketing 33 (2016). An absorbing
chain start -> touchpoints -> conversion or nothing, solved exactly; nothing is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Chain:
    """How often journeys began at a touchpoint, moved from one to another, converted after it, or ended in nothing."""

    touchpoints: tuple[str, ...]
    starts: np.ndarray
    moves: np.ndarray
    conversions: np.ndarray
    losses: np.ndarray

    @property
    def converted(self) -> float:
        """Journeys that ended in a conversion."""
        return float(self.conversions.sum())


def probabilities(chain: Chain) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the start, of moves and of converting next, each row of counts over its sum (0 where nothing was counted)."""
    leaving = chain.moves.sum(axis=1) + chain.conversions + chain.losses
    per = np.divide(1.0, leaving, out=np.zeros(len(leaving)), where=leaving > 0)
    began = chain.starts.sum()
    start = chain.starts / began if began else np.zeros(len(leaving))
    return start, chain.moves * per[:, None], chain.conversions * per


def removal_effects(chain: Chain) -> np.ndarray | None:
    """1 - P(conversion without f) / P(conversion) for each touchpoint f; None when no journey can convert.

    Without f every way into f leads to nothing, so what is lost is the chance of ever meeting f times the chance of
    converting from it. With N = (I - Q)^-1, N_ij = visits to j from i, the chance of ever meeting f is (s N)_f / N_ff.
    """
    start, moves, wins = probabilities(chain)
    live = _can_convert(moves, wins)
    effects = np.zeros(len(chain.touchpoints))
    if not live.any():
        return None
    visits = np.linalg.solve(np.eye(live.sum()) - moves[np.ix_(live, live)], np.eye(live.sum()))
    converting = visits @ wins[live]
    met = (start[live] @ visits) / np.diag(visits)
    total = start[live] @ converting
    if total <= 0:
        return None
    effects[live] = np.clip(met * converting / total, 0.0, 1.0)
    return effects


def credits(chain: Chain) -> np.ndarray:
    """The conversions shared out in proportion to the removal effects; they sum to them."""
    effects = removal_effects(chain)
    if effects is None:
        return np.zeros(len(chain.touchpoints))
    return chain.converted * effects / effects.sum()


def _can_convert(moves: np.ndarray, wins: np.ndarray) -> np.ndarray:
    """Touchpoints from which a conversion can be reached at all: among them I - Q always has an inverse, whatever
    loops there are, and from all others nothing is ever won.
    """
    live = wins > 0
    while (more := live | (moves[:, live].sum(axis=1) > 0)).sum() > live.sum():
        live = more
    return live
