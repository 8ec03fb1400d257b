"""Compression: fewer bytes for who can read them, and tags that stay good on the way."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from flask import Flask, Response

from stedenband.web import compression
from tests.builders import OWN, World

READ: dict[str | None, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
LARGE = "/v1/doc/openapi.json"
TEXT = b'{"name": "Genk"}\n' * 1000


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0.5, gzip", "gzip"), ("*", "br"),
        ("gzip;q=0, br;q=0", None), ("identity", None), ("identity, gzip;q=0.5", None), ("", None), (None, None),
        ("deflate", None), ("nonsense;;q", None),
    ],
)  # fmt: skip
def test_the_caller_chooses(world: World, accepted: str | None, coding: str | None) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    plain, answer = world.api().get(LARGE), world.api().get(LARGE, headers=headers)
    assert answer.headers.get("Content-Encoding") == coding
    assert READ[coding](answer.data) == plain.data
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"].split(", ")
    assert answer.headers["ETag"] == (f'{plain.headers["ETag"][:-1]}-{coding}"' if coding else plain.headers["ETag"])


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}'])
def test_what_the_caller_has_compressed_is_not_sent_again(world: World, coding: str, form: str) -> None:
    headers = {"Accept-Encoding": coding}
    first = world.api().get(LARGE, headers=headers)
    again = world.api().get(LARGE, headers={**headers, "If-None-Match": form.format(first.headers["ETag"])})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    plain = world.api().get(LARGE)
    mixed = world.api().get(LARGE, headers={**headers, "If-None-Match": plain.headers["ETag"]})
    assert (mixed.status_code, mixed.headers["ETag"]) == (304, plain.headers["ETag"])


def test_a_change_takes_the_tag_of_a_compressed_reply(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['public']}"
    api.patch(address, {"summary": {"en": "A twinning of long standing. " * 60}})
    compressed = api.get(address, headers={"Accept-Encoding": "gzip"})
    assert compressed.headers["ETag"].endswith('-gzip"')
    assert api.patch(address, {"title": "New"}, compressed.headers["ETag"]).status_code == 200
    assert api.patch(address, {"title": "Newer"}, compressed.headers["ETag"]).status_code == 412


def test_a_small_reply_and_one_with_a_secret_go_as_they_are(fresh_world: World) -> None:
    headers = {"Accept-Encoding": "br"}
    assert "Content-Encoding" not in fresh_world.api().get("/v1/health", headers=headers).headers
    path = f"/v1/apiClients/{fresh_world.clients[OWN, 'auditor']}/keys"
    secret = fresh_world.api(OWN, "admin").post(path, {}, headers=headers)
    assert (secret.status_code, secret.headers["Cache-Control"]) == (201, "no-store")
    assert "Content-Encoding" not in secret.headers


def test_a_problem_is_compressed_too(world: World) -> None:
    answer = world.api(OWN).call(
        "POST", "/v1/partnerCities", json={f"unknown{n}": 1 for n in range(60)}, headers={"Accept-Encoding": "gzip"}
    )
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (400, "gzip")
    assert b'"issues"' in gzip.decompress(answer.data)


class Source:
    """A file that comes in pieces, and knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter([TEXT, b"", TEXT])

    def close(self) -> None:
        self.closed += 1


def sent(response: Response, **headers: str) -> Any:
    """Send a reply of another shape than our own views make today."""
    app = Flask("small")
    compression.install(app)
    app.add_url_rule("/", "file", lambda: response)
    return app.test_client().get("/", headers={"Accept-Encoding": "br, gzip;q=0.9", **headers})


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_file_is_compressed_as_it_is_read_and_then_closed(coding: str) -> None:
    source = Source()
    response = Response(source, mimetype="text/csv", direct_passthrough=True)
    response.headers |= {"Content-Length": str(2 * len(TEXT)), "Accept-Ranges": "bytes", "ETag": '"7"'}
    answer = sent(response, **{"Accept-Encoding": coding})
    assert READ[coding](answer.data) == TEXT + TEXT
    assert not {"Content-Length", "Accept-Ranges"} & {name for name, _ in answer.headers}
    assert answer.headers["ETag"] == f'"7-{coding}"'
    answer.close()
    assert source.closed


def test_pieces_without_an_end_to_close_are_compressed_too() -> None:
    answer = sent(Response(iter([TEXT]), mimetype="application/x-ndjson"))
    assert brotli.decompress(answer.data) == TEXT


@pytest.mark.parametrize(
    ("status", "kind", "more"),
    [
        (206, "text/csv", {"Content-Range": "bytes 0-9/20000"}),
        (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", {}),
        (200, "image/png", {}),
        (200, "text/csv", {"Content-Encoding": "zstd"}),
        (200, "application/json", {"Cache-Control": "no-store"}),
    ],
)
def test_what_is_part_of_a_file_or_compressed_or_secret_stays_as_it_is(
    status: int, kind: str, more: dict[str, str]
) -> None:
    answer = sent(Response(TEXT, status=status, mimetype=kind, headers=more))
    assert answer.data == TEXT
    assert answer.headers.get("Content-Encoding") == more.get("Content-Encoding")


def test_who_asks_for_a_part_gets_bytes_that_can_be_continued() -> None:
    assert sent(Response(TEXT, mimetype="text/csv"), Range="bytes=5-").data == TEXT


def test_a_weak_tag_stays_as_it_is() -> None:
    assert sent(Response(TEXT, mimetype="text/csv", headers={"ETag": 'W/"7"'})).headers["ETag"] == 'W/"7"'
    assert "ETag" not in sent(Response(TEXT, mimetype="text/csv")).headers
