"""What a project is about: themes, sectors, sustainable development goals and policy markers."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from stedenband.cities.models import THEMES
from stedenband.core.records import Record, one_of
from stedenband.core.words import say
from stedenband.policy.models import SDG_GOAL, SDG_TARGET

SECTOR_VOCABULARIES = ("1", "2")
"""Codes of IATI's codelist SectorVocabulary: DAC five-digit sectors, DAC three-digit categories."""

SIGNIFICANCES = ("0", "1", "2", "3", "4")
"""Codes of IATI's codelist PolicySignificance; '0' is "not targeted", a marker that is absent was not screened."""


class ProjectTheme(Record):
    """A theme of a project."""

    __tablename__ = "exchange_project_theme"
    __table_args__ = (
        one_of("code", THEMES),
        Index("ix_exchange_project_theme_code", "code", "exchange_project_id"),
        {"info": {"impersonal": "exchange_project_id code"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)


class ProjectSector(Record):
    """A sector and its share; per vocabulary the shares are 100 together (constraint trigger `sectors_are_whole`)."""

    __tablename__ = "exchange_project_sector"
    __table_args__ = (
        one_of("vocabulary", SECTOR_VOCABULARIES),
        CheckConstraint("code ~ (CASE vocabulary WHEN '1' THEN '^[0-9]{5}$' ELSE '^[0-9]{3}$' END)", name="code"),
        CheckConstraint("percentage > 0 AND percentage <= 100", name="percentage"),
        Index("ix_exchange_project_sector_code", "code", "exchange_project_id"),
        {
            "info": {
                "impersonal": "exchange_project_id vocabulary code percentage",
                "rules": {
                    "ck_exchange_project_sector_code": {
                        "field": "sectors",
                        "detail": say("A code of vocabulary 1 has five digits, one of vocabulary 2 has three."),
                        "status": 400,
                    },
                    "sectors_are_whole": {
                        "field": "sectors",
                        "detail": say("The percentages of the sectors of one vocabulary are 100 together."),
                        "status": 400,
                    },
                },
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    vocabulary: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    percentage: Mapped[float] = mapped_column(Numeric(5, 2, asdecimal=False), server_default=text("100"))


class ProjectSdgGoal(Record):
    """A sustainable development goal that a project serves."""

    __tablename__ = "exchange_project_sdg_goal"
    __table_args__ = (
        CheckConstraint(SDG_GOAL, name="code"),
        Index("ix_exchange_project_sdg_goal_code", "code", "exchange_project_id"),
        {"info": {"impersonal": "exchange_project_id code"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)


class ProjectSdgTarget(Record):
    """A target of the sustainable development goals that a project serves."""

    __tablename__ = "exchange_project_sdg_target"
    __table_args__ = (
        CheckConstraint(SDG_TARGET, name="code"),
        Index("ix_exchange_project_sdg_target_code", "code", "exchange_project_id"),
        {"info": {"impersonal": "exchange_project_id code"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)


class ProjectMarker(Record):
    """How far a project pursues a policy that the DAC marks."""

    __tablename__ = "exchange_project_marker"
    __table_args__ = (
        CheckConstraint("code ~ '^([1-9]|1[0-2])$'", name="code"),
        one_of("significance", SIGNIFICANCES),
        {"info": {"impersonal": "exchange_project_id code significance"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(
        ForeignKey("exchange_project.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    significance: Mapped[str]
