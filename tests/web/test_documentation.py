"""The page that shows the contract: it works, and asks nothing of anybody else."""

from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.web.documentation import ASSETS


class References(HTMLParser):
    """What a page makes a browser fetch or follow, and what it runs itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.written_in_the_page: list[str] = []
        self.script_open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script_open = tag == "script"
        for name, value in attrs:
            if name in {"src", "href"}:
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on"):
                self.written_in_the_page.append(f"{name}={value}")
        if tag == "style":
            self.written_in_the_page.append(tag)

    def handle_data(self, data: str) -> None:
        if self.script_open and data.strip():
            self.written_in_the_page.append(data)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A caller of an application that has no database: the documentation needs none."""
    return create_app(Settings(database_url="postgresql://stedenband_api@127.0.0.1:1/none")).test_client()


@pytest.fixture
def references(client: FlaskClient) -> References:
    return References(client.get("/doc").text)


def test_the_page_is_html_that_a_browser_asks_for_again(client: FlaskClient) -> None:
    reply = client.get("/doc")
    assert reply.status_code == 200
    assert reply.content_type == "text/html; charset=utf-8"
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert client.get("/doc", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


def test_everything_the_page_names_is_served_here(client: FlaskClient, references: References) -> None:
    assert len(references.addresses) > len(ASSETS)
    assert {f"/doc/{name}" for name in ASSETS} <= set(references.addresses)
    for address in references.addresses:
        assert address.startswith("/")
        assert not address.startswith("//")
        assert client.get(address).status_code == 200


def test_the_page_shows_the_contract_of_this_installation(client: FlaskClient) -> None:
    script = client.get("/doc/documentation.js").text
    assert 'url: "/v1/doc/openapi.json"' in script
    assert client.get("/v1/doc/openapi.json").status_code == 200


def test_no_validator_elsewhere_is_asked(client: FlaskClient) -> None:
    script = client.get("/doc/documentation.js").text
    assert "validatorUrl: null" in script
    assert "://" not in script


@pytest.mark.parametrize("name", [name for name, (_, _, kind) in ASSETS.items() if kind.startswith("text/css")])
def test_no_style_imports_from_elsewhere(client: FlaskClient, name: str) -> None:
    style = client.get(f"/doc/{name}").text
    assert "@import" not in style
    assert "url(http" not in style
    assert "url(//" not in style


def test_the_browser_is_told_to_refuse_what_comes_from_elsewhere(client: FlaskClient, references: References) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in client.get("/doc").headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["frame-ancestors"] == "'none'"
    assert not {"script-src", "style-src", "connect-src"} & set(policy)
    assert references.written_in_the_page == []


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, (_, _, kind) in ASSETS.items()])
def test_a_file_of_the_page_has_its_type_and_may_be_kept_for_a_day(client: FlaskClient, name: str, kind: str) -> None:
    reply = client.get(f"/doc/{name}")
    assert reply.status_code == 200
    assert reply.content_type == kind
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    again = client.get(f"/doc/{name}", headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["index.html", "oauth2-redirect.html", "..%2Fassets%2Fdocumentation.html", "x", ""])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    reply = client.get(f"/doc/{name}")
    assert reply.status_code == 404
    assert reply.content_type == "application/problem+json"
    assert reply.json is not None
    assert reply.json["type"] == "urn:problem-type:belgif:resourceNotFound"
