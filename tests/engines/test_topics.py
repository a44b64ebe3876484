"""Every topic and sheet gives on each engine what its hand-written SQL gives."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from siyu.core import settings
from siyu.measures.registry import SHEETS, TOPICS
from siyu.store import workspace as workspaces
from tests.measures.random_brand import random_brand
from tests.measures.topics.agreement import Brand
from tests.plain import load_plain

AS_OF = dt.date(2026, 6, 30)


def test_topics_and_sheets_equal_their_sql_on_the_engine(engine: str, tmp_path: Path):
    chosen = settings.defaults().with_values(warehouse__engine=engine)
    with workspaces.create(tmp_path / "brand", chosen) as workspace:
        load_plain(workspace, random_brand(5))
        brand = Brand(workspace, AS_OF, 90)
        wrong = {topic.name: brand.disagreements(topic, topic.dimensions[:1]) for topic in TOPICS}
        wrong |= {sheet.code: brand.sheet_disagreements(sheet) for sheet in SHEETS}
        assert {name: lines for name, lines in wrong.items() if lines} == {}
