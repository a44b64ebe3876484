"""Every topic and every sheet equals its independent SQL on random brands, in all and by each of its dimensions."""

from __future__ import annotations

import pytest

from siyu.measures.registry import SHEETS, TOPICS
from tests.breadth import wide
from tests.measures.random_brand import AS_OF
from tests.measures.test_parity import brand_in
from tests.measures.topics.agreement import Brand

SEEDS = wide(range(4), always=1)
WINDOWS = (30, 90, 7, 365)


@pytest.fixture(scope="module", params=SEEDS)
def brand(request, tmp_path_factory):
    seed = request.param
    with brand_in(tmp_path_factory.mktemp("brand") / "brand", seed) as workspace:
        yield Brand(workspace, AS_OF[seed % len(AS_OF)], WINDOWS[seed % len(WINDOWS)])


@pytest.mark.parametrize("topic", wide(TOPICS, always=7), ids=lambda topic: topic.name)
def test_a_topic_equals_its_sql_in_all_and_by_each_dimension(brand: Brand, topic):
    splits = [(), *((dimension,) for dimension in topic.dimensions), topic.dimensions[:2]]
    assert [line for by in splits for line in brand.disagreements(topic, by)] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.code)
def test_a_sheet_equals_its_sql(brand: Brand, sheet):
    assert brand.sheet_disagreements(sheet) == []
