"""Exports take the same memory however many rows there are: seen from outside, on a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from tests.databases import TestDatabase, TestServer

ROWS = 20_000
MOST_KIBIBYTES = 8 * 1024
"""What a process may grow by while it makes an export of 20,000 cities, which is 16 MB and more as JSON."""
EXPORT = """
import resource, sys
from stedenband.app import create_app
from stedenband.config import Settings
url, name = sys.argv[1:]
api = create_app(Settings(database_url=url, log_level="ERROR")).test_client()

def export(query):
    answer = api.get(f"/v1/partnerCities?format={name}{query}", buffered=False)
    assert answer.status_code == 200, answer.text
    return sum(len(block) for block in answer.iter_encoded())

export("&country=NL")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
size = export("")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, size)
"""
FILL = """
INSERT INTO partner_city (name, country_code, visibility, subdivision, latitude, longitude, website)
SELECT 'City ' || number, CASE WHEN number <= 100 THEN 'NL' ELSE 'BE' END, 'public', repeat('x', 150), 50 + number * 1e-5, 5.5,
    'https://example.org/' || repeat('y', 200)
FROM generate_series(1, %s) AS number
"""


@pytest.fixture(scope="module")
def full(server: TestServer, worker_id: str) -> Iterator[TestDatabase]:
    """A database of many cities."""
    with server.copy(worker_id) as database, psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(FILL, [ROWS])
        owner.execute("ANALYZE partner_city")
        yield database


@pytest.mark.parametrize("name", ["ndjson", "csv", "xlsx", "geojson"])
def test_an_export_of_many_rows_takes_no_more_memory_than_one_of_few(full: TestDatabase, name: str) -> None:
    bare = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}  # which takes memory too
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, full.api_url, name], capture_output=True, text=True, check=True, env=bare
    )
    grown, size = map(int, done.stdout.split())
    assert grown < MOST_KIBIBYTES
    assert size > 1_000_000
