"""Short ways to make people through the API."""

from typing import Any

import psycopg

from tests.builders import Api, Reply, World

CONTACTS = "/v1/contacts"
QUERY = f"{CONTACTS}/query"
ORGANIZATIONS = "/v1/organizations"
LAWFUL = {"lawfulBasis": "publicTask", "purpose": "Working on the link."}


def a_contact(api: Api, **values: Any) -> Any:
    """Make a contact and return what its maker is shown."""
    reply = api.post(CONTACTS, {"familyName": "Example", **LAWFUL, **values})
    assert reply.status_code == 201, reply.text
    return reply.json


def shared(world: World, link: str = "link") -> dict[str, Any]:
    """Return what shares a record with both sides of a link."""
    return {"cityLink": {"id": str(world.links[link])}, "visibility": "link"}


def an_organization(api: Api, **values: Any) -> Any:
    """Make an organization and return what its maker is shown."""
    reply = api.post(ORGANIZATIONS, {"name": "An association", "kind": "22", **values})
    assert reply.status_code == 201, reply.text
    return reply.json


def merge(api: Api, contact: Any, into: Any) -> Reply:
    """Merge a contact into another."""
    body = {"into": {"id": into["id"]}}
    return api.call("POST", f"{CONTACTS}/{contact['id']}/merge", json=body, headers={"If-Match": "*"})


def found(api: Api, **asked: Any) -> list[Any]:
    """Return the contacts that a question finds."""
    reply = api.post(QUERY, asked)
    assert reply.status_code == 200, reply.text
    return list(reply.json["items"])


def issue_of(reply: Reply) -> tuple[str, str]:
    """Return the place and the sentence of the one issue of a refusal."""
    (issue,) = reply.json["issues"]
    return issue["name"], issue["detail"]


def to_be_reviewed(world: World, contact: Any, on: str | None) -> None:
    """Let the day of review of a contact be any day, which only time can do."""
    with psycopg.connect(world.database.owner_url) as owner:
        owner.execute("UPDATE contact SET review_on = %s, version = version + 1 WHERE id = %s", [on, contact["id"]])
