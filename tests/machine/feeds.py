"""What the feed should tell each caller: every change of what it sees, and every loss, once, and nothing else."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.changes.feed import Follower
from tests.machine.callers import CALLERS, Caller
from tests.machine.records import Record

Told = tuple[str, int]
Seen = dict[tuple[Caller, Record], bool]


@dataclass
class Feeds:
    """Followers of all callers, and what they have not yet been told.

    Entries of a link are for its members of the day on which they are read. So where members come and go while entries
    wait, what is read of that link is compared by its outcome, not entry by entry: `blurred`.
    """

    followers: dict[Caller, Follower]
    waiting: dict[Caller, dict[str, list[Told]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    known: dict[Caller, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What a caller who keeps a copy by the feed has in it."""
    blurred: set[tuple[Caller, str]] = field(default_factory=set)

    def written(self, record: Record, operation: str, before: Seen) -> None:
        """Note a write of a record: those who see it hear of it, those who no longer do are told to forget it."""
        for caller in CALLERS:
            saw, sees = before.get((caller, record), False), record.seen_by(caller)
            if sees:
                self._tell(caller, record, operation)
            elif saw:
                self._tell(caller, record, "deleted" if operation == "deleted" else "withdrawn")

    def membership(self, link: Record, records: list[Record], before: Seen, written: list[Record]) -> None:
        """Note that cities left or joined a link: who left is told to forget what was shared in it."""
        for record in records:
            for caller in CALLERS:
                if record.link is not link or caller.city in (None, record.owner):
                    continue
                if self.waiting[caller][record.id] or before.get((caller, record), False) != record.seen_by(caller):
                    self.blurred.add((caller, record.id))
                if before.get((caller, record)) and not record.seen_by(caller) and record not in written:
                    self._tell(caller, record, "withdrawn")

    def _tell(self, caller: Caller, record: Record, operation: str) -> None:
        self.waiting[caller][record.id].append((operation, record.body["version"]))

    def differences(self, records: list[Record]) -> Iterator[str]:
        """Read on with everybody, and give what is other than it should be."""
        by_id = {record.id: record for record in records}
        for caller, follower in self.followers.items():
            told: dict[str, list[Told]] = defaultdict(list)
            for item in follower.news():
                told[item["id"]].append((item["operation"], item["version"]))
            for key in told.keys() | self.waiting[caller].keys():
                yield from self._difference(caller, by_id.get(key), key, told[key])
            self.waiting[caller].clear()
        self.blurred.clear()

    def _difference(self, caller: Caller, record: Record | None, key: str, told: list[Told]) -> Iterator[str]:
        wanted = self.waiting[caller][key]
        if (caller, key) not in self.blurred and told != wanted:
            yield f"{caller} was told {told} of {record and record.body}, not {wanted}"
        for operation, _ in told:
            (self.known[caller].discard if operation in {"withdrawn", "deleted"} else self.known[caller].add)(key)
        if key in self.known[caller] and not (record and record.seen_by(caller)):
            yield f"{caller} still keeps {record and record.body}: told {told}, should be {wanted}"
