"""Traces: an id per reply, one line of log per request, and no more in it than may stand there."""

import json
from io import StringIO
from uuid import UUID

import pytest
from prometheus_client import generate_latest

from stedenband.web.measures import OURS
from tests.builders import OWN, World


def lines(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_reply_has_an_id_of_its_own_that_its_problem_names(world: World) -> None:
    good, bad = world.api().get("/v1/cityLinks"), world.api().get("/v1/nowhere")
    ids = {UUID(answer.headers["BelGov-Trace-Id"]) for answer in (good, bad)}
    assert len(ids) == 2
    assert bad.json["instance"] == f"urn:uuid:{bad.headers['BelGov-Trace-Id']}"
    assert {good.headers["API-Version"], bad.headers["API-Version"]} == {"1.0.0"}
    assert good.headers["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization"} <= set(good.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [("abc-1.2:3_x", True), ("a" * 128, True), ("a" * 129, False), ("a b", False), ("é", False), ("", False)],
)
def test_the_callers_own_id_is_echoed_when_it_is_one(world: World, sent: str, echoed: bool) -> None:
    answer = world.api().get("/v1/cityLinks", headers={"BelGov-Trace-Id": sent})
    assert answer.headers["BelGov-Trace-Id"] != sent
    assert answer.headers.get("BelGov-Related-Trace-Id") == (sent if echoed else None)


def test_the_line_of_a_request_holds_no_query_no_key_and_no_body(world: World, written: StringIO) -> None:
    api = world.api(OWN)
    secrets = ("Jane-Doe", "Ms-Secret", api.key or "", (api.key or "")[3:15])
    answer = api.post(f"/v1/cityLinks?q={secrets[0]}", {"title": secrets[1]}, headers={"BelGov-Trace-Id": "theirs"})
    (line,) = lines(written)
    assert {name: line[name] for name in ("method", "path", "status", "trace", "related", "client")} == {
        "method": "POST",
        "path": "/v1/cityLinks",
        "status": 400,
        "trace": answer.headers["BelGov-Trace-Id"],
        "related": "theirs",
        "client": str(world.clients[OWN, "coordinator"]),
    }
    assert not any(secret in written.getvalue() for secret in secrets)


def test_the_public_and_a_refused_key_are_anonymous(world: World, written: StringIO) -> None:
    world.api().get("/v1/cityLinks")
    world.api().get("/v1/cityLinks", headers={"Authorization": "Bearer x"})
    assert [line["client"] for line in lines(written)] == ["anonymous", "anonymous"]


def test_health_checks_of_the_platform_are_quiet(world: World, written: StringIO) -> None:
    world.api().get("/livez")
    world.api().get("/readyz")
    assert lines(written) == []


def test_the_secret_of_a_calendar_stands_in_no_log_and_in_no_measurement(fresh_world: World, written: StringIO) -> None:
    made = fresh_world.api(OWN).post("/v1/calendarSubscriptions", {"label": "Phone"}).json
    secret = made["address"].rpartition("/")[2]
    for path in (f"/v1/calendars/{secret}", f"/v1/calendar/{secret}", f"/v1//calendars/{secret}"):
        fresh_world.api().get(path)
    fresh_world.api().call("PUT", f"/v1/calendars/{secret}")
    assert written.getvalue().count("/v1/calendars/cal_…") == 2
    for told in (written.getvalue(), generate_latest(OURS).decode()):
        assert secret not in told
        assert secret[4:20] not in told
    assert "/v1/calendars/<secret>" in generate_latest(OURS).decode()
