"""What of the database goes into the archive of a city: for every table a decision."""

from functools import cache

from sqlalchemy import Column, Table

from stedenband.core.records import Record

KEPT = (
    "agreement",
    "agreement_signatory",
    "agreement_theme",
    "city_link",
    "city_link_member",
    "city_link_merge",
    "city_link_move",
    "city_link_theme",
    "contact",
    "contact_email",
    "contact_language",
    "contact_phone",
    "contact_role",
    "decision",
    "decision_city_link",
    "delegation",
    "delegation_follow_up",
    "delegation_gift",
    "delegation_meeting",
    "delegation_move",
    "delegation_participant",
    "delegation_project",
    "document",
    "exchange_project",
    "exchange_project_decision",
    "exchange_project_juror",
    "exchange_project_marker",
    "exchange_project_move",
    "exchange_project_nomination",
    "exchange_project_organization",
    "exchange_project_participation",
    "exchange_project_sdg_goal",
    "exchange_project_sdg_target",
    "exchange_project_sector",
    "exchange_project_theme",
    "indicator",
    "organization",
    "partner_city",
    "partner_city_language",
    "period",
    "period_figure",
    "policy_action",
    "policy_action_sdg_goal",
    "policy_action_sdg_target",
    "policy_goal",
    "policy_plan",
    "privacy_act",
    "program_item",
    "result",
    "transfer_ground",
    "travel_leg",
)
"""The tables whose rows go with the city, as far as `rows.kept` says that they are its own."""

LEFT_OUT = {
    "api_client": "access is given anew by whoever runs the other installation",
    "api_key": "a secret",
    "calendar_subscription": "a secret, of a client of this installation",
    "change": "evidence of this installation: its entries go along in history/, and are not written anew elsewhere",
    "change_epoch": "of this installation",
    "change_seal": "of this installation",
    "digest_subscription": "a secret, of a client of this installation",
    "emission_factor": "reference data that every installation has",
    "idempotency_key": "replies to clients of this installation",
    "import_heading": "habits of imports, said anew",
    "imported_row": "a ledger of imports into this installation",
    "protected_country": "reference data that every installation has",
    "sealed_change": "of this installation",
    "stopped_transfer": "found out anew",
    "stored_file": "said by the files in documents/",
    "task": "work for a client of this installation",
    "upload": "not finished",
    "webhook": "a secret, of a client of this installation",
    "webhook_delivery": "of a client of this installation",
    "webhook_reminder": "of a client of this installation",
}
"""Table -> why none of it is in an archive."""

STILL_NAMES = {
    "contact_role": (("organization_id", "city_link_id"),),
    "delegation_meeting": (("contact_id", "organization_id"),),
    "document": (
        (
            "agreement_id",
            "subject_link_id",
            "decision_id",
            "delegation_id",
            "exchange_project_id",
            "organization_id",
            "policy_plan_id",
        ),
    ),
    "exchange_project_organization": (("organization_id", "partner_city_id"),),
    "travel_leg": (("from_name", "from_city_id"), ("to_name", "to_city_id")),
}
"""Tables whose rows say nothing when of a group of columns none is left: what they named is not the city's to take."""

OF_THE_OWNER = {"delegation_participant": frozenset({"blocking"})}
"""Columns beside those with personal data that only the owner of a row reads."""


def table_of(name: str) -> Table:
    """Return a table."""
    return Record.metadata.tables[name]


@cache
def in_order() -> tuple[Table, ...]:
    """Return the kept tables, each after those that its rows name."""
    return tuple(table for table in Record.metadata.sorted_tables if table.name in KEPT)


def stored(table: Table) -> list[Column[object]]:
    """Return the columns that hold what was said; the others are computed from them."""
    return [column for column in table.c if column.computed is None]


def named_by(column: Column[object]) -> str | None:
    """Return the kept table whose rows a column names, if it does."""
    for key in column.foreign_keys:
        if key.column.name == "id" and key.column.table.name in KEPT:
            return str(key.column.table.name)
    return None


def whole(table: Table) -> Column[object] | None:
    """Return the column that names the record that the rows of a table are parts of; none: they are records."""
    for column in table.c:
        if any(key.ondelete == "CASCADE" and key.column.name == "id" for key in column.foreign_keys):
            return column
    return None
