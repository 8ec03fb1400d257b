"""Documents, links to them and uploads on the wire."""

from stedenband.cities.schemas import RecordSchema
from stedenband.core.records import VISIBILITIES
from stedenband.core.words import say
from stedenband.documents.models import MEDIA_TYPES, SUBJECTS, Document
from stedenband.web import fields
from stedenband.web.schema import Schema

LARGEST = 2**53 - 1
A_FILE = f"{fields.EXAMPLE_BASE}/documents/{fields.EXAMPLE_ID}/content"
AN_UPLOAD = f"{fields.EXAMPLE_BASE}/uploads/{fields.EXAMPLE_ID}"
CATEGORY = fields.ListedCode(
    "What kind of document it is (IATI codelist DocumentCategory).",
    "documentCategories",
    form="[A-Z][0-9]{2}",
    example="A09",
)


class DocumentSchema(RecordSchema):
    """A file with what is said of it, attached to one record."""

    model = Document

    href = fields.Href("/documents/{id}")
    owner = fields.Reference("The city that owns the record.", "/partnerCities/{id}", title="name", dump_only=True)
    subject = fields.AnyReference(
        "The record that it is attached to, for good.",
        {
            each.kind: fields.Reference(
                "The record.", each.path, title=each.title, attribute=each.relationship, dump_only=True
            )
            for each in SUBJECTS
        },
        "cityLink",
        required=True,
        create_only=True,
    )
    city_link = fields.Reference("The link that its subject stands in.", "/cityLinks/{id}", dump_only=True)
    title = fields.LocalizedRemark("Its title.", 300, required=True, example={"en": "A visit (demo)"})
    description = fields.LocalizedRemark(
        "What it is, in a few sentences.",
        4000,
        lines=True,
        example={"en": "The delegation before the town hall (demo)."},
    )
    file_name = fields.Remark(
        "The name under which it is saved; it ends as its kind does, such as .pdf. Default: that of the file.",
        200,
        example="picture.png",
    )
    media_type = fields.Code("What it is, by its bytes.", MEDIA_TYPES, dump_only=True, example="image/png")
    size = fields.Integer("Bytes as it is kept.", 1, LARGEST, dump_only=True, example=7421)
    sha256 = fields.Pattern(
        "SHA-256 of the file as it is kept: of a picture, without what was removed.",
        "[0-9a-f]{64}",
        say("Give 64 hexadecimal digits."),
        dump_only=True,
        example="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    )
    language = fields.LanguageCode("The language that it is in.", example="en")
    category = CATEGORY
    personal_data = fields.Flag("Whether people are named or shown in it; then `keepUntil` is needed.", example=False)
    keep_until = fields.Date("The last day on which it is kept; afterwards it is deleted.", example="2035-12-31")
    visibility = fields.Code(
        "Who sees it: own staff, both sides of the link, or everyone; never more than its subject.", VISIBILITIES
    )


class DocumentLinkSchema(Schema):
    """A link to a file that works without a key, for some minutes."""

    href = fields.Url("Its address.", required=True, example=f"{A_FILE}?token=eyJlIjoxfQ.c2lnbmF0dXJl")
    expires_at = fields.Instant("Until when it works.", required=True, example="2026-02-01T09:40:00Z")


class LinkQuery(Schema):
    """What may follow the address of a file."""

    token = fields.Text("What a signed link carries instead of a key.", 1000)


class ThumbnailQuery(LinkQuery):
    """Which thumbnail of a picture."""

    size = fields.Code(
        "Pixels of the longer side: small 256, large 1024.", ("small", "large"), load_default="small", example="small"
    )


class UploadSchema(Schema):
    """A file that arrives in pieces (tus 1.0.0)."""

    href = fields.Url("Its address.", required=True, dump_only=True, example=AN_UPLOAD)
    id = fields.Key("Its id.", required=True, dump_only=True, example=fields.EXAMPLE_ID)
    length = fields.Integer("Bytes of the whole file.", 1, LARGEST, required=True, dump_only=True, example=7421)
    offset = fields.Integer("Bytes that have arrived for good.", 0, LARGEST, required=True, dump_only=True, example=0)
    expires_at = fields.Instant("When it is given up.", required=True, dump_only=True, example="2026-02-02T09:30:00Z")
    document = fields.Url("The document that it became.", dump_only=True, example=A_FILE.removesuffix("/content"))
