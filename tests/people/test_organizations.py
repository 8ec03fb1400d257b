"""Organizations: their identifiers, where they are shared, and those that may be the same."""

from typing import Any

import pytest

from tests.builders import OWN, PARTNER, STRANGER, World
from tests.changes.feed import wait_for_older_transactions
from tests.people.people import ORGANIZATIONS, a_contact, an_organization, issue_of, shared

NUMBER = "0207201797"
"""An enterprise number whose check digits are right."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enterpriseNumber", "0207201798"),
        ("enterpriseNumber", "0207 201 797"),
        ("iatiIdentifier", f"XX-NOSUCH-{NUMBER}"),
        ("iatiIdentifier", "BE-BCE_KBO-0207201798"),
        ("iatiIdentifier", "BE-BCE_KBO-207"),
        ("iatiIdentifier", "BE-BCE_KBO-"),
        ("iatiIdentifier", "BE-BCE_KBO"),
        ("iatiIdentifier", "XM-DAC-1/2"),
        ("iatiIdentifier", "XM-DAC-1 2"),
        ("iatiIdentifier", "XM-DAC-"),
    ],
)
def test_an_identifier_that_cannot_be_is_refused(world: World, name: str, value: str) -> None:
    reply = world.api(OWN).post(ORGANIZATIONS, {"name": "A", "kind": "22", "identifiers": {name: value}})
    assert issue_of(reply)[0] == f"identifiers.{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("functionalMailbox", each)
            for each in ("office", "office@", "a@b@c.example", "Office <office@example.org>")
        ),
        *(("phone", each) for each in ("089 65 36 00", "+", "+32", "+999 123456789", "+32 89 65 36 00 ext. 1")),
    ],
)
def test_an_address_or_a_number_that_cannot_be_is_refused(world: World, name: str, value: str) -> None:
    reply = world.api(OWN).post(ORGANIZATIONS, {"name": "A", "kind": "22", name: value})
    assert (reply.status_code, issue_of(reply)[0]) == (400, name)


@pytest.mark.parametrize("identifier", [f"BE-BCE_KBO-{NUMBER}", "XM-DAC-2-10", "GB-COH-01234567"])
def test_an_identifier_of_a_registration_agency_is_kept(fresh_world: World, identifier: str) -> None:
    made = an_organization(fresh_world.api(OWN), identifiers={"iatiIdentifier": identifier})
    assert made["identifiers"] == {"iatiIdentifier": identifier}


def test_an_identifier_stands_once_in_the_records_of_a_city(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    identifiers = {"enterpriseNumber": NUMBER}
    an_organization(own, identifiers=identifiers)
    reply = own.post(ORGANIZATIONS, {"name": "Another", "kind": "22", "identifiers": identifiers})
    assert (reply.status_code, issue_of(reply)[0]) == (409, "identifiers.enterpriseNumber")
    assert "possibleDuplicates" not in an_organization(fresh_world.api(STRANGER), identifiers=identifiers)


def test_an_organization_that_may_be_known_already_is_pointed_out(fresh_world: World) -> None:
    own, other = fresh_world.api(OWN), fresh_world.api(PARTNER)
    here, there = ({"id": str(fresh_world.cities[name])} for name in (OWN, PARTNER))
    known = an_organization(
        own, name="Vereniging Één", city=here, visibility="public", identifiers={"enterpriseNumber": NUMBER}
    )
    for values in ({"name": "vereniging een", "city": here}, {"name": "VERENIGING EEN"}):
        (match,) = an_organization(own, **values)["possibleDuplicates"]
        assert match["id"] == known["id"] or match["title"].casefold() == "vereniging een"
        own.delete(f"{ORGANIZATIONS}/{own.get(ORGANIZATIONS + '?sort=-updatedAt').json['items'][0]['id']}")
    assert an_organization(other, name="B", identifiers={"enterpriseNumber": NUMBER})["possibleDuplicates"] == [
        {"href": known["href"], "id": known["id"], "title": "Vereniging Één"}
    ]
    assert "possibleDuplicates" not in an_organization(other, name="Vereniging Één", city=there)


def test_the_other_side_of_a_link_edits_a_shared_organization_but_not_whose_it_is(world: World) -> None:
    organization = an_organization(world.api(OWN), internalNote="Ours.", **shared(world))
    path = f"{ORGANIZATIONS}/{organization['id']}"
    other = world.api(PARTNER, "partner")
    assert other.patch(path, {"phone": "+267 241 1110", "community": "Ward Monarch"}).json["phone"] == "+2672411110"
    for refused in ({"visibility": "city"}, {"cityLink": None}, {"internalNote": "Theirs."}):
        assert other.patch(path, refused).status_code == 403
    assert "internalNote" not in other.get(path).json
    assert world.api(STRANGER).get(path).status_code == 404


def test_an_organization_is_taken_out_of_its_link(world: World) -> None:
    own = world.api(OWN)
    path = f"{ORGANIZATIONS}/{an_organization(own, **shared(world))['id']}"
    assert own.patch(path, {"cityLink": None}).status_code == 400
    assert "cityLink" not in own.patch(path, {"cityLink": None, "visibility": "city", "city": None}).json


def test_an_organization_that_somebody_belongs_to_is_not_deleted(world: World) -> None:
    own = world.api(OWN)
    organization = an_organization(own)
    a_contact(own, organization={"id": organization["id"]})
    assert own.delete(f"{ORGANIZATIONS}/{organization['id']}").status_code == 409


def test_organizations_are_found_by_what_they_are(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    identifiers = {"enterpriseNumber": NUMBER, "iatiIdentifier": f"BE-BCE_KBO-{NUMBER}"}
    here = {"id": str(fresh_world.cities[OWN])}
    made = an_organization(
        own, community="Jeugd van Noord", kind="80", city=here, identifiers=identifiers, **shared(fresh_world)
    )
    an_organization(own)
    link = fresh_world.links["link"]
    queries: dict[str, Any] = {
        "q": "noor", "kind": "80", "city": here["id"], "cityLink": link, "enterpriseNumber": NUMBER,
        "iatiIdentifier": f"BE-BCE_KBO-{NUMBER}",
    }  # fmt: skip
    for name, value in queries.items():
        items = own.get(f"{ORGANIZATIONS}?{name}={value}").json["items"]
        assert [item["id"] for item in items] == [made["id"]], name


def test_what_was_shared_in_a_merged_link_follows_it(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    twin = {"kind": "network", "members": [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]}
    link = own.post("/v1/cityLinks", {**twin, "visibility": "public"}).json
    organization = an_organization(own, cityLink={"id": link["id"]}, visibility="link")
    role = {"role": "staff", "cityLink": {"id": link["id"]}}
    contact = a_contact(own, cityLink={"id": link["id"]}, roles=[role])
    into = {"into": {"id": str(fresh_world.links["register"])}}
    merged = own.call("POST", f"/v1/cityLinks/{link['id']}/merge", json=into, headers={"If-Match": "*"})
    assert merged.json["mergedInto"]["id"] == into["into"]["id"]
    assert own.get(f"{ORGANIZATIONS}/{organization['id']}").json["cityLink"]["id"] == into["into"]["id"]
    followed = own.get(f"/v1/contacts/{contact['id']}").json
    assert followed["cityLink"]["id"] == followed["roles"][0]["cityLink"]["id"] == into["into"]["id"]


def test_a_city_that_leaves_a_link_is_told_to_forget_what_was_shared_in_it(fresh_world: World) -> None:
    own, stranger = fresh_world.api(OWN), fresh_world.api(STRANGER)
    cities = [{"city": {"id": str(key)}} for key in fresh_world.cities.values()]
    link = own.post("/v1/cityLinks", {"kind": "network", "members": cities, "visibility": "public"}).json
    sharing = {"cityLink": {"id": link["id"]}, "visibility": "link"}
    made = {an_organization(own, **sharing)["id"], a_contact(own, **sharing)["id"]}
    wait_for_older_transactions(fresh_world.database)
    after = stranger.get("/v1/changes?pageSize=200").json["cursor"]
    assert own.patch(f"/v1/cityLinks/{link['id']}", {"members": cities[:2]}).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    entries = stranger.get(f"/v1/changes?after={after}").json["items"]
    assert {entry["id"] for entry in entries if entry["operation"] == "withdrawn"} == made
