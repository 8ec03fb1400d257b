"""Health: whether the service is up, told without any work."""

from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import Api, World

NOWHERE = "postgresql://stedenband_api@/stedenband?host=/nonexistent"


def test_a_service_that_is_up_says_so(world: World) -> None:
    api = world.api()
    assert (api.get("/livez").status_code, api.get("/readyz").status_code) == (200, 200)
    assert api.get("/v1/health").json == {"status": "UP"}
    assert not {"ETag", "WWW-Authenticate"} & {name for name, _ in api.get("/v1/health").headers}


def test_without_a_database_it_lives_but_is_not_ready_and_comes_to_no_harm() -> None:
    api = Api(create_app(Settings(database_url=NOWHERE)).test_client())
    assert api.get("/livez").status_code == 200
    assert (api.get("/readyz").status_code, api.get("/readyz").text) == (503, "down\n")
    assert (api.get("/v1/health").status_code, api.get("/v1/health").json) == (503, {"status": "DOWN"})
    answer = api.get("/v1/cityLinks")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json["type"] == "urn:problem-type:belgif:serviceUnavailable"
    assert api.get("/doc").status_code == 200
