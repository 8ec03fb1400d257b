"""The feed: everything that happened, once, in an order that loses nothing, to whom it concerns, without values."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.orm import Session

from stedenband.cities.models import CityLinkMember
from stedenband.core.address import owner_session
from tests.builders import (
    OWN,
    PARTNER,
    STRANGER,
    World,
    a_contact,
    a_ground,
    a_link,
    a_period,
    a_project,
    a_result,
    an_agreement,
    an_indicator,
    an_organization,
)
from tests.changes.feed import Follower, wait_for_older_transactions
from tests.processes import until

Connection = psycopg.Connection[tuple[Any, ...]]

AUDIENCE = {
    "public": (None, "public"),
    "stranger": (STRANGER, "coordinator"),
    "partner": (PARTNER, "partner"),
    "own": (OWN, "auditor"),
}


@contextmanager
def writers(world: World) -> Iterator[tuple[Connection, Connection]]:
    """Give two connections that write side by side."""
    with psycopg.connect(world.database.owner_url) as first, psycopg.connect(world.database.owner_url) as second:
        yield first, second


def write(connection: Connection, link: UUID) -> None:
    """Change a link, without ending the transaction."""
    connection.execute("UPDATE city_link SET end_date = '2030-01-01', version = version + 1 WHERE id = %s", (link,))


def begin(connection: Connection) -> None:
    """Begin a transaction and have it numbered."""
    connection.execute("SELECT pg_current_xact_id()")


def up_to_date(world: World, city: str | None = None, role: str = "public") -> Follower:
    """Return a follower who knows all that happened so far."""
    follower = Follower(world.api(city, role))
    wait_for_older_transactions(world.database)
    follower.news()
    return follower


def followers(world: World) -> dict[str, Follower]:
    """Return one follower per audience."""
    return {name: up_to_date(world, city, role) for name, (city, role) in AUDIENCE.items()}


def heard(world: World, all_: dict[str, Follower], operation: str, record: UUID) -> set[str]:
    """Return who is told of an operation on a record, each time once."""
    wait_for_older_transactions(world.database)
    told = {name: each.told().count((operation, str(record))) for name, each in all_.items()}
    assert set(told.values()) <= {0, 1}
    return {name for name, times in told.items() if times}


@pytest.fixture
def links(fresh_world: World) -> tuple[UUID, UUID]:
    """Two public links."""
    return fresh_world.links["public"], fresh_world.links["register"]


def test_an_older_transaction_that_writes_later_is_not_lost(fresh_world: World, links: tuple[UUID, UUID]) -> None:
    follower = up_to_date(fresh_world)
    with writers(fresh_world) as (older, newer):
        begin(older)
        begin(newer)
        write(newer, links[1])
        newer.commit()
        assert follower.told() == [], "an older transaction still runs"
        write(older, links[0])
        older.commit()
    wait_for_older_transactions(fresh_world.database)
    assert follower.told() == [("updated", str(links[0])), ("updated", str(links[1]))]
    assert follower.told() == []


def test_an_older_transaction_that_writes_first_and_ends_last_is_not_lost(
    fresh_world: World, links: tuple[UUID, UUID]
) -> None:
    follower = up_to_date(fresh_world)
    with writers(fresh_world) as (older, newer):
        write(older, links[0])
        write(newer, links[1])
        newer.commit()
        assert follower.told() == [], "an older transaction still runs"
        older.commit()
    wait_for_older_transactions(fresh_world.database)
    assert follower.told() == [("updated", str(links[0])), ("updated", str(links[1]))]
    assert follower.told() == []


def test_a_newer_transaction_that_writes_first_and_ends_last_is_not_lost(
    fresh_world: World, links: tuple[UUID, UUID]
) -> None:
    follower = up_to_date(fresh_world)
    with writers(fresh_world) as (older, newer):
        begin(older)
        write(newer, links[1])
        write(older, links[0])
        older.commit()
        assert until(follower.told) == [("updated", str(links[0]))], "only a newer transaction runs"
        newer.commit()
    assert until(follower.told) == [("updated", str(links[1]))]


def test_a_transaction_that_is_undone_is_not_told(fresh_world: World, links: tuple[UUID, UUID]) -> None:
    follower = up_to_date(fresh_world)
    with writers(fresh_world) as (first, second):
        write(first, links[0])
        write(second, links[1])
        first.rollback()
        second.commit()
    wait_for_older_transactions(fresh_world.database)
    assert follower.told() == [("updated", str(links[1]))]


def test_small_pages_tell_the_same_as_one(fresh_world: World) -> None:
    wait_for_older_transactions(fresh_world.database)
    small, large = Follower(fresh_world.api(OWN)), Follower(fresh_world.api(OWN))
    assert small.news(page_size=1) == large.news()
    assert small.cursor == large.cursor


@pytest.mark.parametrize(
    ("before", "after", "losers"),
    [
        ("public", "link", {"public", "stranger"}),
        ("public", "city", {"public", "stranger", "partner"}),
        ("link", "city", {"partner"}),
    ],
)
def test_who_loses_sight_of_a_record_is_told_and_nobody_else(
    fresh_world: World, before: str, after: str, losers: set[str]
) -> None:
    everyone = followers(fresh_world)
    link = fresh_world.links[before]
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"visibility": after}).status_code == 200
    assert heard(fresh_world, everyone, "withdrawn", link) == losers


def test_who_keeps_sight_of_a_narrowed_record_is_told_that_it_changed(fresh_world: World) -> None:
    everyone = followers(fresh_world)
    link = fresh_world.links["public"]
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"visibility": "link"})
    assert heard(fresh_world, everyone, "updated", link) == {"own", "partner"}


def test_agreements_are_withdrawn_with_their_link(fresh_world: World) -> None:
    everyone = followers(fresh_world)
    path = f"/v1/cityLinks/{fresh_world.links['public']}"
    fresh_world.api(OWN).patch(path, {"visibility": "city"})
    assert heard(fresh_world, everyone, "withdrawn", fresh_world.agreements["public"]) == {
        "public",
        "stranger",
        "partner",
    }


def test_a_shared_agreement_is_withdrawn_from_the_other_side_alone(fresh_world: World) -> None:
    everyone = followers(fresh_world)
    path = f"/v1/cityLinks/{fresh_world.links['public']}"
    fresh_world.api(OWN).patch(path, {"visibility": "city"})
    assert heard(fresh_world, everyone, "withdrawn", fresh_world.agreements["link"]) == {"partner"}


def test_a_city_that_leaves_a_shared_link_is_told_and_nobody_else(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        link, agreement = shared_by_three(session, fresh_world)
        session.commit()
    everyone = followers(fresh_world)
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"members": members}).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = {name: each.told() for name, each in everyone.items()}
    withdrawn = {
        name: [record for operation, record in items if operation == "withdrawn"] for name, items in told.items()
    }
    assert sorted(withdrawn.pop("stranger")) == sorted([str(link), str(agreement)])
    assert withdrawn == {"public": [], "partner": [], "own": []}


def members(world: World, *names: str) -> dict[str, Any]:
    """Return the cities of a link as a client sends them."""
    return {"members": [{"city": {"id": str(world.cities[name])}} for name in names]}


def shared(world: World, session: Session, city: str, link: UUID) -> list[str]:
    """Make one record of each kind that a city shares in a link, and one of its own there; return their addresses."""
    standing = {"city_id": world.cities[city], "city_link_id": link, "visibility": "link"}
    project = a_project(world, title="Shared by all", policy_action_id=None, **standing)
    organization, contact = an_organization(name="Shared", **standing), a_contact(**standing)
    session.add_all([project, organization, contact])
    session.flush()
    result = a_result(project.id)
    session.add(result)
    session.flush()
    indicator = an_indicator(project.id, result.id)
    session.add(indicator)
    session.flush()
    period = a_period(project.id, indicator.id)
    session.add_all([period, an_organization(name="Kept", **standing | {"visibility": "city"})])
    session.flush()
    below = f"exchangeProjects/{project.id}"
    return [
        f"organizations/{organization.id}",
        f"contacts/{contact.id}",
        below,
        f"{below}/results/{result.id}",
        f"{below}/indicators/{indicator.id}",
        f"{below}/periods/{period.id}",
    ]


def test_a_city_that_joins_a_link_is_told_what_is_shared_in_it_and_nobody_else(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        link = a_link(fresh_world, visibility="link", city_id=fresh_world.cities[OWN], kind="network")
        session.add(link)
        session.flush()
        agreement = an_agreement(link.id, fresh_world.cities[OWN], "link", 2000)
        session.add(agreement)
        session.flush()
        shared_link = link.id
        paths = [f"cityLinks/{link.id}/agreements/{agreement.id}", *shared(fresh_world, session, OWN, link.id)]
        session.commit()
    public = f"/v1/cityLinks/{fresh_world.links['public']}"
    assert fresh_world.api(OWN).patch(public, {"summary": {"en": "Later."}}).status_code == 200
    everyone = followers(fresh_world)
    joined = members(fresh_world, OWN, PARTNER, STRANGER)
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{shared_link}", joined).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = {name: each.told() for name, each in everyone.items()}
    assert told["own"] == told["partner"] == [("updated", str(shared_link))]
    assert told["public"] == []
    assert sorted(told["stranger"]) == sorted(
        ("updated", path.rpartition("/")[2]) for path in [f"/{shared_link}", *paths]
    )
    for path in paths:
        assert fresh_world.api(STRANGER).get(f"/v1/{path}").status_code == 200, path
        assert len(fresh_world.api(OWN).get(f"/v1/{path}/history").json["items"]) == 1, "nothing of it changed"


def test_a_city_that_joins_as_the_link_is_narrowed_is_told_nothing(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        link = a_link(fresh_world, visibility="link", city_id=fresh_world.cities[OWN], kind="network")
        session.add(link)
        session.flush()
        agreement = an_agreement(link.id, fresh_world.cities[OWN], "link", 2000)
        session.add(agreement)
        session.flush()
        narrowed, within = link.id, agreement.id
        session.commit()
    public = f"/v1/cityLinks/{fresh_world.links['public']}"
    assert fresh_world.api(OWN).patch(public, {"summary": {"en": "Later."}}).status_code == 200
    everyone = followers(fresh_world)
    changed = members(fresh_world, OWN, PARTNER, STRANGER) | {"visibility": "city"}
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{narrowed}", changed).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = {name: each.told() for name, each in everyone.items()}
    assert sorted(told["partner"]) == sorted([("withdrawn", str(narrowed)), ("withdrawn", str(within))])
    assert told["stranger"] == told["public"] == []
    assert {operation for operation, _ in told["own"]} == {"updated"}


def test_a_city_that_leaves_as_the_link_is_widened_is_told_nothing(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        link = a_link(
            fresh_world, visibility="city", city_id=fresh_world.cities[OWN], kind="network",
            cities=(OWN, PARTNER, STRANGER),
        )  # fmt: skip
        session.add(link)
        session.commit()
        widened = link.id
    public = f"/v1/cityLinks/{fresh_world.links['public']}"
    assert fresh_world.api(OWN).patch(public, {"summary": {"en": "Later."}}).status_code == 200
    everyone = followers(fresh_world)
    changed = members(fresh_world, OWN, PARTNER) | {"visibility": "link"}
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{widened}", changed).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = {name: each.told() for name, each in everyone.items()}
    assert told["own"] == told["partner"] == [("updated", str(widened))]
    assert told["stranger"] == told["public"] == []


def test_a_city_that_leaves_a_link_keeps_what_is_its_own_and_the_others_forget_it(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        link, _ = shared_by_three(session, fresh_world)
        session.add(a_ground(fresh_world, city_id=fresh_world.cities[STRANGER]))
        paths = shared(fresh_world, session, STRANGER, link)
        session.commit()
    keys = sorted(path.rpartition("/")[2] for path in paths)
    everyone = followers(fresh_world)
    stranger = Follower(fresh_world.api(STRANGER), everyone["stranger"].cursor)
    left = members(fresh_world, OWN, PARTNER)
    assert fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", left).status_code == 200
    wait_for_older_transactions(fresh_world.database)
    told = {name: each.told() for name, each in (everyone | {"stranger": stranger}).items()}
    for name in ("own", "partner"):
        assert sorted(key for operation, key in told[name] if operation == "withdrawn") == keys, name
    assert [key for operation, key in told["stranger"] if operation == "withdrawn" and key in keys] == []
    assert set(keys) <= {key for operation, key in told["stranger"] if operation == "updated"}
    for path in paths:
        found = fresh_world.api(STRANGER).get(f"/v1/{path}")
        assert (found.status_code, found.json["visibility"], found.json.get("cityLink")) == (200, "city", None), path
        assert fresh_world.api(OWN).get(f"/v1/{path}").status_code == 404, path
    [kept] = fresh_world.api(STRANGER).get("/v1/organizations?q=Kept").json["items"]
    assert "cityLink" not in kept


def shared_by_three(session: Session, world: World) -> tuple[UUID, UUID]:
    """Make a shared link of three cities with a shared agreement."""
    link = a_link(world, visibility="link", city_id=world.cities[OWN], kind="network")
    link.members.append(CityLinkMember(partner_city_id=world.cities[STRANGER], position=2))
    session.add(link)
    session.flush()
    agreement = an_agreement(link.id, world.cities[OWN], "link", 2000)
    session.add(agreement)
    session.flush()
    return link.id, agreement.id


def test_a_deleted_record_is_told_to_those_who_saw_it(fresh_world: World) -> None:
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    made = fresh_world.api(OWN).post("/v1/cityLinks", {"kind": "network", "members": members, "visibility": "link"})
    everyone = followers(fresh_world)
    link = UUID(made.json["id"])
    assert fresh_world.api(OWN).delete(f"/v1/cityLinks/{link}").status_code == 204
    assert heard(fresh_world, everyone, "deleted", link) == {"partner", "own"}


def test_a_deletion_is_told_also_when_the_link_is_gone_before_it_is_read(fresh_world: World) -> None:
    """Entries of a link are for its members, and a link that is deleted has none."""
    own = fresh_world.api(OWN)
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    shared = {"visibility": "link"}
    link = own.post("/v1/cityLinks", {"kind": "network", "members": members, **shared}).json
    path = f"/v1/cityLinks/{link['id']}"
    period = {"validFrom": "2020-01-01", "validTo": "2025-12-31"}
    agreement = own.post(f"{path}/agreements", {"title": "Ours", "kind": "renewal", **period, **shared}).json
    narrowed = own.post(
        "/v1/organizations", {"name": "Ours", "kind": "22", "cityLink": {"id": link["id"]}, **shared}
    ).json
    everyone = followers(fresh_world)
    assert own.delete(f"{path}/agreements/{agreement['id']}").status_code == 204
    given_up = {"visibility": "city", "cityLink": None}
    assert own.patch(f"/v1/organizations/{narrowed['id']}", given_up).status_code == 200
    assert own.delete(path).status_code == 204
    wait_for_older_transactions(fresh_world.database)
    told = {name: set(each.told()) for name, each in everyone.items()}
    gone = {("deleted", agreement["id"]), ("withdrawn", narrowed["id"]), ("deleted", link["id"])}
    assert told["partner"] == gone
    assert told["own"] == {("deleted", agreement["id"]), ("updated", narrowed["id"]), ("deleted", link["id"])}
    assert (told["public"], told["stranger"]) == (set(), set())


def test_acts_and_grounds_are_told_to_those_who_oversee_privacy(fresh_world: World) -> None:
    """An editor is staff of the city, but has no part in it."""
    everyone = followers(fresh_world) | {"editor": up_to_date(fresh_world, OWN, "editor")}
    answer = fresh_world.api(OWN).post("/v1/subjectAccess", {"name": "Ann Example"})
    assert answer.status_code == 201
    assert heard(fresh_world, everyone, "created", UUID(answer.json["act"]["id"])) == {"own"}


def test_a_city_that_keeps_its_own_record_back_is_told_no_withdrawal(fresh_world: World) -> None:
    everyone = followers(fresh_world)
    city = fresh_world.cities[OWN]
    assert fresh_world.api(OWN).patch(f"/v1/partnerCities/{city}", {"visibility": "city"}).status_code == 200
    assert heard(fresh_world, everyone, "withdrawn", city) == {"public", "stranger", "partner"}


def test_a_private_record_is_told_to_its_own_staff_alone(fresh_world: World) -> None:
    everyone = followers(fresh_world)
    link = fresh_world.links["city"]
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"summary": {"en": "Ours."}})
    assert heard(fresh_world, everyone, "updated", link) == {"own"}


def test_clients_and_keys_are_told_to_administrators_alone(fresh_world: World) -> None:
    everyone = followers(fresh_world) | {"administrator": up_to_date(fresh_world, STRANGER, "admin")}
    client = fresh_world.clients[OWN, "editor"]
    fresh_world.api(OWN, "admin").patch(f"/v1/apiClients/{client}", {"status": "suspended"})
    assert heard(fresh_world, everyone, "updated", client) == {"administrator"}


def test_the_feed_names_what_changed_and_holds_no_values(fresh_world: World) -> None:
    link = fresh_world.links["public"]
    follower = up_to_date(fresh_world)
    body = {"title": "Zeldzaam", "themes": ["waste"], "startDate": "1987-06-05"}
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", body)
    wait_for_older_transactions(fresh_world.database)
    (item,) = follower.news()
    assert item["fields"] == ["startDate", "themes", "title"]
    assert item["href"].endswith(f"/v1/cityLinks/{link}")
    assert set(item) == {"href", "id", "resource", "operation", "version", "changedAt", "fields"}
    for value in ("Zeldzaam", "1987", "waste"):
        assert value not in str(item)


def test_the_feed_does_not_name_what_its_reader_may_not_read(fresh_world: World) -> None:
    link = fresh_world.links["public"]
    everyone = followers(fresh_world)
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{link}", {"internalNote": "Ours.", "summary": {"en": "All."}})
    wait_for_older_transactions(fresh_world.database)
    named = {name: each.news()[0]["fields"] for name, each in everyone.items()}
    assert named.pop("own") == ["internalNote", "summary"]
    assert set(map(tuple, named.values())) == {("summary",)}


def test_a_cursor_from_before_a_restore_is_gone(fresh_world: World) -> None:
    follower = up_to_date(fresh_world)
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO change_epoch (started_at) VALUES (now() + interval '1 second')")
    reply = fresh_world.api().get(f"/v1/changes?after={follower.cursor}")
    assert (reply.status_code, reply.json["type"]) == (410, "urn:problem-type:stedenband:gone")
    assert until(Follower(fresh_world.api()).news)


@pytest.mark.parametrize(
    "cursor",
    ["x", "1.2", "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37.1", "0199f3a0.1.1", "%00", "-1", "\N{FULLWIDTH DIGIT ONE}.1"],
)
def test_what_is_no_cursor_is_refused(world: World, cursor: str) -> None:
    reply = world.api().get(f"/v1/changes?after={cursor}")
    assert reply.status_code == 400
    assert reply.json["issues"][0]["name"] == "after"
