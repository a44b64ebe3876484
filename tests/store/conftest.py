"""Both kinds of operations store behind one fixture."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty operations store."""
    if request.param == "sqlite":
        return sa.URL.create("sqlite", database=str(tmp_path / "operations.sqlite")).render_as_string()
    return request.getfixturevalue("postgres")()
