"""Alembic's entry: runs migrations on the connection that `store.operations` hands over."""

from alembic import context

from siyu.store.operations import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
