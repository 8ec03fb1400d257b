"""Conditional requests: what the caller has is not sent again, and no change is lost."""

import pytest

from tests.builders import OWN, World

READS = (
    "/v1/partnerCities/{city}",
    "/v1/partnerCities",
    "/v1/changes",
    "/v1/partnerCities/{city}/history",
    "/v1/doc/openapi.json",
    "/doc",
)


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*", " {} "])
def test_what_the_caller_has_is_not_sent_again(world: World, path: str, form: str) -> None:
    api = world.api(OWN)
    address = path.format(city=world.cities[OWN])
    first = api.get(address)
    again = api.get(address, headers={"If-None-Match": form.format(first.headers["ETag"])})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in again.headers
    assert again.headers["Vary"]


@pytest.mark.parametrize("suffix", ["-gzip", "-br", ";gzip", ";br"])
def test_a_tag_that_a_compressing_proxy_changed_is_known(world: World, suffix: str) -> None:
    address = f"/v1/cityLinks/{world.links['public']}"
    tag = world.api(OWN).get(address).headers["ETag"][:-1] + suffix + '"'
    assert world.api(OWN).get(address, headers={"If-None-Match": f"W/{tag}"}).status_code == 304
    assert world.api(OWN).patch(address, {}, tag).status_code == 200


@pytest.mark.parametrize("tag", ['"1-other"', "other", '""', '"*"', "W/*", ""])
def test_other_tags_get_the_bytes(world: World, tag: str) -> None:
    address = f"/v1/cityLinks/{world.links['public']}"
    assert world.api(OWN).get(address, headers={"If-None-Match": tag}).status_code == 200


def test_two_callers_who_see_different_fields_have_different_tags(world: World) -> None:
    address = f"/v1/agreements/{world.agreements['public']}".replace("/v1", f"/v1/cityLinks/{world.links['public']}")
    own, public = world.api(OWN).get(address), world.api().get(address)
    assert own.headers["ETag"] != public.headers["ETag"]
    assert own.headers["ETag"].partition("-")[0] == public.headers["ETag"].partition("-")[0]


def test_a_change_needs_the_tag_of_what_was_read(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['link']}"
    tag = api.get(address).headers["ETag"]
    assert api.patch(address, {"title": "One"}, None).status_code == 428
    assert api.patch(address, {"title": "One"}, '"999-abc"').status_code == 412
    assert api.patch(address, {"title": "One"}, '"abc"').status_code == 412
    assert api.patch(address, {"title": "One"}, "no quotes").status_code == 400
    changed = api.patch(address, {"title": "One"}, f'W/{tag}, "7-x"')
    assert changed.status_code == 200
    assert api.patch(address, {"title": "Two"}, tag).status_code == 412
    assert api.move(address, "exploring", tag).status_code == 412
    assert api.delete(address, tag).status_code == 412
    assert api.move(address, "exploring", changed.headers["ETag"]).status_code == 200


def test_a_tag_of_another_representation_of_the_same_version_is_taken(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['public']}"
    tag = fresh_world.api().get(address).headers["ETag"]
    assert api.patch(address, {"title": "Seen by everyone"}, tag).status_code == 200


def test_a_change_that_changes_nothing_keeps_the_version(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['public']}"
    before = api.get(address)
    same = api.patch(address, {"title": before.json["title"]}, before.headers["ETag"])
    assert (same.status_code, same.json, same.headers["ETag"]) == (200, before.json, before.headers["ETag"])


def test_deleting_needs_the_tag_too(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    address = f"/v1/cityLinks/{fresh_world.links['city']}"
    assert api.delete(address, None).status_code == 428
    assert api.delete(address, api.get(address).headers["ETag"]).status_code == 204
    assert api.get(address).status_code == 404


def test_head_answers_like_get_without_a_body(world: World) -> None:
    got, head = world.api().get("/v1/cityLinks"), world.api().call("HEAD", "/v1/cityLinks")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", got.headers["ETag"])
