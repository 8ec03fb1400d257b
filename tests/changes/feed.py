"""A caller that follows the feed, and when there is nothing more to wait for."""

from dataclasses import dataclass
from typing import Any

import psycopg

from tests.builders import Api
from tests.databases import TestDatabase
from tests.processes import until


@dataclass
class Follower:
    """Reads the feed from where it stopped, as a client on a bad line does."""

    api: Api
    cursor: str | None = None

    def news(self, page_size: int = 200) -> list[dict[str, Any]]:
        """Return what is new, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            after = f"&after={self.cursor}" if self.cursor else ""
            page = self.api.get(f"/v1/changes?pageSize={page_size}{after}").json
            found += page["items"]
            self.cursor = page["cursor"]
            if "next" not in page:
                return found

    def told(self) -> list[tuple[str, str]]:
        """Return operation and id of what is new."""
        return [(item["operation"], item["id"]) for item in self.news()]


def wait_for_older_transactions(database: TestDatabase) -> None:
    """Wait until the feed tells all that was committed so far.

    Transaction ids are those of the whole cluster, so a transaction that runs in the database of another test holds the
    feed back as well.
    """
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        last = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        oldest = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s"
        until(lambda: owner.execute(oldest, last).fetchone() == (True,))
