"""A document: sent in a form or as bytes, kept once, attached to a record and never seen by more people than that."""

import json
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from stedenband.documents.rules import Store
from tests.builders import DATA, OWN, PARTNER, STRANGER, Api, World
from tests.changes.feed import wait_for_older_transactions
from tests.documents.files import DOCUMENTS, PDF, TEXT, about, described, form, header, made, send, send_raw

STORE = Store(DATA / "documents")


def test_a_form_makes_a_document_of_which_everything_is_known(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    said = about(
        fresh_world.links["public"], language="nl", category="A09", description={"nl": "Verslag."}, visibility="public"
    )
    reply = send(api, said, PDF, "reports/Verslag café.pdf")
    assert reply.status_code == 201, reply.text
    document = reply.json
    assert document["fileName"] == "Verslag café.pdf"
    assert (document["mediaType"], document["size"]) == ("application/pdf", len(PDF))
    assert document["subject"]["type"] == "cityLink"
    assert document["subject"]["href"] == document["cityLink"]["href"]
    assert document["owner"]["title"] == OWN
    assert api.get(reply.headers["Location"]).json == document
    assert STORE.file(document["sha256"]).read_bytes() == PDF


def test_bytes_with_a_header_make_the_same(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    reply = send_raw(api, about(fresh_world.links["public"]), TEXT, "text/plain", "C:\\own\\minutes")
    assert reply.status_code == 201, reply.text
    assert (reply.json["fileName"], reply.json["mediaType"]) == ("minutes.txt", "text/plain")
    unnamed = send_raw(api, about(fresh_world.links["public"]), TEXT, "text/csv", "")
    assert (unnamed.json["fileName"], unnamed.json["sha256"]) == ("document.csv", reply.json["sha256"])


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("agreement", "agreements"),
        ("cityLink", "links"),
        ("decision", "decisions"),
        ("delegation", "delegations"),
        ("exchangeProject", "projects"),
        ("organization", "organizations"),
        ("policyPlan", "plans"),
    ],
)
def test_a_document_is_attached_to_any_kind_of_record_and_found_by_it(
    fresh_world: World, kind: str, records: str
) -> None:
    api = fresh_world.api(OWN)
    key = getattr(fresh_world, records)["public"]
    document = send(api, about(key, kind, visibility="public")).json
    assert (document["subject"]["type"], document["subject"]["id"]) == (kind, str(key))
    assert fresh_world.api().get(document["subject"]["href"]).status_code == 200
    for query in (f"subject={key}&mediaType=application/pdf", f"subjectType={kind}&mediaType=application/pdf&q=report"):
        found = [each["id"] for each in fresh_world.api().get(f"{DOCUMENTS}?{query}").json["items"]]
        assert found == [document["id"]]
    assert api.get(f"{DOCUMENTS}?subject={key}&language=nl").json["items"] == []


def test_documents_are_found_by_link_and_category_and_sorted(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    made(fresh_world, api, category="A09")
    items = api.get(f"{DOCUMENTS}?cityLink={fresh_world.links['public']}&sort=-size").json["items"]
    assert len(items) == 4
    assert items[0]["size"] >= items[1]["size"]
    assert len(api.get(f"{DOCUMENTS}?category=A09").json["items"]) == 1


def test_the_same_request_with_a_key_is_done_once(fresh_world: World) -> None:
    api, said = fresh_world.api(OWN), about(fresh_world.links["public"])
    first = send(api, said, **header("Idempotency-Key", "one"))
    again = send(api, said, **header("Idempotency-Key", "one"))
    assert (again.status_code, again.data) == (201, first.data)
    other = send(api, said, PDF + b"%", **header("Idempotency-Key", "one"))
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"title": None}, "title"),
        ({"title": {"en": "Geboren 85.07.30-033 28"}}, "title"),
        ({"subject": {"type": "cityLink"}}, "subject"),
        ({"subject": "x"}, "subject"),
        ({"subject": {"type": "nothing", "id": "x"}}, "subject"),
        ({"subject": {"type": "cityLink", "id": "0199f3a0-0000-7000-8000-000000000000"}}, "subject"),
        ({"category": "Z99"}, "category"),
        ({"personalData": True}, "keepUntil"),
        ({"keepUntil": "1800-01-01"}, "keepUntil"),
        ({"fileName": "report.exe"}, "fileName"),
        ({"sha256": "0"}, "sha256"),
    ],
)
def test_what_is_wrong_with_the_metadata_is_named(fresh_world: World, change: dict[str, Any], name: str) -> None:
    api, said = fresh_world.api(OWN), about(fresh_world.links["public"]) | change
    reply = send(api, said)
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, name)
    raw = send_raw(api, said, PDF, "application/pdf")
    assert raw.status_code == 400


