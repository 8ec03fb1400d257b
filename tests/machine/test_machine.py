"""Whatever callers of two cities do in whatever order, every answer, list and feed is what plain dictionaries say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.builders import OWN, PARTNER, Reply, World, world_in
from tests.changes.feed import Follower, wait_for_older_transactions
from tests.databases import TestServer
from tests.machine.callers import CALLERS, Caller
from tests.machine.feeds import Feeds, Seen
from tests.machine.model import Model, Refused
from tests.machine.records import Record, shown
from tests.machine.sent import (
    CHANGES,
    CITY,
    MOVE,
    NEW_AGREEMENT,
    NEW_LINK,
    ORGANIZATION,
    REMOVABLE,
    callers,
    said,
    tags,
    visibilities,
    which,
    writers,
)
from tests.soak import soaking

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
EXAMPLES, STEPS = (150, 50) if soaking() else (6, 30)
EMPTY = "TRUNCATE city_link, agreement, organization, contact, idempotency_key, change CASCADE"
FORGET_CITIES = "DELETE FROM partner_city WHERE id <> ALL (%s)"
INSTANTS = {"createdAt", "updatedAt", "publishedAt", "movedAt"}
TOP = ("cityLinks", "organizations", "partnerCities")


@dataclass(frozen=True)
class Kept:
    """A write with a key that was done, and its first reply."""

    caller: Caller
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    reply: Reply


class Register(RuleBasedStateMachine):
    """The register under callers that do anything the contract lets them send."""

    world: ClassVar[World]
    owner: ClassVar["psycopg.Connection[Any]"]
    counted: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.owner.execute(EMPTY)
        self.owner.execute(FORGET_CITIES, [list(self.world.cities.values())])
        self.owner.execute("TRUNCATE change")
        self.model = Model({name: str(key) for name, key in self.world.cities.items()})
        self.apis = {caller: self.world.api(caller.city, caller.role) for caller in CALLERS}
        self.feeds = Feeds({caller: Follower(api) for caller, api in self.apis.items()})
        self.kept: list[Kept] = []
        self.numbers = iter(range(1, 10_000))

    @initialize(visibility=visibilities, agreed=visibilities)
    def begin(self, visibility: str, agreed: str) -> None:
        """Begin with a link of two cities, an agreement and an organization of it."""
        coordinator = CALLERS[0]
        sent = {"kind": "twinning", "members": (OWN, PARTNER), "visibility": visibility}
        self._create(coordinator, "cityLinks", sent, None)
        period = {"validFrom": "2020-01-01", "validTo": "2025-12-31"}
        self._create(
            coordinator,
            "agreements",
            {"title": "Alpha", "kind": "workProgram", "visibility": agreed, **period},
            self._pick("cityLinks", 0),
        )
        self.create_organization(coordinator, 0, shared=True, sent={"visibility": agreed})

    # What callers do

    @rule(caller=writers, sent=NEW_LINK, decided=said, keyed=st.booleans())
    def create_link(self, caller: Caller, sent: dict[str, Any], decided: dict[str, Any], keyed: bool) -> None:
        self._create(caller, "cityLinks", {**sent, **decided}, None, keyed=keyed)

    @precondition(lambda self: self._of("cityLinks"))
    @rule(caller=writers, link=which, sent=NEW_AGREEMENT, keyed=st.booleans())
    def create_agreement(self, caller: Caller, link: int, sent: dict[str, Any], keyed: bool) -> None:
        self._create(caller, "agreements", sent, self._pick("cityLinks", link), keyed=keyed)

    @rule(caller=writers, link=which, shared=st.booleans(), sent=st.fixed_dictionaries({}, optional=ORGANIZATION))
    def create_organization(self, caller: Caller, link: int, shared: bool, sent: dict[str, Any]) -> None:
        links = self._of("cityLinks")
        named = {"name": f"Organization {next(self.numbers)}", "kind": "22", **sent}
        self._create(
            caller,
            "organizations",
            named | ({"cityLink": links[link % len(links)]} if shared and links else {}),
            None,
        )

    @rule(caller=writers, sent=st.fixed_dictionaries({}, optional=CITY))
    def create_city(self, caller: Caller, sent: dict[str, Any]) -> None:
        self._create(caller, "partnerCities", {"name": f"City {next(self.numbers)}", "countryCode": "BE", **sent}, None)

    @precondition(lambda self: self.model.records)
    @rule(caller=writers, record=which, tag=tags, data=st.data())
    def change(self, caller: Caller, record: int, tag: str, data: st.DataObject) -> None:
        target = self.model.records[record % len(self.model.records)]
        sent = data.draw(st.fixed_dictionaries({}, optional=CHANGES[target.kind]))
        for name in data.draw(st.sets(st.sampled_from(sorted(REMOVABLE & set(CHANGES[target.kind]))))):
            sent[name] = None
        if target.kind == "organizations" and data.draw(st.booleans()):
            sent["cityLink"] = data.draw(st.sampled_from([None, *self._of("cityLinks")]))
        headers = self._tagged(target, tag)
        with self._written(target) as before:
            answer = self._call(caller, "PATCH", target.path, wired(self.model, sent), headers)
            try:
                changed = self.model.change(caller, target, sent, headers.get("If-Match"))
            except Refused as refused:
                self._expect(answer, refused.status, (caller, "changes", target.body, sent))
                return
            self._expect(answer, 200, (caller, "changes", target.body, sent))
            if changed:
                self._moved(target, "updated", before)
        self._same(answer, target, caller)

    @precondition(lambda self: self._of("cityLinks"))
    @rule(caller=writers, link=which, sent=MOVE, tag=tags, keyed=st.booleans())
    def move(self, caller: Caller, link: int, sent: dict[str, Any], tag: str, keyed: bool) -> None:
        target = self._pick("cityLinks", link)
        headers = self._tagged(target, tag) | self._key(keyed)
        path = f"{target.path}/transitions"
        with self._written(target) as before:
            answer = self._call(caller, "POST", path, sent, headers)
            try:
                self.model.move(caller, target, sent, headers.get("If-Match"))
            except Refused as refused:
                self._expect(answer, refused.status, (caller, "moves", target.body, sent))
                return
            self._expect(answer, 200, (caller, "moves", target.body, sent))
            self._moved(target, "updated", before)
        self._same(answer, target, caller)
        self._keep(caller, path, sent, headers, answer)

    @precondition(lambda self: self.model.records)
    @rule(caller=writers, record=which, tag=tags)
    def delete(self, caller: Caller, record: int, tag: str) -> None:
        target = self.model.records[record % len(self.model.records)]
        headers = self._tagged(target, tag)
        with self._written(target) as before:
            answer = self._call(caller, "DELETE", target.path, None, headers)
            try:
                self.model.delete(caller, target, headers.get("If-Match"))
            except Refused as refused:
                self._expect(answer, refused.status, (caller, "deletes", target.body))
                return
            self._expect(answer, 204, (caller, "deletes", target.body))
            self._moved(target, "deleted", before)

    @precondition(lambda self: self.kept)
    @rule(one=which, other_body=st.booleans())
    def repeat(self, one: int, other_body: bool) -> None:
        kept = self.kept[one % len(self.kept)]
        name = "title" if kept.path.endswith("agreements") else "reason"
        body = {**kept.body, name: "Another."} if other_body else kept.body
        answer = self._call(kept.caller, "POST", kept.path, body, kept.headers)
        if other_body:
            self._expect(answer, 422, (kept.caller, kept.path))
            return
        assert (answer.status_code, answer.data) == (kept.reply.status_code, kept.reply.data)
        for name in ("ETag", "Location"):
            assert answer.headers.get(name) == kept.reply.headers.get(name)

    # What callers read

    @precondition(lambda self: self.model.records)
    @rule(caller=callers, record=which)
    def read(self, caller: Caller, record: int) -> None:
        target = self.model.records[record % len(self.model.records)]
        answer = self._call(caller, "GET", target.path)
        inside = target.kind != "agreements" or (target.link and target.link.seen_by(caller))
        if not (target.seen_by(caller) and inside):
            self._expect(answer, 404, (caller, "reads", target.body))
            return
        self._expect(answer, 200, (caller, "reads", target.body))
        self._same(answer, target, caller)
        again = self._call(caller, "GET", target.path, None, {"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
        for old in target.old_tags[-2:]:
            assert self._call(caller, "GET", target.path, None, {"If-None-Match": old}).status_code == 200

    @rule(caller=callers)
    def list_all(self, caller: Caller) -> None:
        links = [record.path + "/agreements" for record in self._of("cityLinks")]
        for path in (*(f"/v1/{name}" for name in TOP), *links):
            self._compare_list(caller, path)

    @rule()
    def follow(self) -> None:
        wait_for_older_transactions(self.world.database)
        assert not list(self.feeds.differences(self.model.records))

    def teardown(self) -> None:
        """In the end everybody lists what is theirs and has been told of it."""
        for caller in CALLERS:
            self.list_all(caller)
        self.follow()

    # How

    def _call(
        self, caller: Caller, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        type(self).counted += 1
        more = {} if body is None else {"json": body}
        return self.apis[caller].call(method, path, headers=headers, **more)

    def _create(
        self, caller: Caller, kind: str, sent: dict[str, Any], link: Record | None, *, keyed: bool = False
    ) -> None:
        path = f"{link.path}/agreements" if link else f"/v1/{kind}"
        headers = self._key(keyed)
        body = wired(self.model, sent)
        before = self._seen()
        answer = self._call(caller, "POST", path, body, headers)
        try:
            made = self.model.create(caller, kind, sent, link)
        except Refused as refused:
            self._expect(answer, refused.status, (caller, "creates", kind, sent))
            return
        self._expect(answer, 201, (caller, "creates", kind, sent))
        made.path = f"{path}/{answer.json['id']}"
        made.body |= {
            "id": answer.json["id"],
            "href": f"http://127.0.0.1:8000{made.path}",
            "version": 1,
            "owner": self.model.reference_to(str(caller.city)),
        }
        if kind == "agreements":
            made.body["status"] = "signed" if made.body.get("signedOn") else "draft"
        assert answer.headers["Location"] == made.body["href"]
        self.model.records.append(made)
        self.feeds.written(made, "created", before)
        self._same(answer, made, caller)
        self._keep(caller, path, body, headers, answer)

    def _keep(self, caller: Caller, path: str, body: Any, headers: dict[str, str], answer: Reply) -> None:
        if "Idempotency-Key" in headers:
            self.kept.append(Kept(caller, path, body, headers, answer))

    def _seen(self) -> Seen:
        return {(caller, record): record.seen_by(caller) for caller in CALLERS for record in self.model.records}

    @contextmanager
    def _written(self, target: Record) -> Iterator[Seen]:
        """Note for the time of a write who saw what before it, and tell who joined or left a link by it."""
        before = self._seen()
        versions = {record: record.body["version"] for record in self.model.records}
        members = target.members
        yield before
        followed = [
            record
            for record in self.model.records
            if record is not target and record.body["version"] != versions[record]
        ]
        for record in followed:
            self.feeds.written(record, "updated", before)
        if target.kind == "cityLinks" and (target.members != members or target.gone):
            written = [target, *followed]
            self.feeds.membership(target, self.model.records, before, written)

    def _moved(self, target: Record, operation: str, before: Seen) -> None:
        target.old_tags += target.tags.values()
        target.tags = {}
        if operation != "deleted":
            target.body = {**target.body, "version": target.body["version"] + 1}
            target.published = target.published or target.visibility == "public"
        if target.kind == "agreements":
            target.body["status"] = "signed" if target.body.get("signedOn") else "draft"
        self.feeds.written(target, operation, before)

    def _expect(self, answer: Reply, status: int, about: object) -> None:
        assert answer.status_code == status, f"{about}: {answer.status_code} instead of {status}: {answer.text}"
        if status >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.json["status"] == status

    def _same(self, answer: Reply, record: Record, caller: Caller) -> None:
        """Check a reply with one record, and its tag."""
        wanted = shown(record, caller, self.model.records, single=True)
        found = without_instants(answer.json)
        assert found == wanted, f"{caller} reads\n{found}\ninstead of\n{wanted}"
        assert ("publishedAt" in answer.json) == record.published
        tag = answer.headers["ETag"]
        assert tag.startswith(f'"{record.body["version"]}-')
        record.tags[caller] = tag

    def _compare_list(self, caller: Caller, path: str) -> None:
        answer = self._call(caller, "GET", f"{path}?pageSize=200&total=true")
        parent = next((record for record in self.model.records if f"{record.path}/agreements" == path), None)
        if parent and not parent.seen_by(caller):
            self._expect(answer, 404, (caller, "lists", path))
            return
        self._expect(answer, 200, (caller, "lists", path))
        cities = set(self.model.cities.values())
        found = {item["id"]: without_instants(item) for item in answer.json["items"] if item["id"] not in cities}
        wanted = {
            record.id: shown(record, caller, self.model.records, single=False)
            for record in self.model.records
            if record.collection == path and record.seen_by(caller)
        }
        assert found == wanted, f"{caller} lists\n{found}\ninstead of\n{wanted}"
        assert answer.json["total"] == len(answer.json["items"])

    def _of(self, kind: str) -> list[Record]:
        return [record for record in self.model.records if record.kind == kind]

    def _pick(self, kind: str, number: int) -> Record:
        return self._of(kind)[number % len(self._of(kind))]

    def _key(self, keyed: bool) -> dict[str, str]:
        return {"Idempotency-Key": f"key {next(self.numbers)}".replace(" ", "-")} if keyed else {}

    def _tagged(self, record: Record, tag: str) -> dict[str, str]:
        version = record.body["version"]
        sent = {
            "current": f'"{version}-0"',
            "any": "*",
            "stale": f'"{version - 1}-0"',
            "of another representation": next(iter(record.tags.values()), f'W/"{version}-of-a-list"'),
        }
        return {"If-Match": sent[tag]} if tag in sent else {}


def wired(model: Model, sent: dict[str, Any]) -> dict[str, Any]:
    """Return what a caller sends for what it means."""
    body = dict(sent)
    if "members" in body:
        body["members"] = [{"city": {"id": model.cities[name]}} for name in body["members"]]
    if isinstance(body.get("cityLink"), Record):
        body["cityLink"] = {"id": body["cityLink"].id}
    return body


def without_instants(document: Any) -> Any:
    """Return a document without the moments in it."""
    if isinstance(document, list):
        return [without_instants(each) for each in document]
    if isinstance(document, dict):
        return {name: without_instants(each) for name, each in document.items() if name not in INSTANTS}
    return document


@pytest.fixture
def register(server: TestServer, worker_id: str) -> Iterator[type[Register]]:
    """The machine on a database of its own, with three cities and their clients."""
    with (
        server.copy(worker_id) as database,
        world_in(database, empty=True) as world,
        psycopg.connect(database.owner_url, autocommit=True) as owner,
    ):
        yield type("Register", (Register,), {"world": world, "owner": owner})


def test_the_register_does_what_plain_dictionaries_do(
    register: type[Register], record_property: Callable[[str, object], None]
) -> None:
    run_state_machine_as_test(
        register,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not soaking(),
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    record_property("requests of the machine", register.counted)
