"""No connection ever serves one caller's rows to another, whatever its last caller did with it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import psycopg
import pytest
from flask import Flask

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core.address import owner_session
from tests.builders import BASE, OWN, PARTNER, STRANGER, Api, World, a_link

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
THREADS = 8
CONNECTIONS = 2
ROUNDS = 60
LINKS = "/v1/cityLinks?pageSize=200"
Who = tuple[str | None, str]
CALLERS: tuple[Who, ...] = ((None, "public"), (OWN, "coordinator"), (PARTNER, "partner"), (STRANGER, "coordinator"))

FORGETFUL = """
ALTER FUNCTION enter(text, bytea) RENAME TO enter_rightly;
CREATE FUNCTION enter(presented_prefix text, presented_hash bytea)
RETURNS TABLE (client_id uuid, name text, city_id uuid, role text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF presented_prefix IS NOT NULL THEN
        RETURN QUERY SELECT * FROM enter_rightly(presented_prefix, presented_hash);
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION enter(text, bytea) TO stedenband_api;
"""
"""An `enter` that leaves the scope of the caller before when nobody presents a key."""


@dataclass(frozen=True)
class Crowd:
    """Callers that share a few connections, each with the links that it may see; `target` is what they try to write."""

    app: Flask
    keys: dict[Who, str | None]
    seen: dict[Who, frozenset[str]]
    target: str

    def leaks(self) -> list[str]:
        """Let all threads read, fail to write and read again; return every reply that was not its caller's."""
        with ThreadPoolExecutor(THREADS) as threads:
            start = threading.Barrier(THREADS)
            return [
                leak
                for found in threads.map(lambda number: self._work(number, start), range(THREADS))
                for leak in found
            ]

    def _work(self, number: int, start: threading.Barrier) -> list[str]:
        start.wait()
        steps: tuple[Callable[[Api], object], ...] = (self._stale_write, self._broken_write, lambda _api: None)
        found = []
        for turn in range(ROUNDS):
            who = CALLERS[(number + turn) % len(CALLERS)]
            api = Api(self.app.test_client(), self.keys[who])
            steps[turn % len(steps)](api)
            reply = api.get(LINKS)
            shown = (
                frozenset(item["id"] for item in reply.json["items"]) if reply.status_code == 200 else self.seen[who]
            )
            if shown != self.seen[who]:
                found.append(f"{who} was shown {len(shown)} links instead of {len(self.seen[who])}")
        return found

    def _stale_write(self, api: Api) -> None:
        """Begin a transaction that ends before anything is written."""
        assert api.patch(self.target, {"summary": {"en": "Mine now."}}, '"999-x"').status_code in {401, 404, 412, 503}

    def _broken_write(self, api: Api) -> None:
        """Begin a transaction that the database ends when the row is written: a link ends after it began."""
        assert api.patch(self.target, {"endDate": "1990-01-01"}).status_code in {400, 401, 403, 404, 503}


@pytest.fixture
def crowd(fresh_world: World) -> Iterator[Crowd]:
    """Four callers on two connections, a link that each city keeps to itself, and one that two of them may write."""
    with owner_session(fresh_world.database.owner_url) as session:
        target = a_link(
            fresh_world,
            city_id=fresh_world.cities[OWN],
            visibility="link",
            kind="network",
            start_date=date(2004, 6, 24),
        )
        session.add(target)
        for city, other in ((OWN, STRANGER), (PARTNER, STRANGER), (STRANGER, OWN)):
            session.add(a_link(fresh_world, cities=(city, other), city_id=fresh_world.cities[city], visibility="city"))
        session.commit()
        path = f"/v1/cityLinks/{target.id}"
    settings = Settings(
        database_url=fresh_world.database.api_url,
        public_url=BASE,
        threads=CONNECTIONS,
        client_limit=0,
        anonymous_limit=0,
    )
    app = create_app(settings)
    keys = {(city, role): fresh_world.keys[city, role] if city else None for city, role in CALLERS}
    seen = {who: frozenset(item["id"] for item in fresh_world.api(*who).get(LINKS).json["items"]) for who in CALLERS}
    assert len(set(seen.values())) == len(CALLERS), "each caller sees something else"
    yield Crowd(app, keys, seen, path)
    app.extensions["stedenband.database"].engine.dispose()


def test_no_caller_is_shown_the_rows_of_another(crowd: Crowd) -> None:
    assert crowd.leaks() == []


def test_an_enter_that_forgets_to_leave_is_caught(crowd: Crowd, fresh_world: World) -> None:
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute(FORGETFUL)
    assert crowd.leaks()


def test_a_rollback_brings_no_former_caller_back(fresh_world: World) -> None:
    """The sequence that leaked in the trial: a scope set inside a transaction, rolled back, then the next caller."""
    with psycopg.connect(fresh_world.database.api_url, autocommit=True) as connection:
        who = "SELECT my_city(), my_role(), my_client(), my_membership()"
        enter = "SELECT * FROM enter(%s, %s)"
        credentials = [fresh_world.credential(OWN), fresh_world.credential(STRANGER)]
        connection.execute(enter, credentials[0])
        connection.execute("BEGIN")
        connection.execute(enter, credentials[1])
        connection.execute("ROLLBACK")
        connection.execute(enter, (None, None))
        assert connection.execute(who).fetchone() == (None, None, None, None)
