"""What an award has beside other projects: nominations, of which one wins, and a jury."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.privacy import WITH_RECORD, Category, Personal
from stedenband.core.records import Keyed, Record, plain
from stedenband.core.words import say
from stedenband.people.models import Contact, Organization

JUROR = Personal(
    Category.SIGNATURE,
    say("People who sat in the jury of an award."),
    say("Showing who judged the nominations of an award, in which function."),
    WITH_RECORD,
)
JUDGED_AS = replace(JUROR, category=Category.FUNCTION)


class Nomination(Keyed, Record):
    """A ward, community or organization that was nominated; one wins, once the call has closed."""

    __tablename__ = "exchange_project_nomination"
    __table_args__ = (
        plain("name", 200),
        plain("motivation", 1000, lines=True),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        Index("uq_exchange_project_nomination_name", "exchange_project_id", "name", unique=True),
        ExcludeConstraint(
            ("exchange_project_id", "="),
            name="one_winner",
            using="btree",
            where=text("winner"),
            deferrable=True,
            initially="DEFERRED",
        ),
        {
            "info": {
                "impersonal": "exchange_project_id name organization_id motivation winner position",
                "rules": {
                    "uq_exchange_project_nomination_name": {
                        "field": "nominations",
                        "detail": say("Nominate each name once."),
                        "status": 400,
                    },
                    "one_winner": {
                        "field": "nominations",
                        "detail": say("An award has one winner."),
                        "status": 400,
                    },
                    "winner_after_call": {
                        "field": "nominations",
                        "detail": say("A winner is named once the call has closed and the amount is known."),
                        "status": 409,
                    },
                },
            }
        },
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id", ondelete="CASCADE"))
    name: Mapped[str]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    motivation: Mapped[str | None]
    winner: Mapped[bool] = mapped_column(server_default=text("false"))
    position: Mapped[int]

    organization: Mapped["Organization | None"] = relationship(lazy="raise")


class Juror(Keyed, Record):
    """Who judges the nominations: a function, and a name or a contact; a contact alone is known to the other side."""

    __tablename__ = "exchange_project_juror"
    __table_args__ = (
        plain("name", 200),
        plain("function", 200),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        {"info": {"impersonal": "exchange_project_id contact_id partner_city_id position"}},
    )

    exchange_project_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_project.id", ondelete="CASCADE"), index=True)
    function: Mapped[str] = mapped_column(info=JUDGED_AS.tag)
    name: Mapped[str | None] = mapped_column(info=JUROR.tag)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    partner_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    position: Mapped[int]

    contact: Mapped["Contact | None"] = relationship(lazy="raise")
    city: Mapped["PartnerCity | None"] = relationship(lazy="raise")
