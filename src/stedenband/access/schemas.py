"""What API clients and keys look like on the wire."""

from stedenband.access.models import KINDS, ROLES, STATUSES, ApiClient, ApiKey
from stedenband.core.access import Permission, Role
from stedenband.web import fields
from stedenband.web.schema import Schema

EXAMPLE_ID = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
EXAMPLE_INSTANT = "2026-02-01T09:30:00Z"


class ApiKeySchema(Schema):
    """A key, without its secret."""

    model = ApiKey

    id = fields.Key("The id of this key.", dump_only=True, required=True, example=EXAMPLE_ID)
    prefix = fields.Text(
        "What stands between the first two underscores of the key.",
        12,
        dump_only=True,
        required=True,
        example="k3TzQ9vB1xYd",
    )
    scopes = fields.Permissions(
        "Narrows the key to these permissions of its client's role; absent: all of them.",
        tuple(permission.value for permission in Permission),
    )
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    expires_at = fields.Instant("Until when it holds; absent: until it is revoked.", example="2027-02-01T00:00:00Z")
    revoked_at = fields.Instant("When it was revoked.", dump_only=True, example=EXAMPLE_INSTANT)
    last_used_at = fields.Instant("When it was last used, to the minute.", dump_only=True, example=EXAMPLE_INSTANT)


class ApiClientSchema(Schema):
    """A person or system of one city that calls the API in one role."""

    model = ApiClient

    href = fields.Href("/apiClients/{id}")
    id = fields.Key("The id of this client.", dump_only=True, required=True, example=EXAMPLE_ID)
    name = fields.Text(
        "Whom the key is for: one person's function or one system.", 100, required=True, example="North-South office"
    )
    city = fields.Reference(
        "The city it belongs to.", "/partnerCities/{id}", title="name", required=True, create_only=True
    )
    role = fields.Code("What it may do.", ROLES, required=True, example="coordinator")
    status = fields.Code("A suspended client is refused at its next request.", STATUSES)
    kind = fields.Code(
        "How it is recognized: by its keys, or by tokens of the issuer.", KINDS, required=True, dump_only=True
    )
    issuer = fields.Url(
        "The identity provider whose tokens make callers this client.", dump_only=True, example="https://login.genk.be"
    )
    keys = fields.Items("Its keys.", ApiKeySchema, dump_only=True)
    created_at = fields.Instant("When it was made.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    updated_at = fields.Instant("When it last changed.", dump_only=True, required=True, example=EXAMPLE_INSTANT)
    version = fields.Integer(
        "Counts the changes; part of the ETag.", 1, 2**31 - 1, dump_only=True, required=True, example=1
    )


class IssuedKeySchema(ApiKeySchema):
    """A new key, with its secret, which is shown this once."""

    key = fields.Text(
        "The key itself: keep it like a password.",
        80,
        dump_only=True,
        required=True,
        example="sb_k3TzQ9vB1xYd_the-secret-part-of-the-key-is-shown-only-once",
    )


class CallerClientSchema(Schema):
    """The client that a caller acts for."""

    id = fields.Key("Its id.", attribute="client_id", dump_only=True, required=True, example=EXAMPLE_ID)
    name = fields.Text("Its name.", 100, dump_only=True, required=True, example="North-South office")


class MeSchema(Schema):
    """Who the caller is and what it may do; the public has a role and permissions only."""

    role = fields.Code(
        "What the caller is.", tuple(role.value for role in Role), dump_only=True, required=True, example="coordinator"
    )
    client = fields.Part("The client that it acts for; absent: the public.", CallerClientSchema, dump_only=True)
    person = fields.Key(
        "With an access token: the person, under a name that nobody but the identity provider can resolve.",
        dump_only=True,
        example=EXAMPLE_ID,
    )
    city = fields.Reference("The city that it works for.", "/partnerCities/{id}", title="name", dump_only=True)
    permissions = fields.Permissions(
        "What its role and the scopes of its key allow; on which records is decided per record.",
        tuple(permission.value for permission in Permission),
        dump_only=True,
        required=True,
    )
    expires_at = fields.Instant(
        "Until when its key or token holds; absent: until it is revoked.",
        dump_only=True,
        example="2027-02-01T00:00:00Z",
    )
