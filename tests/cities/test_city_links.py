"""City links over HTTP: members, lifecycle, claims and merges."""

from typing import Any

import pytest

from stedenband.cities.rules import title_of
from tests.builders import OWN, PARTNER, STRANGER, Reply, World

DECISION = {"date": "2004-06-24", "body": "City council", "reference": "GR/2004/117"}


def members(world: World, *names: str) -> list[dict[str, Any]]:
    return [{"city": {"id": str(world.cities[name])}} for name in names]


def new_link(world: World, city: str = OWN, role: str = "coordinator", **more: Any) -> Reply:
    body = {"kind": "sdgPartnership", "members": members(world, OWN, PARTNER), **more}
    return world.api(city, role).post("/v1/cityLinks", body)


def test_a_link_is_named_after_its_members_and_begins_as_a_candidate(fresh_world: World) -> None:
    made = new_link(fresh_world)
    assert made.status_code == 201
    assert made.json["title"] == "Genk – Francistown"
    assert made.json["status"] == "candidate"
    assert made.json["visibility"] == "city"
    assert [member["city"]["title"] for member in made.json["members"]] == [OWN, PARTNER]


def test_a_long_title_is_cut() -> None:
    title = title_of(["x" * 150, "y" * 150])
    assert len(title) == 200
    assert title.endswith("…")


def test_an_old_link_is_entered_with_its_decision(fresh_world: World) -> None:
    refused = new_link(fresh_world, status="active")
    assert refused.status_code == 400
    assert refused.json["issues"][0]["name"] == "decision"
    made = new_link(fresh_world, status="active", decision=DECISION).json
    assert made["startDate"] == "2004-06-24"
    assert made["moves"][0]["decision"] == DECISION


