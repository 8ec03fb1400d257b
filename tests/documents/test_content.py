"""Files as callers get them: attachments that nothing runs, in parts, for who sees the document, or by a signed link."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from stedenband.core.access import Role
from stedenband.core.db import LinkedKey, PresentedKey, VerifiedToken
from stedenband.core.errors import InvalidAccessToken
from stedenband.documents.rules import Signer, Store, signing
from tests.builders import OWN, PARTNER, STRANGER, Api, Reply, World
from tests.documents.files import PDF, TEXT, header, made


def content(api: Api, document: Any, **headers: str) -> Reply:
    """Ask for the file of a document."""
    return api.get(f"{document['href']}/content", headers=headers)


def test_a_file_is_an_attachment_that_no_browser_runs(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api, fileName='Ça "va" 100%.pdf')
    reply = content(api, document)
    assert (reply.status_code, reply.data, reply.content_type) == (200, PDF, "application/pdf")
    assert reply.headers["Content-Disposition"] == (
        "attachment; filename=\"Ca _va_ 100_.pdf\"; filename*=UTF-8''%C3%87a%20%22va%22%20100%25.pdf"
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert "no-transform" in reply.headers["Cache-Control"]
    assert reply.headers["ETag"] == f'"{document["sha256"]}"'
    assert api.call("HEAD", f"{document['href']}/content").headers["Content-Length"] == str(len(PDF))


def test_a_download_goes_on_where_it_broke_off(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api, file=TEXT * 100)
    etag = f'"{document["sha256"]}"'
    part = content(api, document, Range="bytes=10-19", **{"If-Range": etag, "Accept-Encoding": "gzip"})
    assert (part.status_code, part.data) == (206, (TEXT * 100)[10:20])
    assert content(api, document, Range="bytes=10-19", **header("If-Range", '"other"')).status_code == 200
    assert content(api, document, Range="bytes=99999-").status_code == 416
    same = content(api, document, **header("If-None-Match", etag))
    assert (same.status_code, same.data, "Content-Disposition" in same.headers) == (304, b"", False)
    whole = content(api, document, **header("Accept-Encoding", "gzip"))
    assert (whole.headers["ETag"], whole.content_type) == (etag, "text/plain; charset=utf-8")


def test_a_file_is_for_who_sees_its_document(fresh_world: World) -> None:
    document = made(fresh_world, fresh_world.api(OWN))
    assert content(fresh_world.api(PARTNER), document).status_code == 200
    for api in (fresh_world.api(), fresh_world.api(STRANGER)):
        assert content(api, document).status_code == 404
        assert api.get(f"{document['href']}/thumbnail").status_code == 404
        assert api.post(f"{document['href']}/link", None).status_code == 404


def test_what_is_no_picture_has_no_thumbnail_and_a_lost_file_asks_to_come_back(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    document = made(fresh_world, api, file=PDF + b"% lost")
    assert api.get(f"{document['href']}/thumbnail").status_code == 404
    fresh_world.app.extensions["stedenband.documents"].store.file(document["sha256"]).unlink()
    assert content(api, document).status_code == 503


def link_of(api: Api, document: Any) -> str:
    """Make a link to a file."""
    reply = api.post(f"{document['href']}/link", None)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")
    return str(reply.json["href"])


def test_a_link_works_without_a_key_as_long_as_its_maker_sees_the_document(fresh_world: World) -> None:
    own, partner, everyone = fresh_world.api(OWN), fresh_world.api(PARTNER), fresh_world.api()
    document = made(fresh_world, own)
    link = link_of(partner, document)
    assert everyone.get(link).data == PDF
    assert everyone.get(link, headers={"Range": "bytes=0-3"}).status_code == 206
    own.patch(document["href"], {"visibility": "city"})
    assert everyone.get(link).status_code == 404
    own.patch(document["href"], {"visibility": "link"})
    assert everyone.get(link).status_code == 200
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute(
            "UPDATE api_key SET revoked_at = now() WHERE api_client_id = %s",
            [fresh_world.clients[PARTNER, "coordinator"]],
        )
    assert everyone.get(link).status_code == 401


def test_a_link_is_for_one_document_and_cannot_be_made_up(fresh_world: World) -> None:
    own, everyone = fresh_world.api(OWN), fresh_world.api()
    first, second = made(fresh_world, own), made(fresh_world, own, "city")
    link = link_of(own, first)
    query = urlsplit(link).query
    for address in (
        f"{second['href']}/content?{query}",
        link[:-2],
        f"{first['href']}/content?token=e30.e30",
        f"{first['href']}/content?token=%C3%A9",
        f"{first['href']}/content?token=",
    ):
        assert everyone.get(address).status_code == 401, address
    assert everyone.get(f"{first['href']}?{query}").status_code == 400, "it opens the file alone"
    assert everyone.get(f"{first['href']}/link?{query}").status_code == 405


def test_a_link_of_nobody_opens_what_is_public(fresh_world: World) -> None:
    everyone = fresh_world.api()
    document = made(fresh_world, fresh_world.api(OWN), "public")
    link = link_of(everyone, document)
    assert everyone.get(link).status_code == 200
    fresh_world.api(OWN).patch(document["href"], {"visibility": "city"})
    assert everyone.get(link).status_code == 404


def test_a_link_made_with_a_token_enters_as_its_person(tmp_path: Any) -> None:
    signer, document, person, city = Signer(Store(tmp_path), None), uuid4(), uuid4(), uuid4()
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=90)
    caller = VerifiedToken("https://login.example", city, Role.EDITOR, person, soon)
    token, until = signer.sign(document, caller)
    assert (signer.read(document, token), until) == (caller, soon)
    assert Signer(Store(tmp_path), None).read(document, token) == caller, "all processes share the secret"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    key, _ = signer.sign(document, PresentedKey("prefix", b"hash"))
    assert signer.read(document, key) == LinkedKey("prefix")


def test_a_link_is_over_after_ten_minutes(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    signer, document = Signer(Store(tmp_path), "a secret of thirty-two characters"), uuid4()
    token, until = signer.sign(document, None)
    assert signer.read(document, token) is None
    monkeypatch.setattr(signing, "now", lambda: until)
    with pytest.raises(InvalidAccessToken):
        signer.read(document, token)
    assert not (tmp_path / "secret").exists()


def test_two_processes_that_make_the_secret_at_once_have_one(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(Store(tmp_path), None)
    (tmp_path / "secret").write_text("theirs")
    monkeypatch.setattr("pathlib.Path.exists", lambda _path: False)
    assert signer.key == b"theirs"
