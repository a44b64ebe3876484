"""How often one API may be called: a bucket of tokens, so that we slow down before WeCom shuts us out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

#: WeCom's limits per corp and API (访问频率限制, read 2026-11-25): 10,000 calls a minute, 150,000 an hour. Who passes
#: the first is shut out for a minute, who passes the second for an hour. A bucket of this size and flow keeps both.
CALLS_A_MINUTE, CALLS_AN_HOUR = 10_000, 150_000
BURST = 7_500
FLOW = (CALLS_AN_HOUR - BURST) / 3_600  # tokens a second: 39.6


@dataclass
class Bucket:
    """Tokens for calls. clock: seconds that only go forward; sleep: waits that many."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    tokens: float = BURST
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.filled_at = self.clock()

    def take(self) -> None:
        """Take one token; wait for it if there is none."""
        self._fill()
        if self.tokens < 1:
            self.sleep((1 - self.tokens) / FLOW)
            self._fill()
        self.tokens -= 1

    def _fill(self) -> None:
        now = self.clock()
        self.tokens = min(BURST, self.tokens + (now - self.filled_at) * FLOW)
        self.filled_at = now
