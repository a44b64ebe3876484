"""The `siyu` command: only wires the commands of each noun together, and turns errors into messages."""

from __future__ import annotations

import sys

import typer

from siyu.cli import context, demo, errors, measures, quarantine, sources, workspace
from siyu.cli.output import say
from siyu.core.errors import SiyuError

app = typer.Typer(
    name="siyu",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(context.choose)
for noun in (workspace, demo, sources, quarantine, measures):
    noun.register(app)


def main() -> None:
    """Run one command and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; 0 done, 1 done with refusals, 2 refused, 130 interrupted."""
    try:
        code = app(context.directory_first(arguments), prog_name="siyu", standalone_mode=False) or errors.DONE
        return errors.interrupted() if code == errors.INTERRUPTED else code
    except SiyuError as error:
        return errors.explain(error)
    except typer.TyperException as error:
        say(f"{error}\n`siyu --help` lists the commands, `siyu COMMAND --help` their options.")
        return errors.REFUSED
    except (KeyboardInterrupt, typer.Abort):
        return errors.interrupted()
    except Exception as error:
        return errors.bug(error, context.CHOSEN.directory)


if __name__ == "__main__":
    main()
