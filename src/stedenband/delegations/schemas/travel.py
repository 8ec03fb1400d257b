"""The journey of a delegation on the wire, and the factors by which its emissions are reckoned."""

from typing import Any

from stedenband.delegations.models.travel import BASES, MOST_KM, MOST_PERSONS, TRAVEL_MODES, EmissionFactor, TravelLeg
from stedenband.web import fields
from stedenband.web.schema import Schema, named_schema

MODE = fields.Code("How.", TRAVEL_MODES, required=True, example="plane")


def place(end: str, name: str, latitude: float, longitude: float) -> type[Schema]:
    """Return the schema of one end of a leg; `end` is the prefix of its columns."""
    members: dict[str, Any] = {
        "name": fields.Text("What the place is called.", 200, attribute=f"{end}_name", example=name),
        "latitude": fields.Number("Degrees north.", -90, 90, attribute=f"{end}_latitude", example=latitude),
        "longitude": fields.Number("Degrees east.", -180, 180, attribute=f"{end}_longitude", example=longitude),
        "__doc__": "Where a leg begins or ends (WGS 84).",
    }
    return named_schema(f"Leg{end.capitalize()}Schema", members)


class TravelLegSchema(Schema):
    """A leg of a journey; what it emits is reckoned on reading, by the factor that is valid on its day."""

    model = TravelLeg

    mode = MODE
    date = fields.Date("On which day.", required=True, attribute="traveled_on", example="2026-03-01")
    from_place = fields.Part("Where it begins.", place("from", "Brussels Airport", 50.9014, 4.4844), data_key="from")
    from_city = fields.Reference("Or in which city.", "/partnerCities/{id}", title="name")
    to_place = fields.Part("Where it ends.", place("to", "Francistown Airport", -21.16, 27.4745), data_key="to")
    to_city = fields.Reference("Or in which city.", "/partnerCities/{id}", title="name")
    km = fields.Integer(
        "How far; where nothing is said, the great circle between the two places, reckoned when it is written.",
        0,
        MOST_KM,
        example=8320,
    )
    km_computed = fields.Flag("Whether it is the great circle.", dump_only=True, example=False)
    persons = fields.Integer("How many people travel so.", 1, MOST_PERSONS, required=True, example=4)
    kg_co2e = fields.Number(
        "What all of them emit, in kilograms of CO2 equivalent.", 0, 10**9, decimals=1, dump_only=True, example=5085.8
    )


class EmissionFactorSchema(Schema):
    """What a kilometer emits."""

    model = EmissionFactor

    mode = MODE
    from_km = fields.Integer("For legs of this distance or more.", 0, MOST_KM, required=True, example=3700)
    valid_from = fields.Date("For legs on or after this day.", required=True, example="2025-01-01")
    kg_per_km = fields.Number("Kilograms of CO2 equivalent.", 0, 100, required=True, example=0.15282)
    basis = fields.Code("Of each passenger, or of each vehicle of four seats.", BASES, required=True)
    source = fields.Text("Where it comes from.", 400, required=True, example="DESNZ 2025, long-haul")


class EmissionFactorsSchema(Schema):
    """The factors by which emissions of travel are reckoned."""

    self_ = fields.Url(
        "These factors.", data_key="self", required=True, example=f"{fields.EXAMPLE_BASE}/emissionFactors"
    )
    factors = fields.Items("The factors, by mode, day and distance.", EmissionFactorSchema, required=True)
