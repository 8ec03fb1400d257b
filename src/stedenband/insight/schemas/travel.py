"""The travel register and the figures of delegations on the wire."""

from stedenband.delegations.models import CAPACITIES
from stedenband.insight.schemas.statistics import CountedRecordSchema
from stedenband.web import fields
from stedenband.web.schema import Schema

MOST = 2**31 - 1


class TraveledSchema(Schema):
    """What the delegations of a city traveled in a year, with costs in one currency."""

    year = fields.Integer("The year in which they arrived.", 1900, 2200, required=True, example=2026)
    city = fields.Part("The city that traveled.", CountedRecordSchema, required=True)
    currency = fields.CurrencyCode("The currency of the costs.", required=True, example="EUR")
    trips = fields.Integer("How many delegations.", 0, MOST, required=True, example=2)
    persons = fields.Integer(
        "How many participants, each counted once per delegation.", 0, MOST, required=True, example=9
    )
    flights = fields.Integer("How many seats on flights.", 0, MOST, required=True, example=18)
    km = fields.Integer("Kilometers of all passengers.", 0, 2**53, required=True, example=149760)
    kg_co2e = fields.Number(
        "What they emit, in kilograms of CO2 equivalent.", 0, 10**12, required=True, example=22885.4
    )
    estimated_cost = fields.Amount("What they were expected to cost.", required=True, example="17000.00")


class TravelRegisterSchema(Schema):
    """What cities traveled, by year."""

    self_ = fields.Url(
        "This register.", data_key="self", required=True, example=f"{fields.EXAMPLE_BASE}/statistics/travel?year=2026"
    )
    rows = fields.Items("A row per year, city and currency.", TraveledSchema, required=True)


class TravelQuery(Schema):
    """Of which year."""

    year = fields.Integer("Only delegations that arrived in this year.", 1900, 2200, example=2026)


class ReciprocitySchema(Schema):
    """How often the cities of a link traveled to each other."""

    city_link = fields.Part("The link.", CountedRecordSchema, required=True)
    origin_city = fields.Part("Who traveled.", CountedRecordSchema, required=True)
    visits = fields.Integer("How often.", 0, MOST, required=True, example=2)


class CapacityCountSchema(Schema):
    """How many people took part in a capacity."""

    capacity = fields.Code("The capacity.", CAPACITIES, required=True, example="staff")
    persons = fields.Integer("How many participants.", 0, MOST, required=True, example=9)


class CostOfVisitsSchema(Schema):
    """What visits were expected to cost."""

    currency = fields.CurrencyCode("The currency.", required=True, example="EUR")
    visits = fields.Integer("How many.", 0, MOST, required=True, example=3)
    total = fields.Amount("All of them.", required=True, example="25500.00")
    per_visit = fields.Amount("Each, on average.", required=True, example="8500.00")


class EmittedSchema(Schema):
    """What the journeys of a year emitted."""

    year = fields.Integer("The year of the legs.", 1900, 2200, required=True, example=2026)
    kg_co2e = fields.Number("In kilograms of CO2 equivalent.", 0, 10**12, required=True, example=22885.4)


class DelegationStatisticsSchema(Schema):
    """Figures of the delegations that the caller sees and that have traveled."""

    self_ = fields.Url(
        "These statistics.", data_key="self", required=True, example=f"{fields.EXAMPLE_BASE}/statistics/delegations"
    )
    total = fields.Integer("How many delegations.", 0, MOST, required=True, example=3)
    reciprocity = fields.Items("By link and city that traveled.", ReciprocitySchema, required=True)
    capacities = fields.Items("By capacity.", CapacityCountSchema, required=True)
    costs = fields.Items("By currency.", CostOfVisitsSchema, required=True)
    emissions = fields.Items("By year.", EmittedSchema, required=True)


class DelegationStatisticsQuery(Schema):
    """Of which link."""

    city_link = fields.Key("Only of this link: its id.", data_key="cityLink", example=fields.EXAMPLE_ID)
