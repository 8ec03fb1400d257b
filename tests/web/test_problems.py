"""Every error leaves as a problem document that says what to do, and nothing of our insides."""

from io import StringIO

import pytest
from werkzeug import exceptions as http

from stedenband.core.errors import BadRequest, Issue
from stedenband.web.guard import OPEN, needs
from stedenband.web.problems import issue_document, of_http
from tests.builders import OWN, Api, World, app_on


def test_a_fault_of_ours_is_answered_without_a_word_of_it(world: World, written: StringIO) -> None:
    @needs(OPEN)
    def broken() -> str:
        raise RuntimeError("the secret of the house")

    with app_on(world.database) as app:
        app.add_url_rule("/broken", "broken", broken)
        answer = Api(app.test_client()).get("/broken")
    assert (answer.status_code, answer.json["type"]) == (500, "urn:problem-type:belgif:internalServerError")
    assert "secret" not in answer.text
    assert answer.json["instance"] == f"urn:uuid:{answer.headers['BelGov-Trace-Id']}"
    assert "the secret of the house" in written.getvalue()
    assert answer.headers["BelGov-Trace-Id"] in written.getvalue()


def test_missing_and_unseen_answer_the_same_bytes(world: World) -> None:
    missing = world.api().get("/v1/cityLinks/0199f3a0-0000-7000-8000-000000000000")
    unseen = world.api().get(f"/v1/cityLinks/{world.links['city']}")
    nowhere = world.api().get("/v1/nowhere")
    documents = [{**answer.json, "instance": ""} for answer in (missing, unseen, nowhere)]
    assert documents[0] == documents[1] == documents[2]
    headers = [{name for name, _ in answer.headers} for answer in (missing, unseen)]
    assert headers[0] == headers[1]


def test_an_issue_leaves_out_what_it_has_not() -> None:
    assert "value" not in issue_document(Issue("body", "a", "b"), "en")
    assert "name" not in issue_document(Issue("body", "", "b"), "en")
    assert issue_document(Issue("query", "a", "b\x00c", value=0), "en")["detail"] == "b\N{REPLACEMENT CHARACTER}c"
    assert issue_document(Issue("query", "a", "b", value=0), "en")["value"] == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [ (http.NotFound(), 404), (http.MethodNotAllowed(["GET"]), 405), (http.MethodNotAllowed(), 405), (http.RequestEntityTooLarge(), 413), (http.UnsupportedMediaType(), 415), (http.BadRequest(), 400), (http.SecurityError(), 400), (http.ClientDisconnected(), 400) ],
)  # fmt: skip
def test_what_werkzeug_finds_becomes_a_problem(error: http.HTTPException, status: int) -> None:
    assert of_http(error).status == status


def test_a_broken_request_is_told_so(world: World) -> None:
    answer = world.api(OWN).call(
        "POST",
        "/v1/partnerCities",
        environ_overrides={"CONTENT_LENGTH": "50"},
        data=b"{}",
        content_type="application/json",
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_one_issue_at_one_place() -> None:
    assert BadRequest.at("path", "id", "Wrong.", value="x").issues == (Issue("path", "id", "Wrong.", value="x"),)
