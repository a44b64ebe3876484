"""Operations: facts that need transactions (loads, consents, decisions, results), on SQLite or PostgreSQL.

SQLAlchemy Core over the tables of `store/schema.py`, which are brought to this version at open.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from siyu.store.database import connect
from siyu.store.migrating import migrate
from siyu.store.owner import Owner
from siyu.store.schema import COMMITTED, LOAD, READING, STATE
from siyu.store.states import IDENTITY_VERSION, LOAD_BEGUN

#: Ids that one statement names at most: stores take some ten thousand.
PART_IDS = 10_000


class Operations:
    """The operations store: `begin()` for a transaction, `connect()` for reading, `state` for small facts."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self.owner = Owner(self.engine)
        migrate(self.engine)

    @property
    def shared(self) -> bool:
        """Whether other folders may use them too: they lie in a database, not in a file of the folder."""
        return self.engine.dialect.name == "postgresql"

    @contextlib.contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction: all or nothing."""
        with self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """A connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    def insert(self, connection: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
        """Many rows of plain values at once, past the work that SQLAlchemy does for each."""
        compiled = sa.insert(table).compile(dialect=self.engine.dialect, column_keys=rows.column_names)
        names = getattr(compiled, "positiontup", None)
        columns = [rows[name].to_pylist() for name in names or rows.column_names]
        values = list(zip(*columns)) if names else [dict(zip(rows.column_names, row)) for row in zip(*columns)]
        if values:
            connection.exec_driver_sql(str(compiled), values)

    def state(self, name: str) -> str | None:
        """A small fact by name, None if never set."""
        with self.connect() as connection:
            return connection.execute(sa.select(STATE.c.value).where(STATE.c.name == name)).scalar()

    def set_state(self, name: str, value: str, connection: sa.Connection | None = None) -> None:
        """Set a small fact, in the caller's transaction if one is given."""
        if connection is None:
            with self.begin() as fresh:
                self.set_state(name, value, fresh)
            return
        connection.execute(sa.delete(STATE).where(STATE.c.name == name))
        connection.execute(sa.insert(STATE).values(name=name, value=value))

    @property
    def identity_version(self) -> int:
        """The version of the identity in force; 0 before the first resolve."""
        return int(self.state(IDENTITY_VERSION) or 0)

    def add_load(self, connection: sa.Connection, *, mapping: str, options: str, **row: Any) -> None:
        """A load, with the text of its mapping and its options, in the caller's transaction. HeldError if another
        warehouse took over.
        """
        self.owner.check(connection)
        alike = sa.select(READING.c.reading_id).where(READING.c.mapping == mapping, READING.c.options == options)
        reading = connection.execute(alike.limit(1)).scalar()
        if reading is None:
            added = sa.insert(READING).values(mapping=mapping, options=options).returning(READING.c.reading_id)
            reading = connection.execute(added).scalar_one()
        connection.execute(sa.insert(LOAD).values(reading_id=reading, **row))

    def tell_again(self, connection: sa.Connection, load_id: int, change: Callable[[Any], Any]) -> None:
        """Change what a load reports (its counts, as plain data), in the caller's transaction."""
        mine = LOAD.c.load_id == load_id
        counts = json.loads(connection.execute(sa.select(LOAD.c.counts).where(mine)).scalar_one())
        text = json.dumps(change(counts), ensure_ascii=False)
        connection.execute(sa.update(LOAD).where(mine).values(counts=text))

    def committed_loads(self) -> list[int]:
        """Ids of committed loads, in order."""
        query = sa.select(LOAD.c.load_id).where(COMMITTED).order_by(LOAD.c.load_id)
        with self.connect() as connection:
            return list(connection.execute(query).scalars())

    def begin_load(self) -> int:
        """The number of the load that begins now, noted before anything of it is written: what is left of another one
        that was not committed is not of a load that was cut off. HeldError if another warehouse took over."""
        self.owner.hold_on()
        load_id = self.newest_load() + 1
        self.set_state(LOAD_BEGUN, str(load_id))
        return load_id

    def newest_load(self) -> int:
        """The highest id of a committed load; 0 if there is none."""
        query = sa.select(LOAD.c.load_id).where(COMMITTED).order_by(LOAD.c.load_id.desc()).limit(1)
        with self.connect() as connection:
            return connection.execute(query).scalar() or 0

    def count_loads(self, up_to: int | None = None) -> int:
        """How many loads are committed, all or those up to an id."""
        query = sa.select(sa.func.count(LOAD.c.load_id)).where(COMMITTED)
        if up_to is not None:
            query = query.where(LOAD.c.load_id <= up_to)
        with self.connect() as connection:
            return connection.execute(query).scalar_one()

    def loads_with_facts(self, load_ids: set[int]) -> list[int]:
        """Those of the loads whose report says that they brought facts, in order."""
        found = []
        with self.connect() as connection:
            for some in _in_parts(sorted(load_ids)):
                query = sa.select(LOAD.c.load_id, LOAD.c.counts).where(LOAD.c.load_id.in_(some))
                reports = connection.execute(query.order_by(LOAD.c.load_id))
                found += [load_id for load_id, text in reports if _has_facts(json.loads(text))]
        return found

    def read_otherwise(self, name: str, value: Any) -> Any:
        """The value of a setting with which a committed load was read, if it is another than this; None if none was."""
        options, key = READING.c.options, f'"{name}": '
        same = key + json.dumps(value, ensure_ascii=False)
        query = sa.select(options).where(options.contains(key, autoescape=True),
                                         ~options.contains(same, autoescape=True))
        with self.connect() as connection:
            found = connection.execute(query.limit(1)).scalar()
        return json.loads(found)["settings"][name] if found else None

    def read_alike(self, values: dict[str, Any]) -> None:
        """Note of all loads that their facts are now those of these settings."""
        with self.begin() as connection:
            for reading_id, text in connection.execute(sa.select(READING.c.reading_id, READING.c.options)).all():
                options = json.loads(text)
                kept = options.get("settings", {})
                options["settings"] = {name: values.get(name, value) for name, value in kept.items()}
                if options["settings"] != kept:
                    changed = json.dumps(options, ensure_ascii=False)
                    one = sa.update(READING).where(READING.c.reading_id == reading_id)
                    connection.execute(one.values(options=changed))

    def close(self) -> None:
        """Let go of all connections."""
        self.owner.let_go()
        self.engine.dispose()


def _in_parts(ids: list[int]) -> Iterator[list[int]]:
    """So many at once that a statement may name them all."""
    return (ids[start : start + PART_IDS] for start in range(0, len(ids), PART_IDS))


def _has_facts(report: dict[str, Any]) -> bool:
    return any(c.get("loaded", 0) + c.get("corrected", 0) for c in report.get("kinds", {}).values())
