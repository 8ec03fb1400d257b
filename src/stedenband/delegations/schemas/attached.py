"""What is attached to a delegation, within its document."""

from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.schema import Schema


class AttachedSchema(Schema):
    """A document, as far as the caller sees it; `/documents` has all that is said of it."""

    href = fields.Href("/documents/{id}")
    id = fields.Key("Its id.", required=True, dump_only=True, example=fields.EXAMPLE_ID)
    title = fields.LocalizedRemark("Its title.", 300, dump_only=True, example={"en": "A visit (demo)"})
    file_name = fields.Remark("The name under which it is saved.", 200, dump_only=True, example="report.pdf")
    media_type = fields.Text("What it is, by its bytes.", 200, dump_only=True, example="application/pdf")
    size = fields.Integer("Bytes.", 1, 2**53 - 1, dump_only=True, example=7421)
    sha256 = fields.Pattern(
        "SHA-256 of the file.",
        "[0-9a-f]{64}",
        say("Give 64 hexadecimal digits."),
        dump_only=True,
        example="2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    )
