"""Command of the quarantine: what loads refused, and the rows to mend and load again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from siyu.cli.context import AsJson, now, suffix, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.mending import MESSAGES, mends
from siyu.cli.options import LARGEST, check_folder
from siyu.cli.output import emit, out, say, suggest, table
from siyu.core.errors import SiyuError
from siyu.sources.landed.committed import committed
from siyu.sources.landed.quarantine import dismiss as dismissed
from siyu.store.schema import COMMITTED, LOAD, QUARANTINE
from siyu.store.workspace import Workspace

#: Rows listed on a screen; the file has all of them.
LISTED_MAX = 50

Load = Annotated[int | None, typer.Option("--load", metavar="N", max=LARGEST, help="Only the rows this load refused.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE.csv", help="Write the rows of one load, values readable.")
]

Dismiss = Annotated[
    bool, typer.Option("--dismiss", help="Take the rows of one load out: mended and loaded, or not wanted.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(quarantine)


def quarantine(load: Load = None, output: Output = None, dismiss: Dismiss = False, as_json: AsJson = False) -> int:
    """List the rows loads refused (values masked), write them to a file to mend and load again, or dismiss them."""
    if output is not None:
        check_folder(output)
    with workspace() as opened:
        if load is not None and load not in opened.operations.committed_loads():
            raise SiyuError(f"--load: there is no load {load}.", remedy="`siyu quarantine` lists them.")
        if dismiss:
            return _dismiss(opened, load, as_json)
        refused = _listed(opened, load)
        if output is not None:
            _write(opened, load if load is not None else _only_load(refused), output)
    if as_json:
        emit({"rows": refused})
    elif output is None and refused:
        _show(refused)
    elif output is None:
        say("Nothing is in quarantine.")
    return REFUSALS if refused else DONE


def _dismiss(opened: Workspace, load: int | None, as_json: bool) -> int:
    if load is None:
        raise SiyuError("--dismiss takes the rows of one load.", remedy="Add --load N.")
    gone = dismissed(opened, load, now=now(), actor="cli")
    if as_json:
        emit({"load": load, "dismissed": gone})
    else:
        say(f"{gone:,} row(s) of load {load} left the quarantine.")
    return DONE


def _listed(opened: Workspace, load: int | None) -> list[dict[str, Any]]:
    columns = (LOAD.c.load_id, LOAD.c.file_name, QUARANTINE.c.line, QUARANTINE.c.column_name, QUARANTINE.c.value_masked,
               QUARANTINE.c.reason)  # fmt: skip
    query = sa.select(*columns).join(LOAD, LOAD.c.load_id == QUARANTINE.c.load_id)
    query = query.where(COMMITTED).order_by(LOAD.c.load_id, QUARANTINE.c.line)
    if load is not None:
        query = query.where(LOAD.c.load_id == load)
    names = ("load", "file", "line", "column", "value", "reason")
    with opened.operations.connect() as connection:
        found = [dict(zip(names, row)) for row in connection.execute(query)]
    named = _named(opened, {(row["load"], row["column"]) for row in found}) if found else {}
    return [{**row, "named": named[row["load"], row["column"]]} for row in found]


def _named(opened: Workspace, asked: set[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """(load, column) -> the column as the people who made the file of the load know it."""
    columns: dict[int, list[str]] = {}
    for load, column in asked:
        columns.setdefault(load, []).append(column)
    loads = [one for one in committed(opened.operations) if one.load_id in columns]
    return {(one.load_id, column): mapping.named(column, one.columns)
            for one in loads for mapping in (one.mapping,) for column in columns[one.load_id]}  # fmt: skip


def _only_load(refused: list[dict[str, Any]]) -> int:
    loads = sorted({row["load"] for row in refused})
    if len(loads) != 1:
        found = f"loads {', '.join(map(str, loads))}" if loads else "none"
        raise SiyuError(f"-o writes the rows of one load; the quarantine holds {found}.", remedy="Add --load N.")
    return loads[0]


def _write(opened: Workspace, load: int, path: Path) -> None:
    """The refused rows as files that only their owner can read, each with what to do next."""
    for mend in mends(opened, load, path):
        mend.write()
        written = shlex.quote(str(mend.path))
        out().print(f"{mend.path}: {len(mend.rows)} rows with readable personal data; remove the file once loaded.",
                    markup=False)  # fmt: skip
        if mend.kind == MESSAGES:
            say("These are messages as they came, of which no row could be made: who sends them can mend them.")
        elif mend.kind:
            suggest(f"siyu load {written} --as {mend.kind}{suffix()}", "once mended")
        else:
            suggest(f"siyu load {written}{suffix()}", "once mended, with the same --as or --map as before")
    suggest(f"siyu quarantine --load {load} --dismiss{suffix()}", "once loaded")


def _show(refused: list[dict[str, Any]]) -> None:
    shown = [{**row, "column": row["named"]} for row in refused[:LISTED_MAX]]
    names = [name for name in shown[0] if name != "named"]
    table(f"{len(refused):,} rows in quarantine", names, [[row[name] for name in names] for row in shown])
    if len(refused) > LISTED_MAX:
        say(f"{len(refused) - LISTED_MAX:,} more; --load N narrows the list.")
    suggest(f"siyu quarantine --load {refused[0]['load']} -o mend.csv{suffix()}", "writes them with their values")
