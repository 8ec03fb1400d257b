"""Every figure that was ever promised, submitted, returned or approved for a period: nothing of it is lost."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.core.privacy import AUDIT
from stedenband.core.records import NOW, VISIBILITIES, Keyed, LocalizedTexts, Record, one_of
from stedenband.projects.models.figures import Parts

FIGURE_KINDS = ("target", "submitted", "returned", "approved")


class PeriodFigure(Keyed, Record):
    """A figure as it was; written by the trigger `keep_figures` alone.

    `reach` is the widest audience that the period had while the figure held: who came later does not see it.
    """

    __tablename__ = "period_figure"
    __table_args__ = (
        one_of("kind", FIGURE_KINDS),
        one_of("reach", VISIBILITIES),
        Index("ix_period_figure_period_id", "period_id", "kind", "recorded_at", "id"),
        {"info": {"impersonal": "period_id kind value comment disaggregation reason recorded_at reach"}},
    )

    period_id: Mapped[UUID] = mapped_column(ForeignKey("period.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str | None]
    comment: Mapped[dict[str, Any] | None] = mapped_column(LocalizedTexts)
    disaggregation: Mapped[list[Any] | None] = mapped_column(Parts)
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)
    actor_id: Mapped[UUID | None] = mapped_column(info=AUDIT.tag)
    recorded_by: Mapped[str | None] = mapped_column(info=AUDIT.tag)
    reach: Mapped[str]