@pytest.mark.parametrize(
    ("sent", "status", "name"),
    [
        ({"data": b"", "content_type": "multipart/form-data; boundary=x"}, 400, "metadata"),
        ({"data": b"--x", "content_type": "multipart/form-data"}, 400, ""),
        ({"data": {"metadata": "{}"}, "content_type": "multipart/form-data"}, 400, "file"),
        ({"data": {"file": "x", "more": "y"}, "content_type": "multipart/form-data"}, 400, "more"),
        ({"data": {"metadata": ["{}", "{}"]}, "content_type": "multipart/form-data"}, 400, "metadata"),
        ({"data": {"metadata": "x" * 70_000, "file": "x"}, "content_type": "multipart/form-data"}, 413, None),
        ({"data": b"{}", "content_type": "application/json"}, 415, None),
        ({"data": PDF, "content_type": "application/pdf"}, 400, "Upload-Metadata"),
        (
            {"data": PDF, "content_type": "application/pdf", "headers": {"Upload-Metadata": "metadata ?"}},
            400,
            "Upload-Metadata",
        ),
        (
            {"data": PDF, "content_type": "application/pdf", "headers": {"Upload-Metadata": "metadata e30="}},
            400,
            "Upload-Metadata.subject",
        ),
        (
            {"data": PDF, "content_type": "application/pdf", "headers": {"Upload-Metadata": "metadata e30,"}},
            400,
            "Upload-Metadata",
        ),
        (
            {"data": PDF, "content_type": "application/pdf", "headers": {"Upload-Metadata": "metadata ew=="}},
            400,
            "Upload-Metadata",
        ),
        (
            {"data": PDF, "content_type": "application/pdf", "headers": {"Upload-Metadata": "metadata /w=="}},
            400,
            "Upload-Metadata",
        ),
        (form(b"{"), 400, ""),
    ],
)
def test_what_cannot_be_read_is_refused(
    fresh_world: World, sent: dict[str, Any], status: int, name: str | None
) -> None:
    reply = fresh_world.api(OWN).call("POST", DOCUMENTS, **sent)
    assert reply.status_code == status, reply.text
    if name is not None:
        assert reply.json["issues"][0].get("name", "") == name


def test_a_name_that_is_no_text_is_refused_and_a_compressed_body_too(fresh_world: World) -> None:
    api, said = fresh_world.api(OWN), about(fresh_world.links["public"])
    reply = send_raw(api, said, PDF, "application/pdf", "a\x07b.pdf")
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, "fileName")
    assert send_raw(api, said, PDF, "application/pdf", **header("Content-Encoding", "gzip")).status_code == 415
    assert send(api, said, b"").json["issues"][0]["name"] == "file"


def limited(world: World, **limits: int) -> Api:
    """Return the API of a coordinator where less fits."""
    shelf = world.app.extensions["stedenband.documents"]
    world.app.extensions["stedenband.documents"] = replace(shelf, **limits)
    return world.api(OWN)


@pytest.fixture
def restored(fresh_world: World) -> Any:
    """Put the limits back, as the application is that of other tests too."""
    before = fresh_world.app.extensions["stedenband.documents"]
    yield
    fresh_world.app.extensions["stedenband.documents"] = before


def test_a_file_over_the_limit_is_refused_before_or_while_it_arrives(fresh_world: World, restored: None) -> None:
    api, said = limited(fresh_world, largest=100), about(fresh_world.links["public"])
    assert send(api, said, TEXT).status_code == 201
    assert send(api, said, TEXT * 10).status_code == 413
    announced = {"Upload-Metadata": described(said)}
    sent: dict[str, Any] = {
        "data": b"",
        "content_type": "text/plain",
        "headers": announced,
        "environ_overrides": {"CONTENT_LENGTH": "62914560"},
    }
    assert api.call("POST", DOCUMENTS, **sent).status_code == 413


