"""How loads were read stands once for many loads alike; what is asked of all loads is asked of indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
COMMITTED = sa.text("committed_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column("reading_id", SERIAL, primary_key=True),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
    )
    op.execute("INSERT INTO reading (mapping, options) SELECT DISTINCT mapping, options FROM load")
    op.add_column("load", sa.Column("reading_id", sa.BigInteger))
    op.execute(
        "UPDATE load SET reading_id = reading.reading_id FROM reading "
        "WHERE reading.mapping = load.mapping AND reading.options = load.options"
    )
    with op.batch_alter_table("load") as load:
        load.alter_column("reading_id", existing_type=sa.BigInteger, nullable=False)
        load.drop_column("mapping")
        load.drop_column("options")
    op.create_index("load_committed", "load", ["load_id"], sqlite_where=COMMITTED, postgresql_where=COMMITTED)
    op.create_index("load_file", "load", ["file_hash"])


def downgrade() -> None:
    op.drop_index("load_file", "load")
    op.drop_index("load_committed", "load")
    op.add_column("load", sa.Column("mapping", sa.Text))
    op.add_column("load", sa.Column("options", sa.Text))
    op.execute(
        "UPDATE load SET mapping = reading.mapping, options = reading.options FROM reading "
        "WHERE reading.reading_id = load.reading_id"
    )
    with op.batch_alter_table("load") as load:
        load.alter_column("mapping", existing_type=sa.Text, nullable=False)
        load.alter_column("options", existing_type=sa.Text, nullable=False)
        load.drop_column("reading_id")
    op.drop_table("reading")
