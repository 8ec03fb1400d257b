"""Erasure: nothing of a person is left anywhere, and what refers to the person stays whole."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from stedenband.access.models import ROLES
from tests.builders import OWN, PARTNER, STRANGER, Api, Reply, World
from tests.people.people import CONTACTS, LAWFUL, a_contact, an_organization, merge, shared

GIVEN, FAMILY = "Zéphyrine", "Quäckenbüsch"
NAME = f"{GIVEN} {FAMILY}"
EMAIL, OTHER_EMAIL, PHONE = "zeph.quack@genk-proof.example", "z.q@private-proof.example", "+32470998877"
NOTE, SOURCE, FUNCTION = "Likes heliotrope ink", 'Her "visiting" card', "Bürgermästerin"
VALUES = (GIVEN, FAMILY, NAME, EMAIL, OTHER_EMAIL, PHONE, "heliotrope", "visiting", FUNCTION)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
REASON = {"reason": "subjectRequest", "fileNumber": "DPO/2026-17"}


def erase(api: Api, contact: Any, **headers: str) -> Reply:
    """Erase a person."""
    return api.post(f"{CONTACTS}/{contact['id']}/erasure", REASON, headers={"If-Match": "*", **headers})


def everywhere(world: World) -> Any:
    """Use a person wherever one can be used, and return the contact."""
    coordinator, editor = world.api(OWN), world.api(OWN, "editor")
    body = {
        "givenName": GIVEN,
        "familyName": FAMILY,
        "honorific": "Dr.",
        "function": FUNCTION,
        "note": NOTE,
        "source": SOURCE,
        "emails": [{"address": EMAIL}],
        "languages": ["fr"],
        "roles": [{"role": "coordinator", "cityLink": {"id": str(world.links["link"])}}],
        **LAWFUL,
        **shared(world),
    }
    contact = coordinator.post(CONTACTS, body, headers={"Idempotency-Key": "first"}).json
    twin = {
        "familyName": FAMILY,
        "phones": [{"number": PHONE}],
        "emails": [{"address": OTHER_EMAIL}],
        **LAWFUL,
        **shared(world),
    }
    copy = editor.post(CONTACTS, twin, headers={"Idempotency-Key": "second"}).json
    assert merge(coordinator, copy, contact).status_code == 200
    note = f"Ask {NAME.upper()} ({EMAIL})."
    links = f"/v1/cityLinks/{world.links['public']}"
    assert editor.patch(links, {"internalNote": note}).status_code == 200
    an_organization(editor, internalNote=f"{FAMILY} {GIVEN} knows them.")
    agreement = {
        "title": "Signed",
        "kind": "workProgram",
        "validFrom": "2031-01-01",
        "validTo": "2032-01-01",
        "signatories": [{"city": {"id": str(world.cities[OWN])}, "name": NAME, "function": "Mayor"}],
    }
    signed = editor.post(f"{links}/agreements", agreement, headers={"Idempotency-Key": "third"})
    assert signed.status_code == 201
    path = f"{CONTACTS}/{contact['id']}"
    put_right = {"honorific": "Prof."}
    headers = {"If-Match": "*", "Idempotency-Key": "fourth"}
    assert coordinator.post(f"{path}/rectification", put_right, headers=headers).status_code == 200
    asked = coordinator.post("/v1/subjectAccess", {"email": EMAIL}, headers={"Idempotency-Key": "fifth"})
    assert asked.status_code == 201
    assert world.api(PARTNER).patch(path, {"function": FUNCTION + " "}).status_code == 200
    return contact


def rows(world: World) -> Iterator[tuple[str, str]]:
    """Give every row of every table as text."""
    with psycopg.connect(world.database.superuser_url) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            query = sql.SQL("SELECT t::text, to_jsonb(t)::text FROM {} t").format(sql.Identifier(table))
            for row in connection.execute(query):
                yield table, " ".join(row)


def forms(world: World, value: str) -> set[str]:
    """Return a value as it may stand somewhere: plain, without case, folded, escaped in JSON."""
    with psycopg.connect(world.database.superuser_url) as connection:
        (folded,) = connection.execute("SELECT fold(%s)", [value]).fetchone() or ("",)
    return {value.lower(), folded, json.dumps(value)[1:-1].lower()}


def found_in_the_database(world: World) -> set[tuple[str, str]]:
    """Return in which tables which of the person's values stand in any form."""
    wanted = {form: value for value in VALUES for form in forms(world, value)}
    return {(table, value) for table, text in rows(world) for form, value in wanted.items() if form in text.lower()}


def told(world: World, contact: Any) -> Iterator[tuple[str, str]]:
    """Give all that anybody is told about anything."""
    link = f"/v1/cityLinks/{world.links['public']}"
    paths = (
        CONTACTS,
        f"{CONTACTS}/{contact['id']}",
        f"{CONTACTS}/{contact['id']}/history",
        "/v1/organizations",
        "/v1/changes?pageSize=200",
        "/v1/privacyActs",
        link,
        f"{link}/history",
        f"{link}/agreements",
        f"{CONTACTS}/{contact['id']}?format=vcard",
        *(f"{CONTACTS}?format={name}" for name in ("csv", "ndjson", "vcard")),
        f"{link}/agreements?format=csv",
        "/v1/organizations?format=csv",
    )
    callers = [world.api(), *(world.api(city, role) for city in (OWN, PARTNER, STRANGER) for role in ROLES)]
    for api in callers:
        for path in paths:
            yield path, api.get(path).text


