"""The records that the access matrix asks for: one of each kind of standing, made anew when a call has used it up."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from stedenband.access.models import ApiClient, ApiKey
from stedenband.access.rules import issue_key, revoke_key
from stedenband.cities.models import AgreementSignatory, CityLink, CityLinkMember, CityLinkMove, PartnerCity
from stedenband.core.address import owner_session
from stedenband.core.db import now
from stedenband.people.models import PrivacyAct, TransferGround
from tests.builders import OWN, PARTNER, STRANGER, Api, World, a_city, a_contact, a_link, an_agreement, an_organization
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


def nothing(**ids: str | UUID) -> Maker:
    """Name what does not exist."""
    return lambda _session, _world: Subject(dict(ids))


def no_agreement(within: Maker) -> Maker:
    """Name an agreement that does not exist in a link that does."""
    return lambda session, world: Subject(within(session, world).ids | {"agreementId": MISSING})


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
    "name": {"a file": nothing(name="swagger-ui.css")},
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

    def subject(self, kind: str, name: str) -> Subject:
        """Return a record of this kind and standing."""
        if (kind, name) not in self.subjects:
            with owner_session(self.world.database.owner_url) as session:
                self.subjects[kind, name] = MAKERS[kind][name](session, self.world)
                session.commit()
        return self.subjects[kind, name]

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
            with owner_session(self.world.database.owner_url) as session:
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
