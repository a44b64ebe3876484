"""Operations on SQLite and on a real PostgreSQL: transactions, migrations up and down, newer stores refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError

from siyu.core.errors import NewerVersionError, WorkspaceError
from siyu.store.database import out_of_reach
from siyu.store.migrating import created, migration_config, revisions
from siyu.store.operations import Operations
from siyu.store.schema import CONSENT, LINK_DECISION, LOAD, METADATA, QUARANTINE, READING, STATE

LARGE = 2**63 - 1


@pytest.fixture
def operations(url: str) -> Iterator[Operations]:
    """An empty store."""
    opened = Operations(url)
    yield opened
    opened.close()


def a_load(load_id: int, committed_at: int | None = None) -> dict[str, Any]:
    return {"load_id": load_id, "file_name": "订单.csv", "file_hash": "h", "mapping_name": "orders", "mapping": "",
            "options": "{}", "loaded_at": LARGE, "counts": "{}", "committed_at": committed_at}


def a_consent(fact_id: int) -> dict[str, Any]:
    return {"fact_id": fact_id, "load_id": 1, "identifier_id": LARGE, "purpose": "marketing", "action": "grant",
            "occurred_at": -1}


# -- transactions


def test_large_integers_texts_and_bytes_survive(operations: Operations):
    row = {"load_id": 1, "line": LARGE, "column_name": "手机", "value_masked": "138****1234", "reason": "it's \\ so",
           "row_cipher": bytes(range(256))}
    with operations.begin() as connection:
        connection.execute(sa.insert(QUARANTINE).values(row))
    with operations.connect() as connection:
        found = connection.execute(sa.select(QUARANTINE)).mappings().one()
    assert {name: found[name] for name in row} == row
    assert found["quarantine_id"] == 1


def test_a_transaction_that_fails_leaves_nothing(operations: Operations):
    def cut_off() -> None:
        with operations.begin() as connection:
            operations.add_load(connection, **a_load(1, committed_at=1))
            operations.set_state("identity_version", "1", connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cut_off()
    assert operations.committed_loads() == []
    assert operations.state("identity_version") is None


def test_only_committed_loads_count(operations: Operations):
    with operations.begin() as connection:
        for row in (a_load(3, 5), a_load(1, 9), a_load(2)):
            operations.add_load(connection, **row)
    assert operations.committed_loads() == [1, 3]
    assert (operations.newest_load(), operations.count_loads(), operations.count_loads(2)) == (3, 2, 1)


def test_loads_read_alike_have_one_reading(operations: Operations):
    texts = [("", "{}"), ("", "{}"), ("a", "{}"), ("", '{"scope": {}}'), ("a", "{}")]
    with operations.begin() as connection:
        for load_id, (mapping, options) in enumerate(texts, start=1):
            operations.add_load(connection, **a_load(load_id, 1) | {"mapping": mapping, "options": options})
    with operations.connect() as connection:
        found = connection.execute(sa.select(LOAD.c.load_id, READING.c.mapping, READING.c.options)
                                   .join(READING, READING.c.reading_id == LOAD.c.reading_id).order_by(LOAD.c.load_id))
        assert [tuple(row)[1:] for row in found] == texts
        assert connection.execute(sa.select(sa.func.count()).select_from(READING)).scalar() == 3


def test_loads_of_the_time_before_readings_keep_how_they_were_read(url: str):
    texts = [("", "{}"), ("a = 1", '{"scope": {}}'), ("", "{}"), ("a = 1", "{}")]
    with created(url, "0003") as connection:
        load = sa.Table("load", sa.MetaData(), autoload_with=connection)
        for load_id, (mapping, options) in enumerate(texts, start=1):
            row = a_load(load_id, 1) | {"mapping": mapping, "options": options}
            connection.execute(sa.insert(load).values(row))
    with closing(Operations(url)) as opened, opened.connect() as connection:
        found = connection.execute(sa.select(READING.c.mapping, READING.c.options, LOAD.c.file_name)
                                   .join(LOAD, READING.c.reading_id == LOAD.c.reading_id).order_by(LOAD.c.load_id))
        assert [tuple(row) for row in found] == [(*text, "订单.csv") for text in texts]
        assert connection.execute(sa.select(sa.func.count()).select_from(READING)).scalar() == 3


def test_any_number_of_loads_may_lack_facts(operations: Operations):
    loads = range(1, 40_001)  # more than a statement may name
    rows = [{k: v for k, v in a_load(i, 1).items() if k not in ("mapping", "options")} | {"reading_id": 1}
            for i in loads]
    rows[39_998]["counts"] = '{"kinds": {"orders": {"loaded": 1}}}'
    with operations.begin() as connection:
        connection.execute(sa.insert(LOAD), rows)
    assert operations.loads_with_facts(set(loads)) == [39_999]


def test_state_holds_the_last_value(operations: Operations):
    assert operations.state("seen") is None
    for value in ("1", "", "三"):
        operations.set_state("seen", value)
        assert operations.state("seen") == value


def test_one_fact_gives_one_consent(operations: Operations):
    with operations.begin() as connection:
        connection.execute(sa.insert(CONSENT).values(a_consent(7)))
    with pytest.raises(IntegrityError), operations.begin() as connection:
        connection.execute(sa.insert(CONSENT).values(a_consent(7)))


def test_numbers_of_rows_rise_with_time(operations: Operations):
    row = {"a": 1, "b": 2, "action": "retract", "reason": "two people", "decided_at": 1}
    with operations.begin() as connection:
        for _time in range(3):
            connection.execute(sa.insert(LINK_DECISION).values(row))
    with operations.connect() as connection:
        assert connection.execute(sa.select(LINK_DECISION.c.decision_id)).scalars().all() == [1, 2, 3]


def test_reopening_sees_what_was_written(url: str):
    for number in ("1", "2"):
        opened = Operations(url)
        assert opened.state("number") == (None if number == "1" else "1")
        opened.set_state("number", number)
        opened.close()


# -- migrations


def test_the_migrations_make_the_declared_tables(operations: Operations):
    with operations.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_revisions_are_those_of_the_migrations_in_their_order():
    script = ScriptDirectory.from_config(migration_config())
    assert revisions() == [revision.revision for revision in script.walk_revisions()][::-1]


def test_migrations_go_down_and_up_again(operations: Operations):
    def move(verb: Any, revision: str) -> set[str]:
        config = migration_config()
        with operations.begin() as connection:
            config.attributes["connection"] = connection
            verb(config, revision)
            return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}

    assert move(command.downgrade, "base") == set()
    assert move(command.upgrade, "head") == set(METADATA.tables)
    operations.set_state("still", "here")


def test_a_newer_store_is_refused_and_stays(url: str):
    opened = Operations(url)
    opened.set_state("kept", "yes")
    with opened.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerVersionError, match="9999"):
        Operations(url)
    assert opened.state("kept") == "yes"
    opened.close()


def test_a_migration_that_is_cut_off_leaves_no_tables(url: str, monkeypatch: pytest.MonkeyPatch):
    upgrade = command.upgrade

    def cut_off(config: Any, revision: str) -> None:
        upgrade(config, revision)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", cut_off)
    with pytest.raises(KeyboardInterrupt):
        Operations(url)
    monkeypatch.undo()
    opened = Operations(url)
    assert opened.committed_loads() == []
    opened.close()


@pytest.mark.slow
def test_processes_that_start_together_all_open(url: str):
    code = "import sys; from siyu.store.operations import Operations; print(Operations(sys.argv[1]).state('none'))"
    python = [sys.executable, "-c", code, url]
    started = [subprocess.Popen(python, stdout=subprocess.PIPE, text=True) for _number in range(3)]
    assert [process.communicate()[0] for process in started] == ["None\n"] * 3


# -- what cannot be opened


@pytest.mark.parametrize("text", [
    "not a url", "nosuchdb://host/x", "postgresql://user:geheim@localhost:1/none", "postgresql://[::1/geheim",
    "postgresql://user:geheim@host:port/x", "postgresql://user:pa@geheim/x@127.0.0.1:5999/zone",
])  # fmt: skip
def test_a_store_that_cannot_be_reached_says_which_setting(text: str):
    with pytest.raises(WorkspaceError) as refused:
        Operations(text)
    assert "operations.url" in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_holds_no_chinese_is_refused(postgres, encoding: str):
    url = sa.make_url(postgres().replace("postgresql://", "postgresql+psycopg://"))
    made = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        name = f"{url.database}_{encoding.lower()}"
        connection.execute(sa.text(f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' "
                                   "TEMPLATE template0"))
    made.dispose()
    with pytest.raises(WorkspaceError, match=f"holds text as {encoding}; expected UTF8"):
        Operations(url.set(database=name).render_as_string(hide_password=False))


def test_a_database_that_goes_away_is_out_of_reach_and_back_at_the_next_question(postgres):
    opened = Operations(postgres())
    with pytest.raises(DBAPIError) as lost, opened.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert out_of_reach(lost.value)
    with pytest.raises(DBAPIError) as wrong, opened.connect() as connection:
        connection.execute(sa.text("SELECT nonsense"))
    assert not out_of_reach(wrong.value)
    with opened.connect() as idle, opened.connect() as other:
        of_idle = idle.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        idle.close()
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": of_idle})
    assert opened.state("nothing") is None
    opened.close()


def test_a_file_that_is_no_database_is_told_and_stays(tmp_path: Path):
    path = tmp_path / "operations.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(WorkspaceError, match="will not open"):
        Operations(f"sqlite:///{path}")
    assert path.read_bytes() == b"no database" * 100


def test_sqlite_is_durable_and_forgets_what_is_deleted(tmp_path: Path):
    opened = Operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    with opened.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                 ("journal_mode", "synchronous", "secure_delete")]
    assert found == ["wal", 2, 1]
    opened.close()


def test_a_deleted_value_stands_nowhere_in_the_file(tmp_path: Path):
    opened = Operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    opened.set_state("secret", "geheimnis" * 50)
    with opened.begin() as connection:
        connection.execute(sa.delete(STATE))
    opened.close()
    assert all(b"geheimnis" not in path.read_bytes() for path in tmp_path.iterdir())
