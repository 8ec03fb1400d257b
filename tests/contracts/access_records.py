"""The records that the access matrix asks for: one of each kind of standing, made anew when a call has used it up."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, func
from sqlalchemy.orm import Session

from stedenband.access.models import ApiClient, ApiKey
from stedenband.access.rules import issue_key, revoke_key
from stedenband.cities.models import AgreementSignatory, CityLink, CityLinkMember, CityLinkMove, PartnerCity
from stedenband.core.db import now
from stedenband.delegations.models import Delegation, DelegationMove
from stedenband.documents.models import Upload
from stedenband.documents.rules import Store
from stedenband.people.models import PrivacyAct, TransferGround
from stedenband.policy.models import PolicyAction, PolicyGoal
from stedenband.projects.models import ProjectMove
from stedenband.tasks.rules import FOLDER, Files
from tests.builders import (
    A_REPORT,
    DATA,
    OWN,
    PARTNER,
    STRANGER,
    Api,
    World,
    a_city,
    a_contact,
    a_decision,
    a_delegation,
    a_delivery,
    a_digest,
    a_document,
    a_link,
    a_period,
    a_plan,
    a_program_item,
    a_project,
    a_result,
    a_subscription,
    a_task,
    a_webhook,
    an_agreement,
    an_indicator,
    an_organization,
    keep_picture,
)
from tests.contracts.access_rules import ROLES, Caller, Facts, Rule

MISSING = UUID(int=0x0199_F3A0_7C1E_7A52_9D6E_2F4B_8C1D_0E37)
SIDES = frozenset({OWN, PARTNER})

CALLERS = (
    Caller(),
    *(Caller(role, city) for city in (OWN, PARTNER, STRANGER) for role in ROLES[1:]),
    *(Caller("coordinator", OWN, why) for why in ("revoked key", "expired key", "suspended client")),
)

_days = itertools.count()


@dataclass(frozen=True)
class Subject:
    """The ids that a path takes, and what the rules need to know of the record they name (None: there is none).

    `members` and `into` are what bodies name: the cities of a link, and the link it may be merged into.
    """

    ids: dict[str, UUID | str]
    facts: Facts | None = None
    members: tuple[UUID, ...] = ()
    into: UUID | None = None


Maker = Callable[[Session, World], Subject]


def city(visibility: str, owner: str | None = None, *, published: bool = False) -> Maker:
    """Make a city of the directory that has no client."""

    def make(session: Session, world: World) -> Subject:
        row = a_city(
            visibility=visibility, city_id=owner and world.cities[owner], published_at=now() if published else None
        )
        session.add(row)
        session.flush()
        owners = frozenset({owner} if owner else ())
        gone = frozenset({"DELETE"} if published or visibility == "public" else ())
        return Subject({"partnerCityId": row.id}, Facts(visibility, owners, maker=owner, contradicts=gone))

    return make


def itself(name: str) -> Maker:
    """Name a city of the register that has clients, and let everyone see it."""

    def make(session: Session, world: World) -> Subject:
        session.get_one(PartnerCity, world.cities[name]).visibility = "public"
        return Subject({"partnerCityId": world.cities[name]}, Facts("public", frozenset({name}), claimed=True))

    return make


def link(visibility: str, owner: str | None = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make a link with a note for the staff and a reason for both sides; a further member keeps it apart."""

    def make(session: Session, world: World) -> Subject:
        row = a_link(
            world,
            visibility=visibility,
            city_id=owner and world.cities[owner],
            cities=(),
            internal_note="For our staff.",
            moves=[CityLinkMove(status="candidate", reason="For both sides.")],
        )
        named = [session.get_one(PartnerCity, world.cities[name]) for name in cities]
        row.members = [CityLinkMember(city=city, position=index) for index, city in enumerate([*named, a_city()])]
        session.add(row)
        session.flush()
        owners = frozenset({owner} if owner else ())
        contradicts = {"DELETE"} if visibility == "public" else set()
        facts = Facts(
            visibility, owners, frozenset(cities), contradicts=frozenset(contradicts | ({"claim"} if owner else set()))
        )
        return Subject({"cityLinkId": row.id}, facts, tuple(member.city.id for member in row.members))

    return make


