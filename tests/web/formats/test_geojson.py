"""GeoJSON (RFC 7946): cities as points, links as lines between their members."""

from collections.abc import Iterator
from typing import Any

import pytest

from stedenband.cities.models import CityLink
from stedenband.core.address import owner_session
from tests.builders import OWN, a_city, a_link, world_in
from tests.databases import TestServer

GENK, FRANCISTOWN, CHONGWE = (50.9667, 5.5), (-21.17, 27.50778), (-15.329123456789, -180)


@pytest.fixture(scope="module")
def mapped(server: TestServer, worker_id: str) -> Iterator[dict[str, Any]]:
    """Links whose members have a known place: none, one, two and three of them; with an API to ask."""
    with server.copy(worker_id) as database, world_in(database) as world, owner_session(database.owner_url) as session:
        for name, (latitude, longitude) in (("A", GENK), ("B", FRANCISTOWN), ("C", CHONGWE)):
            city = a_city(name=name, latitude=latitude, longitude=longitude)
            session.add(city)
            session.flush()
            world.cities[name] = city.id
        links: list[CityLink] = [
            a_link(world, title=f"{number}", visibility="public", status="ended", cities=cities)
            for number, cities in enumerate(((OWN, "Elsewhere"), (OWN, "A"), ("B", OWN, "A"), ("C", "A", "B")))
        ]
        session.add_all(links)
        session.commit()
        yield {"api": world.api(), "cities": world.cities, "links": [link.id for link in links]}


def wire(place: tuple[float, float]) -> list[float]:
    """Return a position: longitude before latitude, at most seven decimals."""
    return [round(place[1], 7), round(place[0], 7)]


@pytest.mark.parametrize(
    ("number", "geometry"),
    [
        (0, None),
        (1, {"type": "MultiPoint", "coordinates": [wire(GENK)]}),
        (2, {"type": "LineString", "coordinates": [wire(FRANCISTOWN), wire(GENK)]}),
        (3, {"type": "MultiPoint", "coordinates": [wire(CHONGWE), wire(GENK), wire(FRANCISTOWN)]}),
    ],
)
def test_a_link_lies_between_its_members_in_their_order(
    mapped: dict[str, Any], number: int, geometry: dict[str, Any] | None
) -> None:
    path = f"/v1/cityLinks/{mapped['links'][number]}"
    answer = mapped["api"].get(path, headers={"Accept": "application/geo+json"})
    assert answer.mimetype == "application/geo+json"
    record = mapped["api"].get(path).json
    feature = {"type": "Feature", "id": record["id"], "geometry": geometry, "properties": record}
    assert answer.get_json(force=True) == feature
    assert answer.headers["ETag"].startswith(f'"{record["version"]}-')
    again = mapped["api"].get(f"{path}?format=geojson", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, "Content-Type" in again.headers) == (304, b"", False)


@pytest.mark.parametrize(("name", "place"), [("A", GENK), ("C", CHONGWE), (OWN, None)])
def test_a_city_is_a_point(mapped: dict[str, Any], name: str, place: tuple[float, float] | None) -> None:
    feature = mapped["api"].get(f"/v1/partnerCities/{mapped['cities'][name]}?format=geojson").get_json(force=True)
    assert feature["geometry"] == (place and {"type": "Point", "coordinates": wire(place)})


@pytest.mark.parametrize("name", ["cityLinks", "partnerCities"])
def test_a_collection_holds_all_features_in_the_order_of_the_list(mapped: dict[str, Any], name: str) -> None:
    collection = mapped["api"].get(f"/v1/{name}?format=geojson&sort=-updatedAt").get_json(force=True)
    items = mapped["api"].get(f"/v1/{name}?pageSize=200&sort=-updatedAt").json["items"]
    assert collection["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in collection["features"]] == items


def test_no_match_is_a_collection_of_nothing(mapped: dict[str, Any]) -> None:
    answer = mapped["api"].get("/v1/cityLinks?format=geojson&q=nothing-like-this")
    assert answer.get_json(force=True) == {"type": "FeatureCollection", "features": []}


def test_a_record_that_is_missing_is_missing_in_every_format(mapped: dict[str, Any]) -> None:
    path = "/v1/cityLinks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
    plain, geo = (mapped["api"].get(path + query) for query in ("", "?format=geojson"))
    assert (plain.status_code, plain.mimetype) == (geo.status_code, geo.mimetype) == (404, "application/problem+json")


def test_a_resource_without_a_place_has_no_geojson(mapped: dict[str, Any]) -> None:
    assert mapped["api"].get(f"/v1/cityLinks/{mapped['links'][0]}/agreements?format=geojson").status_code == 406
