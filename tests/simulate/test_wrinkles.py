"""The wrinkles that the truth counts are the ones that stand in the files."""

from __future__ import annotations

from collections import Counter

import pytest

from siyu.simulate import (
    exports_consents,
    exports_events,
    exports_orders,
    exports_relations,
    exports_social,
    exports_tmall,
    exports_weixin_shop,
    exports_youzan_customers,
    exports_youzan_orders,
)
from siyu.simulate.id_columns import BLOCKED
from siyu.simulate.identifiers import STORE_PHONE

from .reading import Row, lines_of, once, planted, truth

FLAWS = {
    "youzan_orders": exports_youzan_orders.ORDER_FLAWS,
    "youzan_customers": exports_youzan_customers.CUSTOMER_FLAWS,
    "tmall_orders-2024": exports_tmall.OLD_FLAWS,
    "tmall_orders-current": exports_tmall.QIANNIU_FLAWS,
    "weixin_shop_orders": exports_weixin_shop.FLAWS,
    "orders": exports_orders.FLAWS,
    "relations": exports_relations.RELATION_FLAWS,
    "members": exports_relations.MEMBER_FLAWS,
    "consents": exports_consents.CONSENT_FLAWS,
    "events": exports_events.FLAWS,
    "contents": exports_social.FLAWS,
    "referrals": exports_social.FLAWS,
}


def files(brand, prefix: str):
    """The files of that name that have wrinkles; samples are clean."""
    found = (path for path in brand.exports.glob("*.csv") if path.name.startswith((f"{prefix}.", f"{prefix}-")))
    return [path for path in found if "samples" not in path.name]


def spoilt(row: Row, prefix: str) -> bool:
    return any(row[flaw.column] == flaw.value.replace('"="""""', '=""') for flaw in FLAWS[prefix])


def right(path, prefix: str) -> list[Row]:
    return [row for row in once(path) if not spoilt(row, prefix)]


def test_lines_stand_twice_as_often_as_the_truth_says(brand):
    twice = Counter()
    for path in brand.exports.iterdir():
        rows = [tuple(row) for row in lines_of(path)[1]]
        twice[path.name] = len(rows) - len(set(rows))
    assert +twice == planted(brand, "duplicate_line")


@pytest.mark.parametrize("prefix", FLAWS)
def test_bad_rows_are_as_many_as_the_truth_says(brand, prefix):
    for path in files(brand, prefix):
        rows = once(path)
        for flaw in FLAWS[prefix]:
            value = flaw.value.replace('"="""""', '=""')
            assert sum(row[flaw.column] == value for row in rows) == planted(brand, flaw.reason)[path.name]


def test_masked_and_unknown_phones_are_counted(brand):
    for prefix, column in (("youzan_orders", "买家手机号"), ("youzan_customers", "客户手机号")):
        for path in files(brand, prefix):
            phones = [row[column] for row in right(path, prefix)]
            assert sum("*" in phone for phone in phones) == planted(brand, "masked_phone")[path.name]
            assert phones.count("?") == planted(brand, "unknown_phone")[path.name]


@pytest.mark.parametrize("prefix", ["relations", "members", "consents", "events", "contents", "referrals"])
def test_blocked_values_are_counted(brand, prefix):
    for path in files(brand, prefix):
        cells = [value for row in right(path, prefix) for name, value in row.items() if "id." in name]
        assert sum(value in BLOCKED for value in cells) == planted(brand, "blocked_value")[path.name]


def test_the_store_typed_its_own_phone_on_many_orders(brand):
    rows = [row for path in files(brand, "orders") for row in right(path, "orders")]
    found = sum(row["id.phone"] == STORE_PHONE for row in rows)
    assert found == planted(brand, "store_phone")["orders.csv"] > 0


def test_misspelt_values_stand_in_the_truth_with_their_person(brand):
    spelt = Counter(row["namespace"] for row in truth(brand, "identifiers") if row["kind"] == "typo")
    assert spelt["phone"] == planted(brand, "phone_typo").total() > 0
    assert spelt["email"] == planted(brand, "email_typo").total() > 0


def test_late_rows_come_in_files_of_their_own(brand):
    for file, count in planted(brand, "late_row").items():
        prefix = "youzan_orders" if file.startswith("youzan") else file.split("-")[0]
        assert "-late" in file
        assert len(right(brand.exports / file, prefix)) == count


def test_late_rows_stand_in_no_other_file(brand):
    late = {row["event_id"] for row in right(brand.exports / "events-late.csv", "events")}
    others = [path for path in files(brand, "events") if "late" not in path.name]
    assert late
    assert late.isdisjoint(row["event_id"] for path in others for row in right(path, "events"))


def test_families_share_a_phone(brand):
    people: dict[str, set[str]] = {}
    for row in truth(brand, "identifiers"):
        if row["kind"] == "shared":
            people.setdefault(row["value"], set()).add(row["person"])
    assert people
    assert min(map(len, people.values())) > 1


def test_free_samples_and_test_orders_are_counted(brand):
    rows = once(brand.exports / "orders-samples.csv")
    assert sum(row["is_test"] == "true" for row in rows) == planted(brand, "test_order")["orders-samples.csv"]
    assert sum(row["paid_amount"] == "0.00" for row in rows) == planted(brand, "zero_price")["orders-samples.csv"]