def mergeable(within: Maker, owner: str | None) -> Maker:
    """Make a link and its twin, the same link in the hands of another."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        row = a_link(world, visibility="public", city_id=owner and world.cities[owner], cities=())
        row.members = [CityLinkMember(partner_city_id=key, position=index) for index, key in enumerate(held.members)]
        session.add(row)
        session.flush()
        assert held.facts
        return replace(held, facts=replace(held.facts, twin=owner), into=row.id)

    return make


def agreement(visibility: str, within: Maker) -> Maker:
    """Make an agreement with a note for the staff and the name of who signed for both sides."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        assert held.facts
        holder = session.get_one(CityLink, held.ids["cityLinkId"])
        row = an_agreement(holder.id, holder.city_id, visibility, 2000)
        row.signatories = [AgreementSignatory(partner_city_id=world.cities[OWN], name="An Example", function="Mayor")]
        session.add(row)
        session.flush()
        gone = {"DELETE"} if visibility == "public" else {"publish"} if held.facts.visibility != "public" else set()
        facts = replace(held.facts, visibility=visibility, contradicts=frozenset(gone))
        return Subject(held.ids | {"agreementId": row.id}, facts)

    return make


def elsewhere(within: Maker) -> Maker:
    """Name an agreement that everyone sees under a link that is not its own."""

    def make(session: Session, world: World) -> Subject:
        other = agreement("public", link("public"))(session, world)
        return Subject(within(session, world).ids | {"agreementId": other.ids["agreementId"]})

    return make


