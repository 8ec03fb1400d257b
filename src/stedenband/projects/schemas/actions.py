"""The actions of a project within its document: what follows from the visits that led to it."""

from stedenband.web import fields
from stedenband.web.schema import Schema


class ProjectActionSchema(Schema):
    """An action; it is kept up among the follow-ups of its delegation."""

    delegation = fields.Reference("The visit that it follows from.", "/delegations/{id}", dump_only=True)
    action = fields.Remark("What is to be done.", 1000, lines=True, dump_only=True, example="Send the manual (demo).")
    city = fields.Reference("Which city does it.", "/partnerCities/{id}", title="name", dump_only=True)
    contact = fields.Reference("Who does it.", "/contacts/{id}", dump_only=True)
    due_date = fields.Date("By when.", dump_only=True, example="2026-05-01")
    done = fields.Flag("Whether it is done.", dump_only=True, example=False)


ACTIONS = fields.Items(
    "What is to be done in it: the follow-ups of delegations that name it; sent where `select` names it.",
    ProjectActionSchema,
    dump_only=True,
    on_demand=True,
    audience="link",
)
