"""Commands of backups: backup, and restore with whoever was erased since left out."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from siyu.cli.context import AsJson, elsewhere, now, workspace
from siyu.cli.errors import DONE, REFUSALS
from siyu.cli.output import emit, out, progress, say, suggest
from siyu.core.errors import WorkspaceError
from siyu.core.identifiers import Keys
from siyu.core.time import datetime_of
from siyu.privacy.backup.erased import NOBODY
from siyu.privacy.backup.make import make
from siyu.privacy.backup.restore import Asked, Restored
from siyu.privacy.backup.restore import restore as restore_archive
from siyu.store.workspace import KEYS_VARIABLE, keys_in, read_keys

ACTOR = "cli"
UTC = ZoneInfo("UTC")

To = Annotated[Path, typer.Argument(metavar="TO", help="A file that is not there yet, or a folder to put it in.")]
From = Annotated[Path, typer.Argument(metavar="FROM", help="An archive that `siyu backup` made.")]
Into = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help=f"Copy of the workspace's secret.keys; otherwise {KEYS_VARIABLE}."),
]
ErasedSince = Annotated[
    str | None,
    typer.Option("--erased", metavar=f"FILE|WORKSPACE|{NOBODY}",
                 help="Who was erased since: a newer list, or the workspace; otherwise the list beside the archive."),
]  # fmt: skip
OperationsUrl = Annotated[
    str,
    typer.Option("--operations", metavar="URL", envvar="SIYU_OPERATIONS",
                 help="An empty PostgreSQL for operations and inbox; otherwise SQLite in DIR."),
]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (backup, restore):
        app.command()(command)


def backup(to: To, as_json: AsJson = False) -> int:
    """Write one verified, sealed archive of the workspace; the id secret, which opens it, is not in it."""
    with workspace() as opened, progress() as tell:
        made = make(opened, to, actor=ACTOR, now=now(), progress=tell)
    about = made.manifest.about
    if as_json:
        emit({"file": str(made.path), "bytes": made.bytes, "files": len(made.manifest.files), "loads": about["loads"],
              "erased": str(made.erased)})  # fmt: skip
        return DONE
    out().print(f"{made.path}: {made.bytes / 1024**2:,.1f} MB, {about['loads']} loads, read back and sound.",
                markup=False)  # fmt: skip
    say(f"{made.erased.name} beside it is told of every erasure from now on: whoever restores needs both.")
    say("It opens with the id secret alone, which is not in it: keep a copy of secret.keys elsewhere.")
    suggest(f"siyu restore {shlex.quote(str(made.path))} DIR --keys FILE", "makes a workspace of it")
    return DONE


def restore(
    from_: From, directory: Into, keys: KeyFile = None, erased: ErasedSince = None, operations: OperationsUrl = "",
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Make a workspace of an archive, in an empty folder, without whoever was erased since."""
    given = _keys(keys)
    asked = Asked(from_, directory, given, keys is not None, erased, operations)
    with progress() as tell:
        restored = restore_archive(asked, actor=ACTOR, now=now(), progress=tell)
    left = [str(path) for path in restored.files]
    if as_json:
        emit(_as_json(restored, left))
    else:
        _shown(restored, left)
    return REFUSALS if left else DONE


def _keys(path: Path | None) -> Keys:
    if path is not None:
        return keys_in(path)
    if not os.environ.get(KEYS_VARIABLE):
        raise WorkspaceError("The archive opens with the id secret of the workspace it was made of; none was given.",
                             remedy=f"--keys FILE names a copy of its secret.keys; or set {KEYS_VARIABLE}.")
    return read_keys(Path())


def _as_json(restored: Restored, left: list[str]) -> dict[str, Any]:
    about = restored.manifest.about
    return {"directory": str(restored.directory), "made_at": _at(about["made_at"]), "loads": about["loads"],
            "files": len(restored.manifest.files), "erased_known_through": _at(restored.known),
            "erased_again": [request.number for request in restored.erased], "files_left": left}  # fmt: skip


def _shown(restored: Restored, left: list[str]) -> None:
    about = restored.manifest.about
    out().print(f"{restored.directory}: {about['brand']} as of {_at(about['made_at'])}, {about['loads']} loads; every "
                "file as it was written.", markup=False)  # fmt: skip
    say("It was said that nobody was erased since." if restored.known is None else
        f"Erasures known through {_at(restored.known)}: {len(restored.erased)} carried out again.")  # fmt: skip
    for path in left:
        say(f"{path} still shows a person who is to be forgotten: load it or remove it, then `siyu erase run`.")
    suggest(f"siyu check{elsewhere(restored.directory)}", "says whether all is well")


def _at(instant: int | None) -> str | None:
    return None if instant is None else datetime_of(instant, UTC).isoformat(timespec="seconds")
