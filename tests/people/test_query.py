"""Looking people up in a body: what finds whom, in which order, and for whom."""

from typing import Any

import pytest

from tests.builders import OWN, PARTNER, World
from tests.people.people import QUERY, a_contact, found, issue_of

PEOPLE: tuple[dict[str, Any], ...] = (
    {"givenName": "Kabo", "familyName": "Mokgosi", "function": "Clerk", "emails": [{"address": "Kabo@example.org"}]},
    {"givenName": "Élodie", "familyName": "Dupont", "phones": [{"number": "+3289653600"}]},
    {"familyName": "Zorro", "function": "Koordinator", "functionMailbox": "links@example.org", "languages": ["nl"]},
)


@pytest.fixture
def office(fresh_world: World) -> World:
    """A city that knows three people, all of them public contact points shared in a public link."""
    link = {"cityLink": {"id": str(fresh_world.links["public"])}}
    for person in PEOPLE:
        a_contact(fresh_world.api(OWN), **{"function": "Officer", **person}, **link, visibility="public")
    return fresh_world


QUESTIONS: tuple[tuple[dict[str, Any], list[str], int], ...] = (
    # question, who both sides of the link find, how many the public finds
    ({"q": "elod"}, ["Dupont"], 0),
    ({"q": "ELODIE dup"}, ["Dupont"], 0),
    ({"q": "officer"}, ["Dupont"], 1),
    ({"q": "mok clerk"}, ["Mokgosi"], 0),
    ({"q": "% _"}, [], 0),
    ({"name": "kabo mokgosi"}, ["Mokgosi"], 0),
    ({"name": "Mokgosi Kabo"}, ["Mokgosi"], 0),
    ({"name": "Mokgosi"}, [], 0),
    ({"email": "kabo@EXAMPLE.org"}, ["Mokgosi"], 0),
    ({"email": "Links@example.org"}, ["Zorro"], 1),
    ({"phone": "+32 89 65 36 00"}, ["Dupont"], 0),
    ({"language": ["nl", "fr"]}, ["Zorro"], 0),
    ({"sort": "-name"}, ["Zorro", "Mokgosi", "Dupont"], 3),
    ({"role": ["staff"]}, [], 0),
    ({"reviewOnFrom": "2100-01-01"}, [], 0),
    ({"reviewOnTo": "2100-01-01"}, [], 0),
    ({}, ["Dupont", "Mokgosi", "Zorro"], 3),
)


def test_people_are_found_by_those_who_may_know_them(office: World) -> None:
    for asked, names, public in QUESTIONS:
        for api in (office.api(OWN), office.api(PARTNER, "partner")):
            assert [each["familyName"] for each in found(api, **asked)] == names, asked
        points = found(office.api(), **asked)
        assert len(points) == public, asked
        assert not any("familyName" in point for point in points)


def test_the_order_of_names_is_not_shown_to_those_who_may_not_know_them(office: World) -> None:
    made = [each["id"] for each in found(office.api(), sort="createdAt")]
    assert [each["id"] for each in found(office.api(), sort="name")] == made


def test_a_page_ends_with_the_cursor_of_the_next(office: World) -> None:
    names, asked = [], {"pageSize": 2, "total": True}
    for _ in range(2):
        page = office.api(OWN).post(QUERY, asked).json
        names += [each["familyName"] for each in page["items"]]
        assert (page["total"], page["pageSize"], page["self"].endswith(QUERY)) == (3, 2, True)
        asked = {**asked, "after": page.get("cursor")}
    assert names == ["Dupont", "Mokgosi", "Zorro"]
    assert asked["after"] is None


def test_the_total_of_nothing_is_zero(office: World) -> None:
    assert office.api(OWN).post(QUERY, {"q": "nobody", "total": True}).json["total"] == 0


def test_a_cursor_of_another_order_is_refused_in_the_body(office: World) -> None:
    cursor = office.api(OWN).post(QUERY, {"pageSize": 1}).json["cursor"]
    reply = office.api(OWN).post(QUERY, {"sort": "createdAt", "after": cursor})
    assert (reply.status_code, reply.json["issues"][0]["in"], issue_of(reply)[0]) == (400, "body", "after")


@pytest.mark.parametrize("name", ["q", "name", "email", "phone", "sort"])
def test_no_address_takes_anything_personal(world: World, name: str) -> None:
    reply = world.api(OWN).get(f"/v1/contacts?{name}=name")
    assert issue_of(reply)[0] == name
