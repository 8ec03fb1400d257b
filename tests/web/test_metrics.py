"""What is measured, and who may read it."""

import psycopg
import pytest

from stedenband.web.metrics import from_this_machine
from tests.builders import OWN, World

FAR = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.mark.parametrize(
    ("peer", "headers", "may"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.8.8", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("203.0.113.7", {}, False),
        ("203.0.113.7", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {"Via": "1.1 nginx"}, False),
        ("", {}, False),
        ("unix:", {}, False),
    ],
)
def test_this_machine_is_the_real_peer_and_no_proxy(
    world: World, peer: str, headers: dict[str, str], may: bool
) -> None:
    with world.app.test_request_context("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        assert from_this_machine() == may
    proxied = {"REMOTE_ADDR": "127.0.0.1", "werkzeug.proxy_fix.orig": {"REMOTE_ADDR": peer}}
    with world.app.test_request_context("/metrics", headers=headers, environ_overrides=proxied):
        assert from_this_machine() == may


def test_others_need_the_key_of_an_administrator(world: World) -> None:
    for api, status in ((world.api(), 401), (world.api(OWN), 403), (world.api(OWN, "admin"), 200)):
        assert api.get("/metrics", environ_overrides=FAR).status_code == status


def test_requests_are_counted_by_template_and_never_by_path(world: World) -> None:
    link = world.links["public"]
    world.api().get(f"/v1/cityLinks/{link}?q=Jane")
    world.api().get("/v1/nowhere/Jane")
    world.api().call("NONSENSE", "/v1/cityLinks")
    text = world.api().get("/metrics").text
    for line in (
        'stedenband_requests_total{method="GET",route="/v1/cityLinks/<uuid:cityLinkId>",status="400"}',
        'stedenband_requests_total{method="GET",route="other",status="404"}',
        'stedenband_requests_total{method="other",route="other",status="405"}',
        'stedenband_request_seconds_bucket{le="0.1",method="GET",route="/v1/cityLinks/<uuid:cityLinkId>"}',
        'stedenband_problems_total{type="urn:problem-type:belgif:resourceNotFound"}',
        "stedenband_connections_in_use 0.0",
        "stedenband_build{",
    ):
        assert line in text, line
    assert "Jane" not in text
    assert str(link) not in text


def test_a_connection_that_broke_while_nobody_used_it_is_not_counted(fresh_world: World) -> None:
    def in_use() -> str:
        lines = fresh_world.api().get("/metrics").text.splitlines()
        return next(line for line in lines if line.startswith("stedenband_connections_in_use "))

    assert fresh_world.api(OWN).get("/v1/me").status_code == 200
    before = in_use()
    with psycopg.connect(fresh_world.database.superuser_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stedenband_api'"
                      " AND datname = current_database()")  # fmt: skip
        assert fresh_world.api(OWN).get("/v1/me").status_code == 200, "it is replaced"
        assert in_use() == before
        owner.execute(f'ALTER DATABASE "{fresh_world.database.name}" CONNECTION LIMIT 0')
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'stedenband_api'"
                      " AND datname = current_database()")  # fmt: skip
        assert fresh_world.api(OWN).get("/v1/me").status_code == 503
        assert in_use() == before
        owner.execute(f'ALTER DATABASE "{fresh_world.database.name}" CONNECTION LIMIT -1')
