"""What a write should answer, and what it should do to the dictionaries: the rules of the register in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.builders import BASE
from tests.machine.callers import Caller
from tests.machine.records import LATER, WIDTH, Record, is_like

OWNERS = {
    "cityLinks": {"visibility", "kind", "title", "endDate", "internalNote"},
    "agreements": {"visibility", "kind", "validFrom", "validTo", "signedOn", "internalNote"},
    "organizations": {"visibility", "cityLink", "internalNote"},
    "partnerCities": set(),
}
"""Properties that only the owner city changes."""


class Refused(Exception):
    """A call is answered with this status and changes nothing."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Model:
    """All records, and what everybody should be told of them."""

    cities: dict[str, str]
    """The ids of the cities by their names."""
    records: list[Record] = field(default_factory=list)

    def reference_to(self, city: str) -> dict[str, str]:
        return {"href": f"{BASE}/v1/partnerCities/{self.cities[city]}", "id": self.cities[city], "title": city}

    def members(self, names: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"city": self.reference_to(name), "role": "partner"} for name in names]

    # Creating

    def create(self, caller: Caller, kind: str, sent: dict[str, Any], link: Record | None) -> Record:
        """Return the record that a call makes, without its id; raise Refused where it makes none."""
        self._enter(caller, "create")
        if kind == "agreements" and link:
            self._find(caller, link)
            if not link.is_staff(caller):
                raise Refused(403)
        made = Record(kind, str(caller.city), {}, link)
        getattr(self, f"_create_{kind}")(caller, made, dict(sent))
        made.published = made.visibility == "public"
        return made

    def _create_cityLinks(self, caller: Caller, made: Record, sent: dict[str, Any]) -> None:  # noqa: N802
        status = sent.pop("status", "candidate")
        said: dict[str, Any] = {name: sent.pop(name) for name in ("decision", "reason") if name in sent}
        demands = {"active": ("decision",), "dormant": ("reason",), "ended": ("decision", "reason")}
        if any(name not in said for name in demands.get(status, ())):
            raise Refused(400)
        self._publish(caller, None, sent.get("visibility"))
        made.link = made
        names = sent.pop("members")
        made.body = {"visibility": "city", "title": " – ".join(names), "status": status, "moves": [], **sent}
        self._enlist(made, names)
        self._move(made, status, said)
        self._check_link(made)

    def _create_agreements(self, caller: Caller, made: Record, sent: dict[str, Any]) -> None:
        self._publish(caller, None, sent.get("visibility"))
        made.body = {"visibility": "city", **sent}
        self._check_agreement(made)

    def _create_organizations(self, caller: Caller, made: Record, sent: dict[str, Any]) -> None:
        self._publish(caller, None, sent.get("visibility"))
        self._share(caller, made, sent)
        made.body = {"visibility": "city", **sent}
        self._check_organization(made)

    def _create_partnerCities(self, caller: Caller, made: Record, sent: dict[str, Any]) -> None:  # noqa: N802
        made.body = {"visibility": "public" if caller.may("publish") else "city", **sent}
        self._publish(caller, "public" if caller.may("publish") else "city", made.visibility)

    # Changing

    def change(self, caller: Caller, record: Record, sent: dict[str, Any], tag: str | None) -> bool:
        """Change a record; tell whether anything of it is other than before."""
        self._enter(caller, "create" if record.kind == "partnerCities" else "change")
        self._find(caller, record)
        shares = record.visibility == "link" and caller.city in record.sides and record.kind != "partnerCities"
        if not record.is_staff(caller) and (not shares or "internalNote" in sent):
            raise Refused(403)
        self._match(record, tag)
        self._publish(caller, record.visibility, sent.get("visibility", record.visibility))
        before, link = record.body, record.link
        sent = dict(sent)
        if "members" in sent and not record.is_staff(caller):
            raise Refused(403)
        with _all_or_nothing(record):
            record.body = dict(before)
            if "members" in sent:
                self._enlist(record, sent.pop("members"))
            if "cityLink" in sent:
                self._share(caller, record, sent)
            record.body |= sent
            changed = {name for name in record.body if (record.body[name] or None) != (before.get(name) or None)}
            changed |= {"cityLink"} if record.link is not link else set()
            if not record.is_staff(caller) and changed & OWNERS[record.kind]:
                raise Refused(403)
            self._check(record)
        if record.kind == "cityLinks":
            self._narrow(record)
        return bool(changed)

    def move(self, caller: Caller, link: Record, sent: dict[str, Any], tag: str | None) -> None:
        """Move a link along its lifecycle."""
        self._enter(caller, "move")
        self._find(caller, link)
        if not link.is_staff(caller):
            raise Refused(403)
        self._match(link, tag)
        to = sent["to"]
        if to not in LATER[link.body["status"]]:
            raise Refused(409)
        if any(name not in sent for name in LATER[link.body["status"]][to]):
            raise Refused(400)
        with _all_or_nothing(link):
            link.body = dict(link.body)
            self._move(link, to, sent)
            self._check_link(link)

    def delete(self, caller: Caller, record: Record, tag: str | None) -> None:
        """Delete a record that was never published and that nothing refers to."""
        self._enter(caller, "delete")
        self._find(caller, record)
        if not record.is_staff(caller):
            raise Refused(403)
        self._match(record, tag)
        if record.published or any(each.link is record and each is not record for each in self.alive()):
            raise Refused(409)
        record.gone = True

    def alive(self) -> list[Record]:
        return [record for record in self.records if not record.gone]

    # What calls have in common, in the order in which it is looked at

    def _enter(self, caller: Caller, action: str) -> None:
        if not caller.may(action):
            raise Refused(403 if caller.city else 401)

    def _find(self, caller: Caller, record: Record) -> None:
        inside = record.link if record.kind == "agreements" else None
        if not record.seen_by(caller) or (inside and not inside.seen_by(caller)):
            raise Refused(404)

    def _match(self, record: Record, tag: str | None) -> None:
        if tag is None:
            raise Refused(428)
        if tag != "*" and int(tag.partition('"')[2].partition("-")[0]) != record.body["version"]:
            raise Refused(412)

    def _publish(self, caller: Caller, before: str | None, after: str | None) -> None:
        if after != before and "public" in {before, after} and not caller.may("publish"):
            raise Refused(403)

    def _share(self, caller: Caller, record: Record, sent: dict[str, Any]) -> None:
        link = sent.pop("cityLink", None)
        if link is not None and (not link.seen_by(caller) or caller.city not in link.members):
            raise Refused(400)
        record.link = link

    def _enlist(self, link: Record, names: tuple[str, ...]) -> None:
        link.members, link.body["members"] = tuple(names), self.members(names)

    def _move(self, link: Record, to: str, said: dict[str, Any]) -> None:
        link.body["status"] = to
        decision = said.get("decision")
        if to == "active" and decision:
            link.body["startDate"] = link.body.get("startDate") or decision["date"]
        if to == "ended" and decision:
            link.body["endDate"] = link.body.get("endDate") or decision["date"]
        told = {"decision": decision, "reason": said.get("reason")}
        move = {"status": to, **{name: value for name, value in told.items() if value}}
        link.body["moves"] = [*link.body["moves"], move]

    def _narrow(self, link: Record) -> None:
        """Make the agreements of a link seen by nobody who does not see the link."""
        for record in self.alive():
            if record.kind == "agreements" and record.link is link and _wider(record, link):
                record.body = {**record.body, "visibility": link.visibility, "version": record.body["version"] + 1}

    # What the register does not hold

    def _check(self, record: Record) -> None:
        checks = {
            "cityLinks": self._check_link,
            "agreements": self._check_agreement,
            "organizations": self._check_organization,
        }
        if record.kind in checks:
            checks[record.kind](record)

    def _check_link(self, link: Record) -> None:
        start, end = link.body.get("startDate"), link.body.get("endDate")
        if start and end and start > end:
            raise Refused(400)
        if link.owner not in link.members:
            raise Refused(400)
        if link.body["status"] == "ended":
            return
        for other in self.records:
            if other is not link and other.owner == link.owner and is_like(other, link.body["kind"], link.members):
                raise Refused(409)

    def _check_agreement(self, agreement: Record) -> None:
        assert agreement.link
        if _wider(agreement, agreement.link):
            raise Refused(409)
        if agreement.body["validFrom"] >= agreement.body["validTo"]:
            raise Refused(400)
        for other in self.alive():
            same = other.kind == "agreements" and other.link is agreement.link and other is not agreement
            if same and other.body["kind"] == agreement.body["kind"] and _overlap(other.body, agreement.body):
                raise Refused(409)

    def _check_organization(self, organization: Record) -> None:
        if organization.visibility == "link" and organization.link is None:
            raise Refused(400)


@contextmanager
def _all_or_nothing(record: Record) -> Iterator[None]:
    """Leave a record as it was when it is refused within the block."""
    before = record.body, record.link, record.members
    try:
        yield
    except Refused:
        record.body, record.link, record.members = before
        raise


def _wider(record: Record, than: Record) -> bool:
    return WIDTH.index(record.visibility) > WIDTH.index(than.visibility)


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["validFrom"] <= other["validTo"] and other["validFrom"] <= one["validTo"])
