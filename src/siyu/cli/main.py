"""The `siyu` command: only wires the commands of each noun together, and turns errors into messages.

Of the nouns only the one asked for is imported, so that `siyu settings` does not wait for charts and statistics, and
`siyu --help` for nothing.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module

import typer

from siyu.cli import context, errors, outside
from siyu.cli.output import say
from siyu.core.cycles import look_rarely
from siyu.core.errors import SiyuError, did_you_mean

#: The commands of each module, with a line of help that `siyu --help` has room for. A module's `register` adds its own.
NOUNS = {
    "workspace": {
        "init": "Make a workspace: its settings and its keys.",
        "settings": "Print every setting and what it means.",
        "tables": "Print the data dictionary.",
        "query": "Run one read-only SELECT on the warehouse.",
    },
    "check": {"check": "Say what is well in a workspace and what is not."},
    "demo": {"demo": "A simulated brand, from raw exports to report.html."},
    "simulate": {"simulate": "Write the raw exports of a plausible brand."},
    "sources": {
        "load": "Load exports: CSV, XLSX, Parquet, JSON Lines.",
        "coverage": "Say what the loaded files can and cannot answer.",
    },
    "quarantine": {"quarantine": "List refused rows, or write them to be mended."},
    "recovery": {
        "rebuild": "Load everything again from the landed raw files.",
        "replay": "Load a day again, and what came after it.",
    },
    "identity": {
        "resolve": "Work out which identifiers are one consumer.",
        "identity": "Look at who is who, and take links back.",
    },
    "measures": {"measure": "Measure F, A, S and T, AIPL and FAST."},
    "metrics": {"metrics": "List every measure, or show some of them."},
    "diagnosis": {
        "diagnose": "Say where to act, and why.",
        "guarantees": "The four self-check lists.",
    },
    "clv": {"clv": "What consumers will be worth."},
    "potential": {"potential": "Who may buy a category next."},
    "report": {
        "report": "Write the report: a page, a workbook or slides.",
        "daily": "The day's work: load, resolve, measure, report.",
    },
    "serve": {"serve": "Run the server: take events, answer questions."},
    "keys": {"key": "Keys of those who call over HTTP."},
    "hook": {"hook": "Addresses that other systems call."},
    "wecom": {"wecom": "What WeCom knows of customers."},
    "consent": {"consent": "Record and show who agreed to what."},
    "subject_export": {"subject-export": "A copy of all that is held of one person."},
    "erase": {"erase": "Forget a person, with a receipt."},
    "purge": {"purge": "Remove what is past its time."},
    "audit": {"audit": "List administrative acts."},
    "backup": {
        "backup": "Write one sealed archive of the workspace.",
        "restore": "Make a workspace of an archive.",
    },
}
COMMANDS = {command: noun for noun, commands in NOUNS.items() for command in commands}


def application(nouns: tuple[str, ...] = tuple(NOUNS)) -> typer.Typer:
    """The commands of some nouns, or all."""
    app = _bare()
    for noun in nouns:
        import_module(f"siyu.cli.{noun}").register(app)
    return app


def overview() -> typer.Typer:
    """All commands by name and line of help; none of them can be run."""
    app = _bare()
    for commands in NOUNS.values():
        for name, line in commands.items():
            app.command(name, help=line)(lambda: None)
    return app


def _bare() -> typer.Typer:
    app = typer.Typer(
        name="siyu",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(context.choose)
    return app


def main() -> None:
    """Run one command and leave with its exit code."""
    look_rarely()
    speak()
    sys.exit(run(sys.argv[1:]))


def speak() -> None:
    """Have streams that take all that is said: what an encoding lacks is shown as `?`, a closed one is none."""
    for name in ("stdout", "stderr"):
        if (stream := getattr(sys, name)) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def run(arguments: list[str]) -> int:
    """Run one command; 0 done, 1 done with refusals, 2 refused, 130 interrupted."""
    try:
        ordered = context.directory_first(arguments)
        code = _asked(ordered)(ordered, prog_name="siyu", standalone_mode=False) or errors.DONE
        return errors.interrupted() if code == errors.INTERRUPTED else code
    except SiyuError as error:
        return errors.explain(error)
    except typer.TyperException as error:
        say(f"{error.format_message()}\n`siyu --help` lists the commands, `siyu COMMAND --help` their options.")
        return errors.REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return errors.interrupted()
    except Exception as error:
        if outside.stopped(error):
            return errors.interrupted()
        if refusal := outside.trouble(error):
            return errors.explain(refusal)
        return errors.bug(error, context.CHOSEN.directory)


def _asked(arguments: list[str]) -> typer.Typer:
    """The application with the command asked for, or the overview. An unknown command is refused with a guess."""
    rest = arguments[2:] if arguments[:1] == ["-C"] else arguments
    if not rest or rest[0].startswith("-"):
        return overview()
    if rest[0] not in COMMANDS:
        guess = did_you_mean(rest[0], list(COMMANDS))
        raise SiyuError(f"There is no command '{rest[0]}'.{guess}", remedy="`siyu --help` lists the commands.")
    return application((COMMANDS[rest[0]],))
