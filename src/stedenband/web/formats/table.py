"""The table of formats: each by the name that `format=` takes, with the media type that `Accept` names.

To offer one more format somewhere, give it a line here and say who writes it. A resource offers it beside the common
ones with `Resource(formats=(Representation(VCARD, write_cards),))`, an operation of its own with
`declare(…, offers=(Representation(VCARD, write_cards),))` and `negotiation.chosen()` in its view.
`write_cards(subject, documents, out)` gets the JSON documents of the records one by one, as the caller may see them
(of one record: one, with `subject.single`), and writes the bytes of the reply to `out`; the same documents must give
the same bytes, so that a download can be resumed. `of` says where the format exists: collections, single records, or
both (the default).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

from stedenband.web.fields import Selection
from stedenband.web.schema import Schema

Of = Literal["both", "collections", "records"]


@dataclass(frozen=True)
class Format:
    """A format: its name, media type, extension of a file, parameters of the media type, and its OpenAPI schema."""

    name: str
    media_type: str
    extension: str
    parameters: str = ""
    schema: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`."""
        return self.media_type + self.parameters


TEXT = {"type": "string"}

JSON = Format("json", "application/json", "json")
CSV = Format("csv", "text/csv", "csv", "; charset=utf-8; header=present", TEXT)
CSV_COMMA = Format("csvComma", "text/csv", "csv", "; charset=utf-8; header=present", TEXT)
XLSX = Format(
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsx",
    schema={"type": "string", "format": "binary"},
)
NDJSON = Format("ndjson", "application/x-ndjson", "ndjson", schema=TEXT)
GEOJSON = Format("geojson", "application/geo+json", "geojson", schema={"title": "GeoJson", "type": "object"})
VCARD = Format("vcard", "text/vcard", "vcf", "; charset=utf-8", TEXT)
ICALENDAR = Format("ics", "text/calendar", "ics", "; charset=utf-8", TEXT)
HTML = Format("html", "text/html", "html", "; charset=utf-8", TEXT)
PDF = Format("pdf", "application/pdf", "pdf", schema={"type": "string", "format": "binary"})

FORMATS = {each.name: each for each in (JSON, CSV, CSV_COMMA, XLSX, NDJSON, GEOJSON, VCARD, ICALENDAR, HTML, PDF)}


@dataclass(frozen=True)
class Subject:
    """What is written: the collection's name, the schema of its documents, the address asked, and whether it is one.

    `language` is that of words which are not in the documents.
    `selected` names the properties that the documents have; None: all of the schema.
    """

    name: str
    schema: type[Schema]
    address: str
    single: bool = False
    selected: Selection | None = None
    language: str = "en"


Write = Callable[[Subject, Iterable[bytes], BinaryIO], None]


@dataclass(frozen=True)
class Representation:
    """A format that an operation offers beside JSON, and what writes it.

    `features`: the documents are GeoJSON features with the record as their properties, not the records themselves.
    `unless_asked`: filters of a collection with the values that hold in this format where the request names none.
    `spoken`: it has words of its own, in the language of the reply.
    `policy`: what a browser lets the format do, where that is more than nothing (Content-Security-Policy).
    `needs`: the properties that the format is made of, whatever the request selects; None: what the request selects.
    """

    format: Format
    write: Write
    of: Of = "both"
    features: bool = False
    unless_asked: tuple[tuple[str, Any], ...] = ()
    needs: Selection | None = None
    spoken: bool = False
    policy: str | None = None
