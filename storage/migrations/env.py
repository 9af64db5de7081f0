"""Alembic's way in: migrations run on the connection that `storage.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from storage.migrate import VERSION_TABLE
from storage.tables import metadata

if context.is_offline_mode():
    raise RuntimeError("migrations run on an open archive only")

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
