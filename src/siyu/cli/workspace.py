"""Commands of the workspace itself: init, settings, tables, query."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siyu.cli.context import CHOSEN, AsJson, elsewhere, workspace
from siyu.cli.errors import DONE
from siyu.cli.output import emit, out, say, suggest, table
from siyu.core.errors import SiyuError, WorkspaceError, did_you_mean
from siyu.core.jsontext import plain
from siyu.core.settings import SETTINGS, defaults, read
from siyu.store.tables import BY_NAME, LEVELS, TABLES, Table
from siyu.store.warehouse import listed
from siyu.store.workspace import KEYS_FILE, SETTINGS_FILE, create


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (init, settings, tables, query):
        app.command()(command)


def init(directory: Annotated[str, typer.Argument(metavar="DIR", help="Folder to make.")]) -> int:
    """Make a workspace: a commented siyu.toml and a key file only you can read."""
    if not directory.strip():
        raise WorkspaceError("The folder has no name.", remedy="`siyu init DIR` names it; `siyu init .` is this one.")
    create(Path(directory)).close()
    out().print(
        f"{directory}: {SETTINGS_FILE} (brand, zone, currency, rules) and {KEYS_FILE} (keep a copy elsewhere).",
        markup=False,
    )
    suggest(f"siyu load FILES{elsewhere(Path(directory))}", "takes your exports")
    return DONE


def settings(as_json: AsJson = False) -> int:
    """Print every setting: its value, its default and what it means."""
    path = CHOSEN.directory / SETTINGS_FILE
    values = read(path) if path.exists() else defaults()
    rows = [{"name": s.name, "value": values[s.name], "default": s.default, "help": s.help} for s in SETTINGS]
    if as_json:
        emit({"workspace": str(path) if path.exists() else None, "settings": rows})
        return DONE
    changed = [
        (r["name"], _shown(r["value"]), "" if r["value"] == r["default"] else _shown(r["default"]), r["help"])
        for r in rows
    ]
    table(
        f"Settings of {path}" if path.exists() else "Defaults (no workspace here)",
        ("name", "value", "default", "meaning"),
        changed,
    )
    return DONE


def tables(
    name: Annotated[str | None, typer.Argument(metavar="[TABLE]", help="Show this table's columns.")] = None,
    as_json: AsJson = False,
) -> int:
    """Print the data dictionary: every table, or every column of one, with how sensitive it is."""
    chosen = [_named(name)] if name else list(TABLES)
    if as_json:
        emit({"levels": LEVELS, "tables": [_described(t) for t in chosen]})
    elif name:
        one = chosen[0]
        table(
            f"{one.name}: {one.meaning}",
            ("column", "type", "level", "meaning"),
            [(c.name, c.type, one.level_of(c), c.meaning) for c in one.columns],
        )
        say("\n".join(f"{level}: {meaning}" for level, meaning in LEVELS.items()))
    else:
        table(
            "Tables",
            ("table", "owner", "level", "key", "meaning"),
            [(t.name, t.owner, t.level, ", ".join(t.key), t.meaning) for t in chosen],
        )
        suggest("siyu tables orders", "shows the columns of one")
    return DONE


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over the tables that `siyu tables` prints.")],
    as_json: AsJson = False,
) -> int:
    """Run one read-only SELECT on the warehouse: instants as local times, days as dates, money in minor units."""
    with workspace() as opened:
        found = opened.warehouse.query(sql)
    rows = listed(found)
    if as_json:
        emit({"columns": found.column_names, "rows": rows})
    else:
        table("", found.column_names, [[_told(row[c]) for c in found.column_names] for row in rows])
    return DONE


def _told(value: Any) -> Any:
    """A value of an answer as a table shows it: lengths of time as JSON gives them, too."""
    return plain(value) if isinstance(value, tuple) else value


def _named(name: str) -> Table:
    if name not in BY_NAME:
        raise SiyuError(
            f"Unknown table '{name}'.{did_you_mean(name, list(BY_NAME))}", remedy="`siyu tables` prints all of them."
        )
    return BY_NAME[name]


def _described(described: Table) -> dict:
    columns = [{"name": c.name, "type": c.type, "level": described.level_of(c), "meaning": c.meaning}
               for c in described.columns]  # fmt: skip
    return {
        "name": described.name,
        "owner": described.owner,
        "level": described.level,
        "meaning": described.meaning,
        "key": described.key,
        "fact": described.fact,
        "columns": columns,
    }


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
