"""Partner cities, city links and agreements over HTTP."""

from tests.builders import OWN, PARTNER, World


def test_a_link_is_named_after_its_members(fresh_world: World) -> None:
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    made = fresh_world.api(OWN).post("/v1/cityLinks", {"kind": "sdgPartnership", "members": members})
    assert made.status_code == 201
    assert made.json["title"] == "Genk – Francistown"
