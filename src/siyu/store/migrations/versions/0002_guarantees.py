"""Answers to the guarantees' self-check lists, append-only: the newest of an item is in force."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guarantee_answer",
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due_day", sa.Integer),
        sa.Column("answered_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("guarantee_answer")
