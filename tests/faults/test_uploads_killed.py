"""Workers of the API are killed while documents arrive: what was acknowledged is stored, and nothing is orphaned."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from signal import SIGKILL
from threading import Event
from uuid import uuid4

import psycopg

from stedenband.core.address import owner_session
from stedenband.documents.rules import Store
from stedenband.documents.rules.sweep import sweep
from tests.contracts.operations import FORM, in_a_form
from tests.databases import TestDatabase
from tests.documents.files import about
from tests.faults.callers import LOST, Answer
from tests.faults.conftest import Figures
from tests.faults.rig import Rig, rig_on
from tests.processes import PATIENCE, gone, until

KILLS = 6
SENDERS = 4
SEED = 20271
SIZE = 300_000
PAUSE = 0.05


@dataclass
class Sender:
    """Sends documents of its own content, one after another, each until it is acknowledged."""

    rig: Rig
    stop: Event
    done: dict[str, str] = field(default_factory=dict)
    """By the hash of what was sent, the id of the document."""
    lost: int = 0

    def run(self) -> None:
        """Send until told to stop; what was begun is finished."""
        while not self.stop.is_set():
            content = b"%PDF-1.7 " + uuid4().hex.encode() * (SIZE // 32)
            self.send(content)

    def send(self, content: bytes) -> None:
        """Send one, with the same key until it is acknowledged."""
        body = in_a_form(json.dumps(about(self.rig.world.links["public"])).encode(), content)
        key = str(uuid4())
        for _ in range(int(PATIENCE / PAUSE)):
            answer = self.ask(body, key)
            if answer and answer.status == 201:
                self.done[sha256(content).hexdigest()] = answer.json["id"]
                return
            assert answer is None or answer.asks_to_come_back, answer
            Event().wait(PAUSE)
        raise AssertionError("a document was not acknowledged")

    def ask(self, body: bytes, key: str) -> Answer | None:
        """Send once; None when the answer was lost."""
        caller = self.rig.caller("Genk")
        try:
            return caller.ask("POST", "/v1/documents", body, Content_Type=FORM, Idempotency_Key=key)
        except LOST:
            self.lost += 1
            return None


def test_documents_survive_their_killed_workers(fresh_database: TestDatabase, folder: Path, figures: Figures) -> None:
    choice = Random(SEED)  # noqa: S311 (repeatable)
    stop = Event()
    store = Store(folder / "data" / "documents")
    with rig_on(fresh_database, folder / "data") as rig, ThreadPoolExecutor(SENDERS) as threads:
        senders = [Sender(rig, stop) for _ in range(SENDERS)]
        running = [threads.submit(each.run) for each in senders]
        for _ in range(KILLS):
            before = sum(len(each.done) for each in senders)
            assert until(lambda before=before: sum(len(each.done) for each in senders) >= before + 8)  # type: ignore[misc]
            victim = choice.choice(rig.workers())
            os.kill(victim, SIGKILL)
            assert gone(victim)
            rig.await_workers()
        stop.set()
        for each in running:
            each.result()
        acknowledged = {digest: key for each in senders for digest, key in each.done.items()}
        with psycopg.connect(rig.database.owner_url) as owner:
            rows = owner.execute("SELECT sha256, id::text FROM document WHERE file_name = 'picture.png.pdf'").fetchall()
        assert dict(rows) == acknowledged
        assert len(rows) == len(acknowledged), "none is there twice"
        with owner_session(rig.database.owner_url) as session:
            swept = sweep(session, store, age=-60)
        kept = {path.name for path in (store.root / "files").glob("*/*")}
        assert set(acknowledged) == kept
        for digest in kept:
            assert sha256(store.file(digest).read_bytes()).hexdigest() == digest
    lost = sum(each.lost for each in senders)
    assert lost, "no kill hit a request"
    figures(
        "workers killed -9 while documents arrive", kills=KILLS, seed=SEED, acknowledged=len(acknowledged), lost=lost,
        orphans=0, swept=sum(swept.values()),
    )  # fmt: skip
