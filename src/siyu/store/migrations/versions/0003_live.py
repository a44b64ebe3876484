"""The live door: keys of those who call over HTTP, hooks, what repeats, the audit, erasures with their tombstones."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IN_FORCE = sa.text("revoked_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("key_id", SERIAL, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("key_hash", sa.Text, nullable=False, unique=True),
        sa.Column("defaults", sa.Text, nullable=False),
        sa.Column("origins", sa.Text, nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "hook",
        sa.Column("hook_id", SERIAL, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary, nullable=False),
        sa.Column("defaults", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index(
        "hook_in_force", "hook", ["name"], unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
    )
    op.create_table(
        "loop",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("every_seconds", sa.Integer, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("succeeded_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", SERIAL, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "erasure",
        sa.Column("erasure_id", SERIAL, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
    )
    op.create_table(
        "tombstone",
        sa.Column("identifier_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("erased_at", sa.BigInteger, nullable=False),
        sa.Column("erasure_id", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "spared",
        sa.Column("identifier_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("other_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "subject_export",
        sa.Column("export_id", SERIAL, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger),
        sa.Column("done_at", sa.BigInteger),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
    )
    op.create_table(
        "consent_change",
        sa.Column("change_id", SERIAL, primary_key=True),
        sa.Column("identifier_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("notice_version", sa.Text, nullable=False),
    )
    op.create_table(
        "consent_proof",
        sa.Column("proof_id", SERIAL, primary_key=True),
        sa.Column("key_hash", sa.Text, nullable=False, index=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("notice_version", sa.Text),
        sa.Column("proof", sa.Text),
        sa.Column("keep_until", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("consent_change", "consent_proof", "spared", "tombstone", "subject_export", "erasure", "audit",
                  "loop", "hook", "api_key"):
        op.drop_table(table)
