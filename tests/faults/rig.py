"""A real server with the small world in its database, for tests that break things under it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stedenband.core.address import owner_session
from stedenband.core.cluster import home_of
from stedenband.core.postmaster import Postmaster
from stedenband.core.roles import DATABASE
from tests.builders import OWN, PARTNER, World, an_organization, world_in
from tests.databases import TestDatabase
from tests.faults.callers import Caller
from tests.processes import children, command_of, until
from tests.serving import Server, serving

UNLIMITED = {"STEDENBAND_CLIENT_LIMIT": "0", "STEDENBAND_ANONYMOUS_LIMIT": "0", "STEDENBAND_WORKERS": "2"}


@dataclass(frozen=True, slots=True)
class Rig:
    """A running server, its database and who calls it."""

    server: Server
    world: World
    processes: int = 2
    """Workers of the API."""
    cities: tuple[str, str] = (OWN, PARTNER)
    """Those that write, and must never see each other's private records."""

    @property
    def database(self) -> TestDatabase:
        """The database behind it, reached without anything in between."""
        return self.world.database

    def caller(self, city: str | None = None, role: str = "coordinator", *, port: int | None = None) -> Caller:
        """Return somebody who calls the server, or what stands in front of it at `port`."""
        return Caller(port or self.server.port, city, self.world.keys[city, role] if city else None)

    def problems(self) -> list[str]:
        """Return the lines of the server's log about answers of 5xx, which say why."""
        return [line for line in self.server.log.read_text().splitlines() if '"status": 50' in line]

    def gunicorn(self) -> int:
        """Return the process id of gunicorn's master."""
        return next(pid for pid in children(self.server.process.pid) if "gunicorn" in command_of(pid))

    def workers(self) -> list[int]:
        """Return the process ids of the API's workers."""
        return children(self.gunicorn())

    def await_workers(self) -> None:
        """Wait until there are as many workers as there should be."""
        assert until(lambda: len(self.workers()) == self.processes)


@contextmanager
def rig_on(database: TestDatabase, data: Path, *, url: str | None = None, **settings: str) -> Iterator[Rig]:
    """Serve `database`, filled, with two workers unless told otherwise; `url`: how the API reaches it, if something stands in between."""
    with (
        world_in(database) as world,
        serving(data, **UNLIMITED | {"STEDENBAND_DATABASE_URL": url or database.api_url} | settings) as server,
    ):
        yield ready(server, world, int(settings.get("STEDENBAND_WORKERS", 2)))


@contextmanager
def rig_of_its_own(data: Path) -> Iterator[Rig]:
    """Serve with the Postgres that `stedenband serve` starts itself: durable, as in an installation."""
    with serving(data, **UNLIMITED) as server:
        assert server.status() == 200
        socket = Postmaster(home_of(data) / "cluster").ready_socket()
        assert socket
        with world_in(TestDatabase(socket, DATABASE)) as world:
            yield ready(server, world, 2)


def ready(server: Server, world: World, processes: int) -> Rig:
    """Give each city a private marker, and wait until the server serves with so many workers."""
    rig = Rig(server, world, processes)
    with owner_session(world.database.owner_url) as session:
        for city in rig.cities:
            session.add(an_organization(name=f"Marker of {city}", city_id=world.cities[city], visibility="city"))
        session.commit()
    assert server.status("/readyz") == 200
    rig.await_workers()
    return rig
