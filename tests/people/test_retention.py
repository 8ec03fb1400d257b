"""Retention: what nobody needs any more goes by itself, and a dry run says so before."""

import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from stedenband import models
from stedenband.people.commands import retention_command
from tests.builders import OWN, World
from tests.people.people import CONTACTS, a_contact, to_be_reviewed
from tests.serving import COMMAND, environment

LONG_AGO, LATELY, LATER = "2000-01-01", "2026-01-01", "2199-01-01"


def run(world: World, *arguments: str) -> dict[str, int]:
    """Run the command with the rights of the worker, which are fewer, and return what its table says."""
    settings = {"STEDENBAND_OWNER_URL": world.database.worker_url, "STEDENBAND_DATABASE_URL": None}
    done = CliRunner(env=settings).invoke(retention_command, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert ("Nothing was changed." in done.stdout) == bool(arguments)
    return counts(done.stdout)


def counts(said: str) -> dict[str, int]:
    """Return what the table of the command says."""
    cells = [[cell.strip() for cell in line.split("│")[1:3]] for line in said.splitlines() if "│" in line]
    return {name: int(count) for name, count in cells if count.isdigit()}


def role(world: World, until: str | None) -> dict[str, Any]:
    """Return a role in a link, open-ended or until a day."""
    return {"role": "member", "cityLink": {"id": str(world.links["link"])}} | ({"validTo": until} if until else {})


def test_a_contact_whose_review_passed_too_long_ago_is_anonymized_with_an_act(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    old = a_contact(api, emails=[{"address": "old.proof@example.org"}])
    to_be_reviewed(fresh_world, old, LONG_AGO)
    api.post("/v1/contacts", {"familyName": "X", "lawfulBasis": "consent", "purpose": "Y", "reviewOn": LATER},
             headers={"Idempotency-Key": "k"})  # fmt: skip
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        owner.execute("UPDATE idempotency_key SET created_at = now() - interval '25 hours'")
    assert run(fresh_world, "--dry-run") == {"contact": 1, "contact_email": 1, "idempotency_key": 1}
    assert "erasedAt" not in api.get(f"{CONTACTS}/{old['id']}").json
    assert run(fresh_world) == {"contact": 1, "contact_email": 1, "idempotency_key": 1}
    assert api.get(f"{CONTACTS}/{old['id']}").json["erasedAt"]
    (act,) = api.get("/v1/privacyActs?kind=retention").json["items"]
    assert (act["reason"], act["doneBy"]) == ("noLongerNecessary", "stedenband retention")
    assert (act["owner"]["title"], act["subject"]["id"]) == (OWN, old["id"])
    assert run(fresh_world) == {"idempotency_key": 0}


@pytest.mark.parametrize(
    ("review_on", "until", "goes"),
    [
        (LONG_AGO, None, False),
        (LONG_AGO, LATER, False),
        (LONG_AGO, LATELY, True),
        (LATELY, LATELY, False),
        (None, LATELY, False),
    ],
    ids=["a role without end", "a role that lasts", "a role that ended", "reviewed lately", "new, never reviewed"],
)
def test_who_is_needed_or_was_looked_at_stays(
    fresh_world: World, review_on: str | None, until: str | None, *, goes: bool
) -> None:
    to_be_reviewed(fresh_world, a_contact(fresh_world.api(OWN), roles=[role(fresh_world, until)]), review_on)
    assert ("contact" in run(fresh_world)) == goes


def test_a_process_of_its_own_goes_through_the_notes_of_every_domain(fresh_world: World, folder: Path) -> None:
    api = fresh_world.api(OWN)
    old = a_contact(api, givenName="Zoë", familyName="Longgone")
    to_be_reviewed(fresh_world, old, LONG_AGO)
    noted = (
        f"/v1/exchangeProjects/{fresh_world.projects['public']}",
        f"/v1/policyPlans/{fresh_world.plans['public']}",
        f"/v1/cityLinks/{fresh_world.links['public']}",
    )
    for path in noted:
        assert api.patch(path, {"internalNote": "Ask Zoë Longgone."}).status_code == 200
    owner = {"STEDENBAND_OWNER_URL": fresh_world.database.owner_url}
    for more, note in ((["--dry-run"], "Ask Zoë Longgone."), ([], "Ask ….")):
        done = subprocess.run(
            [*COMMAND[:-1], "retention", *more],
            env=environment(folder, **owner), capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = counts(done.stdout)
        assert {name: found.get(name) for name in ("contact", "exchange_project", "policy_plan", "city_link")} == {
            "contact": 1, "exchange_project": 1, "policy_plan": 1, "city_link": 1,
        }  # fmt: skip
        assert [api.get(path).json["internalNote"] for path in noted] == [note] * 3


def test_the_models_of_every_domain_are_named() -> None:
    places = Path(models.__file__).parent.glob("*/models*")
    domains = {place.parent.name for place in places if place.is_dir() or place.suffix == ".py"}
    assert set(models.__all__) == {*domains, "ledger"}
