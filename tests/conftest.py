"""What every test can ask for."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.builders import World, world_in
from tests.databases import TestDatabase, TestServer, open_folder, running_server

RUN = pytest.StashKey[ExitStack]()
SERVER = pytest.StashKey[TestServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the one Postgres in the process that leads the run; a worker is told its socket."""
    told = getattr(config, "workerinput", {}).get("postgres")
    config.stash[RUN] = ExitStack()
    if told:
        config.stash[SERVER] = TestServer.at(told)
    elif not config.option.collectonly:
        config.stash[SERVER] = config.stash[RUN].enter_context(running_server())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where Postgres is."""
    node.workerinput["postgres"] = str(node.config.stash[SERVER].socket)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop Postgres, however the run ended; where even this is not reached, the kernel does it."""
    config.stash[RUN].close()


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> TestServer:
    """The Postgres of the run."""
    return pytestconfig.stash[SERVER]


@pytest.fixture(scope="session")
def database(server: TestServer, worker_id: str) -> Iterator[TestDatabase]:
    """The migrated database of this worker; what a test writes there, the next tests of the worker see."""
    with server.copy(worker_id) as copy:
        yield copy


@pytest.fixture
def fresh_database(server: TestServer, worker_id: str) -> Iterator[TestDatabase]:
    """A migrated database for this test alone, empty as after the first start."""
    with server.copy(worker_id) as copy:
        yield copy


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new empty folder with a short name that every account may enter."""
    with open_folder() as result:
        yield result


@pytest.fixture(scope="session")
def world(database: TestDatabase) -> Iterator[World]:
    """The world of this worker: for tests that change nothing, or only what they made themselves."""
    with world_in(database) as made:
        yield made


@pytest.fixture
def fresh_world(fresh_database: TestDatabase) -> Iterator[World]:
    """A world for this test alone."""
    with world_in(fresh_database) as made:
        yield made
