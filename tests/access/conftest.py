"""What the tests of access share."""

from collections.abc import Iterator

import pytest

from tests.access.issuers import Issuer, running_issuer, world_of
from tests.builders import World, world_in
from tests.databases import TestServer


@pytest.fixture(scope="session")
def world(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world for the tests of access: each caller with a token leaves a client there, which others would count."""
    with server.copy(worker_id) as database, world_in(database) as made:
        yield made


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An issuer that stays as it is."""
    with running_issuer() as running:
        yield running


@pytest.fixture
def own_issuer() -> Iterator[Issuer]:
    """An issuer for this test alone, which may rotate its keys, fall ill and die."""
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="session")
def ill_issuer() -> Iterator[Issuer]:
    """An issuer that answers whatever a test says."""
    with running_issuer() as running:
        yield running


@pytest.fixture
def issuer_to_break(ill_issuer: Issuer) -> Issuer:
    """That issuer in good health."""
    ill_issuer.get_well()
    return ill_issuer


@pytest.fixture(scope="session")
def open_world(world: World, issuer: Issuer) -> Iterator[World]:
    """The world of this worker for callers with keys and with tokens."""
    with world_of(world, issuer.address) as made:
        yield made
