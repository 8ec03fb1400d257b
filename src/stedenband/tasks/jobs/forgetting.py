"""Forgetting what was done: the row, and after it the files."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.tasks.rules import FOLDER, Files

KEPT = "30 days"
"""For which a result stays."""


def forget_tasks(session: Session, settings: Settings) -> None:
    """Delete tasks that ended long ago, and remove the files of those that are gone, also of persons erased since."""
    session.execute(text("DELETE FROM task WHERE ended_at < now() - CAST(:kept AS interval)"), {"kept": KEPT})
    session.commit()
    known = {str(key) for key in session.scalars(text("SELECT id FROM task"))}
    session.rollback()
    Files(settings.data / FOLDER).forget(known)
