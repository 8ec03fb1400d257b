"""Write the SQL of every migration to a file of its own and have squawk judge it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from stedenband import migrations

ALLOWED = (
    "prefer-robust-stmts",  # every migration runs in a transaction of its own: all of it or nothing
    "require-timeout-settings",  # stedenband.migrations sets them on its connection, for all
    "prefer-bigint-over-int",  # a year or a version number, bounded by its CHECK, needs no 64 bits
)
"""Rules of squawk that do not fit, with the reason."""
OTHERS = ("0039",)
"""Revisions that run the history of a library in a schema of its own, which is new and empty."""
BETWEEN = re.compile(r"^(COMMIT|BEGIN);$", re.MULTILINE)
"""Where a migration commits what it did so far; it is judged as one that does not."""


def write(folder: Path) -> list[Path]:
    """Write one file of SQL per revision into `folder`, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    files = []
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        if script.revision in OTHERS:
            continue
        file = folder / f"{script.revision}.sql"
        with file.open("w") as buffer:
            context = MigrationContext.configure(
                dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "literal_binds": True}
            )
            with Operations.context(context):
                script.module.upgrade()
        file.write_text(BETWEEN.sub("", file.read_text()))
        files.append(file)
    return files


def main() -> int:
    """Return squawk's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder))
        squawk = [str(Path(sys.executable).with_name("squawk")), "--pg-version=18", "--assume-in-transaction"]
        command = [*squawk, f"--exclude={','.join(ALLOWED)}", *map(str, files)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
