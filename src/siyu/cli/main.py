"""The `siyu` command: only wires the commands of each noun together, and turns errors into messages.

Of the nouns only the one asked for is imported, so that `siyu settings` does not wait for charts and statistics.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from siyu.cli import context, errors
from siyu.cli.output import say
from siyu.core.cycles import look_rarely
from siyu.core.errors import SiyuError, did_you_mean

#: The module of each command; each module's `register` adds its commands to the application.
NOUNS = {
    "workspace": ("init", "settings", "tables", "query", "check"),
    "demo": ("demo", "simulate"),
    "sources": ("load", "coverage"),
    "quarantine": ("quarantine",),
    "recovery": ("rebuild", "replay"),
    "backup": ("backup", "restore"),
    "consent": ("consent",),
    "erase": ("erase",),
    "subject_export": ("subject-export",),
    "purge": ("purge",),
    "hook": ("hook",),
    "wecom": ("wecom",),
    "identity": ("resolve", "identity"),
    "measures": ("measure",),
    "metrics": ("metrics",),
    "clv": ("clv",),
    "potential": ("potential",),
    "diagnosis": ("diagnose", "guarantees"),
    "report": ("report", "daily"),
    "keys": ("key",),
    "audit": ("audit",),
    "serve": ("serve",),
}
COMMANDS = {command: noun for noun, commands in NOUNS.items() for command in commands}


def application(nouns: tuple[str, ...] = tuple(NOUNS)) -> typer.Typer:
    """The commands of some nouns, or all."""
    app = typer.Typer(
        name="siyu",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(context.choose)
    for noun in nouns:
        import_module(f"siyu.cli.{noun}").register(app)
    return app


def main() -> None:
    """Run one command and leave with its exit code."""
    look_rarely()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; 0 done, 1 done with refusals, 2 refused, 130 interrupted."""
    try:
        ordered = context.directory_first(arguments)
        code = application(_wanted(ordered))(ordered, prog_name="siyu", standalone_mode=False) or errors.DONE
        return errors.interrupted() if code == errors.INTERRUPTED else code
    except SiyuError as error:
        return errors.explain(error)
    except typer.TyperException as error:
        say(f"{error.format_message()}\n`siyu --help` lists the commands, `siyu COMMAND --help` their options.")
        return errors.REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return errors.interrupted()
    except Exception as error:
        return errors.bug(error, context.CHOSEN.directory)


def _wanted(arguments: list[str]) -> tuple[str, ...]:
    """The noun of the command asked for; all of them for help. An unknown command is refused with a guess."""
    rest = arguments[2:] if arguments[:1] == ["-C"] else arguments
    if not rest or rest[0].startswith("-"):
        return tuple(NOUNS)
    if rest[0] not in COMMANDS:
        guess = did_you_mean(rest[0], list(COMMANDS))
        raise SiyuError(f"There is no command '{rest[0]}'.{guess}", remedy="`siyu --help` lists the commands.")
    return (COMMANDS[rest[0]],)


if __name__ == "__main__":
    main()
