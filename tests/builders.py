"""Builders: a small world of cities, clients and records, and a client that speaks HTTP with the real application."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from stedenband.access.models import ROLES, ApiClient
from stedenband.access.rules import issue_key
from stedenband.app import create_app
from stedenband.cities.models import Agreement, CityLink, CityLinkMember, PartnerCity
from stedenband.config import Settings
from stedenband.core.address import owner_session
from stedenband.core.db import now
from stedenband.people.models import (
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
    Organization,
    TransferGround,
)
from tests.databases import TestDatabase

BASE = "http://127.0.0.1:8000"
OWN, PARTNER, STRANGER = "Genk", "Francistown", "Elsewhere"
"""The city that owns the records of the world, the other member of its link, and a city that knows nothing of it."""

_numbers = itertools.count(1)


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

    def credential(self, city: str, role: str = "coordinator") -> tuple[str, bytes]:
        """Return what a client presents to the database: the prefix and the hash of its key."""
        key = self.keys[city, role]
        return key.split("_")[1], sha256(key.encode()).digest()

    def api(self, city: str | None = None, role: str = "coordinator") -> Api:
        """Return the API as a caller sees it; without a city: the public."""
        return Api(self.app.test_client(), self.keys[city, role] if city else None)


@contextmanager
def world_in(database: TestDatabase) -> Iterator[World]:
    """Fill a database: three cities with a client per role, and links, agreements and people of each visibility.

    `links`, `agreements`, `organizations` and `contacts` are owned by Genk and named by visibility: 'city', 'link', 'public'; the links are of
    Genk and Francistown. `links['register']` is a public link of the two that belongs to the register.
    """
    app = create_app(Settings(database_url=database.api_url, public_url=BASE, client_limit=0, anonymous_limit=0))
    app.testing = True
    world = World(database, app)
    with owner_session(database.owner_url) as session:
        fill(session, world)
        session.commit()
    try:
        yield world
    finally:
        app.extensions["stedenband.database"].engine.dispose()


def fill(session: Session, world: World) -> None:
    """Make the records of the world."""
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
