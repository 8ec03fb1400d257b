"""What the worker does for the record of change."""

import structlog
from sqlalchemy.orm import Session

from stedenband.changes.rules import seal
from stedenband.config import Settings

logger = structlog.get_logger()


def seal_changes(session: Session, _settings: Settings) -> None:
    """Seal what was not; the log keeps the seal too, where the register's owner does not reach."""
    made = seal(session)
    if made:
        logger.info("sealed", seal=made.number, digest=made.digest)
