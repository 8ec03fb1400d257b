"""Rate limits: what a caller may ask in a minute, what is told of it, and what costs nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.web.counters import Counters
from stedenband.web.rates import EXTENSION
from stedenband.web.windows import Windows
from tests.builders import BASE, OWN, Api, Reply, World
from tests.serving import redis_server

FAR = {"REMOTE_ADDR": "203.0.113.7"}
LIST = "/v1/cityLinks?pageSize=1"
WRONG = {"Authorization": "Bearer sb_000000000000_" + "a" * 43}


Limited = Callable[..., Api]


@pytest.fixture
def limited(world: World) -> Iterator[Limited]:
    """Make applications with small limits, each as the one process of its server."""
    with ExitStack() as stack:

        def make(client: int = 3, anonymous: int = 3, proxies: int = 0, redis: str | None = None) -> Api:
            app = create_app(
                Settings(
                    database_url=world.database.api_url,
                    public_url=BASE,
                    workers=1,
                    threads=2,
                    client_limit=client,
                    anonymous_limit=anonymous,
                    trusted_proxies=proxies,
                    redis_url=redis,
                )
            )
            stack.callback(app.extensions["stedenband.database"].engine.dispose)
            return Api(app.test_client())

        yield make


def ask(api: Api, path: str = LIST, peer: str = FAR["REMOTE_ADDR"], **headers: str) -> Reply:
    return api.get(path, headers=headers, environ_overrides={"REMOTE_ADDR": peer})


def statuses(api: Api, times: int, path: str = LIST) -> list[int]:
    return [ask(api, path).status_code for _ in range(times)]


def test_a_client_has_its_own_requests_whatever_its_address_and_key(world: World, limited: Limited) -> None:
    api = limited()
    genk = api.as_(world.keys[OWN, "coordinator"])
    first = ask(genk)
    assert first.headers["RateLimit-Policy"] == '"client";q=3;w=60'
    assert first.headers["RateLimit"].startswith('"client";r=2;t=')
    assert 0 <= int(first.headers["RateLimit"].rpartition("=")[2]) <= 60
    assert [ask(genk, peer=f"198.51.100.{last}").status_code for last in (1, 2, 3)] == [200, 200, 429]
    refused = ask(genk)
    assert refused.json["type"] == "urn:problem-type:belgif:tooManyRequests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"client";r=0;t=')
    assert ask(api.as_(world.keys[OWN, "auditor"])).status_code == 200


def test_the_anonymous_have_those_of_their_address(world: World, limited: Limited) -> None:
    api = limited()
    assert statuses(api, 4) == [200, 200, 200, 429]
    assert ask(api).headers["RateLimit-Policy"] == '"anonymous";q=3;w=60'
    assert ask(api, peer="203.0.113.8").status_code == 200
    assert ask(api.as_(world.keys[OWN, "coordinator"])).status_code == 200, "a key is not held up by its neighbors"


@pytest.mark.parametrize(
    ("peers", "together"),
    [
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), True),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), False),
        (("::ffff:203.0.113.7", "203.0.113.7"), True),
        (("", ""), True),
        (("unix:", "unix:"), True),
    ],
)
def test_an_ipv6_subscriber_is_one_caller(
    world: World, limited: Limited, peers: tuple[str, str], together: bool
) -> None:
    api = limited(anonymous=1)
    assert [ask(api, peer=peer).status_code for peer in peers] == [200, 429 if together else 200]


@pytest.mark.parametrize("wrong", [WRONG["Authorization"], "Bearer nonsense", "Basic YTpi"])
def test_guessing_keys_is_limited_by_address_and_not_by_what_is_guessed(
    world: World, limited: Limited, wrong: str
) -> None:
    api = limited()
    answers = [ask(api, Authorization=wrong) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"keys";q=3;w=60'
    assert ask(api, Authorization=WRONG["Authorization"][:-1] + "b").status_code == 429
    assert ask(api).status_code == 200, "what is public stays open"


def test_what_the_caller_has_already_and_what_the_platform_asks_cost_nothing(world: World, limited: Limited) -> None:
    api = limited(anonymous=2)
    tag = ask(api).headers["ETag"]
    again = [ask(api, **{"If-None-Match": tag}) for _ in range(5)]
    assert {answer.status_code for answer in again} == {304}
    assert again[-1].headers["RateLimit"].startswith('"anonymous";r=1')
    quiet = ask(api, "/livez")
    assert (quiet.status_code, "RateLimit" in quiet.headers) == (200, False)
    assert ask(api.as_(world.keys[OWN, "coordinator"]), "/livez").status_code == 200
    assert statuses(api, 2) == [200, 429]
    assert ask(api, "/readyz").status_code == 200


def test_a_fault_of_ours_costs_nothing() -> None:
    nowhere = Settings(database_url="postgresql://stedenband_api@/x?host=/nonexistent", workers=1, anonymous_limit=1)
    api = Api(create_app(nowhere).test_client())
    assert statuses(api, 3) == [503, 503, 503]


def test_no_limit_means_none(world: World, limited: Limited) -> None:
    api = limited(client=0, anonymous=0)
    for each in (api, api.as_(world.keys[OWN, "coordinator"])):
        assert "RateLimit" not in ask(each).headers


def test_the_address_comes_from_the_proxies_that_the_operator_named(world: World, limited: Limited) -> None:
    honest = limited(anonymous=1)
    assert [ask(honest, **{"X-Forwarded-For": f"198.51.100.{last}"}).status_code for last in (1, 2)] == [200, 429]
    behind = limited(anonymous=1, proxies=1)
    assert ask(behind, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 200
    assert ask(behind, **{"X-Forwarded-For": "198.51.100.2"}).status_code == 200
    assert ask(behind, **{"X-Forwarded-For": "6.6.6.6, 198.51.100.2"}).status_code == 429, (
        "the last word is the proxy's"
    )


def test_each_process_enforces_its_share() -> None:
    assert Windows(None, 2).left(5, "client", "x")[:2] == (3, 3)


@pytest.fixture
def redis() -> Iterator[str]:
    with redis_server() as (address, _):
        yield address


def test_processes_count_together_in_redis(world: World, limited: Limited, redis: str) -> None:
    one, other = limited(redis=redis), limited(redis=redis)
    assert [ask(api).status_code for api in (one, other, one, other)] == [200, 200, 200, 429]
    assert one.get("/v1/health", headers={}).json == {"status": "UP"}


def test_without_its_redis_the_api_goes_on_and_says_so(world: World, limited: Limited) -> None:
    with redis_server() as (address, process):
        api = limited(anonymous=5, redis=address)
        assert ask(api).status_code == 200
        process.kill()
        process.wait()
        assert statuses(api, 5) == [200] * 5, "each process counts for itself now"
        assert api.get("/v1/health").json == {"status": "DEGRADED"}
        assert api.get("/v1/health").status_code == 200
        assert api.get("/readyz").status_code == 200


def test_a_redis_that_is_gone_is_seen_by_who_asks_for_it() -> None:
    with redis_server() as (address, process):
        windows = Windows(address, 1)
        assert windows.are_shared()
        process.kill()
        process.wait()
        assert not windows.are_shared()
        assert not windows.are_shared(), "and it is left alone for a while"


def test_what_is_spent_while_redis_goes_is_counted_here() -> None:
    with redis_server() as (address, process):
        windows = Windows(address, 1)
        assert windows.are_shared()
        process.kill()
        process.wait()
        windows.spend(3, "client", "somebody")
        assert windows.left(3, "client", "somebody")[:2] == (3, 2)


def test_what_was_spent_a_minute_ago_counts_less_and_less() -> None:
    now = [600.0]
    counters = Counters(lambda: now[0])
    for _ in range(4):
        counters.spend("somebody")
    assert counters.left(5, "somebody") == (1, 60.0)
    now[0] = 660.0
    assert counters.left(5, "somebody") == (1, 0.0)
    now[0] = 675.0
    assert counters.left(5, "somebody") == (2, 0.0), "three quarters of them still count"
    now[0] = 685.0
    left, seconds = counters.left(5, "somebody")
    assert (left, seconds) == (3, 5.0), "the next is forgotten five seconds later"
    now[0] = 720.0
    assert counters.left(5, "somebody") == (5, 0.0)


def test_the_counters_of_an_application_are_its_own(world: World, limited: Limited) -> None:
    assert limited().flask.application.extensions[EXTENSION] is not world.app.extensions[EXTENSION]
