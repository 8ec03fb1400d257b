"""What the worker does for the data of persons."""

import structlog
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.people.rules.retention import run_retention

logger = structlog.get_logger()


def apply_retention(session: Session, _settings: Settings) -> None:
    """Anonymize contacts and empty checklists of travelers whose retention has run out, and delete kept replies."""
    counts = run_retention(session)
    session.commit()
    logger.info("retention applied", **counts)
