"""Bringing a plan into the register: what it has already is found again and left as it is."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, CityLinkMember, PartnerCity
from stedenband.cities.rules import title_of
from stedenband.transfer.names import words
from stedenband.transfer.positions import Position
from stedenband.transfer.twinning.plan import Plan, PlannedCity, PlannedLink

_SAME_NAME = 10.0
"""Kilometers between two positions of one city."""


@dataclass(frozen=True, slots=True)
class KnownCity:
    """A city that the register has."""

    id: UUID
    name: str
    country_code: str
    latitude: float | None
    longitude: float | None
    geonames_id: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a plan adds to the register, and, by key, the cities of the plan that are there already."""

    known: Mapping[str, KnownCity]
    cities: tuple[PlannedCity, ...]
    links: tuple[PlannedLink, ...]


def compare(session: Session, plan: Plan) -> Difference:
    """Return what `plan` adds; until the transaction ends no other import can add the same."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("register of city links"))))
    known = _find(plan.cities, _register(session))
    pairs = _pairs(session)
    return Difference(
        known,
        tuple(city for city in plan.cities if city.key not in known),
        tuple(link for link in plan.links if _pair(link, known) not in pairs),
    )


def write(session: Session, difference: Difference) -> None:
    """Add the cities and links of `difference`, public and owned by nobody until a city claims them."""
    made = {city.key: _city(city) for city in difference.cities}
    session.add_all(made.values())
    session.flush()
    cities: dict[str, PartnerCity | KnownCity] = {**difference.known, **made}
    session.add_all(_link(cities[link.first_key], cities[link.second_key], link.kind) for link in difference.links)
    session.flush()
    session.execute(text("ANALYZE partner_city, city_link, city_link_member"))  # the checks at COMMIT then use indexes


def _register(session: Session) -> list[KnownCity]:
    columns = (
        PartnerCity.id,
        PartnerCity.name,
        PartnerCity.country_code,
        PartnerCity.latitude,
        PartnerCity.longitude,
        PartnerCity.geonames_id,
    )
    rows = session.execute(select(*columns).where(PartnerCity.city_id.is_(None)).order_by(PartnerCity.id))
    return [KnownCity(*row) for row in rows]


def _pairs(session: Session) -> set[frozenset[UUID]]:
    """Return the members of every link of two that is, or once was, in public: of whatever kind, owner and status."""
    members = func.array_agg(CityLinkMember.partner_city_id)
    told = (
        select(members)
        .join(CityLink, CityLink.id == CityLinkMember.city_link_id)
        .where(or_(CityLink.city_id.is_(None), CityLink.published_at.is_not(None)))
        .group_by(CityLinkMember.city_link_id)
        .having(func.count() == 2)  # noqa: PLR2004
    )
    return {frozenset(pair) for pair in session.scalars(told)}


def _find(cities: Iterable[PlannedCity], register: Iterable[KnownCity]) -> dict[str, KnownCity]:
    """Find cities again: by identifier, else by name, else (when it was renamed) by the very spot."""
    free = {city.id: city for city in register}
    found: dict[str, KnownCity] = {}
    for trait in _TRAITS:
        bearers: dict[Hashable, list[KnownCity]] = defaultdict(list)
        for known in free.values():
            bearers[trait(known)].append(known)
        for city in cities:
            alike = [] if city.key in found or trait(city) is None else bearers[trait(city)]
            same = next((known for known in alike if known.id in free and _may_be(city, known)), None)
            if same:
                found[city.key] = free.pop(same.id)
    return found


def _identifier(city: PlannedCity | KnownCity) -> Hashable:
    return city.geonames_id and int(city.geonames_id)


def _name(city: PlannedCity | KnownCity) -> Hashable:
    return city.country_code, "".join(words(city.name))


def _spot(city: PlannedCity | KnownCity) -> Hashable:
    return city.country_code, city.latitude, city.longitude


_TRAITS: tuple[Callable[[PlannedCity | KnownCity], Hashable], ...] = (_identifier, _name, _spot)


def _may_be(city: PlannedCity, known: KnownCity) -> bool:
    """Tell whether nothing speaks against it: neither another identifier nor another corner of the country."""
    if city.geonames_id and known.geonames_id:
        return city.geonames_id == int(known.geonames_id)
    if known.latitude is None or known.longitude is None:
        return True
    distance = Position(city.latitude, city.longitude).distance(Position(known.latitude, known.longitude))
    return distance <= _SAME_NAME


def _pair(link: PlannedLink, known: Mapping[str, KnownCity]) -> frozenset[UUID] | None:
    ends = [known[key].id for key in (link.first_key, link.second_key) if key in known]
    return frozenset(ends) if len(ends) == 2 else None  # noqa: PLR2004


def _city(city: PlannedCity) -> PartnerCity:
    return PartnerCity(
        name=city.name,
        country_code=city.country_code,
        latitude=city.latitude,
        longitude=city.longitude,
        population=city.population,
        timezone=city.timezone,
        geonames_id=city.geonames_id and str(city.geonames_id),
        visibility="public",
    )


def _link(first: PartnerCity | KnownCity, second: PartnerCity | KnownCity, kind: str) -> CityLink:
    return CityLink(
        title=title_of((first.name, second.name)),
        kind=kind,
        status="active",
        visibility="public",
        members=[
            CityLinkMember(partner_city_id=city.id, position=position) for position, city in enumerate((first, second))
        ],
    )
