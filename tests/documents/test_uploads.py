"""A file in pieces: what has arrived stays, only its sender knows of it, and in the end it is a document."""

import fcntl
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from stedenband.documents.rules.store import Store
from tests.builders import OWN, PARTNER, Api, Reply, World
from tests.documents.files import PDF, TEXT, UPLOADS, about, described, header

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


def begin(api: Api, world: World, length: int = len(PDF), **more: Any) -> Reply:
    """Begin an upload."""
    told = {**TUS, "Upload-Length": str(length), "Upload-Metadata": described(about(world.links["public"])), **more}
    return api.call("POST", UPLOADS, headers=told)


def piece(api: Api, upload: Any, offset: int, data: bytes, **more: Any) -> Reply:
    """Send a piece."""
    return api.call("PATCH", upload["href"], data=data, headers={**PIECE, "Upload-Offset": str(offset), **more})


def finish(api: Api, upload: Any, **headers: str) -> Reply:
    """Make the document."""
    return api.call("POST", f"{upload['href']}/finish", headers=headers)


def test_a_file_in_two_pieces_becomes_a_document(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    reply = begin(api, fresh_world)
    assert (reply.status_code, reply.headers["Tus-Resumable"]) == (201, "1.0.0")
    upload = reply.json
    assert reply.headers["Location"] == upload["href"]
    first = piece(api, upload, 0, PDF[:10])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "10")
    assert "GMT" in first.headers["Upload-Expires"]
    head = api.call("HEAD", upload["href"], headers=TUS)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("10", str(len(PDF)))
    assert (head.headers["Cache-Control"], head.data) == ("no-store", b"")
    early = finish(api, upload)
    assert (early.status_code, "10" in early.json["detail"]) == (409, True)
    assert piece(api, upload, 10, PDF[10:]).headers["Upload-Offset"] == str(len(PDF))
    document = finish(api, upload)
    assert document.status_code == 201, document.text
    assert (document.json["fileName"], document.json["mediaType"]) == ("report.pdf", "application/pdf")
    assert api.get(f"{document.json['href']}/content").data == PDF
    assert finish(api, upload).json == document.json, "asked again, it is the same"
    shown = api.get(upload["href"]).json
    assert (shown["document"], shown["offset"]) == (document.json["href"], len(PDF))
    assert piece(api, upload, len(PDF), b"").status_code == 409
    assert api.call("DELETE", upload["href"], headers=TUS).status_code == 204
    assert api.get(upload["href"]).status_code == 404
    assert api.get(document.json["href"]).status_code == 200


