"""A transfer ends by itself: by the calendar or by a change of its ground, on every way to a person, and is told."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from stedenband.people.commands import retention_command
from tests.builders import OWN, PARTNER, Api, World
from tests.changes.feed import wait_for_older_transactions
from tests.people.people import CONTACTS, a_contact, found, shared

GROUNDS = "/v1/transferGrounds"
TODAY = "SELECT current_date"
EMAIL = "naledi.proof@example.org"
ENDED = {("link", "withdrawn"), ("public", "updated")}
"""What the feed says: of a public contact, the function is still to be seen."""
AGAIN = {("link", "updated"), ("public", "updated")}
OTHER_SIDE = ("coordinator", "editor", "auditor", "partner")
PERSONAL = {"displayName", "familyName", "emails", "roles", "languages", "cityLink"}


@pytest.fixture
def sharing(fresh_world: World) -> World:
    """The world in which Genk shares two people with Francistown: one in their link, one publicly as well."""
    api = fresh_world.api(OWN)
    role = {"role": "staff", "cityLink": {"id": str(fresh_world.links["link"])}}
    person = {"familyName": "Proof", "languages": ["nl"], "emails": [{"address": EMAIL}], "roles": [role]}
    for visibility in ("link", "public"):
        made = a_contact(
            api, **shared(fresh_world) | person | {"visibility": visibility, "function": f"Officer {visibility}"}
        )
        fresh_world.contacts[visibility] = made["id"]
    return fresh_world


def let_time_pass(world: World, **columns: int) -> None:
    """Leave of the ground what is left when its days are over: no rule of ours runs when midnight does."""
    with psycopg.connect(world.database.superuser_url) as machine:
        machine.execute("SET session_replication_role = replica")
        moved = ", ".join(f"{column} = current_date + {days}" for column, days in columns.items())
        machine.execute(f"UPDATE transfer_ground SET {moved}")


def change_the_ground(world: World, **values: Any) -> None:
    """Change the ground as its city does."""
    api = world.api(OWN)
    (held,) = api.get(GROUNDS).json["items"]
    reply = api.patch(f"{GROUNDS}/{held['id']}", values)
    assert reply.status_code == 200, reply.text


def today(world: World, days: int = 0) -> str:
    """Return the database's own date, some days on."""
    with psycopg.connect(world.database.api_url) as connection:
        (day,) = connection.execute(TODAY).fetchone() or (date.min,)
    return str(day + timedelta(days))


def run_retention(world: World) -> str:
    """Run what runs every night, with the rights of the worker."""
    environment = {"STEDENBAND_OWNER_URL": world.database.worker_url, "STEDENBAND_DATABASE_URL": None}
    done = CliRunner(env=environment).invoke(retention_command, catch_exceptions=False)
    return done.stdout


def ways_to_know(world: World, api: Api) -> Iterator[tuple[str, bool]]:
    """Give every way to learn of the two people, and whether it told who they are."""
    in_link, public = (f"{CONTACTS}/{world.contacts[name]}" for name in ("link", "public"))
    yield "reading it", api.get(in_link).status_code == 200
    yield "reading its history", api.get(f"{in_link}/history").status_code == 200
    yield "reading what is public of it", bool(PERSONAL & set(api.get(public).json))
    yield "its card", "Proof" in api.get(f"{public}?format=vcard").text
    for name in ("csv", "ndjson", "vcard"):
        yield f"the list as {name}", "Proof" in api.get(f"{CONTACTS}?format={name}").text
    yield "the list", "Proof" in api.get(CONTACTS).text
    yield "those of the link", bool(api.get(f"{CONTACTS}?cityLink={world.links['link']}").json["items"])
    yield "those with a role", bool(api.get(f"{CONTACTS}?role=staff").json["items"])
    yield "those with a language", bool(api.get(f"{CONTACTS}?language=nl").json["items"])
    yield "their name", bool(found(api, name="Proof"))
    yield "their address", bool(found(api, email=EMAIL))
    yield "a word of their name", bool(found(api, q="proof"))
    yield "a word with a mistake", bool(found(api, q="prof"))


def kept_from(world: World, api: Api) -> set[str]:
    """Return the ways on which a caller learns nothing of who the people are."""
    return {way for way, told in ways_to_know(world, api) if not told}


def open_to(world: World, api: Api) -> set[str]:
    """Return the ways on which a caller learns who the people are."""
    return {way for way, told in ways_to_know(world, api) if told}


@pytest.mark.parametrize("role", OTHER_SIDE)
def test_the_other_side_knows_people_until_the_last_day_of_the_ground_and_not_a_day_longer(
    sharing: World, role: str
) -> None:
    api = sharing.api(PARTNER, role)
    let_time_pass(sharing, valid_to=0)
    assert kept_from(sharing, api) == set(), "today is its last day"
    let_time_pass(sharing, valid_from=-20, valid_to=-1)
    assert open_to(sharing, api) == set()
    assert kept_from(sharing, sharing.api(OWN, "auditor")) == set()
    let_time_pass(sharing, valid_from=1, valid_to=9)
    assert open_to(sharing, api) == set(), "it begins tomorrow"
    let_time_pass(sharing, valid_from=0, valid_to=9)
    assert kept_from(sharing, api) == set()


