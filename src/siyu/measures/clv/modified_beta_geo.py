"""MBG/NBD: BG/NBD in which a buyer may leave after the first purchase too.

Batislam, Denizel, Filiztekin (2007), Empirical validation and comparison of models for customer base analysis,
International Journal of Research in Marketing 24(3).
"""

from __future__ import annotations

from typing import ClassVar

from siyu.measures.clv.beta_geo import BetaGeo


class ModifiedBetaGeo(BetaGeo):
    """As BetaGeo with k = x + 1 occasions to leave: A2 = B(a, b + x + 1) / B(a, b), A4 has a / (b + x)."""

    name: ClassVar[str] = "mbg_nbd"
    first_counts: ClassVar[int] = 1
