"""Work done in a process of its own: what it takes of memory is given back when it ends, and if it takes too much, it
alone is ended. It ends with the process that began it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from siyu.core.errors import SiyuError
from siyu.jobs.loop import Say
from siyu.jobs.schedule import told_of

T = TypeVar("T")
#: Seconds between two words that it is still at work.
TOLD_SECONDS = 0.2
#: Seconds a process has to end by itself once it has answered.
END_SECONDS = 10


class Apart(Exception):
    """Work in another process failed; told: the class and place of its error, or how the process ended."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def apart(work: Callable[..., T], *arguments: Any, say: Say) -> T:
    """What `work` gives for the arguments (all of them plain data, `work` a function of a module). Raises the SiyuError
    that it raised; Apart for any other end.

    Where `say` raises, the process is ended as a kill ends it.
    """
    spawning = multiprocessing.get_context("spawn")  # a copy of a process with threads would be a broken one
    ours, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_work, args=(theirs, work, arguments), name=work.__name__, daemon=True)
    process.start()
    theirs.close()
    try:
        while not ours.poll(TOLD_SECONDS):
            say(work.__name__)
        done, answer = ours.recv()
        process.join(END_SECONDS)
    except EOFError:
        process.join(END_SECONDS)
        raise Apart(f"the process ended with {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
    if not done:
        raise answer
    return answer


def _work(answers: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """In the other process: work, and send what it gives, what of it the caller can mend, or what became of it without
    values.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who began it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answers.send((True, work(*arguments)))
    except SiyuError as error:
        error.told = told_of(error)
        answers.send((False, error))
    except Exception as error:
        answers.send((False, Apart(told_of(error))))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
