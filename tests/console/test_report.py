"""The report of a small real workspace: gathered from its stores, written whole, telling what the measures tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from siyu.console import gather as gathering
from siyu.console.gather import _doors_by_day, gather
from siyu.console.material import Load, Material
from siyu.console.page import page
from siyu.console.report import Written, write_report
from siyu.core.errors import MeasureError
from siyu.core.time import HOUR, instant_of
from siyu.measures.measure import measure
from siyu.store import workspace as workspaces
from siyu.store.workspace import Workspace
from tests.plain import load_plain

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
AS_OF = dt.date(2026, 6, 30)

#: Lin is a member who buys and may be messaged; Mei left a phone and no consent; Bo follows and bought; Wu left only
#: traces in the mini-program.
BRAND = {
    "members": [
        {"joined_at": "2026-01-05 10:00:00", "id.phone": "13800000001"},
        {"joined_at": "2026-02-01 10:00:00", "id.phone": "13800000002"},
    ],
    "relations": [
        {"relation_type": "fan", "started_at": "2026-03-01 09:00:00", "id.openid": "bo"},
        {"relation_type": "offline_member", "started_at": "2026-03-01 09:00:00", "id.phone": "13800000003"},
        {"relation_type": "miniprogram_user", "started_at": "2026-03-01 09:00:00", "id.openid": "wu"},
    ],
    "consents": [
        {"occurred_at": "2026-01-05 10:00:00", "purpose": "marketing", "action": "grant", "id.phone": "13800000001"},
        {"occurred_at": "2026-02-02 10:00:00", "purpose": "marketing", "action": "withdraw", "id.phone": "13800000002"},
    ],
    "orders": [
        {"order_id": "0", "paid_at": "2026-02-10 10:30:00", "paid_amount": "20.00", "id.phone": "13800000001"},
        {"order_id": "1", "paid_at": "2026-06-10 10:30:00", "paid_amount": "100.00", "id.phone": "13800000001"},
        {"order_id": "2", "paid_at": "2026-05-10 10:00:00", "paid_amount": "80.00", "id.openid": "bo"},
        {"order_id": "3", "paid_at": "2026-05-11 10:00:00", "paid_amount": "55.50", "id.phone": "13800000003"},
    ],
    "events": [
        {"event_id": "e1", "occurred_at": "2026-06-10 10:00:00", "name": "visit", "touchpoint": "mini_program",
         "id.phone": "13800000001"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def brand(tmp_path_factory) -> Iterator[Workspace]:
    with workspaces.create(tmp_path_factory.mktemp("brand")) as fresh:
        load_plain(fresh, BRAND)
        yield fresh


@pytest.fixture(scope="module")
def found(brand: Workspace) -> Material:
    return gather(brand, as_of=AS_OF, window=30, now=NOW)


@pytest.fixture(scope="module")
def written(brand: Workspace, tmp_path_factory) -> Written:
    return write_report(brand, tmp_path_factory.mktemp("page") / "report.html", as_of=AS_OF, lang="en", now=NOW)


def test_every_piece_is_gathered(found: Material):
    assert found.failures == {}
    assert found.previous is not None
    assert found.quality is not None
    assert found.coverage is not None
    assert found.series


def test_a_declaration_counts_members_with_a_phone_who_neither_agreed_nor_refused(found: Material):
    assert found.consent is not None
    assert (found.consent.sms_opened, found.consent.joining_f) == (1, 1)
    assert found.consent.value_joining_minor == 5550
    assert found.consent.unreachable_with_phone == 2


def test_people_stand_in_the_one_combination_they_hold(found: Material):
    held = {tuple(h.types): (h.consumers, h.reachable) for h in found.held}
    assert held == {("member",): (2, 1), ("fan",): (1, 1), ("offline_member",): (1, 0), ("miniprogram_user",): (1, 0)}


def test_the_page_tells_what_the_measures_tell(written: Written, found: Material):
    f = found.document["fast_plus"]["F"]
    said = f"<b>{f['sustainable_relationships']}</b> of <b>{f['relation_gross']}</b> people"
    assert said in written.path.read_text(encoding="utf-8")
    assert written.failures == {}


def test_the_trend_is_what_measuring_that_window_would_give(brand: Workspace, found: Material):
    window = found.windows[-1]
    fast_plus = measure(brand, as_of=window.as_of, now=NOW)["fast_plus"]
    assert window.own_total == fast_plus["S"]["own_total"]
    assert window.gravity == fast_plus["T"]["value"]


def test_no_plain_identifier_stands_on_the_page(written: Written):
    assert "1380000000" not in written.path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_writing_twice_gives_the_same_page(brand: Workspace, written: Written, tmp_path: Path):
    again = write_report(brand, tmp_path / "report.html", as_of=AS_OF, lang="en", now=NOW)
    assert again.path.read_bytes() == written.path.read_bytes()


@pytest.mark.slow
def test_a_piece_that_breaks_leaves_its_message_and_the_page_is_written(brand: Workspace, tmp_path: Path, monkeypatch):
    def broken(*_given):
        raise RuntimeError("not today")

    for piece in ("coverage", "_windows"):
        monkeypatch.setattr(gathering, piece, broken)
    page = write_report(brand, tmp_path / "report.html", as_of=AS_OF, lang="en", now=NOW)
    assert page.failures["coverage"] == "RuntimeError: not today"
    assert "not today" in page.path.read_text(encoding="utf-8")


def test_an_empty_workspace_says_what_to_do_and_writes_nothing(workspace: Workspace, tmp_path: Path):
    with pytest.raises(MeasureError, match="no facts"):
        write_report(workspace, tmp_path / "report.html", now=NOW)
    assert list(tmp_path.glob("*.html*")) == []

#: Brands of which hardly anything is known: each kind alone, and what leaves nobody or nothing.
FEW = {
    **{kind: {kind: rows} for kind, rows in BRAND.items()},
    "everybody left": {
        "relations": [{"relation_type": "fan", "started_at": "2026-05-01 09:00:00", "ended_at": "2026-06-10 09:00:00",
                       "id.openid": "bo"}],
        "orders": [{"order_id": "1", "paid_at": "2026-05-02 10:00:00", "paid_amount": "100", "id.openid": "bo"}],
    },
    "all given back": {
        "orders": [{"order_id": "1", "paid_at": "2026-05-02 10:00:00", "paid_amount": "100", "refund_amount": "100",
                    "refunded_at": "2026-05-03 10:00:00", "id.openid": "bo"}],
    },
    "refunds": {"refunds": [{"order_id": "1", "refunded_at": "2026-05-03 10:00:00", "refund_amount": "100"}]},
    "samples": {"orders": [{"order_id": "1", "paid_at": "2026-05-02 10:00:00", "paid_amount": "0", "id.openid": "bo"}]},
    "referrals": {"referrals": [{"kind": "accepted", "occurred_at": "2026-05-02 10:00:00", "inviter.id.openid": "bo",
                                 "invitee.id.openid": "wu"}]},
    "contents": {"contents": [{"occurred_at": "2026-05-02 10:00:00", "kind": "ugc", "approved": "true",
                               "id.openid": "bo"}]},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("few", FEW)
def test_of_a_brand_of_which_little_is_known_every_panel_can_be_drawn(workspace: Workspace, few: str):
    load_plain(workspace, FEW[few])
    found = gather(workspace, as_of=AS_OF, window=30, now=NOW)
    assert found.failures == {}
    for lang in ("zh", "en"):
        panels = [p for section in page(found, lang).sections for p in section.panels]
        assert [(p.name, p.message) for p in panels if p.failed] == []


def test_loads_of_a_door_have_one_row_a_day():
    """A server makes thousands of them a day."""
    noon = instant_of(dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC))
    told = [("inbox:shop", 0, 1), ("orders.csv", 0, 5), ("inbox:shop", 1, 2), ("inbox:wecom", 1, 3),
            ("orders.csv", 2, 5), ("inbox:shop", 13, 4)]  # fmt: skip
    loads = [Load(name, "canonical", noon + hours * HOUR, {"read": n, "loaded": n}) for name, hours, n in told]
    kept = _doors_by_day(loads, ZoneInfo("Asia/Shanghai"))
    assert [(load.file_name, load.counts["read"], load.counts["loaded"]) for load in kept] == [
        ("inbox:shop", 3, 3), ("orders.csv", 5, 5), ("inbox:wecom", 3, 3), ("orders.csv", 5, 5), ("inbox:shop", 4, 4)]
    assert kept[0].loaded_at == noon + HOUR
