"""What the worker does for documents."""

import structlog
from sqlalchemy.orm import Session

from stedenband.config import Settings
from stedenband.documents.rules.store import FOLDER, Store
from stedenband.documents.rules.sweep import sweep

logger = structlog.get_logger()


def sweep_documents(session: Session, settings: Settings) -> None:
    """Delete documents past their day and uploads that nobody finished, and remove files that nothing names."""
    counts = sweep(session, Store(settings.data / FOLDER))
    logger.info("swept", **counts)
