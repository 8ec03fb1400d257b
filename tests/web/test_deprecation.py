"""Operations that will go: said in every reply, and in the contract."""

from datetime import UTC, datetime

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from stedenband.config import Settings
from stedenband.core.db import Database
from stedenband.web import deprecation, guard, openapi, problems, rates, trace
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.deprecation import Deprecated
from stedenband.web.guard import OPEN

LINK = "https://register.example/doc/changes"
SOON = Deprecated(datetime(2026, 1, 1, tzinfo=UTC), LINK)
DATED = Deprecated(datetime(2026, 1, 1, tzinfo=UTC), LINK, datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application of three operations, two of which will go."""
    app = Flask("small")
    app.config.update(PUBLIC_URL="http://x", **openapi.configuration("http://x"))
    trace.install(app)
    deprecation.install(app)
    rates.install(app, Settings(client_limit=0, anonymous_limit=0))
    guard.install(app, Database("postgresql://"), lambda _: None)
    api, converter = openapi.api_for(app)
    problems.register(app)
    blueprint = StrictBlueprint("small", __name__, url_prefix="/v1")
    for name, deprecated in (("kept", None), ("soon", SOON), ("dated", DATED)):
        declare(
            blueprint, f"/{name}", "GET", f"read_{name}", OPEN, lambda **_: Response(), summary="Read", deprecated=deprecated
        )  # fmt: skip
    api.serve(blueprint)
    openapi.install(app, api, converter)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_reply_of_an_operation_that_will_go_says_so(client: FlaskClient) -> None:
    for path, status in (("/v1/soon", 200), ("/v1/soon?unknown=1", 400)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Deprecation"]) == (status, "@1767225600")
        assert answer.headers["Link"] == f'<{LINK}>; rel="deprecation"; type="text/html"'
        assert "Sunset" not in answer.headers
    refused = client.get("/v1/soon", headers={"Authorization": "Bearer x"})
    assert (refused.status_code, refused.headers["Deprecation"]) == (401, "@1767225600")


def test_the_day_of_its_end_is_said_when_it_is_known(client: FlaskClient) -> None:
    answer = client.get("/v1/dated")
    assert answer.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer.headers.getlist("Link")[1] == f'<{LINK}>; rel="sunset"; type="text/html"'


@pytest.mark.parametrize("path", ["/v1/kept", "/v1/nowhere"])
def test_others_say_nothing(client: FlaskClient, path: str) -> None:
    assert not {"Deprecation", "Sunset", "Link"} & {name for name, _ in client.get(path).headers}


def test_the_contract_marks_it(app: Flask) -> None:
    paths = app.extensions["stedenband.contract"]()["paths"]
    assert {path: item["get"].get("deprecated", False) for path, item in paths.items()} == {
        "/dated": True, "/kept": False, "/soon": True,
    }  # fmt: skip
