"""The issuer's keys: fetched when they are needed and not more often, through rotation, illness and floods."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from stedenband.access.rules import signing_keys
from tests.access.issuer_process import DISCOVERY, KEYS
from tests.access.issuers import Issuer, world_of
from tests.builders import Reply, World
from tests.processes import until

ME = "/v1/me"


@dataclass
class Clock:
    """Seconds since some moment."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return them."""
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test moves."""
    made = Clock()
    monkeypatch.setattr(signing_keys, "monotonic", made)
    return made


def me(world: World, token: str) -> Reply:
    return world.api().as_(token).get(ME)


def test_nothing_is_fetched_before_the_first_token(world: World, own_issuer: Issuer) -> None:
    with world_of(world, own_issuer.address) as ours:
        assert ours.api().get(ME).status_code == 200
        assert own_issuer.asked() == 0
        for _ in range(3):
            assert me(ours, own_issuer.token()).status_code == 200
        assert own_issuer.asked() == 1


def test_a_new_key_is_taken_and_an_old_one_refused_without_a_restart(
    world: World, own_issuer: Issuer, clock: Clock
) -> None:
    with world_of(world, own_issuer.address) as ours:
        old = own_issuer.token()
        assert me(ours, old).status_code == 200
        new = own_issuer.token(key=own_issuer.rotate())
        assert me(ours, new).status_code == 401, "the issuer was asked a moment ago"
        clock.seconds += signing_keys.PAUSE
        assert me(ours, new).status_code == 200
        assert me(ours, old).status_code == 401
        assert own_issuer.asked() == 2


def test_a_withdrawn_key_is_refused_once_the_keys_are_no_longer_fresh(
    world: World, own_issuer: Issuer, clock: Clock
) -> None:
    with world_of(world, own_issuer.address) as ours:
        old = own_issuer.token()
        assert me(ours, old).status_code == 200
        own_issuer.rotate()
        clock.seconds += signing_keys.FRESH - 1
        assert me(ours, old).status_code == 200
        clock.seconds += 1
        assert me(ours, old).status_code == 401


def test_a_flood_of_unknown_keys_asks_the_issuer_once(world: World, own_issuer: Issuer, clock: Clock) -> None:
    with world_of(world, own_issuer.address) as ours:
        assert me(ours, own_issuer.token()).status_code == 200
        clock.seconds += signing_keys.PAUSE
        before = own_issuer.asked()
        header, _, rest = own_issuer.token({"kid": "unknown"}).partition(".")
        statuses: list[int] = []

        def flood() -> None:
            statuses.extend(me(ours, f"{header}.{rest}").status_code for _ in range(10))

        threads = [threading.Thread(target=flood) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert statuses == [401] * 40
        assert own_issuer.asked() == before + 1


def test_while_one_asks_the_others_go_on_with_the_keys_they_know(
    world: World, own_issuer: Issuer, clock: Clock
) -> None:
    with world_of(world, own_issuer.address) as ours:
        token = own_issuer.token()
        assert me(ours, token).status_code == 200
        clock.seconds += signing_keys.FRESH
        own_issuer.said("/ill", path=KEYS, reply="late")
        first = threading.Thread(target=me, args=(ours, token))
        first.start()
        until(lambda: own_issuer.asked() == 2)
        assert me(ours, token).status_code == 200
        assert own_issuer.asked() == 2
        own_issuer.said("/release")
        first.join()


def test_an_issuer_that_is_down_refuses_nobody_whose_key_is_known(
    world: World, own_issuer: Issuer, clock: Clock
) -> None:
    with world_of(world, own_issuer.address) as ours:
        token, unknown = own_issuer.token(), own_issuer.token({"kid": "unknown"})
        assert me(ours, token).status_code == 200
        own_issuer.process.kill()
        own_issuer.process.wait()
        clock.seconds += signing_keys.FRESH
        assert [me(ours, each).status_code for each in (token, unknown)] == [200, 401]
        clock.seconds += signing_keys.STALE
        reply = me(ours, token)
        assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")


def test_an_issuer_that_is_down_at_the_first_token_is_a_503_and_public_rows_go_on(
    world: World, own_issuer: Issuer, clock: Clock
) -> None:
    own_issuer.fall_ill(KEYS, status=500)
    with world_of(world, own_issuer.address) as ours:
        token = own_issuer.token()
        for _ in range(3):
            reply = me(ours, token)
            assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
            assert reply.json["type"] == "urn:problem-type:belgif:serviceUnavailable"
        assert own_issuer.asked() == 1
        assert ours.api().get("/v1/cityLinks").status_code == 200
        own_issuer.get_well()
        assert me(ours, token).status_code == 503
        clock.seconds += signing_keys.PAUSE
        assert me(ours, token).status_code == 200


def discovery(**said: object) -> Callable[[Issuer], tuple[str, str]]:
    """Return a discovery document that says something else."""
    return lambda issuer: (
        DISCOVERY,
        json.dumps({"issuer": issuer.address, "jwks_uri": issuer.address + KEYS, **said}),
    )


def keys(body: str) -> Callable[[Issuer], tuple[str, str]]:
    """Return another reply for the keys."""
    return lambda _: (KEYS, body)


BROKEN = {
    "of another issuer": discovery(issuer="https://evil.example"),
    "without an issuer": discovery(issuer=None),
    "keys nowhere": discovery(jwks_uri=None),
    "keys at a plain address": discovery(jwks_uri="http://evil.example/keys"),
    "keys in a file": discovery(jwks_uri="file:///etc/passwd"),
    "keys at a broken address": discovery(jwks_uri="https://[evil/keys"),
    "keys by another scheme than the issuer's": discovery(jwks_uri="https://127.0.0.1:1/keys"),
    "no keys": keys('{"keys": []}'),
    "keys that are no list": keys('{"keys": {"kid": "ec"}}'),
    "no object": keys("[]"),
    "no JSON": keys("<html>"),
    "nested without end": keys("[" * 100_000),
    "a reply without end": keys(" " * (signing_keys.LONGEST + 1)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_good_answer_of_the_issuer_is_none(world: World, issuer_to_break: Issuer, name: str) -> None:
    path, body = BROKEN[name](issuer_to_break)
    with world_of(world, issuer_to_break.address) as ours:
        issuer_to_break.fall_ill(path, body)
        assert me(ours, issuer_to_break.token()).status_code == 503


def test_redirects_are_not_followed(world: World, issuer_to_break: Issuer) -> None:
    issuer_to_break.fall_ill(KEYS, status=302, Location=issuer_to_break.address + "/elsewhere")
    with world_of(world, issuer_to_break.address) as ours:
        assert me(ours, issuer_to_break.token()).status_code == 503
    assert issuer_to_break.asked("/elsewhere") == 0
