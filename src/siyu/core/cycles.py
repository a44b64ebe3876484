"""Cycles of Python objects, and how rarely a process of ours looks for them."""

import gc

#: Objects made before it looks: commands make and drop expressions by the hundred thousand, and at the usual 700 the
#: looking is a twentieth of their time.
MADE = 100_000


def look_rarely() -> None:
    """For who owns the process: from here on cycles are looked for after so many new objects."""
    gc.set_threshold(MADE)
