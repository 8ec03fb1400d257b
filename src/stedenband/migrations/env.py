"""alembic's entry, which it loads by its path."""

from stedenband.migrations.environment import run

run()
