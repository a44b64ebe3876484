"""Relations with the ends that came apart from them, on both engines: for measures by person, for lists by links."""

from __future__ import annotations

from typing import Any

from siyu.measures.facts import Facts
from siyu.measures.relations import relation_spans
from siyu.sources.facts.openlist import OpenList
from siyu.store.tables import BY_NAME, FACT_ID_STEP, LINK_RECORD
from siyu.store.warehouse import Warehouse
from tests.engines.rows import filled, identities

DAY = 86_400_000_000
UNIONID, EXTERNAL, OTHER = 1, 2, 3


def tell(warehouse: Warehouse, kind: str, *rows: dict[str, Any]) -> None:
    lineage = [{"fact_id": FACT_ID_STEP + place, "load_id": 1, "relation_type": "fan", **row}
               for place, row in enumerate(rows)]  # fmt: skip
    warehouse.append(BY_NAME[kind], filled(BY_NAME[kind], *lineage))


def test_an_end_by_another_name_closes_the_relation_that_it_speaks_of(warehouse: Warehouse):
    warehouse.append(BY_NAME["identity"], identities((UNIONID, UNIONID), (EXTERNAL, UNIONID), (OTHER, OTHER)))
    link = {"a": UNIONID, "b": EXTERNAL, "source": "wecom", "records": 1, "load_id": 1}
    warehouse.append(LINK_RECORD, filled(LINK_RECORD, link))
    began = {"started_at": DAY, "started_day": 1}
    tell(warehouse, "relations", {**began, "identifier_id": UNIONID, "guide": "anna"},
         {**began, "identifier_id": UNIONID, "guide": "bert", "touchpoint": "chat"},
         {**began, "identifier_id": OTHER, "guide": "anna"})  # fmt: skip
    tell(warehouse, "relation_ends", *({"identifier_id": EXTERNAL, "guide": "anna", "ended_at": day * DAY,
                                        "ended_day": day} for day in (7, 5, 1)))  # fmt: skip
    spans = warehouse.rows(relation_spans(Facts(warehouse)))
    assert sorted((row["consumer_id"], row["touchpoint"], row["to_day"] == 5) for row in spans) == [
        (UNIONID, "", True), (UNIONID, "chat", False), (OTHER, "", False)]  # fmt: skip
    assert OpenList(warehouse, {"relation_type": "fan"}, 9, 9 * DAY).counts() == (2, 2)
