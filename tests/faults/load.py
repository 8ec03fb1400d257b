"""Writers that repeat until they are told that it is done, and readers that look for what is not theirs."""

import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from uuid import uuid4

from tests.faults.callers import LOST, Answer, Caller
from tests.faults.ledger import LOST as NO_ANSWER
from tests.faults.ledger import Acknowledged, Ledger, now
from tests.faults.rig import Rig
from tests.processes import PATIENCE

PAUSE = 0.05
"""Seconds before a request is repeated: less than Retry-After asks for, so that faults are met more often."""
BETWEEN = 0.05
"""Seconds between two requests of one caller, so that the processors are left to what breaks and comes back."""
READS = (
    "/v1/me",
    "/v1/organizations?sort=-updatedAt&pageSize=25",
    "/v1/organizations?q=Marker",
    "/v1/contacts",
    "/v1/exchangeProjects?sort=-updatedAt&pageSize=25",
    "/v1/delegations?sort=-updatedAt&pageSize=25",
)
KINDS = ("organization", "project", "delegation")
"""What writers make, in turns."""


@dataclass
class Writer:
    """Makes private organizations, projects or delegations for its city, one after another."""

    caller: Caller
    ledger: Ledger
    number: int
    visit: Mapping[str, Any]
    """What a delegation says beside its title: a link, who travels and who receives."""
    keyed: bool = True
    stop: Event = field(default_factory=Event)

    def run(self) -> None:
        """Write until told to stop; what was begun is finished."""
        for count in itertools.count(1):
            if self.stop.wait(BETWEEN):
                return
            self.write(f"Load of {self.caller.city}, {KINDS[self.number // 2 % len(KINDS)]} {self.number}.{count}")

    def write(self, name: str) -> Answer:
        """Make the record `name`, repeating the request with the same key until it is acknowledged."""
        key = str(uuid4()) if self.keyed else None
        since = now()
        while now() - since < PATIENCE:
            asked = now()
            answer = self.send(name, key)
            if answer and answer.status == 201:
                self.ledger.acknowledge(name, Acknowledged(str(self.caller.city), key, answer, asked, now()))
                if named(answer.json) != name:
                    self.ledger.fault(f"{name} was answered with {named(answer.json)}")
                return answer
            if answer and not answer.asks_to_come_back:
                self.ledger.fault(f"{name}: {answer.status} {dict(answer.headers)} {answer.body!r}")
            Event().wait(PAUSE)
        raise AssertionError(f"{name} was not acknowledged within {PATIENCE:.0f} s")

    def send(self, name: str, key: str | None) -> Answer | None:
        """Send the request once; None when the answer was lost."""
        headers = {"Idempotency_Key": key} if key else {}
        if ", project " in name:
            return counted(self.caller, self.ledger, "POST", "/v1/exchangeProjects", {"title": name}, **headers)
        if ", delegation " in name:
            return counted(
                self.caller, self.ledger, "POST", "/v1/delegations", {**self.visit, "title": name}, **headers
            )
        body = {"name": name, "kind": "22", "visibility": "city"}
        return counted(self.caller, self.ledger, "POST", "/v1/organizations", body, **headers)