def test_the_protocol_is_spoken_as_it_is_written(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    options = api.call("OPTIONS", UPLOADS)
    assert options.headers["Tus-Version"] == "1.0.0"
    assert options.headers["Tus-Extension"] == "creation,expiration,termination"
    assert options.headers["Tus-Max-Size"] == str(50 * 1024 * 1024)
    other = begin(api, fresh_world, **header("Tus-Resumable", "0.2.2"))
    assert (other.status_code, other.headers["Tus-Version"]) == (412, "1.0.0")
    upload = begin(api, fresh_world).json
    assert piece(api, upload, 0, PDF, **header("Content-Type", "application/pdf")).status_code == 415
    assert piece(api, upload, 0, PDF, **header("Upload-Offset", "x")).json["issues"][0]["name"] == "Upload-Offset"
    assert begin(api, fresh_world, 0).json["issues"][0]["name"] == "Upload-Length"
    assert begin(api, fresh_world, 51 * 1024 * 1024).status_code == 413
    unsaid = begin(api, fresh_world, **header("Upload-Metadata", "metadata e30="))
    assert (unsaid.status_code, unsaid.json["issues"][0]["name"]) == (400, "Upload-Metadata.subject")


def test_a_piece_goes_where_the_last_one_ended_and_no_farther(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world, 10).json
    early = piece(api, upload, 5, b"x")
    assert (early.status_code, early.headers["Upload-Offset"]) == (409, "0")
    assert piece(api, upload, 0, b"x" * 11).status_code == 413
    chunked = {
        "input_stream": io.BytesIO(b"x" * 11),
        "environ_overrides": {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    }
    headers = {**PIECE, "Upload-Offset": "0"}
    assert api.call("PATCH", upload["href"], headers=headers, **chunked).status_code == 413
    assert api.get(upload["href"]).json["offset"] == 0


class Cut(io.BytesIO):
    """A line that breaks after its first bytes."""

    def readinto(self, buffer: Any) -> int:
        if self.tell():
            raise ConnectionResetError
        return super().readinto(memoryview(buffer)[:5])


def test_what_arrived_before_a_line_broke_stays(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    headers = {**PIECE, "Upload-Offset": "0"}
    cut: dict[str, Any] = {"input_stream": Cut(PDF), "environ_overrides": {"CONTENT_LENGTH": str(len(PDF))}}
    assert api.call("PATCH", upload["href"], headers=headers, **cut).status_code == 400
    assert api.call("HEAD", upload["href"]).headers["Upload-Offset"] == "5"
    assert piece(api, upload, 5, PDF[5:]).status_code == 204
    assert finish(api, upload).status_code == 201


def test_the_server_does_not_wait_for_a_silent_line_for_ever(fresh_world: World) -> None:
    waits: list[float | None] = []

    class Line:
        def settimeout(self, seconds: float | None) -> None:
            waits.append(seconds)

    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    headers = {**PIECE, "Upload-Offset": "0"}
    sent = {"data": PDF, "environ_overrides": {"gunicorn.socket": Line()}}
    assert api.call("PATCH", upload["href"], headers=headers, **sent).status_code == 204
    assert waits == [60.0, None]


def test_two_at_once_do_not_write_over_each_other(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    store: Store = fresh_world.app.extensions["stedenband.documents"].store
    with store.upload(upload["id"]).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        busy = piece(api, upload, 0, PDF)
        assert (busy.status_code, busy.headers["Retry-After"]) == (409, "1")
        assert api.get(upload["href"]).json["offset"] == 0, "asking needs no turn"


def test_an_upload_is_its_clients_alone_and_ends_after_a_day(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    for other in (fresh_world.api(OWN, "editor"), fresh_world.api(PARTNER)):
        assert other.get(upload["href"]).status_code == 404
        assert piece(other, upload, 0, PDF).status_code == 404
        assert finish(other, upload).status_code == 404
        assert other.call("DELETE", upload["href"], headers=TUS).status_code == 404
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE upload SET expires_at = now() - interval '1 second'")
    assert api.get(upload["href"]).status_code == 404


def test_beginning_with_a_key_is_done_once_and_not_without_end(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    first = begin(api, fresh_world, **header("Idempotency-Key", "one"))
    assert begin(api, fresh_world, **header("Idempotency-Key", "one")).json == first.json
    assert begin(api, fresh_world, 5, **header("Idempotency-Key", "one")).status_code == 422
    assert {begin(api, fresh_world).status_code for _ in range(49)} == {201}
    assert begin(api, fresh_world).status_code == 409


@pytest.mark.parametrize(
    ("content", "headers", "name"),
    [(b"\x7fELF" * 10, {}, "file"), (TEXT, {"Upload-Metadata": ""}, "file")],
)
def test_what_is_not_taken_in_is_refused_at_the_end_and_the_pieces_stay(
    fresh_world: World, content: bytes, headers: Mapping[str, str], name: str
) -> None:
    api = fresh_world.api(OWN)
    told = described(about(fresh_world.links["public"]), filetype="application/pdf")
    upload = begin(api, fresh_world, len(content), **header("Upload-Metadata", told)).json
    assert piece(api, upload, 0, content).status_code == 204
    refused = finish(api, upload)
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, name)
    assert api.get(upload["href"]).json["offset"] == len(content)


def test_who_finishes_second_gets_the_document_of_the_first(
    fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    piece(api, upload, 0, PDF)
    inner = Store.place
    found: list[Reply] = []

    def overtaken(store: Store, incoming: Any) -> None:
        inner(store, incoming)
        monkeypatch.setattr(Store, "place", inner)
        copy = replace(store)
        with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
            document = str(fresh_world.documents["city"])
            owner.execute("UPDATE upload SET document_id = %s WHERE id = %s", [document, upload["id"]])
        found.append(api.get(f"/v1/documents/{document}"))
        assert copy == store

    monkeypatch.setattr(Store, "place", overtaken)
    assert finish(api, upload).json == found[0].json


def test_what_was_deleted_while_it_was_finished_is_not_found(
    fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = fresh_world.api(OWN)
    upload = begin(api, fresh_world).json
    piece(api, upload, 0, PDF)
    inner = Store.place

    def deleted(store: Store, incoming: Any) -> None:
        inner(store, incoming)
        with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
            owner.execute("DELETE FROM upload")

    monkeypatch.setattr(Store, "place", deleted)
    assert finish(api, upload).status_code == 404
