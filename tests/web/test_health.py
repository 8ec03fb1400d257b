"""Health: whether the service is up, told without any work."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.web.remembered import Remembered
from tests.builders import Api, World
from tests.processes import until

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


def test_however_many_ask_it_is_looked_at_once_in_a_while() -> None:
    seconds, answers = iter([0.0, 0.5, 1.5, 1.6, 1.9]), iter(["first", "second"])
    remembered = Remembered(lambda: next(answers), 1.0, lambda: next(seconds))
    assert [remembered.get(), remembered.get(), remembered.get()] == ["first", "first", "second"]


def test_while_one_asks_the_others_get_the_answer_before() -> None:
    now = iter([0.0, 5.0, 5.0, 5.0, 5.0])
    others: list[str] = []

    def ask() -> str:
        if others or remembered.kept is None:
            return "first"
        others.append(remembered.get())
        return "second"

    remembered = Remembered(ask, 1.0, lambda: next(now))
    assert [remembered.get(), remembered.get()] == ["first", "second"]
    assert others == ["first"]


def test_two_who_ask_first_share_one_answer() -> None:
    asked: list[int] = []
    asking, go_on = Event(), Event()

    def ask() -> int:
        asked.append(1)
        asking.set()
        assert go_on.wait(10)
        return len(asked)

    remembered = Remembered(ask, 60.0)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(remembered.get)
        assert asking.wait(10)
        second = pool.submit(remembered.get)
        until(second.running)
        go_on.set()
        assert (first.result(), second.result()) == (1, 1)
