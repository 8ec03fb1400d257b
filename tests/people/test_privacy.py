"""What a person may ask of a city, the acts that answer it, and the register of processing."""

import re
from typing import Any

import psycopg
import pytest
from sqlalchemy import CheckConstraint

from stedenband.app import CODE_LISTS, RESOURCES
from stedenband.core.access import Actor, Role
from stedenband.core.address import owner_session
from stedenband.core.errors import MissingPermission
from stedenband.core.privacy import Category, Ground, personal, personal_columns
from stedenband.core.records import Record
from stedenband.people.models import Contact
from stedenband.people.routes.document import BY_LETTER, CODES, Writer, word
from stedenband.people.rules import places
from stedenband.people.rules.subject_access import give_access
from stedenband.web import fields
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.codelists import code_lists, labels_of
from stedenband.web.schema import camel
from tests.builders import OWN, PARTNER, STRANGER, World
from tests.people.people import CONTACTS, a_contact, an_organization, issue_of, merge, shared, to_be_reviewed

ACCESS, ACTS, REGISTER = "/v1/subjectAccess", "/v1/privacyActs", "/v1/processingRegister"
ANN = {"givenName": "Ann", "familyName": "Example-Proof"}
NUMBER = "+32470112233"


def tables(reply: Any) -> list[str]:
    """Return the kinds of records that a reply holds."""
    return sorted(record["table"] for record in reply.json["records"])


def test_the_register_says_of_every_processing_what_the_law_asks(world: World) -> None:
    register = world.api(OWN, "auditor").get(REGISTER).json
    for processing in register["processing"]:
        assert set(processing) == {
            "category", "purpose", "subjects", "grounds", "retention", "recipients", "places",
        }  # fmt: skip
        assert set(processing["grounds"]) <= set("abcdef")
    standing = {
        (place["table"], name) for each in register["processing"] for place in each["places"] for name in place["names"]
    }
    assert standing >= {
        ("contact", "familyName"), ("contactEmail", "address"), ("agreementSignatory", "name"),
        ("idempotencyKey", "body"), ("change", "actorName"), ("apiClient", "name"), ("cityLink", "internalNote"),
    }  # fmt: skip
    assert ("contact", "id") not in standing
    kept = {(each["category"], each["retention"].get("period")) for each in register["processing"]}
    assert {("contactDetails", "P2Y"), ("contactDetails", None)} <= kept
    countries = {each["countryCode"]: each["protection"] for each in register["protectedCountries"]}
    assert (countries["BE"], countries["IS"], countries["CH"]) == ("eea", "eea", "adequacyDecision")
    assert "BW" not in countries
    assert "US" not in countries, "its decision covers companies only"


def test_an_unchanged_register_is_not_sent_again(world: World) -> None:
    api = world.api(OWN, "admin")
    etag = api.get(REGISTER).headers["ETag"]
    assert api.get(REGISTER, headers={"If-None-Match": etag}).status_code == 304


