"""Operations: facts that need transactions (loads, consents, decisions, results), on SQLite or PostgreSQL.

SQLAlchemy Core; the schema's history is in `store/migrations` (Alembic), applied at open.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from siyu.core.errors import NewerVersionError
from siyu.store.engine import connect, will_not_open
from siyu.store.owner import Owner

if TYPE_CHECKING:
    from alembic.config import Config

METADATA = sa.MetaData()
#: Where Alembic notes the revision of the schema.
VERSION = sa.table("alembic_version", sa.column("version_num", sa.Text))
MIGRATIONS = Path(__file__).parent / "migrations"
#: Number of the lock PostgreSQL keeps while one process migrates ("siyu" in ASCII).
MIGRATION_LOCK = 0x73697975
#: Name of the small fact that says which load began last.
LOAD_BEGUN = "load_begun"
#: Ids that one statement names at most: stores take some ten thousand.
PART_IDS = 10_000

#: A load: the one commit point. Facts whose load has no row with `committed_at` are invisible and dropped at open.
LOAD = sa.Table(
    "load", METADATA,
    sa.Column("load_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_hash", sa.Text, nullable=False),
    sa.Column("mapping_name", sa.Text, nullable=False),
    sa.Column("reading_id", sa.BigInteger, nullable=False),
    sa.Column("loaded_at", sa.BigInteger, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),  # JSON: the load report
    sa.Column("committed_at", sa.BigInteger),
)  # fmt: skip
# A server commits a load every few seconds: what it asks of all of them it asks of these.
COMMITTED = LOAD.c.committed_at.is_not(None)
sa.Index("load_committed", LOAD.c.load_id)  # of committed loads only, which its migration says
sa.Index("load_file", LOAD.c.file_hash)
#: How loads were read, for replay; what many loads have alike stands once.
READING = sa.Table(
    "reading", METADATA,
    sa.Column("reading_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("mapping", sa.Text, nullable=False),  # the mapping's TOML as it was
    sa.Column("options", sa.Text, nullable=False),  # JSON: snapshot day, scope, settings, columns ...
)  # fmt: skip
#: Rows a load could not take, values encrypted, to be mended and loaded again.
QUARANTINE = sa.Table(
    "quarantine", METADATA,
    sa.Column("quarantine_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("load_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("line", sa.BigInteger, nullable=False),
    sa.Column("column_name", sa.Text, nullable=False),
    sa.Column("value_masked", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("row_cipher", sa.LargeBinary, nullable=False),
)  # fmt: skip
#: The system of record of consent; the warehouse holds a copy for measures.
CONSENT = sa.Table(
    "consent", METADATA,
    sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("fact_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("load_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("identifier_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("notice_version", sa.Text),
    sa.Column("proof", sa.Text),
)  # fmt: skip
#: Consents given or withdrawn here (a preference link, a clerk): in force at once; a load takes them to the warehouse.
CONSENT_CHANGE = sa.Table(
    "consent_change", METADATA,
    sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("identifier_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("notice_version", sa.Text, nullable=False),
)  # fmt: skip
#: What people decided about links: retract (undo) or restore; the newest row of a pair is in force.
LINK_DECISION = sa.Table(
    "link_decision", METADATA,
    sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("a", sa.BigInteger, nullable=False),
    sa.Column("b", sa.BigInteger, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", sa.BigInteger, nullable=False),
)  # fmt: skip
#: Documents `siyu measure` has given, by day, window and fingerprint of all they rest on.
MEASUREMENT = sa.Table(
    "measurement", METADATA,
    sa.Column("as_of_day", sa.Integer, primary_key=True),
    sa.Column("window_days", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("computed_at", sa.BigInteger, nullable=False),
)  # fmt: skip
#: Answers to the guarantees' self-check lists; the newest row of an item is in force, the older ones are its history.
GUARANTEE_ANSWER = sa.Table(
    "guarantee_answer", METADATA,
    sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("item", sa.Text, nullable=False),  # list.code
    sa.Column("answer", sa.Text, nullable=False),  # yes, partial or no
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("due_day", sa.Integer),
    sa.Column("answered_at", sa.BigInteger, nullable=False),
)  # fmt: skip
#: Keys of those who may call over HTTP: of the key itself only its hash is kept.
API_KEY = sa.Table(
    "api_key", METADATA,
    sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),  # the source that its events carry
    sa.Column("scope", sa.Text, nullable=False),  # collect, read or admin
    sa.Column("key_hash", sa.Text, nullable=False, unique=True),
    sa.Column("defaults", sa.Text, nullable=False),  # JSON: platform, touchpoint, domain, user_namespace
    sa.Column("origins", sa.Text, nullable=False),  # JSON: web origins that may use it
    sa.Column("rate", sa.Integer, nullable=False),  # requests a second
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)  # fmt: skip
#: Webhooks that others call: the door behind each, its secrets (sealed), and what it says where a message does not.
HOOK = sa.Table(
    "hook", METADATA,
    sa.Column("hook_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),  # in its address, and the source that its messages carry
    sa.Column("door", sa.Text, nullable=False),  # shopify, signed or wecom
    sa.Column("secret_cipher", sa.LargeBinary, nullable=False),  # JSON: secrets by name
    sa.Column("defaults", sa.Text, nullable=False),  # JSON: platform, touchpoint, domain, user_namespace
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    # of those in force alone, as its migration says: to say so here would import PostgreSQL's dialect in every command
    sa.Index("hook_in_force", "name", unique=True),
)  # fmt: skip
#: What repeats (loading, measuring, purging ...): when it last ran well, and when it is due again.
LOOP = sa.Table(
    "loop", METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("every_seconds", sa.Integer, nullable=False),
    sa.Column("started_at", sa.BigInteger),
    sa.Column("succeeded_at", sa.BigInteger),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),  # in a row
    sa.Column("error", sa.Text, nullable=False),  # the class of the last failure and its place in the code, no values
)  # fmt: skip
#: Who did what that the law may ask about: consents, erasures, exports, keys. No personal data: subjects are ids.
AUDIT = sa.Table(
    "audit", METADATA,
    sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),  # cli, or the name of a key
    sa.Column("act", sa.Text, nullable=False),  # part.verb: consent.record, erasure.run ...
    sa.Column("subject", sa.Text, nullable=False),  # an id, or a masked value
    sa.Column("detail", sa.Text, nullable=False),  # JSON
)  # fmt: skip


def _docket(name: str, number: str, *more: sa.Column) -> sa.Table:
    """A table of people's requests, and what came of each. Texts name the case, never the person."""
    return sa.Table(
        name, METADATA,
        sa.Column(number, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("status", sa.Text, nullable=False),  # privacy.docket
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger),  # when it was approved or rejected
        *more,
        sa.Column("done_at", sa.BigInteger),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),  # JSON: identifier_id -> keyed hash, as asked; {} once done
        sa.Column("receipt", sa.Text, nullable=False),  # JSON: counts of what was found, or handed over
    )  # fmt: skip


