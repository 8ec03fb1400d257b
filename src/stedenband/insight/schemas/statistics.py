"""What counts of exchange projects look like on the wire."""

from collections.abc import Mapping
from typing import Any

from stedenband.web import fields
from stedenband.web.schema import Schema, named_schema

GROUPINGS = ("year", "status", "theme", "sdgGoal", "sector", "policyGoal", "partnerCity")
AN_ADDRESS = f"{fields.EXAMPLE_BASE}/statistics/exchangeProjects?groupBy=theme"


class CountedRecordSchema(Schema):
    """The record that a group is about."""

    href = fields.Url("Its address.", required=True, example=f"{fields.EXAMPLE_BASE}/partnerCities/{fields.EXAMPLE_ID}")
    id = fields.Key("Its id.", required=True, example=fields.EXAMPLE_ID)
    title = fields.Text("Its title or name.", 400, required=True, example="Francistown")


class ProjectGroupSchema(Schema):
    """How many projects a group has."""

    key = fields.Text("The year, the code, or the id of the record.", 100, required=True, example="waste")
    record = fields.Part("The goal or city.", CountedRecordSchema, dump_only=True)
    count = fields.Integer("How many projects.", 0, 2**31 - 1, required=True, example=4)


class ProjectStatisticsSchema(Schema):
    """How many exchange projects the caller sees, by group; a project stands in every group that it belongs to."""

    self_ = fields.Url("These statistics.", data_key="self", required=True, example=AN_ADDRESS)
    group_by = fields.Code("What they are grouped by.", GROUPINGS, required=True, example="theme")
    total = fields.Integer("How many projects there are, each counted once.", 0, 2**31 - 1, required=True, example=9)
    ungrouped = fields.Integer("How many of them stand in no group.", 0, 2**31 - 1, required=True, example=1)
    groups = fields.Items("The groups, by key.", ProjectGroupSchema, required=True)


def statistics_query(filters: Mapping[str, Any]) -> type[Schema]:
    """Return the parameters: the grouping, a period, and the filters of the collection."""
    wanted: dict[str, Any] = {
        "groupBy": fields.Code(
            "year: each year in which a project was active; policyGoal: of the action that it serves; partnerCity: each"
            " member city of its link.",
            GROUPINGS,
            required=True,
            example="theme",
        ),
        "activeFrom": fields.Date("Only projects that were active on or after this day.", example="2014-01-01"),
        "activeTo": fields.Date("Only projects that were active on or before this day.", example="2024-12-31"),
    }
    return named_schema("ProjectStatisticsQuery", wanted | dict(filters))
