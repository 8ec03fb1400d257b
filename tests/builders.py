"""Builders: a small world of cities, clients and records, and a client that speaks HTTP with the real application."""

import atexit
import itertools
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from stedenband.access.models import ROLES, ApiClient
from stedenband.access.rules import issue_key
from stedenband.app import create_app
from stedenband.changes.models import ChangeEpoch
from stedenband.cities.models import Agreement, CityLink, CityLinkMember, PartnerCity
from stedenband.config import Settings
from stedenband.core.address import owner_session
from stedenband.core.db import now
from stedenband.delegations.models import (
    Delegation,
    DelegationMove,
    DelegationProject,
    FollowUp,
    Gift,
    Meeting,
    Participant,
    ProgramItem,
    TravelLeg,
)
from stedenband.documents.models import Document, StoredFile
from stedenband.documents.rules import Store
from stedenband.insight.models import CalendarSubscription, DigestSubscription
from stedenband.insight.rules import credential_of
from stedenband.people.models import (
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
    Organization,
    TransferGround,
)
from stedenband.policy.models import Decision, PolicyAction, PolicyGoal, PolicyPlan
from stedenband.projects.models import (
    ExchangeProject,
    Indicator,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    Period,
    ProjectDecision,
    ProjectMarker,
    ProjectMove,
    ProjectSdgGoal,
    ProjectSdgTarget,
    ProjectSector,
    ProjectTheme,
    Result,
)
from stedenband.tasks.models import Task
from stedenband.webhooks.models import Webhook, WebhookDelivery
from tests.databases import TestDatabase, open_folder

BASE = "http://127.0.0.1:8000"
SMTP_URL, MAIL_FROM = "smtp://127.0.0.1:9", "register@links.example.org"
"""Of an installation that sends e-mail, to nobody."""
OWN, PARTNER, STRANGER = "Genk", "Francistown", "Elsewhere"
"""The city that owns the records of the world, the other member of its link, and a city that knows nothing of it."""

_numbers = itertools.count(1)
_kept = ExitStack()
DATA = _kept.enter_context(open_folder())
"""The data folder of all applications of this process: a file is kept once, whoever has it."""
atexit.register(_kept.close)


