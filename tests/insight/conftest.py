"""What the tests of insight share."""

from collections.abc import Iterator

import pytest

from tests.builders import World, world_in
from tests.databases import TestServer


@pytest.fixture(scope="session")
def world(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world for the tests of insight: they tell all that is found, and what other tests made would be found too."""
    with server.copy(worker_id) as database, world_in(database) as made:
        yield made
