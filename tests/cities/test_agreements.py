"""Agreements over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import OWN, PARTNER, Reply, World

BODY = {"title": "MoU", "kind": "memorandumOfUnderstanding", "validFrom": "1990-01-01", "validTo": "1994-12-31"}


def agreements(world: World, link: str = "public") -> str:
    return f"/v1/cityLinks/{world.links[link]}/agreements"


def new(world: World, link: str = "public", **more: Any) -> Reply:
    return world.api(OWN).post(agreements(world, link), BODY | more)


def test_an_agreement_is_a_draft_until_it_is_signed(fresh_world: World) -> None:
    made = new(fresh_world)
    assert made.status_code == 201
    assert made.json["status"] == "draft"
    signed = fresh_world.api(OWN).patch(made.headers["Location"], {"signedOn": "1989-12-01"})
    assert signed.json["status"] == "signed"


def test_agreements_of_one_kind_do_not_overlap(fresh_world: World) -> None:
    assert new(fresh_world).status_code == 201
    refused = new(fresh_world, validFrom="1994-12-31", validTo="1999-12-31")
    assert refused.status_code == 409
    assert refused.json["issues"][0]["name"] == "validFrom"
    assert new(fresh_world, validFrom="1995-01-01", validTo="1999-12-31").status_code == 201
    assert new(fresh_world, kind="workProgram").status_code == 201


@pytest.mark.parametrize("last", ["1990-01-01", "1989-12-31"])
def test_an_agreement_ends_after_it_begins(fresh_world: World, last: str) -> None:
    assert new(fresh_world, validTo=last).json["issues"][0]["name"] == "validTo"
    path = new(fresh_world).headers["Location"]
    assert fresh_world.api(OWN).patch(path, {"validTo": last}).json["issues"][0]["name"] == "validTo"


def test_an_agreement_is_never_seen_by_more_people_than_its_link(fresh_world: World) -> None:
    refused = new(fresh_world, "link", visibility="public")
    assert refused.status_code == 409
    made = new(fresh_world, visibility="public").headers["Location"]
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{fresh_world.links['public']}", {"visibility": "link"})
    assert fresh_world.api(OWN).get(made).json["visibility"] == "link"
    fresh_world.api(OWN).patch(f"/v1/cityLinks/{fresh_world.links['public']}", {"visibility": "city"})
    assert fresh_world.api(OWN).get(made).json["visibility"] == "city"


def test_only_the_owner_of_the_link_adds_agreements(fresh_world: World) -> None:
    assert fresh_world.api(PARTNER).post(agreements(fresh_world, "link"), BODY).status_code == 403
    assert fresh_world.api(PARTNER, "partner").post(agreements(fresh_world, "link"), BODY).status_code == 403
    assert fresh_world.api(PARTNER).post(agreements(fresh_world, "city"), BODY).status_code == 404


def test_a_partner_edits_the_content_of_a_shared_agreement(fresh_world: World) -> None:
    path = new(fresh_world, visibility="link").headers["Location"]
    partner = fresh_world.api(PARTNER, "partner")
    signatory = {"city": {"id": str(fresh_world.cities[PARTNER])}, "function": "Mayor", "name": "An Example"}
    changed = partner.patch(path, {"themes": ["waste"], "signatories": [signatory]})
    assert changed.json["signatories"][0]["name"] == "An Example"
    for body in ({"validTo": "1995-12-31"}, {"signedOn": "1990-01-01"}, {"kind": "renewal"}, {"visibility": "city"}):
        assert partner.patch(path, body).status_code == 403
    assert partner.delete(path).status_code == 403
    assert fresh_world.api(OWN).patch(path, {"signatories": [], "themes": None}).json["signatories"] == []


def test_an_agreement_of_another_link_is_not_found_here(world: World) -> None:
    elsewhere = f"/v1/cityLinks/{world.links['link']}/agreements/{world.agreements['public']}"
    assert world.api(OWN).get(elsewhere).status_code == 404
    assert world.api(OWN).patch(elsewhere, {"title": "x"}).status_code == 404


def test_an_agreement_that_was_never_published_is_deleted(fresh_world: World) -> None:
    path = new(fresh_world).headers["Location"]
    assert fresh_world.api(OWN, "editor").delete(path).status_code == 403
    assert fresh_world.api(OWN).delete(path).status_code == 204
    assert fresh_world.api(OWN).delete(new(fresh_world, visibility="public").headers["Location"]).status_code == 409


def test_agreements_are_found_by_kind_state_theme_and_day(fresh_world: World) -> None:
    new(fresh_world, themes=["waste"], signedOn="1990-01-01")

    def found(query: str) -> int:
        return len(fresh_world.api(OWN).get(f"{agreements(fresh_world)}?{query}").json["items"])

    assert found("") == 4
    assert found("kind=renewal") == 3
    assert found("status=signed") == 1
    assert found("theme=waste") == 1
    assert found("validOn=1992-06-01") == 1
    assert found("sort=-signedOn") == 4


@pytest.mark.parametrize(("days", "due"), [(-400, True), (0, True), (360, True), (372, False)])
def test_a_link_is_due_for_renewal_a_year_before_its_last_agreement_ends(
    fresh_world: World, days: int, *, due: bool
) -> None:
    last = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    link = f"/v1/cityLinks/{fresh_world.links['link']}"
    made = new(fresh_world, "link", validFrom="2016-01-01", validTo=last).headers["Location"]
    assert fresh_world.api(OWN).get(link).json["renewalDue"] is False
    fresh_world.api(OWN).patch(made, {"signedOn": "2016-01-01"})
    assert fresh_world.api(OWN).get(link).json["renewalDue"] is due
    assert fresh_world.api(OWN).get("/v1/cityLinks?renewalDue=true&total=true").json["total"] == int(due)


def test_a_signature_is_named_once(fresh_world: World) -> None:
    path = f"/v1/cityLinks/{fresh_world.links['public']}/agreements/{fresh_world.agreements['public']}"
    signatory = {"city": {"id": str(fresh_world.cities[PARTNER])}, "function": "Mayor"}
    refused = fresh_world.api(OWN).patch(path, {"signatories": [signatory, {**signatory}]})
    assert (refused.status_code, refused.json["issues"][0]["name"]) == (400, "signatories")
    other = {**signatory, "function": "Alderman"}
    assert fresh_world.api(OWN).patch(path, {"signatories": [signatory, other]}).status_code == 200


def test_signatories_keep_the_order_in_which_they_are_given(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = f"/v1/cityLinks/{fresh_world.links['public']}/agreements/{fresh_world.agreements['public']}"
    city = {"id": str(fresh_world.cities[OWN])}
    functions = ["Mayor", "Alderman", "Secretary"]
    for wanted in (functions, functions[::-1], ["Alderman", "Governor", "Mayor"]):
        signatories = [{"city": city, "function": function} for function in wanted]
        reply = api.patch(path, {"signatories": signatories})
        assert [each["function"] for each in reply.json["signatories"]] == wanted
