"""Alembic's entry point: runs inside the transaction of :mod:`pipeline.store.migrate`."""

from alembic import context

from pipeline.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller holds the transaction, and the lock with it
    render_as_batch=True,
)
context.run_migrations()
