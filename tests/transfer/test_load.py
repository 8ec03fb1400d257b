"""Bringing a plan into the register: all or nothing, once, and without touching what a city has changed."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLink, CityLinkMember, PartnerCity
from stedenband.core.address import owner_session
from stedenband.transfer.twinning.load import Difference, compare, write
from stedenband.transfer.twinning.plan import Plan
from tests.databases import TestDatabase

Line = Callable[..., str]
Planned = Callable[..., Plan]


@pytest.fixture
def session(fresh_database: TestDatabase) -> Iterator[Session]:
    """A session of the owner on an empty register, undone at the end."""
    with owner_session(fresh_database.owner_url) as opened:
        yield opened


def load(session: Session, planned: Plan) -> Difference:
    """Load, with the checks that otherwise wait for COMMIT, and forget what was loaded."""
    difference = compare(session, planned)
    write(session, difference)
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    session.expunge_all()
    return difference


def added(difference: Difference) -> tuple[int, int]:
    """Return how many cities and links are new."""
    return len(difference.cities), len(difference.links)


def city_named(session: Session, name: str) -> PartnerCity:
    return session.scalars(select(PartnerCity).where(PartnerCity.name == name)).one()


def test_cities_and_links_of_the_register_are_public_active_and_nobodys(
    session: Session, planned: Planned, row: Line
) -> None:
    load(session, planned(row("Genk", "Francistown")))
    genk = city_named(session, "Genk")
    assert (genk.geonames_id, genk.country_code, genk.timezone) == ("2797670", "BE", "Europe/Brussels")
    assert (genk.latitude, genk.longitude, genk.population, genk.population_year) == (50.966, 5.502, 66147, None)
    assert (genk.city_id, genk.visibility) == (None, "public")
    link = session.scalars(select(CityLink)).one()
    assert (link.title, link.kind, link.status) == ("Genk \u2013 Francistown", "twinning", "active")
    assert (link.city_id, link.visibility) == (None, "public")
    assert link.published_at is not None
    names = select(PartnerCity.name).join(CityLinkMember, CityLinkMember.partner_city_id == PartnerCity.id)
    assert session.scalars(names.order_by(CityLinkMember.position)).all() == ["Genk", "Francistown"]


def test_loading_again_adds_nothing(session: Session, planned: Planned, row: Line) -> None:
    lines = row("Genk", "Francistown"), row("Nowhere", "Genk"), row("Bocholt", "Bocholt (Limburg)")
    assert added(load(session, planned(*lines))) == (5, 3)
    assert added(load(session, planned(*lines))) == (0, 0)


def test_a_second_file_adds_only_what_is_new(session: Session, planned: Planned, row: Line) -> None:
    load(session, planned(row("Genk", "Francistown")))
    assert added(load(session, planned(row("Francistown", "Genk"), row("Gent", "Genk")))) == (1, 1)


def test_a_kind_may_be_given(session: Session, planned: Planned, row: Line) -> None:
    result = planned(row("Genk", "Francistown"))
    links = tuple(dataclasses.replace(link, kind="cityLink") for link in result.links)
    load(session, dataclasses.replace(result, links=links))
    assert session.scalars(select(CityLink.kind)).all() == ["cityLink"]


def test_what_a_city_changed_is_found_again_and_stays(session: Session, planned: Planned, row: Line) -> None:
    lines = row("Genk", "Francistown"), row("Nowhere", "Genk")
    load(session, planned(*lines))
    genk = city_named(session, "Genk").id
    session.execute(update(PartnerCity).where(PartnerCity.name == "Genk").values(latitude=0, longitude=0, name="GENK"))
    session.execute(update(PartnerCity).where(PartnerCity.name == "Nowhere").values(name="Somewhere"))
    session.execute(
        update(CityLink)
        .where(CityLink.title.like("%Francistown"))
        .values(city_id=genk, kind="cityLink", status="ended")
    )
    assert added(load(session, planned(*lines))) == (0, 0)
    assert city_named(session, "GENK").latitude == 0
    assert city_named(session, "Somewhere").geonames_id is None


def test_a_private_link_of_the_same_cities_does_not_count(session: Session, planned: Planned, row: Line) -> None:
    load(session, planned(row("Genk", "Gent"), row("Gent", "Francistown")))
    genk, francistown = city_named(session, "Genk").id, city_named(session, "Francistown").id
    members = [CityLinkMember(partner_city_id=city, position=at) for at, city in enumerate((genk, francistown))]
    session.add(CityLink(title="Secret", kind="twinning", city_id=genk, visibility="city", members=members))
    assert added(load(session, planned(row("Genk", "Francistown")))) == (0, 1)


def test_a_network_of_more_cities_is_not_the_pair(session: Session, planned: Planned, row: Line) -> None:
    load(session, planned(row("Genk", "Gent"), row("Gent", "Francistown")))
    cities = session.scalars(select(PartnerCity.id)).all()
    members = [CityLinkMember(partner_city_id=city, position=at) for at, city in enumerate(cities)]
    session.add(CityLink(title="All", kind="network", visibility="public", members=members))
    assert added(load(session, planned(row("Genk", "Francistown")))) == (0, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": "GENK", "latitude": 50.95, "longitude": 5.45}, 0),
        ({"name": "Genk", "latitude": None, "longitude": None}, 0),
        ({"name": "Genk", "latitude": 49.9, "longitude": 5.5}, 1),
        ({"name": "Genk", "latitude": 50.966, "longitude": 5.502, "geonames_id": "1"}, 1),
        ({"name": "Hasselt", "latitude": 50.93, "longitude": 5.34}, 1),
        ({"name": "Genk", "latitude": 50.966, "longitude": 5.502, "country_code": "NL"}, 1),
    ],
)
def test_a_city_entered_by_hand_is_found_by_name_and_place(
    session: Session, planned: Planned, row: Line, values: dict[str, object], expected: int
) -> None:
    session.add(PartnerCity(**({"country_code": "BE", "visibility": "public"} | values)))
    session.flush()
    difference = load(session, planned(row("Genk", "Francistown")))
    assert added(difference) == (expected + 1, 1)


def test_a_city_that_another_city_keeps_for_itself_is_not_of_the_register(
    session: Session, planned: Planned, row: Line
) -> None:
    load(session, planned(row("Gent", "Francistown")))
    gent = city_named(session, "Gent").id
    session.add(PartnerCity(name="Genk", country_code="BE", geonames_id="2797670", city_id=gent))
    session.flush()
    assert added(load(session, planned(row("Genk", "Francistown")))) == (1, 1)
    assert session.scalar(select(func.count()).select_from(PartnerCity)) == 4


def test_a_title_of_two_long_names_is_cut(session: Session, planned: Planned, row: Line) -> None:
    load(session, planned(row("Genk", ("x" * 198 + " y", "Belgium", "50", "4.5", ""))))
    [title] = session.scalars(select(CityLink.title)).all()
    assert len(title) == 200
    assert title.endswith("x…")
