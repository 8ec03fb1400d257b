"""What the contract tests share."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.builders import world_in
from tests.contracts.access_records import Stage
from tests.contracts.target import Target, target_in
from tests.databases import TestServer


@pytest.fixture(scope="session")
def stage(server: TestServer, worker_id: str) -> Iterator[Stage]:
    """The records of the access matrix, in a world of their own: its calls publish, withdraw and delete."""
    with server.copy(worker_id) as database, world_in(database) as world, closing(Stage(world)) as stage:
        yield stage


@pytest.fixture(scope="module")
def target(server: TestServer, worker_id: str) -> Iterator[Target]:
    """What bad input is aimed at."""
    with target_in(server, worker_id) as made:
        yield made
