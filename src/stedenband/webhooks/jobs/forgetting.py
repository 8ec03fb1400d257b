"""Forgetting what was sent."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from stedenband.config import Settings

KEPT = "30 days"
"""For which a message stays in the log after it arrived or was given up."""


def forget_deliveries(session: Session, _settings: Settings) -> None:
    """Delete messages that ended long ago."""
    session.execute(
        text("DELETE FROM webhook_delivery WHERE ended_at < now() - CAST(:kept AS interval)"), {"kept": KEPT}
    )
    session.commit()
