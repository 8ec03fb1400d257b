"""Erasure: nothing of a person is left anywhere, and what refers to the person stays whole."""

import json
import threading

import psycopg
import pytest

from stedenband import migrations
from tests.builders import OWN, STRANGER, Reply, World
from tests.people.erasing import (
    EMAIL,
    FAMILY,
    GIVEN,
    JUDGED_AS,
    NAME,
    OTHER_EMAIL,
    PHONE,
    PURPOSE,
    REASON,
    VALUES,
    erase,
    everywhere,
)
from tests.people.people import CONTACTS, LAWFUL, a_contact, merge
from tests.people.searching import found_by_words, found_in_a_dump, leaked
from tests.processes import until


def test_nothing_of_an_erased_person_is_left_in_a_dump_of_the_database(fresh_world: World) -> None:
    contact = everywhere(fresh_world)
    before = found_in_a_dump(fresh_world)
    assert {value for _, value in before} == set(VALUES), "the search finds what is there"
    expected = {
        "contact",
        "contact_email",
        "contact_phone",
        "agreement_signatory",
        "city_link",
        "organization",
        "exchange_project_juror",
    }
    assert {table for table, _ in before} == expected | {"idempotency_key"}, "and nowhere else, least of all in change"
    act = erase(fresh_world.api(OWN), contact)
    assert act.status_code == 201, act.text
    assert found_in_a_dump(fresh_world) == set()


@pytest.mark.no_cover  # what it asks for is counted elsewhere
def test_nobody_is_told_anything_of_an_erased_person_in_any_format(fresh_world: World) -> None:
    contact = everywhere(fresh_world)
    before = leaked(fresh_world, contact["id"])
    assert {value for _, value in before} >= {GIVEN, FAMILY, NAME, EMAIL, OTHER_EMAIL, PHONE}
    assert {path for path, _ in before} >= {f"{CONTACTS}?format={name}" for name in ("csv", "ndjson", "vcard", "xlsx")}
    assert erase(fresh_world.api(OWN), contact).status_code == 201
    assert leaked(fresh_world, contact["id"]) == set()


@pytest.mark.no_cover  # likewise
def test_nobody_finds_an_erased_person_by_any_word(fresh_world: World) -> None:
    contact = everywhere(fresh_world)
    assert len(found_by_words(fresh_world)) == 6, "every question finds the contact, which no address may name"
    assert erase(fresh_world.api(OWN), contact).status_code == 201
    assert found_by_words(fresh_world) == set()


@pytest.mark.parametrize("asked", [{"name": NAME}, {"name": f"{FAMILY} {GIVEN}"}, {"email": EMAIL}, {"phone": PHONE}])
def test_subject_access_afterwards_finds_nothing_and_leaves_nothing(fresh_world: World, asked: dict[str, str]) -> None:
    contact, api = everywhere(fresh_world), fresh_world.api(OWN)
    assert api.post("/v1/subjectAccess", asked).json["records"]
    assert erase(api, contact).status_code == 201
    held = api.post("/v1/subjectAccess", asked, headers={"Idempotency-Key": "afterwards"}).json
    assert (held["records"], held["replies"], held["changes"]) == ([], 0, [])
    shell = api.post("/v1/subjectAccess", {"contact": {"id": contact["id"]}}).json
    assert {record["table"] for record in shell["records"]} == {"contact", "contactRole", "exchangeProjectJuror"}
    assert not [value for value in VALUES if value in json.dumps(shell, ensure_ascii=False)]
    assert found_in_a_dump(fresh_world) == set(), "what was asked is not kept either"


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
        "exchangeProjectJuror": 1,
        "cityLink": 1,
        "organization": 1,
        "idempotencyKey": 4,
    }
    shell = api.get(f"{CONTACTS}/{contact['id']}").json
    assert shell["erasedAt"]
    assert shell["visibility"] == "city"
    assert [role["role"] for role in shell["roles"]] == ["coordinator"]
    assert shell["lawfulBasis"] == LAWFUL["lawfulBasis"]
    for name in ("displayName", "familyName", "function", "note", "source", "purpose", "reviewOn", "honorific"):
        assert name not in shell
    link = api.get(f"/v1/cityLinks/{fresh_world.links['public']}").json
    assert link["internalNote"] == "Ask … (…)."
    (juror,) = api.get(f"/v1/exchangeProjects/{fresh_world.projects['public']}").json["jury"]
    assert (juror["function"], juror["contact"]["id"]) == ("…", contact["id"])
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


def test_a_contact_that_somebody_changes_meanwhile_is_not_erased(fresh_world: World) -> None:
    """The change comes between reading the contact and emptying it."""
    contact = a_contact(fresh_world.api(OWN))
    answers: list[Reply] = []
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as watcher:
        with psycopg.connect(fresh_world.database.owner_url) as other:
            other.execute("UPDATE contact SET version = version + 1 WHERE id = %s", [contact["id"]])
            erasing = threading.Thread(target=lambda: answers.append(erase(fresh_world.api(OWN), contact)))
            erasing.start()
            waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            until(lambda: watcher.execute(waits).fetchall())
        erasing.join()
    assert answers[0].status_code == 412
    assert fresh_world.api(OWN).get(f"{CONTACTS}/{contact['id']}").json["familyName"] == "Example"


def test_purposes_and_functions_of_jurors_that_were_recorded_are_taken_out(fresh_world: World) -> None:
    """The record is brought to what it was before the migration that takes them out."""
    migrations.downgrade(fresh_world.database.owner_url, "0027")
    api = fresh_world.api(OWN)
    contact, gone = a_contact(api, purpose=PURPOSE), a_contact(api, purpose=PURPOSE)
    award = f"/v1/exchangeProjects/{fresh_world.projects['public']}"
    assert api.patch(award, {"jury": [{"function": JUDGED_AS}]}).status_code == 200
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute(
            "UPDATE contact SET erased_at = now(), family_name = NULL, version = version + 1 WHERE id = %s",
            [gone["id"]],
        )
    recorded = {("change", "zeppelin"), ("change", JUDGED_AS)}
    assert found_in_a_dump(fresh_world) >= recorded
    migrations.upgrade(fresh_world.database.owner_url)
    assert found_in_a_dump(fresh_world) == {("contact", "zeppelin"), ("exchange_project_juror", JUDGED_AS)}
    assert "purpose" not in api.get(f"{CONTACTS}/{gone['id']}").json
    assert api.get(f"{CONTACTS}/{contact['id']}").json["purpose"] == PURPOSE
