"""How the legs of a journey are read; who does not say how far, is told by the great circle between two places."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import PartnerCity
from stedenband.core.errors import BadRequest
from stedenband.core.parts import referred, replace_parts
from stedenband.core.words import Rule, say
from stedenband.delegations.models import Delegation, TravelLeg

Data = dict[str, Any]
Position = tuple[float, float]
RADIUS = 6371.0088
"""Kilometers: the mean radius of the earth (IUGG)."""
SAID = ("mode", "traveled_on", "persons")


def great_circle(start: Position, end: Position) -> int:
    """Return the kilometers between two positions (degrees north and east) on a sphere, by the haversine formula."""
    north, east = radians(end[0] - start[0]), radians(end[1] - start[1])
    chord = sin(north / 2) ** 2 + cos(radians(start[0])) * cos(radians(end[0])) * sin(east / 2) ** 2
    return round(2 * RADIUS * asin(min(1.0, sqrt(chord))))


def replace_legs(session: Session, delegation: Delegation, sent: Sequence[Data]) -> None:
    """Put the legs of the journey in place of those there were, in order."""
    legs = [_read(session, each, index) for index, each in enumerate(sent)]
    replace_parts(session, TravelLeg, {"delegation_id": delegation.id}, legs, ["position"])


def _read(session: Session, each: Data, index: int) -> Data:
    leg: Data = {name: each[name] for name in SAID} | {"position": index}
    places: list[Position | None] = []
    for end in ("from", "to"):
        field = f"travelLegs[{index}].{end}"
        place = each.get(f"{end}_place") or {}
        key = each.get(f"{end}_city")
        city = None if key is None else referred(session, PartnerCity, key, f"{field}City")
        name, north, east = (place.get(f"{end}_{part}") for part in ("name", "latitude", "longitude"))
        if name is None and city is None:
            raise BadRequest.at("body", field, Rule(say("Say in words, or by a city, where a leg begins and ends.")))
        if (north is None) != (east is None):
            raise BadRequest.at("body", field, Rule(say("Give latitude and longitude together.")))
        leg |= {f"{end}_name": name, f"{end}_city_id": city and city.id}
        leg |= {f"{end}_latitude": north, f"{end}_longitude": east}
        places.append(_position(north, east) or (city and _position(city.latitude, city.longitude)))
    return leg | _distance(each.get("km"), places, f"travelLegs[{index}].km")


def _position(north: float | None, east: float | None) -> Position | None:
    return None if north is None or east is None else (north, east)


def _distance(km: int | None, places: Sequence[Position | None], field: str) -> Data:
    if km is not None:
        return {"km": km, "km_computed": False}
    start, end = places
    if start is None or end is None:
        raise BadRequest.at(
            "body", field, Rule(say("Say how far it is, or name places or cities of which the position is known."))
        )
    return {"km": great_circle(start, end), "km_computed": True}
