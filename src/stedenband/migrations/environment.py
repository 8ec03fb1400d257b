"""What a migration runs in: every model of every domain, and the connection it is given."""

from alembic import context

import stedenband.models  # noqa: F401 (it registers all tables)
from stedenband.core.records import Record


def run() -> None:
    """Compare or migrate, each migration in a transaction of its own."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Record.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
