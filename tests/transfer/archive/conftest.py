"""An archive, and somewhere for it to arrive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import DATA, OWN, World
from tests.databases import TestDatabase, open_folder
from tests.transfer.archive.moving import Installation


@pytest.fixture
def elsewhere(fresh_database: TestDatabase) -> Iterator[Installation]:
    """Another installation, empty."""
    with open_folder() as data:
        yield Installation(fresh_database, data)


@pytest.fixture(scope="session")
def packed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of Genk, of the world that all share; it is not to be changed."""
    file = tmp_path_factory.mktemp("archive") / "genk.zip"
    Installation(world.database, DATA).export(world.cities[OWN], file)
    return file
