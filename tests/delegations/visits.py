"""Short ways to make visits through the API."""

from typing import Any

from tests.builders import OWN, PARTNER, Api, World

DELEGATIONS = "/v1/delegations"
DECISION = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}
WHOLE: dict[str, Any] = {
    "purpose": {"en": "To learn from each other."},
    "arrival": "2026-03-02",
    "departure": "2026-03-08",
    "estimatedCost": {"value": "8500.00", "currency": "EUR"},
}
"""What an approval asks for beside the decision."""
REASON = "The border is closed."


def cities(world: World, origin: str = OWN, host: str = PARTNER) -> dict[str, Any]:
    """Return who travels and who receives."""
    return {"originCity": {"id": str(world.cities[origin])}, "hostCity": {"id": str(world.cities[host])}}


def a_body(world: World, **values: Any) -> dict[str, Any]:
    """Return a visit of Genk to Francistown in their public link."""
    link = {"id": str(world.links["public"])}
    return {"title": "A visit", "cityLink": link, "visibility": "link", **cities(world), **values}


def a_visit(api: Api, world: World, **values: Any) -> Any:
    """Make a visit and return what its maker is shown."""
    reply = api.post(DELEGATIONS, a_body(world, **values))
    assert reply.status_code == 201, reply.text
    return reply.json


def traveler(contact: Any, **values: Any) -> dict[str, Any]:
    """Return a participant."""
    return {"contact": {"id": str(contact)}, "capacity": "staff", **values}