#: Requests to be forgotten.
ERASURE = _docket("erasure", "erasure_id", sa.Column("started_at", sa.BigInteger))
#: Requests for a copy of what is held of the person.
SUBJECT_EXPORT = _docket("subject_export", "export_id")
#: Identifiers of the erased, as keyed hashes: no load and no collector takes them in again.
TOMBSTONE = sa.Table(
    "tombstone", METADATA,
    sa.Column("identifier_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key_hash", sa.Text, nullable=False),  # the identifier's whole key (hex)
    sa.Column("erased_at", sa.BigInteger, nullable=False),
    sa.Column("erasure_id", sa.BigInteger, nullable=False, index=True),
)  # fmt: skip
#: Who stood on records beside an erased identifier without being its person (a shared phone): their records stay.
SPARED = sa.Table(
    "spared", METADATA,
    sa.Column("identifier_id", sa.BigInteger, primary_key=True, autoincrement=False),  # the erased one
    sa.Column("other_id", sa.BigInteger, primary_key=True, autoincrement=False),
)  # fmt: skip
#: Consents of the erased, found only by who asks with the value itself: proof that what was sent was allowed.
CONSENT_PROOF = sa.Table(
    "consent_proof", METADATA,
    sa.Column("proof_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("key_hash", sa.Text, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("notice_version", sa.Text),
    sa.Column("proof", sa.Text),
    sa.Column("keep_until", sa.BigInteger, nullable=False),
)  # fmt: skip
#: Small facts about the workspace's own state: identity_version, what spans were built from ...
STATE = sa.Table(
    "state", METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip


class Operations:
    """The operations store: `begin()` for a transaction, `connect()` for reading, `state` for small facts."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self.owner = Owner(self.engine)
        _migrate(self.engine)

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


def _migrate(engine: sa.Engine) -> None:
    """Bring the schema to this version, all or nothing; refuse one that is newer."""
    try:
        with engine.connect() as connection:
            if _is_current(connection):
                return
        with engine.begin() as connection:
            _one_at_a_time(connection)
            if not _is_current(connection):
                _upgrade(connection)
    except DBAPIError as error:
        engine.dispose()
        raise will_not_open("operations store", error) from None
    except NewerVersionError:
        engine.dispose()
        raise


@contextlib.contextmanager
def created(url: str, revision: str) -> Iterator[sa.Connection]:
    """The transaction in which an empty store is made as it was at a revision, to be filled with rows of that time."""
    engine = connect(url)
    try:
        with engine.begin() as connection:
            _one_at_a_time(connection)
            _upgrade(connection, revision)
            yield connection
    finally:
        engine.dispose()


def revisions() -> list[str]:
    """The revisions this siyu knows, oldest first: they head the names of their files."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _is_current(connection: sa.Connection) -> bool:
    """Whether the schema is this siyu's; NewerVersionError if it comes from a later one."""
    known = revisions()
    there = sa.inspect(connection).has_table(VERSION.name)
    current = connection.execute(sa.select(VERSION.c.version_num)).scalar() if there else None
    if current is not None and current not in known:
        raise NewerVersionError(f"The operations store is at revision {current}; this siyu knows up to {known[-1]}.",
                                remedy="Install the newer siyu that wrote it.")
    return current == known[-1]


def _upgrade(connection: sa.Connection, revision: str = "head") -> None:
    from alembic import command  # here: of a hundred commands, one has something to migrate

    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def migration_config() -> Config:
    """Alembic's configuration; `attributes["connection"]` is the connection to work on."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _one_at_a_time(connection: sa.Connection) -> None:
    """Processes that start together do not migrate together."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
