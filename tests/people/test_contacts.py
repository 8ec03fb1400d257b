"""Contacts: who may know whom, what a person is in several places, and what makes one contact of two."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.builders import OWN, PARTNER, STRANGER, World
from tests.changes.feed import wait_for_older_transactions
from tests.people.people import (
    CONTACTS,
    LAWFUL,
    ORGANIZATIONS,
    a_contact,
    an_organization,
    issue_of,
    merge,
    shared,
    to_be_reviewed,
)

FULL: dict[str, Any] = {
    "givenName": "Ann",
    "familyName": "Example",
    "honorific": "Dr.",
    "function": "North-South officer",
    "functionMailbox": "north-south@example.org",
    "emails": [{"address": "Ann.Example@EXAMPLE.org"}, {"address": "ann@example.net", "kind": "private"}],
    "phones": [{"number": "+32 (0)89 65.36.00"}],
    "languages": ["nl", "en"],
    "source": "The person, by e-mail.",
    "reviewOn": "2030-01-01",
    "note": "Prefers calls.",
}
PERSONAL = ("displayName", "givenName", "familyName", "honorific", "emails", "phones", "languages", "roles", "cityLink")
FOR_STAFF = ("lawfulBasis", "purpose", "source", "reviewOn", "note")


def test_a_contact_is_kept_as_it_was_told_in_normal_form(world: World) -> None:
    contact = a_contact(world.api(OWN), **FULL)
    assert contact["displayName"] == "Ann Example"
    assert contact["emails"] == [
        {"address": "Ann.Example@example.org", "kind": "work"},
        {"address": "ann@example.net", "kind": "private"},
    ]
    assert contact["phones"] == [{"number": "+3289653600", "kind": "work"}]
    assert contact["languages"] == ["en", "nl"]
    assert contact["visibility"] == "city"


def test_a_public_contact_is_a_contact_point_without_a_name(world: World) -> None:
    own = world.api(OWN)
    link = {"cityLink": {"id": str(world.links["public"])}}
    contact = a_contact(own, **FULL, **link, visibility="public", city={"id": str(world.cities[OWN])})
    path = f"{CONTACTS}/{contact['id']}"
    for api in (world.api(), world.api(STRANGER)):
        told = api.get(path).json
        assert told["function"] == "North-South officer"
        assert told["functionMailbox"] == "north-south@example.org"
        assert told["city"]["title"] == OWN
        assert not set(told) & {*PERSONAL, *FOR_STAFF}
    other_side = world.api(PARTNER, "partner").get(path).json
    assert set(PERSONAL) <= set(other_side)
    assert not set(other_side) & set(FOR_STAFF)
    assert set(FOR_STAFF) <= set(own.get(path).json)


def test_a_reference_to_a_contact_names_it_only_to_those_who_may_know_the_name(world: World) -> None:
    own = world.api(OWN)
    values = {"function": "Officer", "visibility": "public"}
    gone, stays = (a_contact(own, givenName="Ann", **values) for _ in range(2))
    assert merge(own, gone, stays).json["mergedInto"]["title"] == "Ann Example"
    assert world.api().get(f"{CONTACTS}/{gone['id']}").json["mergedInto"]["title"] == "Officer"


def test_somebody_is_named_or_has_a_function(world: World) -> None:
    own = world.api(OWN)
    assert issue_of(own.post(CONTACTS, LAWFUL))[0] == "familyName"
    contact = a_contact(own, function="Mayor")
    assert own.patch(f"{CONTACTS}/{contact['id']}", {"familyName": None}).json.get("displayName") is None
    assert own.patch(f"{CONTACTS}/{contact['id']}", {"function": None}).status_code == 400


def test_a_person_has_several_roles(world: World) -> None:
    own = world.api(OWN)
    organization = an_organization(own)
    roles = [
        {"role": "coordinator", "cityLink": {"id": str(world.links["city"])}, "validFrom": "2024-01-01"},
        {"role": "boardMember", "organization": {"id": organization["id"]}, "validTo": "2030-12-31"},
        {"role": "boardMember", "cityLink": {"id": str(world.links["city"])}},
    ]
    contact = a_contact(own, roles=roles)
    assert [role["role"] for role in contact["roles"]] == ["coordinator", "boardMember", "boardMember"]
    assert contact["roles"][1]["organization"]["title"] == "An association"
    path = f"{CONTACTS}/{contact['id']}"
    ended = [{**roles[0], "validTo": "2025-12-31"}]
    assert own.patch(path, {"roles": ended}).json["roles"][0]["validTo"] == "2025-12-31"
    assert own.delete(f"{ORGANIZATIONS}/{organization['id']}").status_code == 204
    assert own.patch(path, {"roles": None}).json["roles"] == []


@pytest.mark.parametrize(
    ("broken", "detail"),
    [
        ([{"role": "staff"}], "one organization or one city link"),
        ([{"role": "staff", "cityLink": "link", "organization": "organization"}], "one organization or one city link"),
        (
            [{"role": "staff", "cityLink": "link", "validFrom": "2025-01-02", "validTo": "2025-01-01"}],
            "ends on or after",
        ),
        ([{"role": "staff", "cityLink": "link"}] * 2, "once"),
        ([{"role": "staff", "cityLink": "missing"}], "no such record"),
    ],
)
def test_a_role_names_one_target_and_a_period(world: World, broken: list[dict[str, Any]], detail: str) -> None:
    own = world.api(OWN)
    ids = {
        "link": str(world.links["city"]),
        "organization": an_organization(own)["id"],
        "missing": str(world.cities[OWN]),
    }
    roles = [{name: {"id": ids[value]} if value in ids else value for name, value in role.items()} for role in broken]
    name, said = issue_of(own.post(CONTACTS, {"familyName": "Example", **LAWFUL, "roles": roles}))
    assert name.startswith("roles")
    assert detail in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("emails", [{"address": "a@example.org"}, {"address": "A@example.org"}]),
        ("phones", [{"number": "+3289653600"}, {"number": "+32 89 65 36 00", "kind": "private"}]),
    ],
)
def test_each_address_is_named_once(world: World, name: str, value: Any) -> None:
    reply = world.api(OWN).post(CONTACTS, {"familyName": "Example", **LAWFUL, name: value})
    assert issue_of(reply) == (name, "Name each of them once.")


def test_a_contact_is_shared_in_a_link_of_the_own_city(world: World) -> None:
    own = world.api(OWN)
    path = f"{CONTACTS}/{a_contact(own)['id']}"
    assert issue_of(own.patch(path, {"visibility": "link"}))[0] == "cityLink"
    other = world.api(PARTNER, "partner")
    assert other.get(path).status_code == 404
    assert own.patch(path, shared(world)).status_code == 200
    assert other.get(path).json["familyName"] == "Example"
    stranger = world.api(STRANGER)
    body = {"familyName": "Example", **LAWFUL, "cityLink": {"id": str(world.links["public"])}}
    assert issue_of(stranger.post(CONTACTS, body)) == ("cityLink", "Name a link of which your own city is a member.")


def test_the_other_side_of_a_link_edits_a_shared_contact_but_not_whose_it_is(world: World) -> None:
    contact = a_contact(world.api(OWN), **FULL, **shared(world))
    other = world.api(PARTNER, "partner")
    path = f"{CONTACTS}/{contact['id']}"
    changed = other.patch(path, {"phones": [{"number": "+267 241 1110"}], "languages": ["tn"], "givenName": "Anna"})
    assert (changed.json["phones"][0]["number"], changed.json["displayName"]) == ("+2672411110", "Anna Example")
    refusals: tuple[dict[str, Any], ...] = (
        {"visibility": "city"},
        {"cityLink": None},
        {"note": "Ours"},
        {"roles": []},
        {"purpose": "Ours"},
    )
    for refused in refusals:
        assert other.patch(path, refused).status_code == 403, refused
    assert world.api(PARTNER).delete(path).status_code == 403


def test_a_contact_that_moves_to_another_link_is_withdrawn_from_the_former(fresh_world: World) -> None:
    own, other = fresh_world.api(OWN), fresh_world.api(PARTNER, "partner")
    contact = a_contact(own, **shared(fresh_world))
    wait_for_older_transactions(fresh_world.database)
    after = other.get("/v1/changes?pageSize=200").json["cursor"]
    own.patch(f"{CONTACTS}/{contact['id']}", {"cityLink": None, "visibility": "city"})
    wait_for_older_transactions(fresh_world.database)
    entries = other.get(f"/v1/changes?after={after}").json["items"]
    assert [entry["operation"] for entry in entries if entry["id"] == contact["id"]] == ["withdrawn"]


def test_history_and_feed_name_what_changed_of_a_person_without_a_value(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    contact = a_contact(own, **FULL)
    own.patch(
        f"{CONTACTS}/{contact['id']}",
        {"familyName": "Changed", "emails": [], "purpose": "Another.", "lawfulBasis": "consent"},
    )
    history = own.get(f"{CONTACTS}/{contact['id']}/history")
    changes = history.json["items"][0]["changes"]
    assert {"familyName", "displayName", "emails", "purpose"} <= set(changes)
    assert changes["lawfulBasis"] == {"old": "publicTask", "new": "consent"}
    wait_for_older_transactions(fresh_world.database)
    assert {"familyName", "emails"} <= set(own.get("/v1/changes?pageSize=200").json["items"][-1]["fields"])
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        kept = str(connection.execute("SELECT fields FROM change").fetchall())
    for word in (
        "Ann",
        "Example",
        "Changed",
        "example.org",
        "example.net",
        "89653600",
        "officer",
        "calls",
        "by e-mail",
    ):
        assert word not in history.text + kept


def test_duplicates_are_warned_about_when_a_contact_is_made(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    first = a_contact(own, **FULL)
    same_name = a_contact(own, givenName="ánn", familyName="EXAMPLE")
    same_email = a_contact(own, familyName="Other", emails=[{"address": "ann.example@example.org"}])
    same_phone = a_contact(own, familyName="Third", phones=[{"number": "+3289653600"}])
    for contact in (same_name, same_email, same_phone):
        assert [each["id"] for each in contact["possibleDuplicates"]] == [first["id"]]
    assert "possibleDuplicates" not in a_contact(own, familyName="Nobody", givenName="Else")


def test_duplicates_never_betray_a_contact_whose_name_is_not_open(fresh_world: World) -> None:
    a_contact(fresh_world.api(OWN), **FULL)
    a_contact(fresh_world.api(OWN), **FULL, visibility="public")
    assert "possibleDuplicates" not in a_contact(fresh_world.api(STRANGER), **FULL)


def test_two_contacts_become_one_and_the_first_stays_as_a_pointer(world: World) -> None:
    own = world.api(OWN)
    organization = {"id": an_organization(own)["id"]}
    role = {"role": "staff", "organization": organization}
    gone = a_contact(own, **FULL, organization=organization, roles=[role, {**role, "role": "expert"}])
    emails = [{"address": "ann.example@example.org", "kind": "private"}, {"address": "third@example.org"}]
    stays = a_contact(own, givenName="Anna", emails=emails, languages=["fr"], roles=[role], note="Kept.")
    pointer = merge(own, gone, stays).json
    assert pointer["mergedInto"]["id"] == stays["id"]
    assert not set(pointer) & {"displayName", "givenName", "function", "functionMailbox", "organization", "note"}
    assert [pointer[name] for name in ("emails", "phones", "languages", "roles")] == [[], [], [], []]
    merged = own.get(f"{CONTACTS}/{stays['id']}").json
    assert [each["address"] for each in merged["emails"]] == [
        "ann.example@example.org", "third@example.org", "ann@example.net",
    ]  # fmt: skip
    assert merged["languages"] == ["en", "fr", "nl"]
    assert sorted(each["role"] for each in merged["roles"]) == ["expert", "staff"]
    assert (merged["displayName"], merged["function"], merged["note"]) == (
        "Anna Example",
        "North-South officer",
        "Kept.\n\nPrefers calls.",
    )
    assert len(own.get(f"{CONTACTS}/{gone['id']}/history").json["items"]) == 2
    assert own.patch(f"{CONTACTS}/{gone['id']}", {"givenName": "Ann"}).status_code == 409


def test_a_merge_loses_nothing_that_was_written_of_either(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    gone = a_contact(own, function="Alderman", functionMailbox="alderman@example.org", note="Two.", source="A letter.")
    stays = a_contact(own, function="Mayor", functionMailbox="mayor@example.org", note="One.", source="A card.",
                      purpose="Another.")  # fmt: skip
    pointer = merge(own, gone, stays).json
    assert not set(pointer) & {"note", "source", "purpose", "function", "functionMailbox"}
    merged = own.get(f"{CONTACTS}/{stays['id']}").json
    assert merged["note"] == "One.\n\nTwo.\n\nAlderman\n\nalderman@example.org"
    assert (merged["function"], merged["functionMailbox"]) == ("Mayor", "mayor@example.org")
    assert (merged["source"], merged["purpose"]) == ("A card.; A letter.", "Another.; Working on the link.")
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        kept = str(connection.execute("SELECT fields FROM change").fetchall())
    assert not [word for word in ("One.", "Two.", "lderman", "card", "letter", "Another.") if word in kept]


def test_a_merge_keeps_once_what_both_say(world: World) -> None:
    own = world.api(OWN)
    gone, stays = (a_contact(own, function="Mayor", note="Same.", source="A card.") for _ in range(2))
    assert merge(own, gone, stays).status_code == 200
    merged = own.get(f"{CONTACTS}/{stays['id']}").json
    assert (merged["function"], merged["note"], merged["source"]) == ("Mayor", "Same.", "A card.")
    assert merged["purpose"] == LAWFUL["purpose"]


@pytest.mark.parametrize(("name", "length"), [("note", 3000), ("source", 400), ("purpose", 400)])
def test_a_merge_of_texts_that_do_not_fit_is_refused(world: World, name: str, length: int) -> None:
    own = world.api(OWN)
    gone, stays = (a_contact(own, **{name: letter * length}) for letter in "ab")
    refused = merge(own, gone, stays)
    assert (refused.status_code, issue_of(refused)[0]) == (409, name)
    assert own.get(f"{CONTACTS}/{gone['id']}").json[name] == "a" * length


def test_what_pointed_to_a_merged_contact_points_to_the_one_that_stays(world: World) -> None:
    own = world.api(OWN)
    first, second, third = (a_contact(own) for _ in range(3))
    assert merge(own, first, second).status_code == 200
    assert merge(own, second, third).status_code == 200
    assert own.get(f"{CONTACTS}/{first['id']}").json["mergedInto"]["id"] == third["id"]


def test_a_merge_is_refused_where_it_makes_no_sense_or_shows_more(world: World) -> None:
    own = world.api(OWN)
    contact, other = a_contact(own), a_contact(own)
    assert merge(own, contact, contact).status_code == 409
    assert issue_of(merge(own, contact, {"id": str(world.links["city"])}))[0] == "into"
    wider = a_contact(own, **shared(world))
    assert merge(own, contact, wider).status_code == 409
    elsewhere = a_contact(own, **shared(world, "public"))
    assert merge(own, wider, elsewhere).status_code == 409
    partners = a_contact(world.api(PARTNER), **shared(world))
    assert merge(own, wider, partners).status_code == 403
    assert merge(own, contact, other).status_code == 200
    assert merge(own, contact, a_contact(own)).status_code == 409
    assert merge(own, wider, a_contact(own)).status_code == 200


def test_a_contact_that_was_published_is_not_deleted(world: World) -> None:
    own = world.api(OWN)
    path = f"{CONTACTS}/{a_contact(own, function='Mayor', visibility='public')['id']}"
    assert own.delete(path).status_code == 409
    assert own.delete(f"{CONTACTS}/{a_contact(own)['id']}").status_code == 204


FOUND = (
    # query, caller, how many
    ("role=coordinator", OWN, 1),
    ("role=coordinator", None, 0),
    ("language=nl", OWN, 1),
    ("language=nl&language=fr", PARTNER, 1),
    ("language=nl", None, 0),
    ("reviewDue=true", OWN, 1),
    ("reviewDue=false", OWN, 0),
    ("reviewDue=true", PARTNER, 0),
    ("reviewOnTo=2020-01-01", OWN, 1),
    ("reviewOnTo=2019-12-31", OWN, 0),
    ("reviewOnFrom=2020-01-01", OWN, 1),
    ("reviewOnFrom=2020-01-02", OWN, 0),
    ("reviewOnFrom=2019-01-01&reviewOnTo=2100-01-01", OWN, 1),
    ("reviewOnTo=2100-01-01", PARTNER, 0),
    ("reviewOnTo=2100-01-01", None, 0),
    ("cityLink={link}", PARTNER, 1),
    ("cityLink={link}", None, 0),
    ("organization={organization}", OWN, 1),
    ("organization={organization}", None, 0),
    ("city={city}", None, 1),
    ("sort=-updatedAt&total=true", None, 1),
)


def test_a_filter_finds_only_by_what_its_caller_may_read(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    ids = {
        "link": str(fresh_world.links["public"]),
        "organization": an_organization(own)["id"],
        "city": str(fresh_world.cities[OWN]),
    }
    link = {"id": ids["link"]}
    contact = a_contact(
        own, **FULL, visibility="public", cityLink=link, city={"id": ids["city"]},
        organization={"id": ids["organization"]}, roles=[{"role": "coordinator", "cityLink": link}],
    )  # fmt: skip
    to_be_reviewed(fresh_world, contact, "2020-01-01")
    for query, who, count in FOUND:
        reply = fresh_world.api(who).get(f"{CONTACTS}?{query.format(**ids)}")
        assert len(reply.json["items"]) == count, (query, who)


def test_a_day_of_review_is_never_in_the_past(world: World) -> None:
    today = datetime.now(UTC).date()
    yesterday, tomorrow = (str(today + timedelta(days=days)) for days in (-1, 1))
    own = world.api(OWN)
    assert issue_of(own.post(CONTACTS, {"familyName": "X", **LAWFUL, "reviewOn": yesterday}))[0] == "reviewOn"
    contact = a_contact(own, reviewOn=tomorrow)
    path = f"{CONTACTS}/{contact['id']}"
    assert issue_of(own.patch(path, {"reviewOn": yesterday}))[0] == "reviewOn"
    assert own.patch(path, {"reviewOn": str(today)}).status_code == 200
    to_be_reviewed(world, contact, yesterday)
    assert own.patch(path, {"reviewOn": yesterday, "note": "As it stands."}).status_code == 200
    assert own.patch(path, {"reviewOn": None}).status_code == 200
    for day in (yesterday, str(today)):
        refused = own.post(f"{path}/review", {"reviewOn": day}, headers={"If-Match": "*"})
        assert (refused.status_code, issue_of(refused)[0]) == (400, "reviewOn")
    assert own.post(f"{path}/review", {"reviewOn": tomorrow}, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("name", ["note", "purpose", "source"])
def test_no_text_on_a_contact_holds_a_national_register_number(world: World, name: str) -> None:
    own = world.api(OWN)
    refused = own.post(CONTACTS, {"familyName": "X", **LAWFUL, name: "RR 85.07.30-033.28"})
    assert (refused.status_code, issue_of(refused)[0]) == (400, name)
    contact = a_contact(own)
    assert issue_of(own.patch(f"{CONTACTS}/{contact['id']}", {name: "RR 85073003328"}))[0] == name


def test_a_link_that_does_not_exist_shares_nobody(world: World) -> None:
    nowhere = {"cityLink": {"id": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}}
    refused = world.api(OWN).post(CONTACTS, {"familyName": "Alone", **LAWFUL, **nowhere})
    assert issue_of(refused)[0] == "cityLink"
