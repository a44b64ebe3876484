"""The first schema: loads, quarantine, consents, link decisions, measurements, state."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "load",
        sa.Column("load_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_hash", sa.Text, nullable=False),
        sa.Column("mapping_name", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.BigInteger, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("committed_at", sa.BigInteger),
    )
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", SERIAL, primary_key=True),
        sa.Column("load_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("column_name", sa.Text, nullable=False),
        sa.Column("value_masked", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("row_cipher", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "consent",
        sa.Column("consent_id", SERIAL, primary_key=True),
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
    )
    op.create_table(
        "link_decision",
        sa.Column("decision_id", SERIAL, primary_key=True),
        sa.Column("a", sa.BigInteger, nullable=False),
        sa.Column("b", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "measurement",
        sa.Column("as_of_day", sa.Integer, primary_key=True),
        sa.Column("window_days", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("computed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "state",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("state", "measurement", "link_decision", "consent", "quarantine", "load"):
        op.drop_table(table)
