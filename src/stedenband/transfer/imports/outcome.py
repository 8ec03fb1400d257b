"""What became of the rows of an import."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from stedenband.transfer.imports.wanted import Fault

Done = Literal["created", "changed", "left", "refused"]
MOST_TOLD = 1_000
"""Rows, and findings, that a report tells one by one; the counts are of all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row that makes or changes a record: its number, which record, and the properties that it changes."""

    row: int
    done: Done
    key: UUID | None
    properties: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a row, by its number."""

    row: int
    fault: Fault


@dataclass(slots=True)
class Report:
    """How many rows came to what, which records were made or changed, and what is wrong with which row."""

    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "left": 0, "refused": 0})
    records: list[Told] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    written: bool = True

    @property
    def rows(self) -> int:
        """All rows that were read."""
        return sum(self.counts.values())

    def add(self, other: "Report") -> None:
        """Take in what became of further rows."""
        for done, count in other.counts.items():
            self.counts[done] += count
        self.records += other.records[: MOST_TOLD - len(self.records)]
        self.findings += other.findings[: MOST_TOLD - len(self.findings)]
        self.refused |= other.refused

    def tell(self, told: Told, faults: Sequence[Fault]) -> None:
        """Take in what became of a row."""
        self.counts[told.done] += 1
        if told.done in {"created", "changed"} and len(self.records) < MOST_TOLD:
            self.records.append(told)
        if told.done == "refused":
            self.refused.add(told.row)
        room = MOST_TOLD - len(self.findings)
        self.findings += [Finding(told.row, fault) for fault in faults[:room]]
