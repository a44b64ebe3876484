"""A plausible brand with a known truth: raw exports as it would download them, and beside them who was who.

It only writes files; loading and measuring them is the same work as with a real brand's.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import (
    exports_consents,
    exports_events,
    exports_feedback,
    exports_lines,
    exports_orders,
    exports_panels,
    exports_plan,
    exports_relations,
    exports_social,
    exports_tmall,
    exports_weixin_shop,
    exports_youzan_customers,
    exports_youzan_orders,
)
from .exportfile import Exports, Written
from .parameters import Parameters
from .season import season
from .story import Story, tell
from .truth import write_truth

Progress = Callable[[str, float], None]

LEAST_CONSUMERS, MOST_CONSUMERS = 50, 5_000_000
WRITERS: tuple[tuple[str, Callable[[Story, Exports], None]], ...] = (
    ("youzan orders", exports_youzan_orders.write_orders),
    ("youzan customers", exports_youzan_customers.write_customers),
    ("tmall orders", exports_tmall.write_orders),
    ("weixin shop orders", exports_weixin_shop.write_orders),
    ("site and store orders", exports_orders.write_orders),
    ("order lines", exports_lines.write_lines),
    ("relations", exports_relations.write_relations),
    ("members", exports_relations.write_members),
    ("consents", exports_consents.write_consents),
    ("referrals", exports_social.write_referrals),
    ("contents", exports_social.write_contents),
    ("feedback", exports_feedback.write_feedback),
    ("plan", exports_plan.write_plan),
    ("panels", exports_panels.write_panels),
    ("events", exports_events.write_events),
)


@dataclass(frozen=True)
class Simulated:
    """What was written: the export files in order, and the folder with the truth."""

    exports: Path
    truth: Path
    files: tuple[Written, ...]

    @property
    def rows(self) -> int:
        return sum(written.rows for written in self.files)


def simulate(
    directory: Path,
    *,
    consumers: int = 20_000,
    seed: int = 7,
    end: dt.date = dt.date(2026, 6, 30),
    months: int = 30,
    progress: Progress | None = None,
) -> Simulated:
    """Write `directory/exports` and `directory/truth` for a brand with this many persons over the months to `end`.

    The same arguments give the same bytes. `progress` is told each stage and the share done. Raises ValueError when
    a number is out of range, and FileExistsError when `exports` already holds files, which are never overwritten.
    """
    check(consumers, months, MOST_CONSUMERS)
    tell_progress = progress or (lambda stage, done: None)
    exports, truth = empty_folder(directory / "exports"), empty_folder(directory / "truth")
    tell_progress("people and their months", 0.0)
    story = tell(season(end, months), consumers, seed, Parameters())
    spoiling = story.parameters.spoiling
    out = Exports(exports, duplicate_share=spoiling.duplicate_line, bad_share=spoiling.bad_row)
    for number, (stage, write) in enumerate(WRITERS, start=1):
        tell_progress(stage, number / (len(WRITERS) + 2))
        write(story, out)
    tell_progress("truth", 1 - 1 / (len(WRITERS) + 2))
    write_truth(story, Exports(truth), out.wrinkles, out.misspelt)
    tell_progress("done", 1.0)
    return Simulated(exports, truth, tuple(out.written))


def check(consumers: int, months: int, most: int) -> None:
    """ValueError for more or fewer than can be simulated."""
    if not LEAST_CONSUMERS <= consumers <= most:
        raise ValueError(f"consumers must be between {LEAST_CONSUMERS} and {most}, not {consumers}")
    if not 2 <= months <= 120:
        raise ValueError(f"months must be between 2 and 120, not {months}")


def empty_folder(path: Path) -> Path:
    """The folder, made if it is not there. FileExistsError if it holds anything."""
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise FileExistsError(f"{path} already holds files; choose an empty directory or remove them first")
    return path
