"""`make bench`: seconds, rows a second and peak memory of load, resolve and measure on a brand of a given size.

Beside them: the hand-written SQL on the same tables, an as-of question, one more day and the same brand at half the
size. Prints the table that docs/explanation/performance.md holds. Seconds are those of the whole process, its start
included; processor seconds (of all its threads) tell more where others work on the machine too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

import by_hand

STEPS = Path(__file__).with_name("steps.py")
FULL = ("load", "resolve", "measure")
DAY = "one more day"
ORDER = (*FULL, "by hand", "as-of", DAY)
#: A day is short, and the machine's speed changes from one minute to the next: the median of so many, of one workspace.
DAYS = 5


def main() -> int:
    """Run the bench and print its table; 1 if the hand-written SQL and the measures disagree."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="siyu-bench-", dir=options.dir) as folder:
        whole = _run(Path(folder) / "whole", options.consumers)
        half = _run(Path(folder) / "half", options.consumers // 2, FULL) if not options.no_half else {}
    wrong = by_hand.differences(whole["by hand"]["figures"], whole["measure"]["document"])
    print(_report(options.consumers, whole, half, wrong))
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--consumers", type=int, default=1_000_000)
    parser.add_argument("--dir", default=None, help="where the files go for the time of the run")
    parser.add_argument("--no-half", action="store_true", help="leave out the run at half the size")
    return parser.parse_args()


def _run(directory: Path, consumers: int, steps: tuple[str, ...] = ORDER) -> dict[str, dict[str, Any]]:
    directory.mkdir(parents=True)
    found = {"generate": _step("generate", directory, str(consumers))}
    for step in steps:
        found[step] = _step(step, directory) if step != DAY else _median_day(directory)
    found["disk_gb"] = {"value": _size(directory / "workspace") / 1024**3}
    shutil.rmtree(directory)
    return found


def _median_day(directory: Path) -> dict[str, Any]:
    """The same day several times, each on a copy of the workspace as it stood before."""
    workspace, before = directory / "workspace", directory / "before"
    workspace.rename(before)
    days = []
    for _ in range(DAYS):
        shutil.rmtree(workspace, ignore_errors=True)
        shutil.copytree(before, workspace)
        os.sync()  # what the copy left to be written would wait for this day to write
        days.append(_step(DAY, directory))
    return sorted(days, key=lambda day: day["seconds"])[DAYS // 2]


def _step(step: str, directory: Path, *rest: str) -> dict[str, Any]:
    """What the step gave, the seconds its process took and the most memory it held."""
    print(f"{step} ...", file=sys.stderr, flush=True)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(STEPS), step, str(directory), *rest], stdout=subprocess.PIPE)
    assert process.stdout is not None
    given = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{step} failed.")
    took = {"seconds": time.perf_counter() - started, "cpu": used.ru_utime + used.ru_stime,
            "peak_gb": used.ru_maxrss / 1024**2}  # fmt: skip
    return took | json.loads(given.splitlines()[-1])


def _report(consumers: int, whole: dict[str, Any], half: dict[str, Any], wrong: list[str]) -> str:
    files = whole["generate"]["files"]
    counted = ", ".join(
        f"{files[k]:,} {k}" for k in ("orders", "events", "relations", "consents", "refunds", "referrals")
    )
    lines = [
        f"{consumers:,} consumers: {counted}.",
        f"{_machine()}; Python {platform.python_version()}, DuckDB {duckdb.__version__}; {dt.date.today()};",
        f"`python bench/run.py --consumers {consumers}`.",
        "",
        "| step | seconds | processor seconds | rows a second | peak GB |",
        "|---|---:|---:|---:|---:|",
        *(_line(step, whole[step]) for step in ORDER),
        "",
        f"- Measure takes {whole['measure']['seconds'] / whole['by hand']['seconds']:.2f} times the hand-written SQL "
        f"({'the same figures' if not wrong else f'{len(wrong)} figures differ'}).",
        f"- One more day takes {_share_of_a_day(whole, 'seconds'):.1%} of the full run (load, resolve and measure: "
        f"{_full(whole, 'seconds'):.1f} s); {_share_of_a_day(whole, 'cpu'):.1%} of its processor seconds.",
        f"- The workspace holds {whole['disk_gb']['value']:.2f} GB.",
    ]
    if half:
        factors = ", ".join(f"{step} {whole[step]['seconds'] / half[step]['seconds']:.2f}" for step in FULL)
        total = _full(whole, "seconds") / _full(half, "seconds")
        lines.append(f"- Twice the consumers take {total:.2f} times as long ({factors}).")
    return "\n".join([*lines, *(f"- DIFFERS {w}" for w in wrong)])


def _line(step: str, took: dict[str, Any]) -> str:
    rate = f"{took['rows'] / took['seconds']:,.0f}" if "rows" in took and step != "as-of" else ""
    cpu = f"{took['cpu']:.2f}" if step in (*FULL, DAY) else ""  # the others take the time of their question only
    return f"| {step} | {took['seconds']:.2f} | {cpu} | {rate} | {took['peak_gb']:.2f} |"


def _share_of_a_day(whole: dict[str, Any], unit: str) -> float:
    return whole[DAY][unit] / _full(whole, unit)


def _full(found: dict[str, Any], unit: str) -> float:
    return sum(found[step][unit] for step in FULL)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, {platform.system()}"


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
