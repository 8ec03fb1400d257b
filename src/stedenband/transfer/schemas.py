"""What an import says of itself on the wire."""

from collections.abc import Sequence
from typing import Any

from stedenband.core.words import say
from stedenband.transfer.sheets import ENCODINGS
from stedenband.web import fields
from stedenband.web.schema import Schema, named_schema

DONE = ("created", "changed")
SEVERITIES = ("error", "warning")
MOST = 2**31 - 1
TAB = "tab"
EVERYTHING, ZIP = "everything", "zip"
"""In place of a collection all of them, and the format of that."""
DELIMITER = rf"({TAB}|[!#-/:-@\[-`{{-~])"
"""A character that stands in no word and is no quote."""


class ImportColumnSchema(Schema):
    """A column of the file."""

    heading = fields.Text("Its heading.", 200, required=True, example="Naam")
    column = fields.Text(
        "The column of an export that it is; empty: it was left out; absent: nobody knows it.", 200, example="name"
    )


class ImportRecordSchema(Schema):
    """A row that made or changed a record, or would."""

    row = fields.Integer("The number of the row in a spreadsheet, or of the line.", 1, MOST, required=True, example=2)
    done = fields.Code("What was done.", DONE, required=True)
    id = fields.Key("The record; of a dry run only where it is there already.", example=fields.EXAMPLE_ID)
    properties = fields.Names("The properties that the row sets or changes.", required=True)


class ImportFindingSchema(Schema):
    """What is wrong with a row, or worth a look."""

    row = fields.Integer("The number of the row in a spreadsheet, or of the line.", 1, MOST, required=True, example=3)
    column = fields.Text("The column, named as in an export; absent: the row as a whole.", 200, example="kind")
    value = fields.AnyValue("What stands there, shortened.", example="99")
    reason = fields.Text("What is wrong, and what to write.", 4000, required=True, example="Give true or false.")
    severity = fields.Code(
        "An error keeps the row out, a warning does not.", SEVERITIES, required=True, example="error"
    )


class ImportReportSchema(Schema):
    """What became of the rows of a file."""

    resource = fields.Text("The collection.", 40, required=True, example="organizations")
    dry_run = fields.Flag("Whether it was a trial, of which nothing stays.", required=True, example=True)
    written = fields.Flag("Whether what is told here stays.", required=True, example=False)
    encoding = fields.Code("How the characters of a CSV file were read.", tuple(ENCODINGS))
    delimiter = fields.Text("What stands between the cells of a CSV file.", 3, example=";")
    guessed = fields.Names("What of these two is likely and not certain: confirm it to write.", required=True)
    columns = fields.Items("The columns of the file, in order.", ImportColumnSchema, most=500, required=True)
    rows = fields.Integer("Rows that were read.", 0, MOST, required=True, example=3)
    created = fields.Integer("Rows that made a record.", 0, MOST, required=True, example=1)
    changed = fields.Integer("Rows that changed a record.", 0, MOST, required=True, example=0)
    left = fields.Integer("Rows that say what is there already.", 0, MOST, required=True, example=1)
    refused = fields.Integer("Rows that were not taken.", 0, MOST, required=True, example=1)
    records = fields.Items(
        "The records made or changed, the first 1,000.", ImportRecordSchema, most=1000, required=True
    )
    findings = fields.Items(
        "What is wrong with which row: errors first, the first 1,000.", ImportFindingSchema, most=1000, required=True
    )


def import_query(names: Sequence[str]) -> type[Schema]:
    """Return the parameters of an import into one of these collections."""
    members: dict[str, Any] = {
        "resource": fields.Code("The collection.", names, required=True, example="organizations"),
        "parent": fields.Key(
            "The record below which all rows stand that do not name one, where the collection is one of such.",
            example=fields.EXAMPLE_ID,
        ),
        "dayFirst": fields.Flag(
            "Whether 3/4/2026 is the third of April in this file.", load_default=False, example=True
        ),
        "encoding": fields.Code(
            "How the characters of a CSV file are written; without this, as it seems.", tuple(ENCODINGS)
        ),
        "delimiter": fields.Pattern(
            "What stands between the cells of a CSV file: a character, or tab; without this, as it seems.",
            DELIMITER,
            say("Give one character such as a semicolon, or the word tab."),
            example="tab",
        ),
        "column": fields.Repeated(
            fields.Text(
                "A heading of the file and the column of an export that it is, with = between them; nothing behind it:"
                " leave the column out. An import that is written is remembered for the next files of the city.",
                401,
                example="Wat het is=kind",
            ),
            most=100,
        ),
    }
    return named_schema("ImportCorrectionsQuery", members)


def whole_query(names: Sequence[str]) -> type[Schema]:
    """Return these, and what is to become of the rows."""
    members = {
        "dryRun": fields.Flag("Whether to only say what would be done.", load_default=False, example=True),
        "allOrNothing": fields.Flag("Whether one bad row keeps all others out.", load_default=False, example=True),
    }
    return named_schema("ImportQuery", {**import_query(names)._declared_fields, **members})  # noqa: SLF001 (as in web.schema)


def export_schema(names: Sequence[str], formats: Sequence[str]) -> type[Schema]:
    """Return what an export of one of these collections asks for."""
    members = {
        "collection": fields.Code(
            f"The collection; `{EVERYTHING}`: all that is one's city's, as an archive that another installation"
            " takes in.",
            (*names, EVERYTHING),
            required=True,
            example="organizations",
        ),
        "parent": fields.Key(
            "The record below which the records stand, where the collection is one of such.", example=fields.EXAMPLE_ID
        ),
        "query": fields.Text(
            "Filters, order, `select` and `lang`, as in the address of the list.", 2000, example="q=school&sort=name"
        ),
        "format": fields.Code(
            f"The format of the file; of `{EVERYTHING}` it is {ZIP}.", (*formats, ZIP), required=True, example="csv"
        ),
    }
    return named_schema("ExportSchema", members)
