"""How a delegation travels: the legs of its journey, and the dated factors by which their emissions are reckoned."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from stedenband.cities.models import PartnerCity
from stedenband.core.records import Keyed, Record, one_of, plain
from stedenband.core.words import say

TRAVEL_MODES = ("plane", "train", "coach", "bus", "car", "taxi", "ferry", "bicycle", "foot")
BASES = ("passenger", "vehicle")
"""What a factor counts: kilometers of each passenger, or of each vehicle (of four seats)."""
MOST_KM = 50_000
MOST_PERSONS = 1000
ENDS = ("from", "to")


class TravelLeg(Keyed, Record):
    """A leg of a journey, for as many people as travel together.

    Its distance is stored. What it emits is reckoned on reading, by the factor that is valid on the day of the leg, or,
    for days before the first one, by the earliest.
    """

    __tablename__ = "travel_leg"
    __table_args__ = (
        one_of("mode", TRAVEL_MODES),
        *(plain(f"{end}_name", 200) for end in ENDS),
        *(CheckConstraint(f"{end}_latitude BETWEEN -90 AND 90", name=f"{end}_latitude") for end in ENDS),
        *(CheckConstraint(f"{end}_longitude BETWEEN -180 AND 180", name=f"{end}_longitude") for end in ENDS),
        *(
            CheckConstraint(f"({end}_latitude IS NULL) = ({end}_longitude IS NULL)", name=f"{end}_position")
            for end in ENDS
        ),
        *(CheckConstraint(f"num_nonnulls({end}_name, {end}_city_id) > 0", name=f"{end}_somewhere") for end in ENDS),
        CheckConstraint("traveled_on BETWEEN '1900-01-01' AND '2200-12-31'", name="traveled_on"),
        CheckConstraint(f"km BETWEEN 0 AND {MOST_KM}", name="km"),
        CheckConstraint(f"persons BETWEEN 1 AND {MOST_PERSONS}", name="persons"),
        CheckConstraint("position BETWEEN 0 AND 199", name="position"),
        UniqueConstraint("delegation_id", "position", name="uq_travel_leg_position"),
        {
            "info": {
                "impersonal": "delegation_id mode from_name from_city_id from_latitude from_longitude to_name"
                " to_city_id to_latitude to_longitude traveled_on km km_computed persons position",
                "rules": {
                    "ck_travel_leg_traveled_on": {
                        "field": "travelLegs",
                        "detail": say("Give a date from 1900 to 2200."),
                        "status": 400,
                    },
                },
            }
        },
    )

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id", ondelete="CASCADE"))
    mode: Mapped[str]
    from_name: Mapped[str | None]
    from_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    from_latitude: Mapped[float | None]
    from_longitude: Mapped[float | None]
    to_name: Mapped[str | None]
    to_city_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_city.id"), index=True)
    to_latitude: Mapped[float | None]
    to_longitude: Mapped[float | None]
    traveled_on: Mapped[date]
    km: Mapped[int]
    km_computed: Mapped[bool] = mapped_column(server_default=text("false"))
    persons: Mapped[int]
    position: Mapped[int]

    from_city: Mapped["PartnerCity | None"] = relationship(lazy="raise", foreign_keys="TravelLeg.from_city_id")
    to_city: Mapped["PartnerCity | None"] = relationship(lazy="raise", foreign_keys="TravelLeg.to_city_id")


TravelLeg.kg_co2e = column_property(
    func.travel_emission(
        TravelLeg.mode,
        TravelLeg.km,
        TravelLeg.persons,
        TravelLeg.traveled_on,
        type_=Numeric(12, 1, asdecimal=False),
    ),
    deferred=True,
)


class EmissionFactor(Record):
    """Kilograms of CO2 equivalent per kilometer of a mode, from a distance and from a day on; migrations write it."""

    __tablename__ = "emission_factor"
    __table_args__ = (
        one_of("mode", TRAVEL_MODES),
        one_of("basis", BASES),
        CheckConstraint("kg_per_km >= 0", name="kg_per_km"),
        CheckConstraint("from_km >= 0", name="from_km"),
        {"info": {"impersonal": "mode from_km valid_from kg_per_km basis source"}},
    )

    mode: Mapped[str] = mapped_column(primary_key=True)
    from_km: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    kg_per_km: Mapped[Decimal] = mapped_column(Numeric(8, 5))
    basis: Mapped[str]
    source: Mapped[str]