def test_the_documents_of_a_city_fit_its_quota(fresh_world: World, restored: None) -> None:
    api, said = limited(fresh_world, quota=1), about(fresh_world.links["public"])
    assert send(api, said, TEXT * 30_000).status_code == 201
    full = send(api, said, TEXT * 30_000)
    assert (full.status_code, "1 MiB" in full.json["detail"]) == (409, True)
    assert send(limited(fresh_world, quota=0), said, TEXT * 30_000).status_code == 201


def test_a_file_that_was_swept_meanwhile_is_to_be_sent_again(
    fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "place", lambda _store, _incoming: None)
    unknown = PDF + b"% never kept"
    reply = send(fresh_world.api(OWN), about(fresh_world.links["public"]), unknown)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")


def test_a_full_disk_asks_to_come_back(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert send(fresh_world.api(OWN), about(fresh_world.links["public"])).status_code == 503


def test_who_lost_its_key_while_sending_is_refused(fresh_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Store.place

    def revoked(store: Store, incoming: Any) -> None:
        inner(store, incoming)
        with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
            owner.execute("UPDATE api_client SET status = 'suspended'")

    monkeypatch.setattr(Store, "place", revoked)
    assert send(fresh_world.api(OWN), about(fresh_world.links["public"])).status_code == 401


def test_a_document_is_never_wider_than_its_subject_and_narrows_with_it(fresh_world: World) -> None:
    api, everyone, partner = fresh_world.api(OWN), fresh_world.api(), fresh_world.api(PARTNER)
    link = f"/v1/cityLinks/{fresh_world.links['link']}"
    refused = send(api, about(fresh_world.links["link"], visibility="public"))
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (409, "visibility")
    assert api.patch(link, {"visibility": "public"}).status_code == 200
    document = send(api, about(fresh_world.links["link"], visibility="public")).json
    cursor = everyone.get("/v1/changes").json["cursor"]
    theirs = partner.get("/v1/changes").json["cursor"]
    assert everyone.get(document["href"]).status_code == 200
    assert api.patch(link, {"visibility": "link"}).status_code == 200
    assert everyone.get(document["href"]).status_code == 404
    assert partner.get(document["href"]).json["visibility"] == "link"
    wait_for_older_transactions(fresh_world.database)
    told = everyone.get(f"/v1/changes?after={cursor}").json["items"]
    assert ("withdrawn", document["id"]) in {(each["operation"], each["id"]) for each in told}
    assert api.patch(link, {"visibility": "city"}).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = partner.get(f"/v1/changes?after={theirs}").json["items"]
    assert ("withdrawn", document["id"]) in {(each["operation"], each["id"]) for each in told}


def test_what_narrows_a_project_or_an_agreement_narrows_its_documents(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    of_project = send(api, about(fresh_world.projects["public"], "exchangeProject", visibility="public")).json
    of_agreement = send(api, about(fresh_world.agreements["public"], "agreement", visibility="public")).json
    api.patch(f"/v1/exchangeProjects/{fresh_world.projects['public']}", {"visibility": "city"})
    assert api.get(of_project["href"]).json["visibility"] == "city"
    api.patch(f"/v1/cityLinks/{fresh_world.links['public']}", {"visibility": "city"})
    assert api.get(of_agreement["href"]).json["visibility"] == "city"


def test_a_dry_run_of_a_subject_tells_which_documents_the_public_would_lose(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api, "public")
    path = f"/v1/cityLinks/{fresh_world.links['public']}/dryRun"
    told = api.post(path, {"visibility": "city"}, headers={"If-Match": "*"}).json["records"]
    assert document["href"] in {each["href"] for each in told}


def test_documents_are_of_ones_own_side(fresh_world: World) -> None:
    partner, stranger = fresh_world.api(PARTNER), fresh_world.api(STRANGER)
    theirs = send(partner, about(fresh_world.projects["link"], "exchangeProject", visibility="link"))
    assert theirs.status_code == 201, theirs.text
    assert fresh_world.api(OWN).get(theirs.json["href"]).json["owner"]["title"] == PARTNER
    refused = send(stranger, about(fresh_world.projects["public"], "exchangeProject"))
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (409, "subject")
    assert send(stranger, about(fresh_world.projects["link"], "exchangeProject")).status_code == 400
    lonely = send(fresh_world.api(OWN), about(fresh_world.decisions["public"], "decision", visibility="link"))
    assert (lonely.status_code, lonely.json["issues"][0]["name"]) == (400, "visibility")


def test_the_other_side_edits_what_is_shared_and_the_owner_keeps_the_rest(fresh_world: World) -> None:
    document = made(fresh_world, fresh_world.api(OWN))
    partner = fresh_world.api(PARTNER)
    assert partner.patch(document["href"], {"title": {"fr": "Une visite"}}).json["title"]["fr"] == "Une visite"
    assert partner.patch(document["href"], {"keepUntil": "2050-01-01"}).status_code == 403
    assert partner.delete(document["href"]).status_code == 403


def test_a_name_keeps_the_ending_of_its_kind(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api)
    assert api.patch(document["href"], {"fileName": "visit.PDF"}).json["fileName"] == "visit.PDF"
    refused = api.patch(document["href"], {"fileName": "visit.html"})
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, "fileName")


def test_a_city_that_leaves_a_link_takes_its_documents_with_it(fresh_world: World) -> None:
    own, partner = fresh_world.api(OWN), fresh_world.api(PARTNER)
    ours, theirs = made(fresh_world, own), made(fresh_world, partner)
    link = f"/v1/cityLinks/{fresh_world.links['public']}"
    cursor = partner.get("/v1/changes").json["cursor"]
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, STRANGER)]
    assert own.patch(link, {"members": members}).status_code == 200
    assert (own.get(theirs["href"]).status_code, partner.get(theirs["href"]).json["visibility"]) == (404, "city")
    assert partner.get(ours["href"]).status_code == 404
    wait_for_older_transactions(fresh_world.database)
    told = partner.get(f"/v1/changes?after={cursor}").json["items"]
    assert ("withdrawn", ours["id"]) in {(each["operation"], each["id"]) for each in told}
    stranger = fresh_world.api(STRANGER)
    joined = {(each["operation"], each["id"]) for each in stranger.get("/v1/changes?pageSize=200").json["items"]}
    assert ("updated", ours["id"]) in joined
    assert partner.patch(theirs["href"], {"title": {"en": "Still ours"}}).status_code == 200


