"""What PostgreSQL writes is what the schemas say: the same document as a dump of the same row, for every audience."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.pool import NullPool

from stedenband.access.models import ApiClient, ApiKey
from stedenband.access.rules import issue_key
from stedenband.app import RESOURCES
from stedenband.cities.models import (
    Agreement,
    AgreementSignatory,
    AgreementTheme,
    CityLink,
    CityLinkMember,
    CityLinkMerge,
    CityLinkMove,
    CityLinkTheme,
    PartnerCity,
    PartnerCityLanguage,
)
from stedenband.core.address import owner_session
from stedenband.delegations.models import (
    Delegation,
    DelegationMove,
    FollowUp,
    Gift,
    Meeting,
    Participant,
    ProgramItem,
    TravelLeg,
)
from stedenband.documents.models import Document
from stedenband.insight.models import CalendarSubscription, DigestSubscription
from stedenband.people.models import (
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
    Organization,
    PrivacyAct,
    TransferGround,
)
from stedenband.policy.models import (
    Decision,
    DecisionCityLink,
    PolicyAction,
    PolicyActionSdgGoal,
    PolicyActionSdgTarget,
    PolicyGoal,
    PolicyPlan,
)
from stedenband.projects.models import (
    ExchangeProject,
    Indicator,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    Period,
    PeriodFigure,
    ProjectMove,
    ProjectSector,
    Result,
)
from stedenband.web import fields
from stedenband.web.fields import present
from stedenband.web.projection import Projection
from stedenband.web.resource import Resource
from stedenband.web.schema import Schema, audience_of, on_demand
from stedenband.web.statements import Statements
from stedenband.webhooks.models import Webhook
from tests.builders import (
    BASE,
    OWN,
    PARTNER,
    STRANGER,
    World,
    a_decision,
    a_delegation,
    a_digest,
    a_document,
    a_link,
    a_plan,
    a_program_item,
    a_project,
    a_subscription,
    a_webhook,
    app_on,
)
from tests.databases import TestServer

UGLY = "Ĉ “quoted” \\ back/slash \N{WAVING HAND SIGN} \N{ARABIC LETTER ALEF}<&>'"
"""Plain text that every layer of quoting could break."""
LINES = f"{UGLY}\n\tand a second line"

REACH = {"city": {"public", "link", "city"}, "link": {"public", "link"}, "public": {"public"}}
CALLERS = ((OWN, "auditor"), (OWN, "partner"), (PARTNER, "partner"), (STRANGER, "admin"), (None, "public"))

NOT_SHOWN = {
    "search": "serves the filter q",
    "name_sort": "serves the sort by name",
    "title_sort": "serves the sort by title",
    "city_id": "is shown as owner or city",
    "city_link_id": "is shown as cityLink, or as the record that holds the part",
    "partner_city_id": "is shown as city, or is the record that holds the part",
    "into_id": "is shown as into",
    "merged_into_id": "is shown as mergedInto",
    "agreement_id": "is the record that holds the part",
    "api_client_id": "is the record that holds the part",
    "subject_table": "is shown as subject.table",
    "subject_id": "is shown as subject.id",
    "contact_id": "is shown as contact, or is the record that holds the part",
    "decision_id": "is shown as decision, or is the record that holds the part",
    "exchange_project_id": "is the record that holds the part",
    "label": "is the title of references",
    "policy_action_id": "is shown as policyAction, or is the record that holds the part",
    "policy_goal_id": "is shown as goal",
    "policy_plan_id": "is shown as plan",
    "organization_id": "is shown as organization",
    "address_key": "serves the look-up by address",
    "shown_name": "serves the sort by name",
    "title": "is the title of references",
    "position": "is the order of the parts",
    "hash": "is the secret of a key",
    "secret": "is shown once, when it is made, or stands in what is sent",
    "told": "is what the worker remembers",
    "attempts": "is what the worker counts",
    "refusals": "is what the worker counts",
    "previous_secret": "signs for a day after a rotation",
    "epoch": "is part of the position in the feed",
    "transaction_id": "is part of the position in the feed",
    "sequence": "is part of the position in the feed",
    "scopes": "narrow what a subscription shows, as the key did that made it",
    "person_id": "tells a person from another",
    "result_id": "is shown as result",
    "indicator_id": "is shown as indicator",
    "open_status": "says which moves are open",
    "reporter_id": "tells who may not approve",
    "actor_id": "tells a person from another",
    "reach": "decides who sees a figure",
    "period_id": "is the record that holds the part",
    "delegation_id": "is the record that holds the part",
    "origin_city_id": "is shown as originCity",
    "host_city_id": "is shown as hostCity",
    "from_city_id": "is shown as fromCity",
    "to_city_id": "is shown as toCity",
    "program_item_id": "is shown as programItem",
    "host_contact_id": "is shown as hostContact",
    "subject_link_id": "is shown as subject",
    "subject_type": "is shown as subject.type",
}
WITHOUT_ADDRESS = {
    DelegationMove,
    Participant,
    FollowUp,
    Gift,
    Meeting,
    TravelLeg,
    PeriodFigure,
    CityLinkMove,
    AgreementSignatory,
    ContactEmail,
    ContactPhone,
    ContactRole,
    Juror,
    Nomination,
    ParticipatingOrganization,
    Participation,
    ProjectMove,
}
SEEN_ELSEWHERE = {"city_id", "published_at"}
FOR_FEW = {"apiClients", "calendarSubscriptions", "digestSubscriptions", "privacyActs", "transferGrounds", "webhooks"}
"""Resources that not every caller sees rows of."""
WHOLE = {"apiClients", "calendarSubscriptions", "digestSubscriptions", "webhooks"}
"""Those whose rows are shown whole to whoever sees them."""


@pytest.fixture(scope="module")
def rich(server: TestServer, worker_id: str, pristine: World) -> Iterator[World]:
    """A world with a row of every kind that has every value there can be, beside rows that have none."""
    with server.copy(worker_id, template=pristine.database.name) as database, app_on(database) as app:
        world = pristine.copied_to(database, app)
        enrich(world)
        yield world


def enrich(world: World) -> None:
    """Add those rows."""
    instant = datetime(2026, 7, 1, 23, 59, 59, tzinfo=UTC)
    with owner_session(world.database.owner_url) as session:
        own, partner, stranger = (world.cities[name] for name in (OWN, PARTNER, STRANGER))
        city = PartnerCity(
            name=UGLY, names={"fr": UGLY, "nl": "Één"}, country_code="BE", subdivision=UGLY, latitude=-89.123456789012,
            longitude=0.1, population=100_000_000, population_year=1800, timezone="America/Argentina/Buenos_Aires",
            website="https://example.org/?q='%20", wikidata_id="Q1", geonames_id="1", nis_code="00001",
            enterprise_number="0207201796", iati_identifier="BE-BCE_KBO-0207201796", visibility="public", city_id=own,
            train_below_km=750, blocking_warnings=["overlap", "train"],
            languages=[PartnerCityLanguage(code=code) for code in ("nl", "de", "fr")],
        )  # fmt: skip
        namesake = PartnerCity(
            name=UGLY, country_code="BE", visibility="public", population=0, latitude=0, longitude=180
        )
        session.add_all((city, namesake))
        session.flush()
        full = CityLink(
            title=UGLY, kind="sdgPartnership", status="active", summary={"en": LINES, "nl": "Kort."},
            internal_note=LINES, start_date=date(1900, 1, 1), end_date=date(2200, 12, 31), visibility="public",
            city_id=own,
            members=[
                CityLinkMember(partner_city_id=key, position=place, role=role)
                for place, (key, role) in enumerate(((partner, "observer"), (own, "lead"), (city.id, "partner")))
            ],
            themes=[CityLinkTheme(code=code) for code in ("youth", "waste", "culture")],
            moves=[
                CityLinkMove(status="active", moved_at=instant, decision_date=date(2004, 6, 24), decision_body=UGLY,
                             decision_reference=UGLY),
                CityLinkMove(status="dormant", moved_at=instant, reason=LINES),
            ],
        )  # fmt: skip
        twin = a_link(world, kind="sdgPartnership", visibility="public", cities=())
        twin.members = [
            CityLinkMember(partner_city_id=key, position=place) for place, key in enumerate((own, partner, city.id))
        ]
        bare = a_link(world, kind="network", visibility="public", city_id=stranger, cities=(STRANGER, PARTNER))
        session.add_all((full, twin, bare))
        session.flush()
        full.merged_into_id = twin.id
        session.add(CityLinkMerge(city_link_id=full.id, into_id=twin.id, partner_city_id=own))
        for link, end, note in ((full, date(2026, 1, 1), LINES), (twin, date(2199, 1, 1), None)):
            session.add(Agreement(
                city_link_id=link.id, city_id=link.city_id, title=UGLY, kind="workProgram", valid_from=date(1900, 1, 1),
                valid_to=end, signed_on=date(1900, 1, 1), internal_note=note, visibility="public",
                themes=[AgreementTheme(code="waste"), AgreementTheme(code="peace")],
                signatories=[AgreementSignatory(partner_city_id=own, name=UGLY, function=UGLY),
                             AgreementSignatory(partner_city_id=partner, function="Mayor")],
            ))  # fmt: skip
        for link in (twin, bare):
            session.add(Organization(
                city_id=own, name=UGLY, names={"fr": UGLY}, kind="10", partner_city_id=city.id, city_link_id=link.id,
                enterprise_number="0207201796" if link is bare else "0207201797", iati_identifier=f"XM-DAC-{link.kind}",
                functional_mailbox="a'b@münchen.example.org", phone="+3289653600", website="https://example.org/?q='%20",
                community=UGLY, summary={"en": LINES}, internal_note=LINES, visibility="public",
            ))  # fmt: skip
        session.add(Organization(city_id=own, name="Bare", kind="90", visibility="public"))
        session.flush()
        organization = session.scalars(select(Organization).filter_by(name=UGLY).limit(1)).one()
        person = Contact(
            city_id=own, given_name=UGLY[:50], family_name=UGLY[:50], honorific=UGLY[:50], function=UGLY,
            function_mailbox="a'b@example.org", organization_id=organization.id, partner_city_id=city.id,
            city_link_id=twin.id, lawful_basis="consent", purpose=UGLY, source=UGLY, review_on=date(1900, 1, 1),
            note=LINES, visibility="public",
            emails=[ContactEmail(address=f"a'b{place}@example.org", kind="private", position=1 - place) for place in (0, 1)],
            phones=[ContactPhone(number=f"+328965360{place}", position=1 - place) for place in (0, 1)],
            languages=[ContactLanguage(code=code) for code in ("nl", "de", "fr")],
            roles=[ContactRole(role="expert", organization_id=organization.id, valid_from=date(1900, 1, 1), valid_to=date(2200, 1, 1)),
                   ContactRole(role="staff", city_link_id=twin.id)],
        )  # fmt: skip
        pointer = Contact(city_id=own, lawful_basis="consent", purpose=UGLY, visibility="public")
        session.add(person)
        session.flush()
        pointer.merged_into_id = person.id
        session.add_all((pointer, Contact(city_id=own, family_name=UGLY, lawful_basis="consent", purpose=UGLY,
                                          phones=[ContactPhone(number="+3289653600", position=0)])))  # fmt: skip
        erased = Contact(city_id=own, lawful_basis="consent", erased_at=instant)
        session.add_all((
            erased, PrivacyAct(city_id=own, kind="review"),
            PrivacyAct(city_id=own, kind="erasure", reason="unlawful", file_number="A/1", subject_table="contact",
                       subject_id=person.id, counts={"contact": 2}, api_client_id=person.id, actor_name=UGLY),
            TransferGround(city_id=own, partner_city_id=partner, kind="contract", reference=UGLY,
                           valid_from=date(1900, 1, 1), valid_to=date(2200, 12, 31)),
        ))  # fmt: skip
        for status, visibility in (("draft", "city"), ("published", "public")):
            plan = a_plan(world, title=UGLY, mission={"fr": LINES}, status=status, visibility=visibility)
            session.add_all((plan, a_plan(world, mission=None, internal_note=None)))
            session.flush()
            goal = PolicyGoal(policy_plan_id=plan.id, code=UGLY[:9], title={"pt": UGLY}, description={"nl": LINES})
            session.add(goal)
            session.flush()
            session.add(PolicyAction(
                policy_plan_id=plan.id, policy_goal_id=goal.id, code="9", title={"nl": UGLY, "fr": UGLY},
                description={"en": LINES}, sdg_goals=[PolicyActionSdgGoal(code="1")],
                sdg_targets=[PolicyActionSdgTarget(code=code) for code in ("1.a", "1.1")],
            ))  # fmt: skip
        session.add_all((
            a_decision(world, body=UGLY, summary={"en": LINES}, visibility="public",
                       city_links=[DecisionCityLink(city_link_id=key) for key in (full.id, world.links["city"])]),
            a_decision(world, internal_note=None),
        ))  # fmt: skip
        session.add_all((
            a_project(world, title=UGLY, actual_end=date(2023, 1, 1), visibility="public", sectors=[
                ProjectSector(vocabulary="1", code=code, percentage=share)
                for code, share in (("14050", 33.33), ("11220", 66.67))
            ]),
            ExchangeProject(city_id=own, title="Bare", visibility="public", participation=[
                Participation(community=UGLY, position=0), Participation(layer="women", position=1)
            ], jury=[Juror(function=UGLY, position=0)], kind="award"),
        ))  # fmt: skip
        fill_results(
            session,
            *session.scalars(
                select(ExchangeProject)
                .where(ExchangeProject.title.in_((UGLY, "Bare")))
                .order_by(ExchangeProject.city_link_id)
            ),
        )
        fill_delegations(session, world)
        fill_documents(session, world)
        client = ApiClient(city_id=stranger, name=UGLY, role="auditor", status="suspended")
        session.add_all(
            (client, ApiClient(city_id=own, name="Editor", role="editor", kind="oidc", issuer="https://a.example"))
        )
        session.flush()
        key = session.get_one(ApiKey, issue_key(session, client, scopes=["cityLinks:read"]).id)
        key.expires_at = key.revoked_at = key.last_used_at = instant
        auditor, other = world.clients[OWN, "auditor"], world.clients[OWN, "partner"]
        session.add_all((
            a_subscription(auditor, label=UGLY, city_link_id=full.id, kinds=["projectEnd", "projectStart"],
                           scopes=["cityLinks:read"], last_read_on=date(2026, 7, 1)),
            a_subscription(auditor), a_subscription(other, partner_city_id=own, kinds=[]),
            a_subscription(other, person_id=key.id),
            a_digest(auditor), a_digest(other, person_id=key.id, kinds=[]),
            a_digest(other, label=UGLY, kinds=["planEnd"], scopes=["reminders:read"], status="disabled", reason="refused",
                     last_on=date(2026, 7, 1), outcome="refused", told=[]),
            a_webhook(other, person_id=key.id), a_webhook(auditor, operations=[], resources=[]),
            a_webhook(auditor, label=UGLY, city_link_id=full.id, resources=["cityLinks", "reminders"], operations=["created"],
                      language="fr",
                      status="disabled", reason="gone", previous_secret=bytes(32), previous_until=datetime(2026, 2, 1, tzinfo=UTC)),
        ))  # fmt: skip
        session.commit()


def fill_documents(session: Session, world: World) -> None:
    """Make a document of each kind of subject, one with every value."""
    everything = {
        "title": {"en": UGLY, "nl": "Één"}, "description": {"fr": LINES}, "file_name": f"{UGLY}.png", "language": "nl",
        "category": "A09", "personal_data": True, "keep_until": date(2200, 12, 31),
    }  # fmt: skip
    session.add(a_document(world, subject_link_id=world.links["public"], visibility="public", **everything))
    for column, records in {
        "agreement_id": world.agreements, "decision_id": world.decisions, "delegation_id": world.delegations,
        "exchange_project_id": world.projects,
        "organization_id": world.organizations, "policy_plan_id": world.plans,
    }.items():  # fmt: skip
        session.add(a_document(world, visibility="public", **{column: records["public"]}))
    session.add(a_document(world, city_id=world.cities[PARTNER], exchange_project_id=world.projects["link"]))
    session.flush()


def fill_results(session: Session, full: ExchangeProject, bare: ExchangeProject) -> None:
    """Make results that have every value in one project, and some that have none in another."""
    instant = datetime(2026, 7, 1, 23, 59, 59, tzinfo=UTC)
    for project, said in ((full, {"en": LINES, "nl": "Kort."}), (bare, None)):
        result = Result(
            exchange_project_id=project.id, type="9", title={"fr": UGLY}, description=said, internal_note=said and LINES
        )
        session.add(result)
        session.flush()
        common = {"exchange_project_id": project.id, "result_id": result.id, "title": {"en": UGLY}, "description": said}
        words = Indicator(**common, measure="5", internal_note=said and LINES, baseline_value=said and LINES)
        number = Indicator(
            **common, measure="1", unit=said and UGLY[:50], ascending=False, baseline_year=1900 if said else None,
            baseline_date=date(1900, 2, 28) if said else None, baseline_comment=said, dimensions=["ageGroup", "sex"] if said else [],
        )  # fmt: skip
        session.add_all((words, number))
        session.flush()
        days = {"start_date": date(2022, 3, 1), "end_date": date(2022, 3, 2), "exchange_project_id": project.id}
        session.add(Period(**days, indicator_id=words.id, measure="5", target_value=said and LINES))
        parts = [{"dimension": "sex", "category": UGLY, "value": "-0.5"}] if said else None
        names = ("target", "actual", "report")
        session.add(Period(
            **days, indicator_id=number.id, measure="1", locked=not said, status="pending" if said else "none",
            **{f"{name}_value": said and "12.50" for name in names}, **{f"{name}_comment": said for name in names},
            **{f"{name}_disaggregation": parts for name in names}, approved_at=said and instant,
            target_reason=said and LINES, decision_reason=said and LINES, reported_by=said and UGLY, reported_at=said and instant,
            reporter_id=said and result.id, internal_note=said and LINES,
        ))  # fmt: skip
        session.flush()
    kept = session.scalars(select(PeriodFigure).where(PeriodFigure.disaggregation.is_not(None)).limit(1)).one()
    kept.reason, kept.actor_id, kept.recorded_by = LINES, full.id, UGLY
    session.add(PeriodFigure(period_id=kept.period_id, kind="target", reach="public"))


def fill_delegations(session: Session, world: World) -> None:
    """Make visits that have every value, and some that have none; each participant is of the owner city."""
    for visibility, publishable in (("public", True), ("public", False), ("link", True)):
        full = a_delegation(
            world, title=UGLY, purpose={"en": LINES, "nl": "Kort."}, visibility=visibility, status="closed",
            decision_body=UGLY, decision_reference=UGLY, returned_on=date(2026, 3, 9), what_was_done=LINES, results=LINES,
            follow_up=LINES, report_publishable=publishable,
        )  # fmt: skip
        session.add(full)
        session.flush()
        session.add(
            a_program_item(full, title=UGLY, place=UGLY, description=LINES, host_contact_id=world.contacts["public"])
        )
    for owner, visibility in ((OWN, "public"), (OWN, "city"), (PARTNER, "public")):
        bare = Delegation(
            city_id=world.cities[owner], city_link_id=world.links["register"], origin_city_id=world.cities[PARTNER],
            host_city_id=world.cities[OWN], title="Bare", visibility=visibility,
            participants=[Participant(contact_id=world.contacts["public"], partner_city_id=world.cities[owner], capacity="citizen", position=0)],
        )  # fmt: skip
        session.add(bare)
        session.flush()
        bare_item = a_program_item(bare, place=None, internal_note=None, cancelled=True)
        session.add(bare_item)
        session.flush()
        key = {"delegation_id": bare.id, "position": 1}
        contact = world.contacts["public"]
        session.add_all((
            FollowUp(
                **key, action=LINES, contact_id=contact, done=True, exchange_project_id=world.projects["public"]
            ),
            Gift(**key, direction="received", description=UGLY, amount_value=1, amount_currency="BWP"),
            Meeting(**key, contact_id=contact, program_item_id=bare_item.id),
        ))  # fmt: skip
    leg = {"traveled_on": date(2026, 3, 9), "km": 12, "persons": 5, "position": 0, "from_city_id": world.cities[OWN]}
    ends = {"to_name": UGLY, "to_latitude": 0.1, "to_longitude": -180.0}
    car = TravelLeg(mode="car", **leg, **ends, km_computed=True)
    gone = a_delegation(world, visibility="public", participants=[], moves=[], travel_legs=[car])
    session.add(gone)
    session.flush()
    gone.city_link_id = None
    session.flush()
    session.add(a_program_item(gone))


def loaded(kind: Any) -> list[Any]:
    """Return the options that load a row with all its relationships, two deep, as nothing is loaded by itself."""
    options = []
    for first in kind.__mapper__.relationships:
        option = selectinload(getattr(kind, first.key))
        deeper = [
            option.selectinload(getattr(first.mapper.class_, second.key)) for second in first.mapper.relationships
        ]
        options += deeper or [option]
    return options


def within(document: dict[str, Any], schema: type[Schema], reach: set[str]) -> dict[str, Any]:
    """Return a dump without the properties that an audience does not reach."""
    kept = {}
    for name, field in schema().fields.items():
        key = field.data_key or name
        if key in document and audience_of(field) in reach:
            value = document[key]
            kept[key] = (
                [within(item, field.item, reach) for item in value] if isinstance(field, fields.Items) else value
            )
    return kept


def relation(row: Any, city: UUID | None, role: str) -> str:
    """Return the audience that a caller belongs to, by the words of the design."""
    if city is None:
        return "public"
    if role != "partner" and city in {row.city_id, row.id}:
        return "city"
    link = row if isinstance(row, CityLink) else getattr(row, "city_link", None)
    members = {member.partner_city_id for member in link.members} if link else set()
    return "link" if city in members else "public"


@pytest.mark.parametrize("who", CALLERS, ids=str)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_postgres_writes_what_the_schema_dumps(rich: World, resource: Resource, who: tuple[str | None, str]) -> None:
    city, role = who
    query = select(resource.model).options(*loaded(resource.model))
    on_request = [name for name, field in resource.schema().fields.items() if on_demand(field)]
    unasked = resource.schema(exclude=on_request)
    moves = frozenset(resource.lifecycle.states if resource.lifecycle else ())
    written = Statements(resource, f"{BASE}/v1").read(Projection(moves=moves))
    engine = create_engine(rich.database.api_url, poolclass=NullPool)
    with Session(engine) as session, rich.app.test_request_context():
        session.connection().exec_driver_sql(
            "SELECT FROM enter(%s, %s)", rich.credential(city, role) if city else (None, None)
        )
        rows = session.scalars(query).all()
        for row in rows:
            dumped = orjson.loads(orjson.dumps(present(unasked.dump(row))))
            key = {"id": row.id, "parent": getattr(row, resource.parent_column or "id")}
            version, text = session.connection().exec_driver_sql(written, key).one()
            reach = REACH[
                "city" if resource.name in WHOLE else relation(row, rich.cities[city] if city else None, role)
            ]
            expected = within(dumped, resource.schema, reach)
            if resource.lifecycle and "city" not in reach and "transitions" in expected:
                either = resource.lifecycle.either_side
                expected["transitions"] = [move for move in expected["transitions"] if move["to"] in either]
            assert orjson.loads(text) == expected
            assert version == row.version
    assert rows or resource.name in FOR_FEW


def test_the_rows_have_every_value_and_every_value_missing(rich: World) -> None:
    """So that the comparison above leaves nothing out."""
    with owner_session(rich.database.owner_url) as session:
        session.add(PartnerCity(name="Kept back", country_code="BE", city_id=rich.cities[OWN]))
        session.flush()
        for kind in (
            PartnerCity, CityLink, CityLinkMove, Agreement, AgreementSignatory, Organization, Contact, ContactRole, PrivacyAct, TransferGround,
            PolicyPlan, PolicyGoal, PolicyAction, Decision, ExchangeProject, Juror, Nomination, ParticipatingOrganization,
            Participation, ProjectMove, Result, Indicator, Period, PeriodFigure,
            Delegation, DelegationMove, FollowUp, Gift, Meeting, Participant, ProgramItem, TravelLeg,
            Document, ApiClient, ApiKey, CalendarSubscription, DigestSubscription, Webhook,
        ):  # fmt: skip
            for column in kind.__table__.c:
                if column.nullable and column.name not in SEEN_ELSEWHERE:
                    held = set(session.scalars(select(column.is_(None)).distinct()))
                    assert held == {True, False}, column


def parts(schema: type[Schema], model: Any) -> Iterator[tuple[type[Schema], Any]]:
    """Give a schema and its model, then those of its parts."""
    yield schema, model
    for name, field in schema().fields.items():
        if isinstance(field, fields.Part) and not field.load_only:
            yield from parts(field.part, model)
        if isinstance(field, fields.Items):
            yield from parts(field.item, model.__mapper__.relationships[field.attribute or name].mapper.class_)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_field_of_a_schema_is_an_attribute_of_its_model(resource: Resource) -> None:
    for schema, model in parts(resource.schema, resource.model):
        for name, field in schema().fields.items():
            if not field.load_only and not isinstance(
                field, fields.AnyReference | fields.Part | fields.Href | fields.Matches | fields.Moves
            ):
                assert hasattr(model, field.attribute or name), f"{schema.__name__}.{name}"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_column_of_a_model_is_shown_or_has_a_reason_not_to_be(resource: Resource) -> None:
    shown: dict[Any, set[str]] = {}
    for schema, model in parts(resource.schema, resource.model):
        names = {field.attribute or name for name, field in schema().fields.items() if not field.load_only}
        shown.setdefault(model, set()).update(names)
    for model, names in shown.items():
        if model is not resource.model and any(model is each.model for each in RESOURCES):
            continue  # a record of its own, which is asked for itself
        columns = {attribute.key for attribute in model.__mapper__.column_attrs}
        hidden = columns - names - set(NOT_SHOWN) - ({"id"} if model in WITHOUT_ADDRESS else set())
        assert hidden == set(), model.__name__
