"""What the database refuses by itself: a connection of the API that has entered, and no Python of ours in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from stedenband.cities.models import AgreementSignatory, CityLinkMove, CityLinkTheme
from stedenband.core.address import owner_session
from tests.builders import OWN, PARTNER, STRANGER, World, a_city, a_link, an_agreement

Connection = psycopg.Connection[tuple[Any, ...]]

SHARED = "city_link SET {} WHERE id = %(shared)s"
CHILDREN = (
    "city_link_theme WHERE city_link_id",
    "city_link_member WHERE city_link_id",
    "city_link_move WHERE city_link_id",
    "city_link_merge WHERE city_link_id",
    "agreement WHERE city_link_id",
    "agreement_theme WHERE agreement_id",
    "agreement_signatory WHERE agreement_id",
)


@pytest.fixture(scope="module")
def named(world: World) -> dict[str, Any]:
    """Ids by what the records are to Genk: `private`, `shared` and `public` links with one agreement each."""
    ids: dict[str, Any] = {"own": world.cities[OWN], "partner": world.cities[PARTNER], "stranger": world.cities[STRANGER]}
    with owner_session(world.database.owner_url) as session:
        for name, visibility in (("private", "city"), ("shared", "link"), ("public", "public")):
            link = a_link(world, visibility=visibility, city_id=ids["own"], kind="sdgPartnership", internal_note="Ours.")
            link.members[1].city = further = a_city() if name != "shared" else None
            if further is None:
                link.members[1].partner_city_id = ids["partner"]
            link.themes = [CityLinkTheme(code="waste")]
            link.moves = [CityLinkMove(status="candidate", reason="Because.")]
            session.add(link)
            session.flush()
            agreement = an_agreement(link.id, ids["own"], visibility, 2000)
            agreement.signatories = [AgreementSignatory(partner_city_id=ids["own"], name="An Example", function="Mayor")]
            session.add(agreement)
            session.flush()
            ids |= {name: link.id, f"{name} agreement": agreement.id}
        city = a_city(visibility="city", city_id=ids["own"])
        session.add(city)
        session.commit()
        ids["private city"] = city.id
    return ids
