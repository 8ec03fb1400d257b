"""What every test can ask for."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask

from tests import soak
from tests.builders import World, app_on, disconnect, world_in
from tests.databases import TestDatabase, TestServer, open_folder, running_server

MEASURE = "COVERAGE_PROCESS_CONFIG"
"""By this a process that starts learns that it is measured, and how."""

RUN = pytest.StashKey[ExitStack]()
SERVER = pytest.StashKey[TestServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the one Postgres in the process that leads the run; a worker is told where it is."""
    told = getattr(config, "workerinput", {}).get("postgres")
    config.stash[RUN] = ExitStack()
    if told:
        config.stash[SERVER] = TestServer.at(*told)
    elif not config.option.collectonly:
        config.stash[SERVER] = config.stash[RUN].enter_context(running_server())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one more test at a time than there are processors: those that start servers wait half of their time."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of faults, which take minutes, to a run that names them: `make faults`."""
    wanted = any("tests/faults" in argument for argument in config.args)
    return True if collection_path.name == "faults" and not wanted else None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where Postgres is."""
    server = node.config.stash[SERVER]
    node.workerinput["postgres"] = (str(server.socket), str(server.migrated))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests whose lines are counted: what a process remembers from others would keep some from running."""
    items.sort(key=lambda item: item.get_closest_marker("no_cover") is not None)


def pytest_collection_finish() -> None:
    """Never look for garbage in what is loaded by now, a million objects that stay."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Begin no test in the last minute of a day: what is due today and what is not would change places within it."""
    now = datetime.now(UTC)
    left = datetime.combine(now.date() + timedelta(days=1), time(), UTC) - now
    if left < timedelta(minutes=1):
        sleep(left.total_seconds())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Have only those processes measured that run what nothing else covers: a server that is takes twice as long."""
    told = None if item.get_closest_marker("measured") else os.environ.pop(MEASURE, None)
    try:
        return (yield)
    finally:
        if told:
            os.environ[MEASURE] = told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how much input was generated."""
    soak.tell(terminalreporter)


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


@pytest.fixture
def data(server: TestServer, folder: Path) -> Path:
    """A data folder whose database is made and migrated, for a server whose first start is not what is tested."""
    server.copy_folder(folder / "data")
    return folder / "data"


@pytest.fixture(scope="session")
def world(database: TestDatabase) -> Iterator[World]:
    """The world of this worker: for tests that change nothing, or only what they made themselves."""
    with world_in(database) as made:
        yield made


@pytest.fixture(scope="session")
def pristine(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world that nobody visits: it is only copied, which takes a tenth of the time that filling one takes."""
    with server.copy(worker_id, "pristine") as database:
        with world_in(database) as made:
            pass
        yield made


@pytest.fixture(scope="session")
def fresh_app(server: TestServer, worker_id: str) -> Iterator[Flask]:
    """The application of all worlds of this worker that are for one test alone: their databases have one name."""
    with app_on(TestDatabase(server.socket, f"{worker_id}_fresh")) as app:
        yield app


@pytest.fixture
def fresh_world(server: TestServer, worker_id: str, pristine: World, fresh_app: Flask) -> Iterator[World]:
    """A world for this test alone."""
    with server.copy(worker_id, "fresh", template=pristine.database.name) as database:
        yield pristine.copied_to(database, fresh_app)
        disconnect(fresh_app)
