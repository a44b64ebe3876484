"""How commands ask of the facts as of a day."""

from __future__ import annotations

import datetime as dt

from siyu.cli import asking
from siyu.core.settings import defaults
from siyu.store.workspace import create
from tests.plain import load_plain


def test_the_clock_that_tells_the_day_is_the_one_facts_are_brought_up_to(tmp_path, monkeypatch):
    brought = []
    monkeypatch.setattr(asking, "up_to_date", lambda _, *, now, progress: brought.append(now))
    moment = dt.datetime(2026, 7, 1, 15, 59, 59, tzinfo=dt.UTC)  # a second before midnight in Shanghai
    with create(tmp_path / "brand", defaults()) as opened:
        load_plain(opened, {"orders": [{"order_id": "1", "paid_at": "2026-07-01", "paid_amount": "1"}]})
        asked = asking.ask(opened, None, moment, lambda *_: None)
    assert (asked.date, brought) == (dt.date(2026, 6, 30), [moment])
