"""Where commands find the database: the one they are told, or the Postgres of the data folder, running or not."""

from pathlib import Path

import psycopg

from stedenband.config import Settings
from stedenband.core.address import api_address, owner_address
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.roles import API, OWNER


def role_at(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_user").fetchone()
        assert row
        return str(row[0])


def test_the_postgres_of_the_data_folder_is_found_whether_it_runs_or_not(folder: Path) -> None:
    settings = Settings(data=folder / "data")
    with api_address(settings) as url:
        assert role_at(url) == API
    with EmbeddedPostgres(folder / "data", durable=False):
        with api_address(settings) as url:
            assert role_at(url) == API
        with owner_address(settings) as url:
            assert role_at(url) == OWNER


def test_the_address_that_is_set_is_the_one() -> None:
    with api_address(Settings(database_url="postgresql://api@here/stedenband")) as url:
        assert url == "postgresql://api@here/stedenband"
