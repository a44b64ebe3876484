"""Cycles of Python objects, and how rarely a process of ours looks for them."""

import atexit
import gc

#: Objects made before it looks: commands make and drop expressions by the hundred thousand. At the usual 700 that takes
#: a twentieth of their time; so rarely, a day's work ends before the first look, and a server looks when it is quiet.
MADE = 500_000


def look_rarely() -> None:
    """For who owns the process, before much is imported: from here on cycles are looked for after so many new objects,
    and not once more at the end, when all memory goes.
    """
    gc.set_threshold(MADE)
    atexit.register(gc.freeze)
