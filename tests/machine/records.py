"""A record of the register as a plain dictionary, and what each caller is shown of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stedenband.core.db import now
from tests.builders import BASE
from tests.machine.callers import Caller

RENEWAL_AHEAD = 365
"""Days, about; the dates of the machine are far from it."""
WIDTH = ("city", "link", "public")
LATER = {
    "candidate": {"exploring": (), "active": ("decision",), "ended": ("decision", "reason")},
    "exploring": {"candidate": (), "active": ("decision",), "ended": ("decision", "reason")},
    "active": {"dormant": ("reason",), "ended": ("decision", "reason")},
    "dormant": {"active": ("decision",), "ended": ("decision", "reason")},
    "ended": {},
}
"""What a link may become, and what that demands."""

ARRAYS: dict[str, dict[str, list[Any]]] = {
    "cityLinks": {"themes": [], "mergeConfirmations": []},
    "agreements": {"themes": [], "signatories": []},
    "partnerCities": {"languages": []},
    "organizations": {},
}
"""What is sent also when nothing is in it."""


@dataclass(eq=False)
class Record:
    """A record: `body` is what its own staff reads, without what is computed for each reader."""

    kind: str
    owner: str
    body: dict[str, Any]
    link: "Record | None" = None
    """The link that it stands in; of a link: itself."""
    members: tuple[str, ...] = ()
    """Of a link: its cities, in order."""
    published: bool = False
    path: str = ""
    gone: bool = False
    tags: dict[Caller, str] = field(default_factory=dict)
    """The last tag that each caller was sent, since the record changed."""
    old_tags: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def visibility(self) -> str:
        return str(self.body["visibility"])

    @property
    def sides(self) -> tuple[str, ...]:
        """The cities that share it, if it is shared."""
        return self.link.members if self.link else ()

    @property
    def collection(self) -> str:
        return self.path.rpartition("/")[0]

    def is_staff(self, caller: Caller) -> bool:
        return caller.home is not None and caller.home == self.owner

    def is_side(self, caller: Caller) -> bool:
        return self.is_staff(caller) or (caller.city is not None and caller.city in self.sides)

    def seen_by(self, caller: Caller) -> bool:
        """Tell whether the caller knows that there is such a record."""
        if self.gone:
            return False
        return {"public": True, "link": self.is_side(caller), "city": self.is_staff(caller)}[self.visibility]

    def reference(self) -> dict[str, str]:
        return {"href": BASE + self.path, "id": self.id, "title": self.body.get("title") or self.body["name"]}


def shown(record: Record, caller: Caller, records: list[Record], *, single: bool) -> dict[str, Any]:
    """Return the document that the caller reads, but for the instants in it."""
    body = ARRAYS[record.kind] | {name: value for name, value in record.body.items() if value is not None}
    if not record.is_staff(caller):
        body.pop("internalNote", None)
    if not record.is_side(caller):
        body.pop("mergeConfirmations", None)
    if record.link and record.kind != "cityLinks" and record.link.seen_by(caller):
        body["cityLink"] = record.link.reference()
    if record.kind == "cityLinks":
        if not record.is_side(caller):
            body["moves"] = [{name: said for name, said in move.items() if name != "reason"} for move in body["moves"]]
        body["renewalDue"] = is_due(record, caller, records)
        if single and record.is_staff(caller) and caller.may("move"):
            moves = LATER[body["status"]]
            body["transitions"] = [{"to": to, "demands": list(demands)} for to, demands in moves.items()]
        if single and (twins := twins_of(record, caller, records)):
            body["possibleDuplicates"] = [twin.reference() for twin in sorted(twins, key=lambda twin: twin.id)]
    return body


def is_due(link: Record, caller: Caller, records: list[Record]) -> bool:
    """Tell whether the last signed agreement that the caller knows of ends soon, or has ended."""
    ends = [
        date.fromisoformat(each.body["validTo"])
        for each in records
        if each.kind == "agreements" and each.link is link and each.body.get("signedOn") and each.seen_by(caller)
    ]
    return link.body["status"] != "ended" and bool(ends) and (max(ends) - now().date()).days <= RENEWAL_AHEAD


def is_like(link: Record, kind: str, members: tuple[str, ...]) -> bool:
    """Tell whether a link is open, of this kind and of these members."""
    is_open = link.kind == "cityLinks" and not link.gone and link.body["status"] != "ended"
    return is_open and link.body["kind"] == kind and set(link.members) == set(members)


def twins_of(link: Record, caller: Caller, records: list[Record]) -> list[Record]:
    """Return the open links of the same kind and members that the caller sees."""
    if link.body["status"] == "ended":
        return []
    return [
        other
        for other in records
        if other is not link and is_like(other, link.body["kind"], link.members) and other.seen_by(caller)
    ]