def test_subject_access_gives_all_that_one_city_holds(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    role = {"role": "coordinator", "cityLink": {"id": str(fresh_world.links["link"])}}
    contact = a_contact(api, **ANN, phones=[{"number": NUMBER}], roles=[role], languages=["nl"], note="Ours.")
    copy = a_contact(api, **ANN, emails=[{"address": "ann.proof@example.org"}])
    merge(api, copy, contact)
    link = f"/v1/cityLinks/{fresh_world.links['public']}"
    api.patch(link, {"internalNote": "Ann Example-Proof calls in May."})
    signatory = {"city": {"id": str(fresh_world.cities[OWN])}, "name": "ANN EXAMPLE-PROOF", "function": "Mayor"}
    api.patch(f"{link}/agreements/{fresh_world.agreements['city']}", {"signatories": [signatory]})
    theirs = a_contact(fresh_world.api(PARTNER), **ANN, **shared(fresh_world, "public"))
    expected = [
        "agreementSignatory", "cityLink", "contact", "contact", "contactEmail", "contactLanguage", "contactPhone",
        "contactRole",
    ]  # fmt: skip
    for asked in (
        {"contact": {"id": contact["id"]}},
        {"contact": {"id": copy["id"]}},
        {"email": "Ann.Proof@example.org"},
        {"phone": NUMBER},
        {"name": "ann example-proof"},
        {"name": "Example-Proof Ann"},
    ):
        reply = api.post(ACCESS, asked)
        assert reply.status_code == 201, reply.text
        assert tables(reply) == expected, asked
        assert theirs["id"] not in reply.text
    held = reply.json
    assert held["controller"]["title"] == OWN
    assert {each["category"] for each in held["processing"]} >= {"identification", "signature", "freeText"}
    assert {(each["operation"], each["table"]) for each in held["changes"]} >= {("created", "contact")}
    assert [each["kind"] for each in held["acts"]] == ["subjectAccess"] * 5
    assert held["rights"]
    assert reply.headers["Cache-Control"] == "no-store"
    act = api.get(reply.headers["Location"]).json
    assert act["kind"] == "subjectAccess"
    assert act["counts"]["contact"] == 2
    values = {record["table"]: record["values"] for record in held["records"]}
    assert values["contactPhone"]["number"] == NUMBER
    assert values["agreementSignatory"]["name"] == "ANN EXAMPLE-PROOF"


def test_who_is_not_known_is_told_so_and_the_question_is_an_act(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    reply = api.post(ACCESS, {"email": "nobody@example.org", "fileNumber": "A-1"}, headers={"Idempotency-Key": "k"})
    assert reply.status_code == 201
    assert (reply.json["records"], reply.json["changes"], reply.json["replies"]) == ([], [], 0)
    assert reply.json["asked"] == {"email": "nobody@example.org", "fileNumber": "A-1"}
    again = api.post(ACCESS, {"email": "nobody@example.org", "fileNumber": "A-1"}, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["Location"]) == (409, reply.headers["Location"])
    (act,) = api.get(f"{ACTS}?kind=subjectAccess").json["items"]
    assert "subject" not in act
    assert act["fileNumber"] == "A-1"


def test_kept_replies_count_as_held(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    body = {**ANN, "lawfulBasis": "consent", "purpose": "A visit."}
    fresh_world.api(OWN, "editor").post(CONTACTS, body, headers={"Idempotency-Key": "a"})
    assert api.post(ACCESS, {"name": "Ann Example-Proof"}).json["replies"] == 1


def test_access_is_asked_of_the_city_that_answers_for_the_data(fresh_world: World) -> None:
    contact = a_contact(fresh_world.api(OWN), **ANN, **shared(fresh_world))
    named = {"contact": {"id": contact["id"]}}
    assert fresh_world.api(PARTNER).post(ACCESS, named).status_code == 403
    assert issue_of(fresh_world.api(STRANGER).post(ACCESS, named))[0] == "contact"
    assert issue_of(fresh_world.api(OWN).post(ACCESS, {"fileNumber": "A-1"}))[0] == "contact"


def test_rectification_and_review_change_a_contact_and_are_acts(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api, **ANN)
    to_be_reviewed(fresh_world, contact, "2020-01-01")
    path = f"{CONTACTS}/{contact['id']}"
    due = f"{CONTACTS}?reviewDue=true"
    assert [each["id"] for each in api.get(due).json["items"]] == [contact["id"]]
    right = api.post(f"{path}/rectification", {"givenName": "Anna"}, headers={"If-Match": "*"})
    assert right.json["givenName"] == "Anna"
    reviewed = api.post(f"{path}/review", {"reviewOn": "2100-01-01"}, headers={"If-Match": right.headers["ETag"]})
    assert reviewed.json["reviewOn"] == "2100-01-01"
    assert reviewed.json["version"] == contact["version"] + 3
    assert api.get(due).json["items"] == []
    acts = api.get(f"{ACTS}?subject={contact['id']}").json["items"]
    assert [(act["kind"], act.get("reason")) for act in acts] == [
        ("rectification", "subjectRequest"), ("review", None),
    ]  # fmt: skip
    nothing = api.post(f"{path}/rectification", {}, headers={"If-Match": "*"})
    assert nothing.status_code == 400


def test_acts_are_for_those_who_answer_or_oversee_and_never_change(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    api.post(ACCESS, {"name": "Nobody"})
    assert len(fresh_world.api(OWN, "auditor").get(ACTS).json["items"]) == 1
    assert fresh_world.api(STRANGER).get(ACTS).json["items"] == []
    assert fresh_world.api(OWN, "editor").get(ACTS).status_code == 403
    with psycopg.connect(fresh_world.database.api_url) as connection:
        for statement in ("UPDATE privacy_act SET kind = 'review'", "DELETE FROM privacy_act"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_every_name_and_note_that_is_tagged_is_looked_through() -> None:
    assert {place.model.__tablename__ for place in places.signatures()} == {
        "agreement_signatory",
        "delegation_gift",
        "exchange_project_juror",
    }
    assert {place.model.__tablename__ for place in places.notes()} == {
        "agreement", "city_link", "decision", "delegation", "delegation_follow_up", "delegation_meeting", "document",
        "exchange_project", "indicator", "organization", "period",
        "policy_plan", "program_item", "result",
    }  # fmt: skip
    assert {model.__tablename__ for model, _ in places.parts()} == {
        "contact_email", "contact_language", "contact_phone",
    }  # fmt: skip


def test_subject_access_is_a_document_to_read_in_the_language_asked_for(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    a_contact(api, givenName="<script>alert(1)</script>", familyName="Proof & Co", note='"Quoted"')
    wanted = {"Accept": "text/html", "Accept-Language": "en"}
    reply = api.post(ACCESS, {"name": "<script>alert(1)</script> Proof & Co"}, headers=wanted)
    assert (reply.status_code, reply.content_type) == (201, "text/html; charset=utf-8")
    assert '<html lang="en">' in reply.text
    assert "<h2>Your data</h2>" in reply.text
    assert "<th>Family name</th><td>Proof &amp; Co</td>" in reply.text
    assert "<th>Kept for</th><td>2 years: " in reply.text
    assert "<th>Where it stands</th><td>Contact: " in reply.text
    assert "&lt;script&gt;" in reply.text
    assert "<script" not in reply.text
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert reply.headers["Cache-Control"] == "no-store"
    nobody = api.post(f"{ACCESS}?format=html", {"name": "Nobody"}, headers={"Accept-Language": "fr"})
    assert '<html lang="fr">' in nobody.text
    dutch = api.post(f"{ACCESS}?lang=nl", {"name": "<script>alert(1)</script> Proof & Co"}, headers=wanted).text
    labels = set(re.findall("<th>([^<]*)</th>", dutch))
    assert {"Kind of data", "Published on", "Number of the record"}.isdisjoint(labels)
    assert all(label[0].isupper() for label in labels), "no property is shown by its name in the API"
    assert api.get(REGISTER, headers={"Accept-Language": "nl"}).headers["Content-Language"] == "nl"


SHOWN: set[Any] = {
    Contact.__table__,
    *(model.__table__ for model, _, _ in places.references()),
    *(place.model.__table__ for place in (*places.signatures(), *places.notes())),
}
"""The tables of which a person may be shown rows."""
PERSONAL: set[Any] = {table for table in Record.metadata.tables.values() if list(personal_columns(table))}


@pytest.mark.parametrize("table", sorted(SHOWN | PERSONAL, key=str), ids=str)
def test_every_column_of_a_table_that_can_hold_personal_data_has_a_label(table: Any) -> None:
    kind, labels = camel(table.name), labels_of("properties")
    assert set(labels_of("tables").get(kind, ())) == set(LANGUAGES)
    names = [camel(column.name) for column in table.c]
    lacking = [name for name in names if set(labels.get(f"{kind}.{name}", labels.get(name, ()))) != set(LANGUAGES)]
    assert not lacking, "add rows to the properties of web/data/labels.tsv"


@pytest.mark.parametrize("table", sorted(SHOWN, key=str), ids=str)
def test_every_code_that_a_person_may_be_shown_has_words(table: Any) -> None:
    kind = camel(table.name)
    for check in (each for each in table.constraints if isinstance(each, CheckConstraint)):
        column, listed, codes = str(check.sqltext).partition(" IN (")
        if listed:
            name = CODES.get(f"{kind}.{camel(column)}") or CODES[camel(column)]
            for code in re.findall("'(.*?)'", codes):
                assert all(word(name, code, language) != code for language in LANGUAGES), (name, code)


def test_every_category_and_ground_has_words() -> None:
    assert set(labels_of("dataCategories")) == set(Category)
    assert set(BY_LETTER) == set(Ground)
    assert not set(CODES.values()) - {*code_lists(CODE_LISTS), "dataCategories", "tables"}


def test_a_person_reads_words_and_names_not_codes_and_ids(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    link = {"id": str(fresh_world.links["link"])}
    organization = an_organization(api, name="De Kring")
    contact = a_contact(
        api, **ANN, languages=["fr"], organization={"id": organization["id"]},
        roles=[{"role": "boardMember", "cityLink": link}], emails=[{"address": "ann@example.org", "kind": "private"}],
    )  # fmt: skip
    award = f"/v1/exchangeProjects/{fresh_world.projects['public']}"
    jury = [{"function": "Voorzitter", "contact": {"id": contact["id"]}}]
    written = {"title": "Groene wijk", "jury": jury, "internalNote": "Ann Example-Proof."}
    assert api.patch(award, written).status_code == 200
    asked = {"contact": {"id": contact["id"]}}
    text = api.post(f"{ACCESS}?format=html&lang=nl", asked).text
    for shown in (
        "<h3>Jurylid van een prijs</h3>",
        "<th>Uitwisselingsproject</th><td>Groene wijk</td>",
        "<th>Rechtsgrond</th><td>Taak van algemeen belang</td>",
        "<th>Organisatie</th><td>De Kring</td>",
        "<th>Contact</th><td>Ann Example-Proof</td>",
        "<th>Gegevens van de stad</th><td>Genk</td>",
        "<th>Taal</th><td>Frans</td>",
        "<th>Rol</th><td>Bestuurslid</td>",
        "<th>Soort</th><td>Privé</td>",
        "Taak van algemeen belang (e)",
        "<th>Wat er gebeurde</th><td>Aangemaakt</td>",
        "Jurylid van een prijs: Functie",
    ):
        assert shown in text, shown
    numbers = re.findall("<th>([^<]*)</th><td>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}</td>", text)
    assert set(numbers) <= {"Nummer van het gegeven"}


def test_every_free_text_on_people_refuses_national_register_numbers() -> None:
    free = {
        (resource.name, name): type(field)
        for resource in RESOURCES
        for name, field in resource.schema._declared_fields.items()  # noqa: SLF001 (as in web.schema)
        if (column := resource.model.__table__.c.get(name)) is not None
        if (tag := personal(column)) and tag.category is Category.FREE_TEXT
    }
    assert len(free) >= 12
    assert set(free.values()) == {fields.LocalizedRemark, fields.Remark}


def test_putting_only_the_addresses_right_is_a_change_of_the_contact(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    contact = a_contact(api, **ANN)
    right = api.post(
        f"{CONTACTS}/{contact['id']}/rectification", {"phones": [{"number": NUMBER}]}, headers={"If-Match": "*"}
    )
    assert right.json["version"] == contact["version"] + 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "Ja"),
        (False, "Nee"),
        (["nl", "fr"], "nl, fr"),
        ({"nl": "Afval", "fr": "Déchets"}, "Afval"),
        ({"value": "5", "year": 2020}, "5: 2020"),
        ("2c1d", "Genk"),
        ("P2Y", "2 jaar"),
        (7, "7"),
    ],
)
def test_a_value_is_written_in_words_by_its_form(value: Any, shown: str) -> None:
    assert Writer("nl", {"2c1d": "Genk"}).text(value) == shown


def test_who_works_for_no_city_gives_no_access(world: World) -> None:
    partner = Actor(Role.PARTNER, city_id=world.cities[PARTNER])
    with owner_session(world.database.owner_url) as session, pytest.raises(MissingPermission):
        give_access(session, partner, {"email": "ann@example.org"})