def test_documents_follow_a_link_that_is_merged(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    cities = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    twin = own.post("/v1/cityLinks", {"kind": "twinning", "members": cities, "visibility": "link"})
    assert twin.status_code == 409, "the same link is open already"
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE city_link SET kind = 'network', title = 'x' WHERE id = %s", [fresh_world.links["public"]])
    document = made(fresh_world, own, "public")
    merged = own.post(
        f"/v1/cityLinks/{fresh_world.links['public']}/merge",
        {"into": {"id": str(fresh_world.links["register"])}},
        headers={"If-Match": "*"},
    )
    assert merged.status_code == 200, merged.text
    assert own.get(document["href"]).json["subject"]["id"] == str(fresh_world.links["register"])


def test_an_erased_person_is_named_by_no_document(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    person = {"givenName": "Zoe", "familyName": "Quack", "lawfulBasis": "publicTask", "purpose": "A visit."}
    contact = api.post("/v1/contacts", person).json
    said: dict[str, Any] = {
        "title": {"en": "CV of Zoe Quack", "nl": "Leven"},
        "description": {"fr": "De zoe quack."},
        "fileName": "Zoe Quack.pdf",
    }
    document = made(fresh_world, api, **said)
    held = api.post("/v1/subjectAccess", {"contact": {"id": contact["id"]}}).json
    (record,) = [each for each in held["records"] if each["table"] == "document"]
    assert record["values"]["fileName"] == "Zoe Quack.pdf"
    erased = api.post(f"/v1/contacts/{contact['id']}/erasure", {"reason": "unlawful"}, headers={"If-Match": "*"})
    assert erased.json["counts"]["document"] == 1
    kept = api.get(document["href"]).json
    assert (kept["title"], kept["description"]) == ({"en": "CV of …", "nl": "Leven"}, {"fr": "De …."})
    assert kept["fileName"] == "….pdf"
    assert "quack" not in json.dumps(api.get(f"{document['href']}/history").json).lower()