def test_the_council_decides_on_beginning_and_end(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = new_link(fresh_world).headers["Location"]
    assert api.move(path, "exploring").json["status"] == "exploring"
    assert api.move(path, "active").json["issues"][0]["name"] == "decision"
    assert api.move(path, "active", decision=DECISION).json["startDate"] == "2004-06-24"
    assert api.move(path, "dormant").json["issues"][0]["name"] == "reason"
    assert api.move(path, "candidate").status_code == 409
    assert api.move(path, "dormant", reason="No activity.").json["status"] == "dormant"
    refused = api.move(path, "ended", decision=DECISION)
    assert [issue["name"] for issue in refused.json["issues"]] == ["reason"]
    ended = api.move(path, "ended", decision={**DECISION, "date": "2025-12-31"}, reason="Both agreed.").json
    assert ended["endDate"] == "2025-12-31"
    assert [move["status"] for move in ended["moves"]] == ["candidate", "exploring", "active", "dormant", "ended"]
    assert api.move(path, "active", decision=DECISION).status_code == 409


def test_a_partner_does_not_move_a_link(fresh_world: World) -> None:
    path = f"/v1/cityLinks/{fresh_world.links['link']}"
    assert fresh_world.api(PARTNER).move(path, "exploring").status_code == 403
    assert fresh_world.api(PARTNER, "partner").move(path, "exploring").status_code == 403


def test_a_partner_edits_content_of_a_shared_link_and_nothing_else(fresh_world: World) -> None:
    path = f"/v1/cityLinks/{fresh_world.links['link']}"
    partner = fresh_world.api(PARTNER, "partner")
    changed = partner.patch(path, {"summary": {"en": "A summary."}, "themes": ["waste", "climate"]})
    assert changed.json["themes"] == ["climate", "waste"]
    for body in ({"title": "Ours"}, {"members": members(fresh_world, PARTNER, STRANGER)}, {"internalNote": "x"}):
        assert partner.patch(path, body).status_code == 403
    assert partner.patch(f"/v1/cityLinks/{fresh_world.links['public']}", {"themes": []}).status_code == 403
    assert partner.patch(f"/v1/cityLinks/{fresh_world.links['city']}", {"themes": []}).status_code == 404


@pytest.mark.parametrize("names", [(OWN,), (PARTNER, STRANGER), (OWN, OWN)])
def test_a_link_has_two_members_or_more_and_its_owner_is_one(world: World, names: tuple[str, ...]) -> None:
    refused = world.api(OWN).post("/v1/cityLinks", {"kind": "network", "members": members(world, *names)})
    assert refused.status_code == 400
    assert refused.json["issues"][0]["name"] == "members"


def test_a_member_that_is_not_there_is_named(world: World) -> None:
    missing = {"city": {"id": "01987654-0000-7000-8000-000000000000"}}
    refused = world.api(OWN).post("/v1/cityLinks", {"kind": "network", "members": [*members(world, OWN), missing]})
    assert refused.json["issues"][0]["name"] == "members[1].city"


def test_the_same_link_is_open_once_per_owner(fresh_world: World) -> None:
    first = new_link(fresh_world).headers["Location"]
    again = new_link(fresh_world, members=members(fresh_world, PARTNER, OWN))
    assert again.status_code == 409
    assert again.json["issues"][0]["name"] == "members"
    fresh_world.api(OWN).move(first, "ended", decision=DECISION, reason="A mistake.")
    assert new_link(fresh_world).status_code == 201


def test_members_are_replaced_as_a_whole(fresh_world: World) -> None:
    path = new_link(fresh_world, visibility="link").headers["Location"]
    three = [*members(fresh_world, OWN, STRANGER), {**members(fresh_world, PARTNER)[0], "role": "observer"}]
    changed = fresh_world.api(OWN).patch(path, {"members": three}).json
    assert [member["role"] for member in changed["members"]] == ["partner", "partner", "observer"]
    assert fresh_world.api(STRANGER).get(path).status_code == 200
    fresh_world.api(OWN).patch(path, {"members": members(fresh_world, OWN, PARTNER)})
    assert fresh_world.api(STRANGER).get(path).status_code == 404


def test_an_end_before_the_beginning_is_refused(fresh_world: World) -> None:
    assert new_link(fresh_world, startDate="2020-01-02", endDate="2020-01-01").status_code == 400
    path = new_link(fresh_world, startDate="2020-01-02").headers["Location"]
    refused = fresh_world.api(OWN).patch(path, {"endDate": "2020-01-01"})
    assert refused.json["issues"][0]["name"] == "endDate"


def test_an_editor_does_not_publish(fresh_world: World) -> None:
    path = new_link(fresh_world).headers["Location"]
    editor = fresh_world.api(OWN, "editor")
    assert editor.patch(path, {"visibility": "link"}).status_code == 200
    assert editor.patch(path, {"visibility": "public"}).status_code == 403
    assert new_link(fresh_world, role="editor", kind="friendship", visibility="public").status_code == 403
    assert fresh_world.api(OWN).patch(path, {"visibility": "public"}).json["publishedAt"]
    assert editor.patch(path, {"visibility": "link"}).status_code == 403


def test_a_member_claims_a_link_of_the_register(fresh_world: World) -> None:
    path = f"/v1/cityLinks/{fresh_world.links['register']}"

    def claim(city: str, role: str = "coordinator") -> Reply:
        return fresh_world.api(city, role).call("POST", f"{path}/claim", headers={"If-Match": "*"})

    assert fresh_world.api(OWN).patch(path, {"themes": ["waste"]}).status_code == 403
    assert claim(STRANGER).status_code == 403
    assert claim(OWN, "editor").status_code == 403
    claimed = claim(PARTNER)
    assert claimed.status_code == 200
    assert claimed.json["owner"]["title"] == PARTNER
    assert claim(OWN).status_code == 409
    assert fresh_world.api(PARTNER).patch(path, {"themes": ["waste"]}).status_code == 200


def test_two_owners_merge_their_links(fresh_world: World) -> None:
    ours = new_link(fresh_world, visibility="link").headers["Location"]
    theirs = new_link(fresh_world, PARTNER, visibility="link")
    assert [each["href"] for each in theirs.json["possibleDuplicates"]] == [ours]
    agreement = {"title": "MoU", "kind": "renewal", "validFrom": "2020-01-01", "validTo": "2024-12-31"}
    assert fresh_world.api(PARTNER).post(f"{theirs.headers['Location']}/agreements", agreement).status_code == 201
    request = {"into": {"id": fresh_world.api(OWN).get(ours).json["id"]}}

    def merge(city: str) -> Reply:
        path = f"{theirs.headers['Location']}/merge"
        return fresh_world.api(city).post(path, request, headers={"If-Match": "*"})

    assert merge(STRANGER).status_code == 404
    proposed = merge(PARTNER).json
    assert proposed["status"] == "candidate"
    assert proposed["mergeConfirmations"][0]["city"]["title"] == PARTNER
    merged = merge(OWN).json
    assert merged["status"] == "ended"
    assert merged["mergedInto"]["href"] == ours
    kept = fresh_world.api(OWN).get(f"{ours}/agreements").json["items"]
    assert [each["owner"]["title"] for each in kept] == [OWN]
    assert merge(OWN).status_code == 409


def test_only_the_same_link_is_merged(fresh_world: World) -> None:
    other = {"into": {"id": str(fresh_world.links["public"])}}
    path = f"/v1/cityLinks/{fresh_world.links['link']}/merge"
    assert fresh_world.api(OWN).post(path, other, headers={"If-Match": "*"}).status_code == 409
    assert fresh_world.api(OWN, "editor").post(path, other, headers={"If-Match": "*"}).status_code == 403


def test_a_link_merges_into_the_register_at_one_owners_word(fresh_world: World) -> None:
    ours = new_link(fresh_world, kind="network", visibility="public").headers["Location"]
    into = {"into": {"id": str(fresh_world.links["register"])}}
    merged = fresh_world.api(OWN).post(f"{ours}/merge", into, headers={"If-Match": "*"})
    assert merged.json["mergedInto"]["id"] == into["into"]["id"]


def test_links_are_found_by_member_word_country_place_and_state(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    api.patch(f"/v1/partnerCities/{fresh_world.cities[OWN]}", {"location": {"latitude": 50.965, "longitude": 5.5}})
    api.patch(f"/v1/cityLinks/{fresh_world.links['link']}", {"themes": ["waste"], "startDate": "2004-01-01"})
    other = new_link(fresh_world, members=members(fresh_world, OWN, STRANGER), title="Three words here")

    def found(query: str) -> int:
        return int(api.get(f"/v1/cityLinks?total=true&{query}").json["total"])

    assert found("") == 5
    assert found(f"memberCity={fresh_world.cities[PARTNER]}") == 4
    assert found(f"memberCity={fresh_world.cities[PARTNER]}&memberCity={fresh_world.cities[STRANGER]}") == 5
    assert found("q=genk francis") == 4
    assert found("q=word three") == 1
    assert found("country=FR") == 1
    assert found("near=50.9,5.5,20") == 5
    assert found("near=-21,27,20") == 0
    assert found("kind=cityLink&kind=twinning") == 2
    assert found("status=active") == 1
    assert found("theme=waste&theme=youth") == 1
    assert found("startDateFrom=2004-01-01&startDateTo=2004-01-01") == 1
    assert found("renewalDue=true") == 0
    assert other.json["title"] in [link["title"] for link in api.get("/v1/cityLinks?sort=-startDate").json["items"]]


def test_null_takes_the_summary_of_a_link_away(fresh_world: World) -> None:
    api, path = fresh_world.api(OWN), f"/v1/cityLinks/{fresh_world.links['link']}"
    assert api.patch(path, {"summary": {"en": "A link."}}).json["summary"] == {"en": "A link."}
    assert "summary" not in api.patch(path, {"summary": None}).json
