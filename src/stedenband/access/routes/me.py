"""Who the caller is and what it may do."""

import orjson
from flask import Response

from stedenband.access.schemas import MeSchema
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.fields import present
from stedenband.web.guard import OPEN, caller, visit

CITY = "SELECT id, name FROM partner_city WHERE id = %(city)s"

blueprint = StrictBlueprint("me", __name__, url_prefix="/v1", description="The caller")


def read_me() -> Response:
    """Say who the caller is; to the public without asking the database."""
    actor = caller()
    city = visit().rows(CITY, {"city": actor.city_id}, named=True) if actor.client_id else []
    known = {
        "role": actor.role.value,
        "client_id": actor.client_id,
        "name": actor.name,
        "person": actor.person_id,
        "city": city[0] if city else None,
        "permissions": sorted(actor.permissions),
        "expires_at": actor.expires_at,
    }
    body = orjson.dumps(present(MeSchema().dump(known)))
    return reply(body, tag(body))


declare(
    blueprint,
    "/me",
    "GET",
    "read_me",
    OPEN,
    read_me,
    summary="Say who one is and what one may do",
    returns=MeSchema,
)
