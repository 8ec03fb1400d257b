"""Tags, conditions and compression as they cross a real nginx that compresses too: the bytes on the wire."""

import gzip
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import brotli
import pytest

from stedenband.core.address import owner_session
from tests.builders import BASE, OWN, World, a_city
from tests.databases import open_folder
from tests.proxies import nginx, ordinary, shipped
from tests.serving import free_port, serving


@dataclass(frozen=True, slots=True)
class Wire:
    """What a caller with a key sees who speaks HTTP with a port, and reads bytes."""

    port: int
    key: str

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request; `If_Match` is the header If-Match."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {self.key}"} | ({"Content-Type": "application/json"} if body else {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body and json.dumps(body), sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def new_link(self, world: World) -> str:
        """Make a link with a long summary, and return its path."""
        with owner_session(world.database.owner_url) as session:
            other = a_city()
            session.add(other)
            session.flush()
            members = [{"city": {"id": str(city)}} for city in (world.cities[OWN], other.id)]
            session.commit()
        body = {"kind": "network", "title": f"Network {uuid4()}", "summary": {"en": "Long and thin. " * 200}}
        status, headers, text = self.call("POST", "/v1/cityLinks", body | {"members": members})
        assert status == 201, text
        return headers["Location"].removeprefix(BASE)


@pytest.fixture(scope="module")
def api(world: World) -> Iterator[int]:
    """The port of a real server on the world of this worker."""
    settings = {"STEDENBAND_DATABASE_URL": world.database.api_url, "STEDENBAND_PUBLIC_URL": BASE}
    with open_folder() as folder, serving(folder / "data", **settings) as server:
        assert server.status() == 200
        yield server.port


@pytest.fixture(scope="module")
def compressing(api: int, world: World) -> Iterator[Wire]:
    """The API behind an nginx that compresses what comes from it."""
    with open_folder() as folder, nginx(folder / "nginx", ordinary, api) as port:
        yield Wire(port, world.keys[OWN, "coordinator"])


@pytest.fixture(scope="module")
def as_shipped(api: int, world: World) -> Iterator[Wire]:
    """The API behind the nginx of deploy/."""
    with open_folder() as folder, nginx(folder / "nginx", shipped, api) as port:
        yield Wire(port, world.keys[OWN, "coordinator"])


@pytest.fixture(params=["compressing", "as_shipped"])
def wire(request: pytest.FixtureRequest) -> Wire:
    """Either."""
    result: Wire = request.getfixturevalue(request.param)
    return result


def test_who_has_a_compressed_record_is_told_so_and_changes_it_with_that_tag(wire: Wire, world: World) -> None:
    path = wire.new_link(world)
    _, bare, whole = wire.call("GET", path, Accept_Encoding="identity")
    status, headers, body = wire.call("GET", path, Accept_Encoding="gzip")
    tag = headers["ETag"]
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == whole
    assert len(body) < len(whole) / 2
    assert tag != bare["ETag"], "other bytes have another tag"
    for known in (tag, bare["ETag"], f'"other", {tag}'):
        status, headers, body = wire.call("GET", path, Accept_Encoding="gzip", If_None_Match=known)
        assert (status, body) == (304, b"")
        assert headers["ETag"]
    assert wire.call("PATCH", path, {"title": "Changed"})[0] == 428
    status, headers, _ = wire.call("PATCH", path, {"title": "Changed"}, If_Match=tag, Accept_Encoding="gzip")
    assert status == 200
    fresh = headers["ETag"]
    assert wire.call("PATCH", path, {"title": "Lost"}, If_Match=tag)[0] == 412
    assert wire.call("GET", path, Accept_Encoding="gzip", If_None_Match=tag)[0] == 200
    assert wire.call("GET", path, Accept_Encoding="gzip", If_None_Match=fresh)[0] == 304
    assert wire.call("PATCH", path, {"title": "Changed again"}, If_Match=fresh)[0] == 200


def test_who_has_a_compressed_list_is_told_so(wire: Wire, world: World) -> None:
    wire.new_link(world)
    _, headers, body = wire.call("GET", "/v1/cityLinks", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["items"]
    assert wire.call("GET", "/v1/cityLinks", Accept_Encoding="gzip", If_None_Match=headers["ETag"])[0] == 304


def test_nginx_weakens_the_tag_of_what_it_compresses_itself(compressing: Wire, world: World) -> None:
    path = compressing.new_link(world)
    assert compressing.call("GET", path, Accept_Encoding="gzip")[1]["ETag"].startswith('W/"')


def test_the_shipped_nginx_hands_on_what_the_api_compressed(as_shipped: Wire, world: World) -> None:
    path = as_shipped.new_link(world)
    assert as_shipped.call("GET", path, Accept_Encoding="gzip")[1]["ETag"].endswith('-gzip"')
    _, headers, body = as_shipped.call("GET", path, Accept_Encoding="br, gzip")
    assert (headers["Content-Encoding"], headers["ETag"][-4:]) == ("br", '-br"')
    assert brotli.decompress(body) == as_shipped.call("GET", path)[2]
    assert as_shipped.call("GET", path, Accept_Encoding="br", If_None_Match=headers["ETag"])[0] == 304
    assert as_shipped.call("PATCH", path, {"title": "By Brotli"}, If_Match=headers["ETag"])[0] == 200


def test_the_shipped_nginx_keeps_secrets_in_addresses_out_of_its_log() -> None:
    with open_folder() as folder:
        with nginx(folder / "nginx", shipped, free_port()) as port:
            for path in ("/v1/calendars/cal_secret", "/v1/digests/dig_secret/unsubscription", "/v1/nothing"):
                assert Wire(port, "").call("GET", path)[0] == 503, "there is no API behind it"
        told = (folder / "nginx" / "log").read_text()
    assert "secret" not in told
    assert told.count('"path":"/v1/calendars/cal_…"') == 1
    assert told.count('"path":"/v1/digests/dig_…"') == 1
    assert "/v1/nothing" in told