def organization(visibility: str, owner: str = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make an organization that stands in a link, with a note for the staff."""

    def make(session: Session, world: World) -> Subject:
        held = link("city", owner, cities)(session, world)
        row = an_organization(visibility=visibility, city_id=world.cities[owner], city_link_id=held.ids["cityLinkId"])
        session.add(row)
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        facts = Facts(visibility, frozenset({owner}), frozenset(cities), contradicts=gone)
        return Subject({"organizationId": row.id}, facts)

    return make


def contact(visibility: str, owner: str = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make a contact in a link of whom everything is known, and another with whom it may be merged."""

    def make(session: Session, world: World) -> Subject:
        held = link("public", owner, cities)(session, world)
        values = {"visibility": visibility, "city_id": world.cities[owner], "city_link_id": held.ids["cityLinkId"]}
        row, other = a_contact(**values), a_contact(**values)
        session.add_all((row, other))
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        facts = Facts(visibility, frozenset({owner}), frozenset(cities), contradicts=gone)
        return Subject({"contactId": row.id}, facts, into=other.id)

    return make


def plan(visibility: str, owner: str = OWN) -> Maker:
    """Make a plan with a note for the staff."""

    def make(session: Session, world: World) -> Subject:
        status = "published" if visibility == "public" else "draft"
        row = a_plan(world, city_id=world.cities[owner], visibility=visibility, status=status)
        session.add(row)
        session.flush()
        done = frozenset({"DELETE", "publish"} if visibility == "public" else ())
        return Subject({"policyPlanId": row.id}, Facts(visibility, frozenset({owner}), contradicts=done))

    return make


def planned(within: Maker) -> Maker:
    """Make a plan with a goal, for actions to serve."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        assert held.facts
        goal = PolicyGoal(policy_plan_id=held.ids["policyPlanId"], code="0", title={"en": "A goal"})
        session.add(goal)
        session.flush()
        gone = held.facts.contradicts | {"DELETE"}
        return replace(held, facts=replace(held.facts, contradicts=gone), into=goal.id)

    return make


def goal(within: Maker) -> Maker:
    """Make a goal of a plan."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        row = PolicyGoal(policy_plan_id=held.ids["policyPlanId"], code="1", title={"en": "A goal"})
        session.add(row)
        session.flush()
        return Subject(held.ids | {"policyGoalId": row.id}, held.facts)

    return make


def action(within: Maker) -> Maker:
    """Make an action of a plan."""

    def make(session: Session, world: World) -> Subject:
        held = planned(within)(session, world)
        key = held.ids["policyPlanId"]
        row = PolicyAction(policy_plan_id=key, policy_goal_id=held.into, code="1.1", title={"en": "An action"})
        session.add(row)
        session.flush()
        facts = within(session, world).facts
        return Subject(held.ids | {"policyActionId": row.id}, facts)

    return make


def of_another_plan(kind: str, below: Callable[[Maker], Maker]) -> Maker:
    """Name a goal or action that everyone sees under a plan that is not its own."""

    def make(session: Session, world: World) -> Subject:
        other = below(plan("public"))(session, world)
        return Subject(plan("public")(session, world).ids | {kind: other.ids[kind]})

    return make


def decision(visibility: str, owner: str = OWN) -> Maker:
    """Make a decision with a note for the staff."""

    def make(session: Session, world: World) -> Subject:
        row = a_decision(world, city_id=world.cities[owner], visibility=visibility)
        session.add(row)
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        return Subject({"decisionId": row.id}, Facts(visibility, frozenset({owner}), contradicts=gone))

    return make


def project(visibility: str, owner: str = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make an award that stands in a link, with what is for the staff and what is for both sides."""

    def make(session: Session, world: World) -> Subject:
        held = link("public", owner, cities)(session, world)
        row = a_project(
            world,
            city_id=world.cities[owner],
            city_link_id=held.ids["cityLinkId"],
            policy_action_id=None,
            visibility=visibility,
            status="pipeline",
            moves=[ProjectMove(status="pipeline", reason="For both sides.")],
        )
        session.add(row)
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        facts = Facts(visibility, frozenset({owner}), frozenset(cities), contradicts=gone)
        return Subject({"exchangeProjectId": row.id}, facts)

    return make


def document(visibility: str, owner: str = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make a document of a link: a picture."""

    def make(session: Session, world: World) -> Subject:
        held = link("public", owner, cities)(session, world)
        keep_picture(session)
        key = held.ids["cityLinkId"]
        row = a_document(world, city_id=world.cities[owner], subject_link_id=key, visibility=visibility)
        session.add(row)
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        facts = Facts(visibility, frozenset({owner}), frozenset(cities), contradicts=gone)
        return Subject({"documentId": row.id}, facts)

    return make


def upload(city: str, role: str) -> Maker:
    """Make an upload that a client has just begun."""

    def make(session: Session, world: World) -> Subject:
        client = world.clients[city, role]
        row = Upload(api_client_id=client, actor_id=client, length=10)
        session.add(row)
        session.flush()
        Store(DATA / "documents").begin(row.id)
        return Subject({"uploadId": row.id}, Facts("holder", holder=(city, role)))

    return make


def with_result(within: Maker) -> Maker:
    """Make a result of a project, of which indicators may be made."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        row = a_result(UUID(str(held.ids["exchangeProjectId"])))
        session.add(row)
        session.flush()
        return replace(held, into=row.id)

    return make


def with_indicator(within: Maker) -> Maker:
    """Make an indicator of such a result, of which periods may be made."""

    def make(session: Session, world: World) -> Subject:
        held = with_result(within)(session, world)
        assert held.into
        row = an_indicator(UUID(str(held.ids["exchangeProjectId"])), held.into)
        session.add(row)
        session.flush()
        return replace(held, into=row.id)

    return make


def result(within: Maker) -> Maker:
    """Make a result of a project, with a note for the staff."""

    def make(session: Session, world: World) -> Subject:
        held = with_result(within)(session, world)
        assert held.into
        return Subject(held.ids | {"resultId": held.into}, held.facts)

    return make


def indicator(within: Maker) -> Maker:
    """Make an indicator of a project, with a note for the staff."""

    def make(session: Session, world: World) -> Subject:
        held = with_indicator(within)(session, world)
        assert held.into
        return Subject(held.ids | {"indicatorId": held.into}, held.facts)

    return make


def period(within: Maker, status: str = "draft") -> Maker:
    """Make a period of a project, on which somebody has reported."""

    def make(session: Session, world: World) -> Subject:
        held = with_indicator(within)(session, world)
        assert held.into
        row = a_period(UUID(str(held.ids["exchangeProjectId"])), held.into, status=status)
        session.add(row)
        session.flush()
        return Subject(held.ids | {"periodId": row.id}, held.facts)

    return make


def of_projects(below: Callable[[Maker], Maker]) -> dict[str, Maker]:
    """Return what a path below projects may name, but for what it names wrongly."""
    return {
        "private": below(project("city")),
        "shared": below(project("link")),
        "public": below(project("public")),
        "foreign private": below(project("city", STRANGER, (STRANGER, OWN))),
        "foreign shared": below(project("link", STRANGER, (STRANGER, OWN))),
    }


def under_project(kind: str, below: Callable[[Maker], Maker]) -> dict[str, Maker]:
    """Return what the path of a record below a project may name."""

    def elsewhere(session: Session, world: World) -> Subject:
        other = below(project("public"))(session, world)
        return Subject(project("public")(session, world).ids | {kind: other.ids[kind]})

    missing = nothing(exchangeProjectId=MISSING, **{kind: MISSING})
    return {**of_projects(below), "under another project": elsewhere, "missing": missing}


def delegation(visibility: str, owner: str = OWN, cities: tuple[str, ...] = (OWN, PARTNER)) -> Maker:
    """Make a draft of a visit that has all that its approval asks for."""

    def make(session: Session, world: World) -> Subject:
        held = link("public", owner, cities)(session, world)
        row = a_delegation(
            world,
            city_id=world.cities[owner],
            city_link_id=held.ids["cityLinkId"],
            origin_city_id=world.cities[cities[0]],
            host_city_id=world.cities[cities[1]],
            visibility=visibility,
            status="draft",
            moves=[DelegationMove(status="draft", reason="For both sides.")],
        )
        for participant in row.participants:
            participant.partner_city_id = world.cities[owner]
        session.add(row)
        session.flush()
        gone = frozenset({"DELETE"} if visibility == "public" else ())
        facts = Facts(visibility, frozenset({owner}), frozenset(cities), contradicts=gone)
        return Subject({"delegationId": row.id}, facts)

    return make


def program_item(within: Maker) -> Maker:
    """Make an item of the program of a delegation, seen by as many people; it is never seen by more."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        assert held.facts
        row = a_program_item(
            session.get_one(Delegation, held.ids["delegationId"]), host_contact_id=world.contacts["public"]
        )
        session.add(row)
        session.flush()
        wider = frozenset() if held.facts.visibility == "public" else frozenset({"publish"})
        facts = replace(held.facts, contradicts=held.facts.contradicts | wider)
        return Subject(held.ids | {"programItemId": row.id}, facts)

    return make


def with_program(within: Maker) -> Maker:
    """Name a delegation for items to be added, whose items are never seen by more people."""

    def make(session: Session, world: World) -> Subject:
        held = within(session, world)
        assert held.facts
        wider = frozenset() if held.facts.visibility == "public" else frozenset({"publish"})
        return replace(held, facts=replace(held.facts, contradicts=held.facts.contradicts | wider))

    return make


def of_delegations(below: Callable[[Maker], Maker]) -> dict[str, Maker]:
    """Return what a path below delegations may name, but for what it names wrongly."""
    return {
        "private": below(delegation("city")),
        "shared": below(delegation("link")),
        "public": below(delegation("public")),
        "foreign private": below(delegation("city", STRANGER, (STRANGER, OWN))),
        "foreign shared": below(delegation("link", STRANGER, (STRANGER, OWN))),
        "foreign public": below(delegation("public", STRANGER, (STRANGER, OWN))),
    }


def item_elsewhere(session: Session, world: World) -> Subject:
    """Name an item that everyone sees under a delegation that is not its own."""
    other = program_item(delegation("public"))(session, world)
    return Subject(delegation("public")(session, world).ids | {"programItemId": other.ids["programItemId"]})


def of_a_city(id_name: str, make_row: Callable[[UUID], Any], owner: str) -> Maker:
    """Make a record that a city keeps for itself."""

    def make(session: Session, world: World) -> Subject:
        row = make_row(world.cities[owner])
        row.city_id = world.cities[owner]
        session.add(row)
        session.flush()
        return Subject({id_name: row.id}, Facts("city", frozenset({owner})))

    return make


def an_act(_: UUID) -> PrivacyAct:
    """Return an act."""
    return PrivacyAct(kind="review")


def a_ground_for(city: UUID) -> TransferGround:
    """Return a ground on which data goes to a city."""
    return TransferGround(partner_city_id=city, kind="contract", reference="A", valid_from=date(2020, 1, 1))


def client(name: str, *, key: str = "own") -> Maker:
    """Make a client with a key, or with the id of a key that is not its own."""

    def make(session: Session, world: World) -> Subject:
        row = ApiClient(city_id=world.cities[name], name="A system", role="editor")
        other = ApiClient(city_id=world.cities[name], name="Another system", role="editor")
        session.add_all((row, other))
        session.flush()
        made = issue_key(session, row if key == "own" else other).id
        return Subject({"apiClientId": row.id, "keyId": made}, Facts("admin") if key == "own" else None)

    return make


def subscription(owner: str, role: str) -> Maker:
    """Make a subscription to a calendar, which is its client's own."""

    def make(session: Session, world: World) -> Subject:
        row = a_subscription(world.clients[owner, role])
        session.add(row)
        session.flush()
        return Subject({"calendarSubscriptionId": row.id}, Facts("client", frozenset({owner}), maker=role))

    return make


def hook(owner: str, role: str) -> Maker:
    """Make a webhook, which is its client's own, with a message in its log."""

    def make(session: Session, world: World) -> Subject:
        row = a_webhook(world.clients[owner, role])
        session.add(row)
        session.flush()
        message = a_delivery(row.id)
        session.add(message)
        session.flush()
        return Subject({"webhookId": row.id, "deliveryId": message.id}, Facts("client", frozenset({owner}), maker=role))

    return make


def task(owner: str, role: str, kind: str | None = None) -> Maker:
    """Make a task of a client: one that waits, or one of a kind that is done, with what came of it."""

    def make(session: Session, world: World) -> Subject:
        client = world.clients[owner, role]
        if kind is None:
            row = a_task(client)
        else:
            result = {"name": "file.csv", "mediaType": "text/csv"}
            row = a_task(client, kind, state="done", result=result, ended_at=func.now())
        session.add(row)
        session.flush()
        for name in ("result", "corrections.csv") if kind else ():
            Files(DATA / FOLDER).write(row.id, name, lambda out: out.write(A_REPORT))
        name = {None: "taskId", "import": "importId", "export": "exportId"}[kind]
        return Subject({name: row.id}, Facts("client", frozenset({owner}), maker=role))

    return make


def digest(owner: str, role: str) -> Maker:
    """Make a subscription to an e-mail, which is its client's own."""

    def make(session: Session, world: World) -> Subject:
        row = a_digest(world.clients[owner, role])
        session.add(row)
        session.flush()
        return Subject({"digestSubscriptionId": row.id}, Facts("client", frozenset({owner}), maker=role))

    return make


def task_cases(name: str, kind: str | None = None) -> dict[str, Maker]:
    """Return whose tasks there are."""
    return {
        "of a coordinator": task(OWN, "coordinator", kind),
        "of an auditor": task(OWN, "auditor", kind),
        "of the other side": task(PARTNER, "partner", kind),
        "missing": nothing(**{name: MISSING}),
    }


def ending(session: Session, world: World) -> Subject:
    """Make the secret of an e-mail: it ends the e-mail for whoever has it."""
    row = a_digest(world.clients[OWN, "coordinator"])
    session.add(row)
    session.flush()
    return Subject({"digest": f"dig_{row.secret.hex()}"}, Facts("public"))


def secret(status: str) -> Maker:
    """Make the secret of a calendar, whose client is active or not: it opens the calendar to whoever has it."""

    def make(session: Session, world: World) -> Subject:
        row = ApiClient(city_id=world.cities[OWN], name="A phone", role="editor", status=status)
        session.add(row)
        session.flush()
        opens = f"cal_{row.id.hex}"
        session.add(a_subscription(row.id, opens))
        session.flush()
        return Subject({"secret": opens}, Facts("public") if status == "active" else None)

    return make


def nothing(**ids: str | UUID) -> Maker:
    """Name what does not exist."""
    return lambda _session, _world: Subject(dict(ids))


def no_agreement(within: Maker) -> Maker:
    """Name an agreement that does not exist in a link that does."""
    return lambda session, world: Subject(within(session, world).ids | {"agreementId": MISSING})


WEBHOOK_CASES = {
    "of a coordinator": hook(OWN, "coordinator"),
    "of an auditor": hook(OWN, "auditor"),
    "of the other side": hook(PARTNER, "partner"),
    "missing": nothing(webhookId=MISSING, deliveryId=MISSING),
}
MAKERS: dict[str, dict[str, Maker]] = {
    "partnerCityId": {
        "own private": city("city", OWN),
        "own, once public": city("city", OWN, published=True),
        "own public": city("public", OWN),
        "of the register": city("public"),
        "private in the register": city("city"),
        "foreign private": city("city", STRANGER),
        "a city with clients": itself(OWN),
        "missing": nothing(partnerCityId=MISSING),
    },
    "cityLinkId": {
        "private": link("city"),
        "shared": link("link"),
        "public": link("public"),
        "of the register": link("public", None),
        "foreign private": link("city", STRANGER, (STRANGER, OWN)),
        "foreign shared": link("link", STRANGER, (STRANGER, OWN)),
        "missing": nothing(cityLinkId=MISSING),
    },
    "cityLinkId merge": {
        "private": mergeable(link("city"), None),
        "shared": mergeable(link("link"), None),
        "public": mergeable(link("public"), None),
        "of the register, into one of Genk": mergeable(link("public", None), OWN),
        "private, into one of the other side": mergeable(link("city"), PARTNER),
        "foreign private": mergeable(link("city", STRANGER, (STRANGER, OWN)), None),
        "missing": nothing(cityLinkId=MISSING),
    },
    "agreementId": {
        "private in a public link": agreement("city", link("public")),
        "shared in a public link": agreement("link", link("public")),
        "public in a public link": agreement("public", link("public")),
        "private in a shared link": agreement("city", link("link")),
        "shared in a shared link": agreement("link", link("link")),
        "private in a private link": agreement("city", link("city")),
        "of the register": agreement("public", link("public", None)),
        "foreign private": agreement("city", link("city", STRANGER, (STRANGER, OWN))),
        "under another public link": elsewhere(link("public")),
        "under another private link": elsewhere(link("city")),
        "missing in a public link": no_agreement(link("public")),
        "missing in a private link": no_agreement(link("city")),
        "missing": nothing(cityLinkId=MISSING, agreementId=MISSING),
    },
    "organizationId": {
        "private": organization("city"),
        "shared": organization("link"),
        "public": organization("public"),
        "foreign private": organization("city", STRANGER, (STRANGER, OWN)),
        "foreign shared": organization("link", STRANGER, (STRANGER, OWN)),
        "missing": nothing(organizationId=MISSING),
    },
    "contactId": {
        "private": contact("city"),
        "shared": contact("link"),
        "public": contact("public"),
        "foreign private": contact("city", STRANGER, (STRANGER, OWN)),
        "foreign shared": contact("link", STRANGER, (STRANGER, OWN)),
        "foreign public": contact("public", STRANGER, (STRANGER, OWN)),
        "missing": nothing(contactId=MISSING),
    },
    "policyPlanId": {
        "draft": planned(plan("city")),
        "published": planned(plan("public")),
        "foreign draft": planned(plan("city", STRANGER)),
        "missing": nothing(policyPlanId=MISSING),
    },
    "policyGoalId": {
        "of a draft": goal(plan("city")),
        "of a published plan": goal(plan("public")),
        "of a foreign draft": goal(plan("city", STRANGER)),
        "under another plan": of_another_plan("policyGoalId", goal),
        "missing": nothing(policyPlanId=MISSING, policyGoalId=MISSING),
    },
    "policyActionId": {
        "of a draft": action(plan("city")),
        "of a published plan": action(plan("public")),
        "of a foreign draft": action(plan("city", STRANGER)),
        "under another plan": of_another_plan("policyActionId", action),
        "missing": nothing(policyPlanId=MISSING, policyActionId=MISSING),
    },
    "decisionId": {
        "private": decision("city"),
        "public": decision("public"),
        "foreign private": decision("city", STRANGER),
        "foreign public": decision("public", STRANGER),
        "missing": nothing(decisionId=MISSING),
    },
    "exchangeProjectId": {
        "private": project("city"),
        "shared": project("link"),
        "public": project("public"),
        "foreign private": project("city", STRANGER, (STRANGER, OWN)),
        "foreign shared": project("link", STRANGER, (STRANGER, OWN)),
        "missing": nothing(exchangeProjectId=MISSING),
    },
    "documentId": {
        "private": document("city"),
        "shared": document("link"),
        "public": document("public"),
        "foreign private": document("city", STRANGER, (STRANGER, OWN)),
        "foreign shared": document("link", STRANGER, (STRANGER, OWN)),
        "missing": nothing(documentId=MISSING),
    },
    "uploadId": {
        "of a coordinator": upload(OWN, "coordinator"),
        "of an editor": upload(OWN, "editor"),
        "of another city": upload(STRANGER, "coordinator"),
        "missing": nothing(uploadId=MISSING),
    },
    "exchangeProjectId indicators": of_projects(with_result) | {"missing": nothing(exchangeProjectId=MISSING)},
    "exchangeProjectId periods": of_projects(with_indicator) | {"missing": nothing(exchangeProjectId=MISSING)},
    "resultId": under_project("resultId", result),
    "indicatorId": under_project("indicatorId", indicator),
    "periodId": under_project("periodId", period),
    "periodId transitions": under_project("periodId", lambda within: period(within, "pending")),
    "delegationId": of_delegations(lambda within: within) | {"missing": nothing(delegationId=MISSING)},
    "delegationId programItems": of_delegations(with_program) | {"missing": nothing(delegationId=MISSING)},
    "programItemId": of_delegations(program_item)
    | {"under another delegation": item_elsewhere, "missing": nothing(delegationId=MISSING, programItemId=MISSING)},
    "privacyActId": {
        "own": of_a_city("privacyActId", an_act, OWN),
        "foreign": of_a_city("privacyActId", an_act, STRANGER),
        "missing": nothing(privacyActId=MISSING),
    },
    "transferGroundId": {
        "own": of_a_city("transferGroundId", a_ground_for, OWN),
        "foreign": of_a_city("transferGroundId", a_ground_for, STRANGER),
        "missing": nothing(transferGroundId=MISSING),
    },
    "apiClientId": {
        "of the own city": client(OWN),
        "of another city": client(STRANGER),
        "missing": nothing(apiClientId=MISSING, keyId=MISSING),
    },
    "keyId": {
        "a key": client(OWN),
        "a key of another client": client(OWN, key="foreign"),
        "missing": nothing(apiClientId=MISSING, keyId=MISSING),
    },
    "calendarSubscriptionId": {
        "of a coordinator": subscription(OWN, "coordinator"),
        "of an auditor": subscription(OWN, "auditor"),
        "of the other side": subscription(PARTNER, "partner"),
        "missing": nothing(calendarSubscriptionId=MISSING),
    },
    "digestSubscriptionId": {
        "of a coordinator": digest(OWN, "coordinator"),
        "of an auditor": digest(OWN, "auditor"),
        "of the other side": digest(PARTNER, "partner"),
        "missing": nothing(digestSubscriptionId=MISSING),
    },
    "digest": {"of a client": ending, "missing": nothing(digest="dig_missing")},
    "webhookId": WEBHOOK_CASES,
    "deliveryId": WEBHOOK_CASES,
    "taskId": task_cases("taskId"),
    "importId": task_cases("importId", "import"),
    "exportId": task_cases("exportId", "export"),
    "secret": {
        "of a client": secret("active"),
        "of a suspended client": secret("suspended"),
        "missing": nothing(secret="cal_missing"),  # noqa: S106 (of nobody)
    },
    "name": {"a file": nothing(name="swagger-ui.css")},
    "collection": {"a collection": nothing(collection="organizations")},
    "codeList": {"a list": nothing(codeList="countries")},
    "itemCode": {"a code": nothing(codeList="countries", itemCode="BE")},
    "": {"all": nothing()},
}
"""By the kind of a path, which is its last id, or that and an act that needs records of its own: what it may name."""


def kind_of(path: str) -> str:
    """Return the kind of a path."""
    named = path.rpartition("<")[2].rpartition(">")[0]
    acted = f"{named} {path.rpartition('/')[2]}"
    return acted if acted in MAKERS else named


def cells(rule: Rule) -> Iterator[tuple[str, Caller]]:
    """Give every standing that what a rule names may have, with every caller."""
    for name in MAKERS[kind_of(rule.path)]:
        for caller in CALLERS:
            yield name, caller


@dataclass
class Stage:
    """The records and keys of the matrix in one world, each made when it is first asked for."""

    world: World
    subjects: dict[tuple[str, str], Subject] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    links: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    subjects_of: dict[str, UUID] = field(default_factory=dict)

    @cached_property
    def owner(self) -> Engine:
        """The connection of the owner, kept: a new one would know nothing of the tables yet, which takes long."""
        return create_engine(self.world.database.owner_url, connect_args={"options": "-c timezone=UTC"})

    def close(self) -> None:
        """Close that connection."""
        self.owner.dispose()

    def subject_of(self, city: str) -> UUID:
        """Return an organization of a city, to which it may attach documents."""
        if city not in self.subjects_of:
            with Session(self.owner) as session:
                row = an_organization(city_id=self.world.cities[city], visibility="public")
                session.add(row)
                session.commit()
                self.subjects_of[city] = row.id
        return self.subjects_of[city]

    def subject(self, kind: str, name: str) -> Subject:
        """Return a record of this kind and standing."""
        if (kind, name) not in self.subjects:
            with Session(self.owner) as session:
                self.subjects[kind, name] = MAKERS[kind][name](session, self.world)
                session.commit()
        return self.subjects[kind, name]

    def link_of(self, city: str) -> tuple[UUID, UUID]:
        """Return a public link of a city, and its other member."""
        if city not in self.links:
            other = next(name for name in self.world.cities if name != city)
            with Session(self.owner) as session:
                made = link("public", city, (city, other))(session, self.world)
                session.commit()
            self.links[city] = UUID(str(made.ids["cityLinkId"])), self.world.cities[other]
        return self.links[city]

    def prepare(self) -> None:
        """Make now what requests name beside their subject, so that a call leaves no trace but its own."""
        for city in self.world.cities:
            self.subject_of(city)
            self.link_of(city)

    def use_up(self, kind: str, name: str) -> None:
        """Forget a record that a call has changed."""
        self.subjects.pop((kind, name), None)

    def api(self, caller: Caller) -> Api:
        """Return the API as this caller sees it."""
        if caller.refused:
            return self.world.api().as_(self._refused(caller.refused))
        return self.world.api(caller.city, caller.role)

    def _refused(self, why: str) -> str:
        if why not in self.keys:
            with Session(self.owner) as session:
                status = "suspended" if why == "suspended client" else "active"
                row = ApiClient(city_id=self.world.cities[OWN], name=why, role="coordinator", status=status)
                session.add(row)
                session.flush()
                issued = issue_key(session, row)
                if why == "revoked key":
                    revoke_key(session.get_one(ApiKey, issued.id))
                if why == "expired key":
                    session.get_one(ApiKey, issued.id).expires_at = now() - timedelta(seconds=1)
                session.commit()
                self.keys[why] = issued.key
        return self.keys[why]


def next_days() -> dict[str, str]:
    """Return a period that no other overlaps."""
    first = date(1990, 1, 1) + timedelta(days=2 * next(_days))
    return {"validFrom": first.isoformat(), "validTo": (first + timedelta(days=1)).isoformat()}
