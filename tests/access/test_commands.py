"""`stedenband keys`, as an operator runs it."""

from collections.abc import Callable

import psycopg
import pytest
from click.testing import CliRunner, Result

from stedenband.access.commands import keys_group
from stedenband.core.refusal import Refusal
from tests.builders import OWN, PARTNER, World

Run = Callable[..., Result]


@pytest.fixture
def run(fresh_world: World) -> Run:
    """Run the command on a world."""
    environment = {"STEDENBAND_OWNER_URL": fresh_world.database.owner_url, "STEDENBAND_DATABASE_URL": None}
    return lambda *arguments: CliRunner(env=environment).invoke(keys_group, arguments, catch_exceptions=False)


def status_with(world: World, key: str) -> int:
    """Return what a caller with this key gets for a link that is private to Genk."""
    return world.api().as_(key).get(f"/v1/cityLinks/{world.links['city']}").status_code


def test_a_key_is_made_and_printed_alone(run: Run, fresh_world: World) -> None:
    done = run("create", "--city", "genk", "--role", "coordinator", "--name", "North-South office")
    assert done.exit_code == 0
    assert status_with(fresh_world, done.stdout.rstrip("\n")) == 200


def test_a_second_key_of_the_same_name_is_one_of_the_same_client(run: Run, fresh_world: World) -> None:
    arguments = ("create", "--city", str(fresh_world.cities[OWN]), "--role", "auditor", "--name", "Audit office")
    keys = {run(*arguments).stdout.strip(), run(*arguments).stdout.strip()}
    assert len(keys) == 2
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM api_client WHERE name = 'Audit office'").fetchone() == (1,)


def test_a_key_can_be_made_to_end(run: Run, fresh_world: World) -> None:
    key = run("create", "--city", OWN, "--role", "auditor", "--name", "A visitor", "--days", "7").stdout.strip()
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        query = "SELECT expires_at - created_at BETWEEN '7 days' AND '7 days 1 minute' FROM api_key WHERE prefix = %s"
        assert owner.execute(query, (key.split("_")[1],)).fetchone() == (True,)


def test_keys_are_listed_without_their_secrets(run: Run, fresh_world: World) -> None:
    listed = run("list").stdout
    for (city, role), key in fresh_world.keys.items():
        _, prefix, secret = key.split("_", 2)
        (line,) = (line for line in listed.splitlines() if prefix in line)
        assert city in line
        assert role in line
        assert secret not in listed


def test_a_revoked_key_no_longer_holds(run: Run, fresh_world: World) -> None:
    key = fresh_world.keys[OWN, "coordinator"]
    prefix = key.split("_")[1]
    assert status_with(fresh_world, key) == 200
    assert run("revoke", prefix).stdout == f"The key {prefix} is revoked.\n"
    assert status_with(fresh_world, key) == 401


def test_an_unknown_key_city_or_role_is_a_clear_error(run: Run) -> None:
    with pytest.raises(Refusal, match="no key with the prefix 'abc'"):
        run("revoke", "abc")
    with pytest.raises(Refusal, match="no city 'Atlantis'"):
        run("create", "--city", "Atlantis", "--role", "editor", "--name", "X")
    assert "is not one of 'partner'" in run("create", "--city", OWN, "--role", "public", "--name", "X").stderr


def test_two_cities_of_one_name_are_told_apart(run: Run, fresh_world: World) -> None:
    with psycopg.connect(fresh_world.database.owner_url, autocommit=True) as owner:
        owner.execute("INSERT INTO partner_city (name, country_code) VALUES (%s, 'US')", (PARTNER,))
    with pytest.raises(Refusal, match=rf"{fresh_world.cities[PARTNER]} \({PARTNER}, BW\)"):
        run("create", "--city", PARTNER, "--role", "partner", "--name", "X")


def test_a_name_that_is_not_plain_text_is_a_clear_error(run: Run) -> None:
    for name in (" ", "a" * 101, "a\u202eb"):
        refused = run("create", "--city", OWN, "--role", "editor", "--name", name)
        assert refused.exit_code == 2
        assert "'--name'" in refused.stderr
