"""Orders of platforms keep their worth when their buyer is erased: amounts, refunds and lines stay, the name goes."""

from __future__ import annotations

import pytest

from siyu.core.identifiers import identifier_id, normalise
from siyu.sources.replay import rebuild
from siyu.store import workspace as workspaces
from tests.breadth import wide
from tests.sources import test_platforms_jd as jd
from tests.sources import test_platforms_shopify as shopify
from tests.sources import test_platforms_xiaohongshu as xiaohongshu
from tests.sources.exports import NOW, facts, load_one, write
from tests.sources.test_forget import erased

WORTH = ("order_id", "paid_at", "paid_amount", "refund_amount", "quantity", "line_no")
EXPORTS = {
    "shopify": (shopify.HEADER, shopify.ROWS, f"email:{shopify.LIN}"),
    "xiaohongshu": (xiaohongshu.HEADER, xiaohongshu.ROWS, "xiaohongshu_uid:5f0a77"),
    "jd": (jd.OLD, jd.rows(jd.OLD), "jd_pin:jd_lin"),
}


def worth(workspace) -> list[tuple]:
    rows = [*facts(workspace, "orders"), *facts(workspace, "order_lines")]
    return sorted((tuple(row.get(name) for name in WORTH) for row in rows), key=repr)


@pytest.mark.parametrize("name", wide(EXPORTS, always=1))
def test_what_an_erased_buyer_paid_stays_and_the_name_goes(workspace, tmp_path, name):
    header, rows, who = EXPORTS[name]
    path = write(tmp_path / "o.csv", header, rows)
    with workspaces.create(tmp_path / "before") as before:
        load_one(before, path)
        whole = worth(before)
    erased(workspace, who)
    load_one(workspace, path)
    namespace, value = who.split(":")
    gone = identifier_id(workspace.keys.key(namespace, normalise(namespace, value)))
    assert worth(workspace) == whole
    assert gone not in {o["identifier_id"] for o in facts(workspace, "orders")}
    assert rebuild(workspace, NOW).equal
    assert worth(workspace) == whole
