"""The tables of operations, as SQLAlchemy declares them; how they came to be so is told by `store/migrations`."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def _numbered(name: str) -> sa.Column:
    """A key that the store counts up itself."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


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
    _numbered("reading_id"),
    sa.Column("mapping", sa.Text, nullable=False),  # the mapping's TOML as it was
    sa.Column("options", sa.Text, nullable=False),  # JSON: snapshot day, scope, settings, columns ...
)  # fmt: skip
#: Rows a load could not take, values encrypted, to be mended and loaded again.
QUARANTINE = sa.Table(
    "quarantine", METADATA,
    _numbered("quarantine_id"),
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
    _numbered("consent_id"),
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
    _numbered("change_id"),
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
    _numbered("decision_id"),
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
    _numbered("answer_id"),
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
    _numbered("key_id"),
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
    _numbered("hook_id"),
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
    _numbered("audit_id"),
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
        _numbered(number),
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
    _numbered("proof_id"),
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
