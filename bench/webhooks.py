"""(w): how fast webhooks are told what changed, and how long after it; a receiver on this machine takes everything."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

import psycopg

from bench.data.clients import CALLER
from bench.database import Register
from bench.servers import BASE, running_worker
from scripts.demo_server import free_port
from stedenband.app import RESOURCES
from stedenband.changes.feed.catalogue import catalogue_of
from stedenband.config import Settings
from stedenband.core.address import worker_session
from stedenband.core.roles import OWNER, WORKER
from stedenband.webhooks.jobs import deliver, tell

CHANGES = 2000
"""Told at once."""
LATER = 10
"""Told one by one by a worker that runs, to see how long each takes."""
RECEIVER = """
import asyncio, sys
async def take(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    size = int(head.lower().split(b"content-length:")[1].split(b"\\r\\n")[0])
    await reader.readexactly(size)
    writer.write(b"HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n")
    await writer.drain()
    writer.close()
async def main():
    async with await asyncio.start_server(take, "127.0.0.1", int(sys.argv[1]), backlog=500) as server:
        await server.serve_forever()
asyncio.run(main())
"""
HOOK = """
INSERT INTO webhook (api_client_id, label, url, secret, epoch, transaction_id, sequence)
SELECT c.id, 'Bench', %s, sha256(''), (SELECT epoch FROM change_epoch),
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0
FROM api_client c WHERE c.name = %s LIMIT 1 RETURNING id
"""
CHANGE = "INSERT INTO organization (name, kind, visibility) SELECT 'Told ' || n, '22', 'public' FROM generate_series(1, %s) n"
ONE = "INSERT INTO organization (name, kind, visibility) VALUES ('Told later', '22', 'public') RETURNING id"
ARRIVED = "SELECT 1 FROM webhook_delivery WHERE record_id = %s AND state = 'delivered'"
LEFT = "SELECT count(*) FROM webhook_delivery WHERE state = 'pending'"


@dataclass(frozen=True)
class Told:
    """What was found: entries written down and messages delivered per second, and seconds from commit to arrival."""

    written: float
    delivered: float
    lags: tuple[float, ...]

    def text(self) -> str:
        """Return it as a sentence."""
        return (
            f"{CHANGES:,} changes for one webhook: {self.written:,.0f} written down per second, {self.delivered:,.0f}"
            f" delivered per second by one worker. From commit to arrival: median {median(self.lags):.1f} s, at most"
            f" {max(self.lags):.1f} s."
        )


def measured(register: Register) -> Told:
    """Tell a receiver of many changes at once, then of some one by one."""
    with receiver() as address, psycopg.connect(register.url(OWNER), autocommit=True) as owner:
        [(hook,)] = owner.execute(HOOK, [address, CALLER]).fetchall()
        owner.execute(CHANGE, [CHANGES])
        written, delivered = at_once(register, hook)
        lags = one_by_one(register, owner)
    return Told(CHANGES / written, CHANGES / delivered, lags)


def at_once(register: Register, hook: UUID) -> tuple[float, float]:
    """Return the seconds that it took to write all messages down, and to deliver them."""
    catalogue, settings = catalogue_of(RESOURCES), Settings(public_url=BASE, webhooks_to_loopback=True)
    with worker_session(register.url(WORKER)) as session:
        began = time.monotonic()
        tell(session, catalogue, f"{BASE}/v1")
        told = time.monotonic()
        while register.rows(LEFT) != [(0,)]:
            deliver(session, settings, hook)
        return told - began, time.monotonic() - told


def one_by_one(register: Register, owner: "psycopg.Connection[tuple[object, ...]]") -> tuple[float, ...]:
    """Return the seconds from each change to its arrival, while a worker runs as in an installation."""
    lags = []
    with TemporaryDirectory(prefix="stedenband-bench-worker-") as folder, running_worker(register, Path(folder)):
        for _ in range(LATER):
            [(record,)] = owner.execute(ONE).fetchall()
            committed = time.monotonic()
            while register.rows(ARRIVED, record) == []:
                time.sleep(0.02)
            lags.append(time.monotonic() - committed)
            time.sleep(0.7)
    return tuple(lags)


@contextmanager
def receiver() -> Iterator[str]:
    """Run a receiver; give its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", RECEIVER, str(port)])
    try:
        time.sleep(1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()
