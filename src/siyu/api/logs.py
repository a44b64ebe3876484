"""Logs of the server: one JSON object a line on standard error. Values that name people are hidden, whoever logs."""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

from siyu.core.identifiers import scrub
from siyu.jobs.schedule import told_of

LEVELS = ("debug", "info", "warning", "error")


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """From now on, everything that logs in this process does it this way."""
    threshold = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _hide_values,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
    )
    logging.basicConfig(handlers=[_Libraries()], level=max(threshold, logging.WARNING), force=True)
    threading.excepthook = _thread_died


def _hide_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Phones and e-mail addresses in texts are hidden; an exception is told by its class and place."""
    error = event.pop("exc_info", None)
    hidden = {name: scrub(value) if isinstance(value, str) else value for name, value in event.items()}
    return {**hidden, "error": told_of(error)} if isinstance(error, BaseException) else hidden


class _Libraries(logging.Handler):
    """What libraries log: who and how serious, with the class of an error. Their texts may quote values."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log = structlog.get_logger(record.name)
        log.log(record.levelno, "library", logger=record.name, error=told_of(error) if error else "")


def _thread_died(died: threading.ExceptHookArgs) -> None:
    name = died.thread.name if died.thread else ""
    structlog.get_logger(__name__).critical("thread.died", thread=name,
                                            error=told_of(died.exc_value) if died.exc_value else "")  # fmt: skip