def test_nothing_of_an_erased_person_is_left_in_any_table_or_reply(fresh_world: World) -> None:
    contact = everywhere(fresh_world)
    before = found_in_the_database(fresh_world)
    assert {value for _, value in before} == set(VALUES), "the search finds what is there"
    expected = {"contact", "contact_email", "contact_phone", "agreement_signatory", "city_link", "organization"}
    assert {table for table, _ in before} == expected | {"idempotency_key"}, "and nowhere else, least of all in change"
    act = erase(fresh_world.api(OWN), contact)
    assert act.status_code == 201, act.text
    assert found_in_the_database(fresh_world) == set()
    leaked = {
        (path, value)
        for path, text in told(fresh_world, contact)
        for value in VALUES
        if value in text or json.dumps(value)[1:-1] in text
    }
    assert leaked == set()


def test_the_act_says_what_was_done_and_what_is_left_is_a_shell(fresh_world: World) -> None:
    contact = everywhere(fresh_world)
    api = fresh_world.api(OWN)
    act = erase(api, contact).json
    assert act["kind"] == "erasure"
    assert act["reason"] == "subjectRequest"
    assert act["fileNumber"] == "DPO/2026-17"
    assert act["subject"] == {"table": "contact", "id": contact["id"]}
    assert act["doneBy"] == f"coordinator of {OWN}"
    assert act["counts"] == {
        "contact": 2,
        "contactEmail": 2,
        "contactPhone": 1,
        "contactLanguage": 1,
        "agreementSignatory": 1,
        "cityLink": 1,
        "organization": 1,
        "idempotencyKey": 4,
    }
    shell = api.get(f"{CONTACTS}/{contact['id']}").json
    assert shell["erasedAt"]
    assert shell["visibility"] == "city"
    assert [role["role"] for role in shell["roles"]] == ["coordinator"]
    assert shell["lawfulBasis"] == LAWFUL["lawfulBasis"]
    for name in ("displayName", "familyName", "function", "note", "source", "reviewOn", "honorific"):
        assert name not in shell
    link = api.get(f"/v1/cityLinks/{fresh_world.links['public']}").json
    assert link["internalNote"] == "Ask … (…)."
    agreements = api.get(f"/v1/cityLinks/{fresh_world.links['public']}/agreements").json["items"]
    (signed,) = (each["signatories"] for each in agreements if each["title"] == "Signed")
    assert signed == [{"city": signed[0]["city"], "function": "Mayor"}]


def test_erasure_is_for_good(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api, givenName=GIVEN)
    path = f"{CONTACTS}/{contact['id']}"
    assert erase(api, contact).status_code == 201
    for again in (
        erase(api, contact),
        api.patch(path, {"familyName": FAMILY}),
        api.patch(path, {"emails": [{"address": EMAIL}]}),
        api.post(f"{path}/review", {"reviewOn": "2030-01-01"}, headers={"If-Match": "*"}),
        merge(api, a_contact(api, givenName=GIVEN), contact),
    ):
        assert again.status_code == 409, again.text
        assert "was erased" in again.text
    with psycopg.connect(fresh_world.database.owner_url) as owner, pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE contact SET erased_at = NULL WHERE id = %s", [contact["id"]])


def test_only_what_is_the_persons_own_goes(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api, familyName="Peeters")
    other = a_contact(api, givenName="Jan", familyName="Peeters", note="Peeters is a common name.")
    stranger = a_contact(fresh_world.api(STRANGER), familyName="Peeters")
    path = f"/v1/cityLinks/{fresh_world.links['public']}"
    api.patch(path, {"internalNote": "Peeters called."})
    assert erase(api, contact).json["counts"] == {"contact": 1}
    assert api.get(f"{CONTACTS}/{other['id']}").json["note"] == "Peeters is a common name."
    assert api.get(path).json["internalNote"] == "Peeters called.", "a word alone names nobody"
    assert fresh_world.api(STRANGER).get(f"{CONTACTS}/{stranger['id']}").json["familyName"] == "Peeters"


def test_a_repeated_erasure_with_its_key_gets_the_first_reply(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api)
    etag = api.get(f"{CONTACTS}/{contact['id']}").headers["ETag"]
    first, again = (erase(api, contact, **{"Idempotency-Key": "once", "If-Match": etag}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert api.get(first.headers["Location"]).json == first.json


def test_a_stale_tag_erases_nothing(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api)
    path = f"{CONTACTS}/{contact['id']}"
    assert api.post(f"{path}/erasure", REASON).status_code == 428
    assert erase(api, contact, **{"If-Match": '"9-0"'}).status_code == 412
    assert api.get(path).json["familyName"] == "Example"
