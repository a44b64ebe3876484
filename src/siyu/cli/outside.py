"""What stops a command from outside: a full disk, a folder nobody may write in, a database that went away, Ctrl-C
while an engine works.

None of these is a mistake of siyu, and none leaves half a step behind. Engines wrap them in errors of their own.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

from siyu.core.errors import SiyuError, WorkspaceError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM)
#: How engines say the same.
SAYS_FULL = re.compile(r"disk is full|No space left on device|disk quota exceeded", re.IGNORECASE)
SAYS_CLOSED = re.compile(r"readonly database|Read-only file system", re.IGNORECASE)
#: What SQLite says of a disk that took a part of a page.
SAYS_FAILED = re.compile(r"disk I/O error", re.IGNORECASE)


def trouble(error: BaseException) -> SiyuError | None:
    """The refusal that tells of a trouble of the disk, the folder or the database; None for any other error."""
    from siyu.store.database import out_of_reach  # here: `siyu --help` needs no database

    for one in chain(error):
        if out_of_reach(one):
            return WorkspaceError("The operations store was out of reach in the middle of the work.",
                                  remedy="What was committed is kept. Once its database answers (operations.url in "
                                         "siyu.toml), run the command again.")
        code = one.errno if isinstance(one, OSError) else None
        if code in FULL or SAYS_FULL.search(str(one)):
            return WorkspaceError("The disk is full: nothing more can be written.",
                                  remedy="What was committed is kept. Make room, then run the command again.")
        if code == errno.EROFS or SAYS_CLOSED.search(str(one)):
            return WorkspaceError("The folder cannot be written: it, or its disk, is read-only.",
                                  remedy="Give yourself the right to write there, or copy the workspace elsewhere.")
        if code == errno.ENAMETOOLONG:
            return WorkspaceError("The name of a file or folder is too long.", remedy="Choose a shorter one.")
        if code in FORBIDDEN:
            where = f"{one.filename}: " if isinstance(one, OSError) and one.filename else ""
            return WorkspaceError(f"{where}permission denied.", remedy="Check who may read and write there.")
        if code == errno.EIO or SAYS_FAILED.search(str(one)):
            return WorkspaceError("The disk did not take what was written (it may be full).",
                                  remedy="Look at the room that is left and at the disk, then run the command again.")
    return None


def stopped(error: BaseException) -> bool:
    """Whether it was Ctrl-C, which engines hand on as an error of theirs."""
    return any(isinstance(one, KeyboardInterrupt) for one in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it came of, and so on."""
    told: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in told:
        told.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
