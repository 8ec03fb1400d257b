"""Who may come in, and in which order a request is checked."""

import io
from typing import Any

import pytest
from flask import g
from werkzeug.test import create_environ

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.web import guard
from tests.builders import OWN, STRANGER, World

MISSING = "0199f3a0-0000-7000-8000-000000000000"


def test_a_route_without_a_permission_keeps_the_application_from_starting() -> None:
    app = create_app(Settings(database_url="postgresql://"))
    app.add_url_rule("/v1/forgotten", "forgotten", lambda: "secret")
    with pytest.raises(guard.UndeclaredRoute, match="'forgotten'"):
        guard.check_routes(app)


def test_the_first_fault_in_the_fixed_order_is_the_answer(fresh_world: World) -> None:
    """One request with every fault; each is put right in turn, and the next one shows."""
    world = fresh_world
    path, query, headers, body = (
        "/v1/nothing/here",
        "x=1" + "&y=2" * 3000,
        {"Accept": "text/html", "Authorization": "Bearer x"},
        b"a" * (2**20 + 1),
    )
    method, content_type = "POST", "text/plain"

    def status() -> Any:
        return (
            world.app.test_client()
            .open(f"{path}?{query}", method=method, headers=headers, data=body, content_type=content_type)
            .status_code
        )

    assert status() == 414
    query = "x=1"
    assert status() == 413
    body = b"["
    assert status() == 401
    headers["Authorization"] = f"Bearer {world.keys[OWN, 'coordinator'][:-1]}-"
    assert status() == 401
    headers["Authorization"] = f"Bearer {world.keys[OWN, 'auditor']}"
    assert status() == 404
    path = f"/v1/cityLinks/{MISSING}"
    assert status() == 405
    method = "PATCH"
    assert status() == 403
    headers["Authorization"] = f"Bearer {world.keys[STRANGER, 'coordinator']}"
    assert status() == 406
    del headers["Accept"]
    assert status() == 415
    content_type = "application/json"
    assert status() == 400
    query = ""
    assert status() == 400
    body = b'{"endDate": "1950-01-01"}'
    assert status() == 404
    path = f"/v1/cityLinks/{world.links['public']}"
    assert status() == 403
    headers["Authorization"] = f"Bearer {world.keys[OWN, 'coordinator']}"
    assert status() == 428
    headers["If-Match"] = '"999-x"'
    assert status() == 412
    headers["If-Match"] = "*"
    body = b'{"startDate": "2000-01-01"}'
    assert status() == 200
    body = b'{"endDate": "1950-01-01"}'
    assert status() == 400
    method, path, body = "POST", f"{path}/transitions", b'{"to": "dormant", "reason": "Quiet."}'
    assert status() == 409


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_closed_operation_asks_the_anonymous_for_a_key(world: World, method: str) -> None:
    answer = world.api().call(method, "/v1/apiClients", json={})
    assert (answer.status_code, answer.json["type"]) == (401, "urn:problem-type:belgif:noAccessToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer sb_000000000000_" + "a" * 43, "bearer sb_é"]
)
def test_what_is_no_key_of_ours_is_refused_even_where_none_is_needed(world: World, value: str) -> None:
    for path in ("/v1/cityLinks", "/v1/health", "/nowhere"):
        answer = world.api().get(path, headers={"Authorization": value})
        assert (answer.status_code, answer.json["type"]) == (401, "urn:problem-type:belgif:invalidAccessToken")


def test_a_key_of_few_scopes_may_no_more_than_they_say(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    path = f"/v1/apiClients/{fresh_world.clients[OWN, 'coordinator']}/keys"
    narrow = admin.as_(admin.post(path, {"scopes": ["cityLinks:read"]}).json["key"])
    assert narrow.get("/v1/cityLinks").status_code == 200
    assert narrow.get("/v1/partnerCities").status_code == 403
    assert narrow.post("/v1/partnerCities", {}).status_code == 403


def test_a_method_that_is_not_there_is_refused_with_those_that_are(world: World) -> None:
    for method in ("PUT", "TRACE", "NONSENSE"):
        answer = world.api().call(method, "/v1/cityLinks")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_a_body_without_a_length_is_bounded_too(world: World) -> None:
    environ = create_environ(
        "/v1/partnerCities", method="POST", headers={"Authorization": f"Bearer {world.keys[OWN, 'coordinator']}"}
    )
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(b" " * (guard.LARGEST_BODY + 1))}
    assert world.app.test_client().open(environ).status_code == 413


def test_a_header_may_be_long_but_not_endless(world: World) -> None:
    assert world.api().get("/v1/cityLinks", headers={"If-None-Match": '"' + "a" * 4000 + '"'}).status_code == 200
    assert world.api().get("/v1/cityLinks", headers={"If-None-Match": '"' + "a" * 5000 + '"'}).status_code == 431


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
def test_links_follow_the_setting_and_no_header(world: World, header: str) -> None:
    honest = world.api().get("/v1/cityLinks?pageSize=1")
    forged = world.api().get("/v1/cityLinks?pageSize=1", headers={header: "evil.example"})
    assert forged.data == honest.data


def test_a_context_without_a_request_has_no_connection_to_give_back(world: World) -> None:
    with world.app.test_request_context("/v1/cityLinks"):
        assert "stack" not in g