def a_picture(width: int = 8, height: int = 8, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a gray PNG of this size, with more chunks before its pixels."""
    lines = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), *chunks, (b"IDAT", lines), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


PICTURE = a_picture()
"""The file of the documents of the world."""


class Reply(TestResponse):
    """A reply whose body is JSON wherever a test reads it."""

    json: Any


@dataclass
class Api:
    """Speaks HTTP with the application; `key` is None for the public."""

    flask: FlaskClient
    key: str | None = None

    def as_(self, key: str | None) -> "Api":
        """Return the same application for another caller."""
        return Api(self.flask, key)

    def call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
        """Send one request; an absolute address of the API is taken too."""
        auth = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent = {"Accept-Language": "en", **auth, **(headers or {})}
        return cast("Reply", self.flask.open(path.removeprefix(BASE), method=method, headers=sent, **more))

    def get(self, path: str, **more: Any) -> Reply:
        """GET."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any, **more: Any) -> Reply:
        """POST JSON."""
        return self.call("POST", path, json=body, **more)

    def patch(self, path: str, body: Any, etag: str | None = "*", **more: Any) -> Reply:
        """PATCH JSON with If-Match (None: without)."""
        return self.call("PATCH", path, json=body, headers=_if_match(etag), **more)

    def delete(self, path: str, etag: str | None = "*") -> Reply:
        """DELETE with If-Match (None: without)."""
        return self.call("DELETE", path, headers=_if_match(etag))

    def move(self, path: str, to: str, etag: str | None = "*", **said: Any) -> Reply:
        """Move a record along its lifecycle."""
        return self.call("POST", f"{path}/transitions", json={"to": to, **said}, headers=_if_match(etag))


def _if_match(etag: str | None) -> dict[str, str]:
    return {} if etag is None else {"If-Match": etag}


@dataclass
class World:
    """Cities by name, keys by (city, role), and records by what they are for."""

    database: TestDatabase
    app: Flask
    cities: dict[str, UUID] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    clients: dict[tuple[str, str], UUID] = field(default_factory=dict)
    links: dict[str, UUID] = field(default_factory=dict)
    agreements: dict[str, UUID] = field(default_factory=dict)
    organizations: dict[str, UUID] = field(default_factory=dict)
    contacts: dict[str, UUID] = field(default_factory=dict)
    plans: dict[str, UUID] = field(default_factory=dict)
    goals: dict[str, UUID] = field(default_factory=dict)
    actions: dict[str, UUID] = field(default_factory=dict)
    decisions: dict[str, UUID] = field(default_factory=dict)
    projects: dict[str, UUID] = field(default_factory=dict)
    results: dict[str, UUID] = field(default_factory=dict)
    indicators: dict[str, UUID] = field(default_factory=dict)
    periods: dict[str, UUID] = field(default_factory=dict)
    delegations: dict[str, UUID] = field(default_factory=dict)
    program_items: dict[str, UUID] = field(default_factory=dict)
    documents: dict[str, UUID] = field(default_factory=dict)
    uploads: dict[str, UUID] = field(default_factory=dict)

    def copied_to(self, database: TestDatabase, app: Flask) -> "World":
        """Return the same world in a copy of its database."""
        known = {each.name: dict(getattr(self, each.name)) for each in fields(self) if each.default_factory is dict}
        return World(database, app, **known)

    def credential(self, city: str, role: str = "coordinator") -> tuple[str, bytes]:
        """Return what a client presents to the database: the prefix and the hash of its key."""
        key = self.keys[city, role]
        return key.split("_")[1], sha256(key.encode()).digest()

    def api(self, city: str | None = None, role: str = "coordinator") -> Api:
        """Return the API as a caller sees it; without a city: the public."""
        return Api(self.app.test_client(), self.keys[city, role] if city else None)


@contextmanager
def world_in(database: TestDatabase, *, empty: bool = False) -> Iterator[World]:
    """Fill a database: three cities with a client per role, and links, agreements and people of each visibility.

    `empty`: with the cities and their clients alone.
    All records are owned by Genk and named by visibility: 'city', 'link', 'public' (plans with their goals and actions,
    and decisions: 'city', 'public'); the links are of Genk and Francistown. `links['register']` is a public link of the two that belongs to the register.
    """
    with app_on(database) as app:
        world = World(database, app)
        with owner_session(database.owner_url) as session:
            settle_cities(session, world)
            if not empty:
                fill(session, world)
            session.commit()
        yield world


@contextmanager
def app_on(database: TestDatabase) -> Iterator[Flask]:
    """Make the application that uses a database; at the end of the block it holds no connection."""
    app = create_app(
        Settings(
            data=DATA,
            database_url=database.api_url,
            public_url=BASE,
            client_limit=0,
            anonymous_limit=0,
            smtp_url=SMTP_URL,
            mail_from=MAIL_FROM,
        )
    )
    app.testing = True
    try:
        yield app
    finally:
        disconnect(app)


def disconnect(app: Flask) -> None:
    """Have the application close its connections; it makes others when it needs them."""
    app.extensions["stedenband.database"].engine.dispose()


def settle_cities(session: Session, world: World) -> None:
    """Make the cities of the world, and their clients."""
    for name, country in ((OWN, "BE"), (PARTNER, "BW"), (STRANGER, "FR")):
        city = a_city(name=name, country_code=country)
        session.add(city)
        session.flush()
        world.cities[name] = city.id
        for role in ROLES:
            client = ApiClient(city_id=city.id, name=f"{role} of {name}", role=role)
            session.add(client)
            session.flush()
            world.clients[name, role] = client.id
            world.keys[name, role] = issue_key(session, client).key


def fill(session: Session, world: World) -> None:
    """Make the records of the world."""
    session.add(a_ground(world))
    for visibility, kind in (("city", "friendship"), ("link", "cityLink"), ("public", "twinning")):
        link = a_link(world, visibility=visibility, kind=kind, city_id=world.cities[OWN])
        session.add(link)
        session.flush()
        world.links[visibility] = link.id
    register = a_link(world, visibility="public", kind="network", status="active")
    session.add(register)
    session.flush()
    world.links["register"] = register.id
    for index, visibility in enumerate(("city", "link", "public")):
        agreement = an_agreement(world.links["public"], world.cities[OWN], visibility, 2000 + 10 * index)
        session.add(agreement)
        session.flush()
        world.agreements[visibility] = agreement.id
        organization = an_organization(
            city_id=world.cities[OWN], visibility=visibility, city_link_id=world.links["link"]
        )
        session.add(organization)
        session.flush()
        world.organizations[visibility] = organization.id
        contact = a_contact(city_id=world.cities[OWN], visibility=visibility, city_link_id=world.links["link"])
        contact.organization_id = organization.id
        session.add(contact)
        session.flush()
        world.contacts[visibility] = contact.id
    fill_policy(session, world)
    for visibility in ("city", "link", "public"):
        project = a_project(world, visibility=visibility)
        session.add(project)
        session.flush()
        world.projects[visibility] = project.id
        result = a_result(project.id)
        session.add(result)
        session.flush()
        indicator = an_indicator(project.id, result.id)
        session.add(indicator)
        session.flush()
        period = a_period(project.id, indicator.id)
        session.add(period)
        session.flush()
        world.results[visibility], world.indicators[visibility] = result.id, indicator.id
        world.periods[visibility] = period.id
    fill_visits(session, world)
    keep_picture(session)
    for visibility in ("city", "link", "public"):
        document = a_document(world, subject_link_id=world.links["public"], visibility=visibility)
        session.add(document)
        session.flush()
        world.documents[visibility] = document.id


def fill_visits(session: Session, world: World) -> None:
    """Make a delegation with an item of its program for each visibility."""
    for visibility in ("city", "link", "public"):
        delegation = a_delegation(world, visibility=visibility)
        session.add(delegation)
        session.flush()
        item = a_program_item(delegation)
        session.add(item)
        session.flush()
        world.delegations[visibility], world.program_items[visibility] = delegation.id, item.id


def fill_policy(session: Session, world: World) -> None:
    """Make a draft and a published plan, each with a goal and an action, and two decisions."""
    for visibility, status in (("city", "draft"), ("public", "published")):
        plan = a_plan(world, visibility=visibility, status=status)
        decision = a_decision(world, visibility=visibility)
        session.add_all([plan, decision])
        session.flush()
        goal = PolicyGoal(policy_plan_id=plan.id, code="1", title={"en": "A goal"})
        session.add(goal)
        session.flush()
        action = PolicyAction(policy_plan_id=plan.id, policy_goal_id=goal.id, code="1.1", title={"en": "An action"})
        session.add(action)
        session.flush()
        world.plans[visibility], world.decisions[visibility] = plan.id, decision.id
        world.goals[visibility], world.actions[visibility] = goal.id, action.id


def a_plan(world: World, **values: Any) -> PolicyPlan:
    """Return a plan of Genk with a mission."""
    period = {"start_date": date(2020, 1, 1), "end_date": date(2025, 12, 31)}
    known = {"city_id": world.cities[OWN], "title": f"Plan {next(_numbers)}", "mission": {"en": "All take part."}}
    return PolicyPlan(**{**known, **period, "internal_note": "For our staff.", **values})


def a_decision(world: World, **values: Any) -> Decision:
    """Return a decision of the council of Genk, which its words do not name."""
    number = next(_numbers)
    said = {"body": "City council", "reference": f"GR/{number}", "subject": f"Decision {number}"}
    known = {"city_id": world.cities[OWN], "decided_on": date(2019, 6, 1), "internal_note": "For our staff."}
    return Decision(**{**said, **known, **values})


def a_project(world: World, **values: Any) -> ExchangeProject:
    """Return an award of Genk in a link with Francistown of which everything is known."""
    number = next(_numbers)
    return ExchangeProject(
        **{
            "city_id": world.cities[OWN],
            "city_link_id": world.links["public"],
            "policy_action_id": world.actions["public"],
            "partner_city_id": world.cities[PARTNER],
            "title": f"Project {number}",
            "summary": {"en": "What it is."},
            "kind": "award",
            "status": "implementation",
            "planned_start": date(2022, 1, 1),
            "planned_end": date(2024, 12, 31),
            "actual_start": date(2022, 2, 1),
            "location_name": "Block 5",
            "latitude": -21.17,
            "longitude": 27.51,
            "call_opens_on": date(2022, 3, 1),
            "call_closes_on": date(2022, 5, 31),
            "amount_value": Decimal("2500.00"),
            "amount_currency": "EUR",
            "internal_note": "For our staff.",
            "themes": [ProjectTheme(code="waste")],
            "sectors": [ProjectSector(vocabulary="1", code="14050", percentage=100)],
            "sdg_goals": [ProjectSdgGoal(code="12")],
            "sdg_targets": [ProjectSdgTarget(code="12.5")],
            "policy_markers": [ProjectMarker(code="2", significance="0")],
            "participating_organizations": [
                ParticipatingOrganization(partner_city_id=world.cities[OWN], role="2", lead=True, position=0),
                ParticipatingOrganization(organization_id=world.organizations["public"], role="4", position=1),
            ],
            "participation": [
                Participation(
                    community="Block 5",
                    layer="women",
                    partner_city_id=world.cities[PARTNER],
                    participants=40,
                    year=2022,
                    position=0,
                )
            ],
            "decisions": [ProjectDecision(decision_id=world.decisions["public"])],
            "nominations": [
                Nomination(name="Block 5", motivation="Cleanest.", winner=True, position=0),
                Nomination(name="Monarch", organization_id=world.organizations["public"], position=1),
            ],
            "jury": [
                Juror(
                    function="Councilor",
                    name=f"Jo Example {number}",
                    contact_id=world.contacts["public"],
                    partner_city_id=world.cities[PARTNER],
                    position=0,
                )
            ],
            "moves": [ProjectMove(status="suspended", reason="Rains."), ProjectMove(status="implementation")],
            **values,
        }
    )


def keep_picture(session: Session) -> str:
    """Put the picture in the store, and its row in the database; return its hash."""
    digest = sha256(PICTURE).hexdigest()
    store = Store(DATA / "documents")
    store.put(store.file(digest), PICTURE)
    if session.get(StoredFile, digest) is None:
        session.add(StoredFile(sha256=digest, size=len(PICTURE)))
        session.flush()
    return digest


def a_document(world: World, **values: Any) -> Document:
    """Return a document of Genk that is a picture."""
    file = {"sha256": sha256(PICTURE).hexdigest(), "size": len(PICTURE), "media_type": "image/png"}
    said = {"title": {"en": f"Document {next(_numbers)}"}, "file_name": "picture.png"}
    return Document(**{"city_id": world.cities[OWN], **file, **said, **values})


def a_city(**values: Any) -> PartnerCity:
    """Return a public city of the register."""
    return PartnerCity(**{"name": f"City {next(_numbers)}", "country_code": "BE", "visibility": "public", **values})


def a_link(world: World, **values: Any) -> CityLink:
    """Return a link of Genk and Francistown."""
    cities = values.pop("cities", (OWN, PARTNER))
    members = [CityLinkMember(partner_city_id=world.cities[name], position=index) for index, name in enumerate(cities)]
    return CityLink(**{"title": f"Link {next(_numbers)}", "kind": "cityLink", "members": members, **values})


def an_agreement(link: UUID, owner: UUID | None, visibility: str, year: int) -> Agreement:
    """Return an agreement of five years."""
    return Agreement(
        city_id=owner,
        city_link_id=link,
        title=f"Agreement {year}",
        kind="renewal",
        visibility=visibility,
        valid_from=date(year, 1, 1),
        valid_to=date(year + 4, 12, 31),
        internal_note=f"Made {now():%Y}",
    )


def a_ground(world: World, **values: Any) -> TransferGround:
    """Return a ground on which Genk shares personal data with Francistown, outside the European Economic Area."""
    known = {"city_id": world.cities[OWN], "partner_city_id": world.cities[PARTNER], "kind": "bindingInstrument"}
    return TransferGround(**{**known, "reference": "Council decision 1", "valid_from": date(2020, 1, 1), **values})


def an_organization(**values: Any) -> Organization:
    """Return an organization with a note for the staff."""
    return Organization(
        **{"name": f"Organization {next(_numbers)}", "kind": "22", "internal_note": "For our staff.", **values}
    )


def a_contact(**values: Any) -> Contact:
    """Return a contact of whom everything is known."""
    number = next(_numbers)
    return Contact(
        **{
            "given_name": "Ann",
            "family_name": f"Example {number}",
            "honorific": "Dr.",
            "function": f"Officer {number}",
            "function_mailbox": f"function{number}@example.org",
            "lawful_basis": "publicTask",
            "purpose": "Working on the link.",
            "source": "The person.",
            "review_on": date(2030, 1, 1),
            "note": "For our staff.",
            "emails": [ContactEmail(address=f"person{number}@example.org", position=0)],
            "phones": [ContactPhone(number="+3289653600", position=0)],
            "languages": [ContactLanguage(code="nl")],
            "roles": [ContactRole(role="staff", city_link_id=values["city_link_id"])],
            **values,
        }
    )


def a_webhook(client: UUID, **values: Any) -> Webhook:
    """Return a webhook of a client, which was told everything there is."""
    position = {"epoch": select(ChangeEpoch.epoch).scalar_subquery(), "transaction_id": 2**62, "sequence": 0}
    known = {"label": "Map", "url": "https://map.example.org/", "secret": bytes(32), **position}
    return Webhook(api_client_id=client, **{**known, **values})


def a_task(client: UUID, kind: str = "import", **values: Any) -> Task:
    """Return a task of a client that waits."""
    return Task(api_client_id=client, kind=kind, wanted={}, language="en", **values)


A_REPORT = json.dumps(
    {
        "resource": "organizations", "dryRun": False, "written": True, "guessed": [], "columns": [], "rows": 0,
        "created": 0, "changed": 0, "left": 0, "refused": 0, "records": [], "findings": [],
    }
).encode()  # fmt: skip
"""What came of an import of no rows."""


def a_delivery(webhook: UUID) -> WebhookDelivery:
    """Return a message of a webhook that is yet to be sent."""
    kind = "org.stedenband.webhooks.test"
    return WebhookDelivery(webhook_id=webhook, record_id=webhook, type=kind, subject=f"{BASE}/v1/webhooks", data={})


def a_digest(client: UUID, **values: Any) -> DigestSubscription:
    """Return a subscription of a client to an e-mail about its reminders."""
    number = next(_numbers)
    secret = sha256(str(number).encode()).digest()
    known = {"secret": secret, "hash": sha256(secret).digest(), "label": f"Office {number}", "language": "nl"}
    return DigestSubscription(api_client_id=client, **{**known, "email": f"office{number}@genk.example", **values})


def a_subscription(client: UUID, secret: str | None = None, **values: Any) -> CalendarSubscription:
    """Return a subscription of a client to its reminders; the secret opens it."""
    number = next(_numbers)
    known = {"hash": credential_of(secret or f"cal_{number}").hash, "label": f"Phone {number}", "language": "nl"}
    return CalendarSubscription(api_client_id=client, **{**known, **values})


def a_result(project: UUID, **values: Any) -> Result:
    """Return a result of a project, with a note for the staff."""
    known = {"exchange_project_id": project, "type": "1", "title": {"en": f"Result {next(_numbers)}"}}
    return Result(**{**known, "description": {"en": "What it is."}, "internal_note": "For our staff.", **values})


def an_indicator(project: UUID, result: UUID, **values: Any) -> Indicator:
    """Return an indicator that counts people, by sex."""
    known = {"exchange_project_id": project, "result_id": result, "measure": "1", "unit": "people"}
    said = {"title": {"en": f"Indicator {next(_numbers)}"}, "internal_note": "For our staff."}
    baseline = {"baseline_year": 2019, "baseline_value": "0"}
    return Indicator(**{**known, **said, **baseline, "dimensions": ["sex"], **values})


def a_period(project: UUID, indicator: UUID, **values: Any) -> Period:
    """Return a period that is open, with a target, a figure approved before, and another that is pending."""
    parts = [{"dimension": "sex", "category": "women", "value": "60"}]
    known = {"exchange_project_id": project, "indicator_id": indicator, "measure": "1", "locked": False}
    days = {"start_date": date(2022, 1, 1), "end_date": date(2022, 12, 31)}
    promised = {"target_value": "100", "target_disaggregation": parts, "target_reason": "Agreed anew."}
    reached = {"actual_value": "40", "actual_comment": {"en": "Counted."}, "approved_at": now()}
    reported = {"status": "pending", "report_value": "41.50", "report_comment": {"en": "Recounted."}}
    said = {"reported_by": "Somebody", "reported_at": now(), "decision_reason": "Said.", "internal_note": "Staff."}
    return Period(**{**known, **days, **promised, **reached, **reported, **said, **values})


def a_delegation(world: World, **values: Any) -> Delegation:
    """Return an approved visit of Genk to Francistown in their public link, with one participant of Genk."""
    return Delegation(
        **{
            "city_id": world.cities[OWN],
            "city_link_id": world.links["public"],
            "origin_city_id": world.cities[OWN],
            "host_city_id": world.cities[PARTNER],
            "title": f"Delegation {next(_numbers)}",
            "purpose": {"en": "To learn."},
            "arrival": date(2026, 3, 2),
            "departure": date(2026, 3, 8),
            "estimated_cost_value": Decimal("8500.00"),
            "estimated_cost_currency": "EUR",
            "status": "approved",
            "decision_date": date(2026, 1, 15),
            "decision_body": "City council",
            "decision_reference": "GR/2026/1",
            "what_was_done": "Visited the landfill.",
            "report_publishable": False,
            "internal_note": "For our staff.",
            "projects": [DelegationProject(exchange_project_id=world.projects["public"])],
            "participants": [
                Participant(
                    contact_id=world.contacts["public"],
                    partner_city_id=world.cities[OWN],
                    capacity="staff",
                    leader=True,
                    payer="originCity",
                    passport_valid_until=date(2031, 5, 31),
                    visa="done",
                    vaccination="notNeeded",
                    insurance="done",
                    registration="done",
                    blocking=True,
                    position=0,
                )
            ],
            "travel_legs": [
                TravelLeg(
                    mode="plane",
                    from_name="Brussels",
                    from_latitude=50.9,
                    from_longitude=4.48,
                    to_city_id=world.cities[PARTNER],
                    traveled_on=date(2026, 3, 1),
                    km=8320,
                    persons=4,
                    position=0,
                )
            ],
            "follow_ups": [
                FollowUp(
                    action="Send the manual.", partner_city_id=world.cities[OWN], due_date=date(2026, 5, 1), position=0
                )
            ],
            "gifts": [
                Gift(direction="given", description="A basket", giver="Jo Giver", receiver="Mo Receiver", position=0)
            ],
            "meetings": [Meeting(organization_id=world.organizations["public"], summary="Agreed.", position=0)],
            "moves": [DelegationMove(status="draft"), DelegationMove(status="approved", reason="Agreed.")],
            **values,
        }
    )


def a_program_item(delegation: Delegation, **values: Any) -> ProgramItem:
    """Return an item of the program of a delegation, seen by as many people, with a note for the staff."""
    start = datetime(2026, 3, 3, 7, tzinfo=UTC)
    known = {"city_id": delegation.city_id, "city_link_id": delegation.city_link_id, "delegation_id": delegation.id}
    said = {"title": f"Item {next(_numbers)}", "place": "Landfill", "timezone": "Africa/Gaborone"}
    days = {"starts_at": start, "ends_at": start + timedelta(hours=2), "visibility": delegation.visibility}
    return ProgramItem(**{**known, **said, **days, "internal_note": "For our staff.", **values})
