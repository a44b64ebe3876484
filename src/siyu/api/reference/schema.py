"""The description of all addresses, without a server: for the pages that are written from the code."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from siyu.api.app import application
from siyu.api.serve import at_work
from siyu.store.workspace import create

#: No clock is needed where nothing happens.
THEN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def schema() -> dict[str, Any]:
    """OpenAPI of an empty workspace's application; nothing is asked of it."""
    with (tempfile.TemporaryDirectory() as folder, create(Path(folder) / "brand") as workspace,
          at_work(workspace, lambda: THEN, []) as site):  # fmt: skip
        return application(site).openapi_schema.to_schema()