def test_what_one_does_not_see_one_does_not_write(sharing: World) -> None:
    path = f"{CONTACTS}/{sharing.contacts['link']}"
    api = sharing.api(PARTNER)
    assert api.patch(path, {"function": "Head"}).status_code == 200
    let_time_pass(sharing, valid_to=-1)
    assert api.patch(path, {"function": "Chief"}).status_code == 404
    assert api.patch(f"{CONTACTS}/{sharing.contacts['public']}", {"function": "Chief"}).status_code == 403
    with psycopg.connect(sharing.database.api_url) as direct:
        direct.execute("SELECT * FROM enter(%s, %s)", sharing.credential(PARTNER))
        for table in ("contact_email", "contact_phone", "contact_language", "contact_role"):
            assert direct.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert direct.execute("UPDATE contact SET function = 'Chief'").rowcount == 0
        refused = "INSERT INTO contact_language (contact_id, code) VALUES (%s, 'fr')"
        for contact in sharing.contacts.values():
            with pytest.raises(psycopg.errors.InsufficientPrivilege), direct.transaction():
                direct.execute(refused, [contact])


def test_a_country_whose_decision_runs_out_is_no_longer_protected(sharing: World) -> None:
    api = sharing.api(PARTNER)
    let_time_pass(sharing, valid_to=-1)
    decided = "INSERT INTO protected_country VALUES ('BW', 'adequacyDecision', '2020-01-01', current_date + %s, 'X')"
    with psycopg.connect(sharing.database.owner_url) as owner:
        owner.execute(decided, [0])
    assert kept_from(sharing, api) == set()
    with psycopg.connect(sharing.database.owner_url) as owner:
        owner.execute("UPDATE protected_country SET valid_to = current_date - 1 WHERE country_code = 'BW'")
    assert open_to(sharing, api) == set()


def news(world: World, api: Api, after: str | None = None) -> tuple[set[tuple[str, str]], str]:
    """Return what the feed says of the two people after a cursor, by their visibility; and the new cursor."""
    wait_for_older_transactions(world.database)
    page = api.get(f"/v1/changes?pageSize=200{f'&after={after}' if after else ''}").json
    names = {str(key): name for name, key in world.contacts.items()}
    return {(names[each["id"]], each["operation"]) for each in page["items"] if each["id"] in names}, page["cursor"]


def test_the_feed_tells_at_once_that_a_ground_was_withdrawn_and_that_there_is_one_again(sharing: World) -> None:
    there, here = sharing.api(PARTNER), sharing.api(OWN)
    _, at = news(sharing, there)
    _, home = news(sharing, here)
    change_the_ground(sharing, validTo=today(sharing, -1))
    told, at = news(sharing, there, at)
    assert told == ENDED
    assert open_to(sharing, there) == set()
    change_the_ground(sharing, reference="Council decision 9")
    assert news(sharing, there, at)[0] == set(), "it is told once"
    here.patch(f"{CONTACTS}/{sharing.contacts['link']}", {"function": "Head"})
    assert news(sharing, there, at)[0] == set(), "and nothing of the person after that"
    change_the_ground(sharing, validTo=None)
    assert news(sharing, there, at)[0] == AGAIN
    assert kept_from(sharing, there) == set()
    assert news(sharing, here, home)[0] == {("link", "updated")}, "its own city hears of its own change alone"
    acts = here.get("/v1/privacyActs?kind=transferGround").json["items"]
    assert len(acts) == 3


def test_a_new_ground_is_told_as_well(sharing: World) -> None:
    there = sharing.api(PARTNER)
    change_the_ground(sharing, validTo=today(sharing, -1))
    _, at = news(sharing, there)
    ground = {"kind": "contract", "reference": "Contract 1", "validFrom": today(sharing)}
    ground["city"] = {"id": str(sharing.cities[PARTNER])}  # type: ignore[assignment]
    assert sharing.api(OWN).post(GROUNDS, ground).status_code == 201
    assert news(sharing, there, at)[0] == AGAIN


def test_the_nightly_run_tells_what_the_calendar_ended_once(sharing: World) -> None:
    there = sharing.api(PARTNER)
    _, at = news(sharing, there)
    let_time_pass(sharing, valid_to=-1)
    assert news(sharing, there, at)[0] == set(), "nobody was told yet, though nothing is to be seen"
    assert "│ change " in run_retention(sharing)
    told, at = news(sharing, there, at)
    assert told == ENDED
    assert "│ change " not in run_retention(sharing)
    assert news(sharing, there, at)[0] == set()
    let_time_pass(sharing, valid_to=1)
    assert "│ change " in run_retention(sharing)
    assert news(sharing, there, at)[0] == AGAIN


def test_a_ground_between_others_changes_nothing_for_them(sharing: World) -> None:
    own = a_contact(sharing.api(PARTNER), familyName="Ours", **shared(sharing))
    let_time_pass(sharing, valid_to=-1)
    run_retention(sharing)
    assert sharing.api(OWN).get(f"{CONTACTS}/{own['id']}").json["familyName"] == "Ours", "the law binds Genk"
    assert sharing.api(PARTNER).get(f"{CONTACTS}/{own['id']}").status_code == 200


def test_no_more_is_shared_while_there_is_no_ground_and_what_is_there_can_be_worked_on(sharing: World) -> None:
    api = sharing.api(OWN)
    let_time_pass(sharing, valid_to=-1)
    assert (
        api.post(
            CONTACTS, {"familyName": "New", "lawfulBasis": "consent", "purpose": "X", **shared(sharing)}
        ).status_code
        == 409
    )
    path = f"{CONTACTS}/{sharing.contacts['link']}"
    assert api.patch(path, {"familyName": "Changed"}).status_code == 200
    assert api.patch(path, {"visibility": "city"}).status_code == 200