@dataclass
class Reader:
    """Reads as one caller, and looks at every row whether it may see it."""

    caller: Caller
    ledger: Ledger
    others: tuple[str, ...]
    """The cities whose private rows it must never see."""
    stop: Event = field(default_factory=Event)

    def run(self) -> None:
        """Read until told to stop."""
        for path in itertools.cycle(READS):
            if self.stop.wait(BETWEEN):
                return
            self.look(path)

    def look(self, path: str) -> None:
        """Read once and check the answer; one that asks to come back, or none, is no fault."""
        answer = counted(self.caller, self.ledger, "GET", path)
        if answer is None or answer.asks_to_come_back:
            return
        if answer.status != 200:
            self.ledger.fault(f"{self.caller.city} read {path}: {answer.status} {answer.body!r}")
        elif wrong := self.wrong(path, answer):
            self.ledger.fault(f"{self.caller.city} read {path} and saw {wrong}")

    def wrong(self, path: str, answer: Answer) -> str:
        """Return what in an answer is not the caller's, or what of its own is missing."""
        if path == "/v1/me":
            seen = answer.json.get("city", {}).get("title")
            return "" if seen == self.caller.city else f"itself as {seen}"
        names = [named(item) for item in answer.json["items"]]
        if path.endswith("q=Marker"):
            own = [f"Marker of {self.caller.city}"] if self.caller.city else []
            return "" if names == own else f"the markers {names}"
        private = [name for name in names for city in self.others if name.startswith(f"Load of {city},")]
        return ", ".join(private)


def a_visit(rig: Rig) -> dict[str, Any]:
    """Return what a delegation of either city says: it travels from one to the other, in their link."""
    origin, host = rig.cities
    cities = {"originCity": {"id": str(rig.world.cities[origin])}, "hostCity": {"id": str(rig.world.cities[host])}}
    return {"cityLink": {"id": str(rig.world.links["public"])}, **cities}


def named(record: dict[str, Any]) -> str:
    """Return what a record is called; a contact of another city has no name for everybody."""
    return str(record.get("name", record.get("title", "")))


def counted(
    caller: Caller, ledger: Ledger, method: str, path: str, document: object = None, **headers: str
) -> Answer | None:
    """Send one request and count what came of it; None when the answer was lost."""
    asked = now()
    try:
        answer = caller.ask(method, path, document, **headers)
    except LOST:
        ledger.count(NO_ANSWER)
        return None
    ledger.count(answer.status, seconds=now() - asked if answer.status == 503 else None)
    return answer


@contextmanager
def under_load(rig: Rig, *, writers: int = 8, keyed: bool = True, port: int | None = None) -> Iterator[Ledger]:
    """Have writers of two cities and readers of both and of the public at work for the time of the block.

    At its end every writer has been told that its last write is done. `port`: of what stands in front of the server.
    """
    ledger, stop = Ledger(), Event()
    callers = {city: rig.caller(city, port=port) for city in (*rig.cities, None)}
    work = [
        Writer(callers[rig.cities[number % len(rig.cities)]], ledger, number, a_visit(rig), keyed, stop).run
        for number in range(writers)
    ]
    work += [
        Reader(caller, ledger, tuple(other for other in rig.cities if other != city), stop).run
        for city, caller in callers.items()
    ]
    with ThreadPoolExecutor(len(work)) as threads:
        running = [threads.submit(each) for each in work]
        try:
            yield ledger
        finally:
            stop.set()
        for each in running:
            each.result()
    ledger.assert_clean()


def assert_repeats_alike(rig: Rig, ledger: Ledger, most: int = 40) -> None:
    """Send acknowledged writes once more: each gets its first reply, byte for byte."""
    for name, write in itertools.islice(reversed(ledger.acknowledged.items()), most):
        again = Writer(rig.caller(write.city), ledger, 0, a_visit(rig)).send(name, write.key)
        assert again is not None
        assert (again.status, again.body) == (201, write.answer.body)
        assert again.headers["etag"] == write.answer.headers["etag"]


def assert_nobody_is_mistaken(rig: Rig, times: int = 30) -> None:
    """After a fault, in calm: everybody reads what is theirs, often enough to meet every connection of the pools."""
    ledger = Ledger()
    with ThreadPoolExecutor(3) as threads:
        readers = [
            Reader(rig.caller(city), ledger, tuple(other for other in rig.cities if other != city))
            for city in (*rig.cities, None)
        ]
        list(threads.map(lambda number: readers[number % 3].look(READS[number % len(READS)]), range(times * 3)))
    ledger.assert_clean()
    assert set(ledger.answers) == {200}
