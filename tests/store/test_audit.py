"""The audit on both stores: rows as they were written, newest first, nothing personal in them."""

from __future__ import annotations

import pytest

from siyu.store.audit import Act, acts, record
from siyu.store.operations import Operations


@pytest.fixture
def operations(url: str):
    opened = Operations(url)
    yield opened
    opened.close()


def written(operations: Operations, *rows: Act) -> None:
    with operations.begin() as connection:
        for row in rows:
            record(connection, row.at, row.actor, row.act, row.subject, row.detail)


def test_rows_come_back_newest_first_and_by_part(operations: Operations):
    old, new = Act(1, "cli", "erasure.run", "9", {"消费者": 1}), Act(2, "crm", "consent.record", "8", {})
    written(operations, old, new)
    assert acts(operations) == [new, old]
    assert acts(operations, act="erasure.") == [old]
    assert acts(operations, since=2) == [new]
    assert acts(operations, limit=1) == [new]


def test_what_people_write_into_it_shows_no_phone_and_no_mail(operations: Operations):
    told = {"why": ["call 13800001234"], "n": 1}
    written(operations, Act(1, "lin@example.com", "export.subject", "13800001234", told))
    assert acts(operations) == [Act(1, "***", "export.subject", "***", {"why": ["call ***"], "n": 1})]


def test_it_belongs_to_the_transaction_of_what_was_done(operations: Operations):
    def cut_off() -> None:
        with operations.begin() as connection:
            record(connection, 1, "cli", "erasure.run", "9", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cut_off()
    assert acts(operations) == []
