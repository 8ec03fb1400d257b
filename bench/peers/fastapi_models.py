"""The documents of the FastAPI peer, as pydantic models."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, HttpUrl, StringConstraints
from pydantic.alias_generators import to_camel

from bench.peers.common import BASE

Item = TypeVar("Item")


class Document(BaseModel):
    """lowerCamelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Reference(Document):
    """A short reference."""

    href: str
    id: UUID
    title: str


def reference(kind: str, row: Any) -> Reference | None:
    """Return a reference to a row, if there is one."""
    if row is None:
        return None
    return Reference(href=f"{BASE}/{kind}/{row.id}", id=row.id, title=row.name if kind != "cityLinks" else row.title)


class Location(Document):
    """Where a city lies."""

    latitude: float
    longitude: float


class Population(Document):
    """How many people live there."""

    value: int
    year: int | None = None


class Identifiers(Document):
    """Keys elsewhere."""

    wikidata_id: str | None = None
    geonames_id: str | None = None
    nis_code: str | None = None
    enterprise_number: str | None = None
    iati_identifier: str | None = None


class TravelRules(Document):
    """What a city has agreed on for its delegations."""

    train_below_km: int | None = None
    blocking_warnings: list[str] | None = None


class RecordOut(Document):
    """What every record shows of itself."""

    id: UUID
    href: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    version: int
    visibility: str
    owner: Reference | None = None


class PartnerCityOut(RecordOut):
    """A partner city."""

    name: str
    names: dict[str, str] | None = None
    country_code: str
    subdivision: str | None = None
    location: Location | None = None
    population: Population | None = None
    timezone: str | None = None
    languages: list[str]
    website: str | None = None
    identifiers: Identifiers | None = None
    travel_rules: TravelRules | None = None
    possible_duplicates: list[Reference] | None = None


class MemberOut(Document):
    """A city in a link."""

    city: Reference
    role: str


class DecisionOut(Document):
    """A decision."""

    date: date
    body: str
    reference: str


class MoveOut(Document):
    """A move along the lifecycle."""

    status: str
    moved_at: datetime
    decision: DecisionOut | None = None
    reason: str | None = None


class MergeOut(Document):
    """A city's word that a link is to be merged."""

    city: Reference
    into: Reference


class CityLinkOut(RecordOut):
    """A city link."""

    title: str
    kind: str
    status: str
    members: list[MemberOut]
    themes: list[str]
    summary: dict[str, str] | None = None
    internal_note: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    renewal_due: bool
    merged_into: Reference | None = None
    merge_confirmations: list[MergeOut] | None = None
    moves: list[MoveOut]


class OrganizationOut(RecordOut):
    """An organization."""

    name: str
    names: dict[str, str] | None = None
    kind: str
    city: Reference | None = None
    city_link: Reference | None = None
    identifiers: Identifiers | None = None
    functional_mailbox: str | None = None
    phone: str | None = None
    website: str | None = None
    community: str | None = None
    summary: dict[str, str] | None = None
    internal_note: str | None = None
    possible_duplicates: list[Reference] | None = None


class Page(Document, Generic[Item]):
    """A page of a collection."""

    items: list[Item]
    page_size: int
    next: str | None = None


Text200 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Key(Document):
    """A record that the input refers to."""

    model_config = ConfigDict(extra="forbid")
    id: UUID


class OrganizationIn(Document):
    """What a client sends to make an organization."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)
    name: Text200
    kind: Literal["10", "11", "15", "21", "22", "23", "24", "30", "40", "60", "70", "71", "72", "73", "80", "90"]
    city: Key | None = None
    city_link: Key | None = None
    functional_mailbox: EmailStr | None = None
    website: HttpUrl | None = None
    community: Text200 | None = None
    summary: dict[str, str] | None = None
    visibility: Literal["city", "link", "public"] = "city"


class OrganizationPatch(Document):
    """A merge patch of an organization."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)
    name: Text200 | None = None
    functional_mailbox: EmailStr | None = None
    website: HttpUrl | None = None
    community: Text200 | None = None
    summary: dict[str, str] | None = None
