"""What the search over all resources looks like on the wire."""

from collections.abc import Sequence
from typing import Any

from stedenband.web import fields
from stedenband.web.schema import Schema, named_schema
from stedenband.web.search import WORDS

MOST_FOUND = 50
"""Records per group, at most: whoever wants more reads the list."""


class FoundSchema(Schema):
    """A record that has the words."""

    href = fields.Url(
        "The address of the record.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/cityLinks/{fields.EXAMPLE_ID}",
    )
    id = fields.Key("The id of the record.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    title = fields.Text("Its title or name.", 200, dump_only=True, required=True, example="Genk – Francistown")


class GroupSchema(Schema):
    """What was found in one collection, the best matches first."""

    resource = fields.Text("The collection.", 40, dump_only=True, required=True, example="cityLinks")
    items = fields.Items("The records.", FoundSchema, most=MOST_FOUND, dump_only=True, required=True)
    more = fields.Url(
        "The list with the same words, where the collection has one address.",
        dump_only=True,
        example=f"{fields.EXAMPLE_BASE}/cityLinks?q=genk",
    )


class SearchSchema(Schema):
    """What was found, by collection; a collection in which nothing was found is absent."""

    self_ = fields.Url(
        "This search.",
        data_key="self",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/search?q=genk",
    )
    q = fields.Text("The words looked for.", 200, dump_only=True, required=True, example="genk")
    groups = fields.Items("Per collection what was found.", GroupSchema, dump_only=True, required=True)


def search_query(names: Sequence[str]) -> type[Schema]:
    """Return the parameters of the search over these collections."""
    size = fields.Integer("Records per group.", 1, MOST_FOUND, load_default=10, example=10)
    wanted: dict[str, Any] = {
        "q": fields.Text(WORDS.metadata["description"], 200, required=True, example="genk"),
        "resource": fields.Repeated(fields.Code("Only this collection.", names)),
        "pageSize": size,
    }
    return named_schema("SearchQuery", wanted)
