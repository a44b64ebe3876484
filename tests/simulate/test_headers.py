"""The declared header rows are the real ones, and the files begin with them."""

from __future__ import annotations

import json

import pytest

from siyu.simulate.headers import HEADER_ROWS

from .reading import encoding_of

FILES = {
    "youzan_order_2026": "youzan_orders-",
    "youzan_customer_2026": "youzan_customers-",
    "taobao_tmall_ExportOrderList_2018_19": "tmall_orders-2024",
    "qianniu_order_current": "tmall_orders-current",
    "weixin_shop_order_current": "weixin_shop_orders",
}


@pytest.mark.parametrize("name", HEADER_ROWS)
def test_a_declared_header_row_is_the_real_one(shared, name):
    real = json.loads((shared / "data" / "platform_export_headers.json").read_text(encoding="utf-8"))
    assert HEADER_ROWS[name].split(",") == real[name]["columns"]


@pytest.mark.parametrize("name", FILES)
def test_the_files_begin_with_it(brand, name):
    files = list(brand.exports.glob(f"{FILES[name]}*.csv"))
    assert files
    for path in files:
        assert path.read_bytes().decode(encoding_of(path.name)).splitlines()[0] == HEADER_ROWS[name]
