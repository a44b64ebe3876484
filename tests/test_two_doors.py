"""Files through the real door (load, resolve) give what they give through the tests' plain loader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from siyu.core.settings import defaults
from siyu.identity.resolve import resolve
from siyu.measures.measure import measure
from siyu.sources.load import load
from siyu.store import workspace as workspaces
from siyu.store.workspace import KEYS_FILE, Workspace
from tests.breadth import wide
from tests.measures.random_brand import AS_OF, random_brand, write_csv, zone_of
from tests.measures.reference import cursor_of, reference
from tests.measures.worked import differences
from tests.plain import load_plain

NOW = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
#: Values that the load gives the same by either door: the facts in force, less the lineage.
SAME = {
    "orders": "order_id, platform, paid_at, paid_day, paid_amount, refund_amount, refunded_at, is_test, identifier_id",
    "refunds": "refund_id, order_id, platform, refunded_at, refund_amount",
    "relations": "relation_type, touchpoint, started_at, ended_at, identifier_id",
    "members": "joined_at, left_at, tier, identifier_id",
    "events": "occurred_at, occurred_day, name, touchpoint, identifier_id",
    "consents": "occurred_at, purpose, channel, action, identifier_id",
    "referrals": "occurred_at, kind, inviter_identifier_id, invitee_identifier_id",
    "contents": "occurred_at, kind, approved, positive, identifier_id",
}


@pytest.fixture(scope="module", params=wide([7, 8], always=1))
def doors(request, tmp_path_factory) -> Iterator[tuple[Workspace, Workspace]]:
    """The same random brand through the real door and through the plain one, with the same keys."""
    tmp_path = tmp_path_factory.mktemp("doors")
    brand = random_brand(request.param)
    settings = defaults().with_values(brand__zone=zone_of(request.param))
    with workspaces.create(tmp_path / "real", settings) as real:
        (tmp_path / "plain").mkdir()
        for name in (KEYS_FILE, workspaces.SETTINGS_FILE):
            (tmp_path / "plain" / name).write_bytes((tmp_path / "real" / name).read_bytes())
        with workspaces.open_workspace(tmp_path / "plain") as plain:
            load(real, _files(tmp_path / "files", brand), now=NOW)
            resolve(real)
            load_plain(plain, brand, now=NOW)
            yield real, plain


def _files(folder: Path, brand: dict) -> list[Path]:
    return sorted(write_csv(brand, folder).glob("*.csv"))


def rows(workspace: Workspace, query: str) -> list[str]:
    return sorted(map(repr, cursor_of(workspace).execute(query).fetchall()))


def test_both_doors_give_the_same_facts_and_people(doors):
    real, plain = doors
    for kind, columns in SAME.items():
        corrected = f"SELECT fact_id FROM superseded WHERE kind = '{kind}'"
        query = f"SELECT {columns} FROM {kind} WHERE fact_id NOT IN ({corrected})"
        assert rows(real, query) == rows(plain, query), kind
    for query in ("SELECT identifier_id, consumer_id FROM identity", "SELECT * FROM consumer"):
        assert rows(real, query) == rows(plain, query)


def test_files_through_the_real_door_measure_as_the_sql_reference_says(doors):
    real, _plain = doors
    wanted = reference(cursor_of(real), real.settings, AS_OF[0], 30)
    assert differences(wanted, measure(real, as_of=AS_OF[0], window=30, now=NOW)) == []
