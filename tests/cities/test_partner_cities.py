"""Partner cities over HTTP."""

import pytest

from tests.builders import OWN, PARTNER, World

BELGIAN = {"name": "Hasselt", "countryCode": "BE"}
FULL = {
    **BELGIAN,
    "names": {"fr": "Hasselt", "nl": "Hasselt"},
    "subdivision": "Limburg",
    "location": {"latitude": 50.93, "longitude": 5.34},
    "population": {"value": 80000, "year": 2024},
    "timezone": "Europe/Brussels",
    "languages": ["fr", "nl"],
    "website": "https://www.hasselt.be/",
    "identifiers": {
        "wikidataId": "Q13122",
        "geonamesId": "2796491",
        "nisCode": "71022",
        "enterpriseNumber": "0207466964",
        "iatiIdentifier": "BE-BCE_KBO-0207466964",
    },
    "visibility": "public",
}


def test_a_city_reads_back_as_it_was_written(fresh_world: World) -> None:
    made = fresh_world.api(OWN).post("/v1/partnerCities", FULL)
    assert made.status_code == 201, made.text
    read = fresh_world.api().get(made.headers["Location"])
    assert {name: value for name, value in read.json.items() if name in FULL} == FULL
    assert read.json["owner"]["title"] == OWN


def test_a_coordinator_adds_public_cities_and_an_editor_private_ones(fresh_world: World) -> None:
    assert fresh_world.api(OWN).post("/v1/partnerCities", BELGIAN).json["visibility"] == "public"
    assert fresh_world.api(OWN, "editor").post("/v1/partnerCities", BELGIAN).json["visibility"] == "city"
    assert fresh_world.api(OWN, "editor").post("/v1/partnerCities", FULL).status_code == 403


def test_the_administrator_adds_to_the_register(fresh_world: World) -> None:
    made = fresh_world.api(OWN, "admin").post("/v1/partnerCities", BELGIAN)
    assert "owner" not in made.json
    changed = fresh_world.api(OWN, "admin").patch(made.headers["Location"], {"subdivision": "Limburg"})
    assert changed.json["subdivision"] == "Limburg"


def test_the_administrator_leaves_a_city_with_a_client_alone(fresh_world: World) -> None:
    refused = fresh_world.api(OWN, "admin").patch(f"/v1/partnerCities/{fresh_world.cities[PARTNER]}", {"name": "Other"})
    assert refused.status_code == 403


def test_a_city_edits_its_own_directory_record(fresh_world: World) -> None:
    own = f"/v1/partnerCities/{fresh_world.cities[PARTNER]}"
    changed = fresh_world.api(PARTNER).patch(own, {"languages": ["tn", "en"], "website": "https://example.org"})
    assert changed.json["languages"] == ["en", "tn"]
    assert fresh_world.api(PARTNER).patch(own, {"languages": None}).json["languages"] == []
    assert fresh_world.api(OWN).patch(own, {"name": "Ours"}).status_code == 403


def test_a_merge_patch_changes_only_what_it_names(fresh_world: World) -> None:
    path = fresh_world.api(OWN).post("/v1/partnerCities", FULL).headers["Location"]
    patch = {"names": {"fr": None, "de": "Hasselt"}, "population": {"year": 2025}, "website": None}
    changed = fresh_world.api(OWN).patch(path, patch).json
    assert changed["names"] == {"nl": "Hasselt", "de": "Hasselt"}
    assert changed["population"] == {"value": 80000, "year": 2025}
    assert "website" not in changed
    assert changed["location"] == FULL["location"]
    emptied = fresh_world.api(OWN).patch(path, {"names": {"nl": None, "de": None}, "population": None}).json
    assert "names" not in emptied
    assert "population" not in emptied


def test_a_patch_that_changes_nothing_moves_no_version(fresh_world: World) -> None:
    path = fresh_world.api(OWN).post("/v1/partnerCities", FULL).headers["Location"]
    assert fresh_world.api(OWN).patch(path, {"name": "Hasselt", "languages": ["nl", "fr"]}).json["version"] == 1
    assert fresh_world.api(OWN).patch(path, {"languages": ["nl"]}).json["version"] == 2


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"location": {"latitude": 50.9, "longitude": None}}, "location.longitude"),
        ({"location": {"latitude": 91, "longitude": 5}}, "location.latitude"),
        ({"identifiers": {"enterpriseNumber": "0207466965"}}, "identifiers.enterpriseNumber"),
        ({"population": {"year": 2020}}, "population.value"),
        ({"timezone": "Europe/Genk"}, "timezone"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"visibility": "link"}, "visibility"),
        ({"languages": ["nl", "nl"]}, "languages"),
        ({"languages": ["nl", "NL"]}, "languages[1]"),
        ({"names": {"nld": "Hasselt"}}, "names"),
    ],
)
def test_a_fault_is_named_by_its_field(world: World, body: dict[str, object], name: str) -> None:
    refused = world.api(OWN).post("/v1/partnerCities", BELGIAN | body)
    assert refused.status_code == 400
    assert name in [issue["name"] for issue in refused.json["issues"]]


def test_a_year_needs_a_count(fresh_world: World) -> None:
    path = fresh_world.api(OWN).post("/v1/partnerCities", BELGIAN).headers["Location"]
    refused = fresh_world.api(OWN).patch(path, {"population": {"year": 2020}})
    assert refused.status_code == 400
    assert refused.json["issues"][0]["name"] == "population.year"


def test_an_identifier_is_used_once_per_owner(fresh_world: World) -> None:
    body = BELGIAN | {"identifiers": {"wikidataId": "Q1"}}
    assert fresh_world.api(OWN).post("/v1/partnerCities", body).status_code == 201
    refused = fresh_world.api(OWN).post("/v1/partnerCities", body)
    assert refused.status_code == 409
    assert refused.json["issues"][0]["name"] == "identifiers.wikidataId"
    assert fresh_world.api(PARTNER).post("/v1/partnerCities", body).status_code == 201


def test_a_city_that_may_be_the_same_is_named(fresh_world: World) -> None:
    made = fresh_world.api(OWN).post("/v1/partnerCities", {"name": "GÉNK", "countryCode": "BE"})
    assert [city["title"] for city in made.json["possibleDuplicates"]] == [OWN]


def test_what_was_published_is_not_deleted(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = api.post("/v1/partnerCities", BELGIAN).headers["Location"]
    assert api.delete(path).status_code == 409
    assert api.patch(path, {"visibility": "city"}).status_code == 200
    assert api.delete(path).status_code == 409


def test_what_was_never_published_and_nothing_refers_to_is_deleted(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    made = api.post("/v1/partnerCities", BELGIAN | {"visibility": "city"})
    city = {"city": {"id": made.json["id"]}}
    link = api.post(
        "/v1/cityLinks", {"kind": "twinning", "members": [{"city": {"id": str(fresh_world.cities[OWN])}}, city]}
    )
    assert api.delete(made.headers["Location"]).status_code == 409
    assert api.delete(link.headers["Location"]).status_code == 204
    assert api.delete(made.headers["Location"], '"9-x"').status_code == 412
    assert api.delete(made.headers["Location"]).status_code == 204
    assert api.get(made.headers["Location"]).status_code == 404


def test_cities_are_found_by_words_country_identifier_and_place(fresh_world: World) -> None:
    fresh_world.api(OWN).post("/v1/partnerCities", FULL)
    fresh_world.api(OWN).post("/v1/partnerCities", {"name": "Évreux", "countryCode": "FR"})
    fresh_world.api(OWN).post("/v1/partnerCities", {"name": "De Panne", "countryCode": "BE"})

    def names(query: str) -> list[str]:
        return [city["name"] for city in fresh_world.api().get(f"/v1/partnerCities?{query}").json["items"]]

    assert names("q=EVR") == ["Évreux"]
    assert names("q=pan de") == ["De Panne"]
    assert names("q=%25") == []
    assert names("country=FR&country=BW") == ["Elsewhere", "Évreux", "Francistown"]
    assert names("near=50.965,5.5,25") == ["Hasselt"]
    assert names("near=50.965,5.5,5") == []
    assert names("geonamesId=2796491") == names("nisCode=71022") == ["Hasselt"]
    assert names("sort=-population&pageSize=1") == ["Hasselt"]
    assert names("") == ["De Panne", "Elsewhere", "Évreux", "Francistown", "Genk", "Hasselt"]


def test_a_city_does_not_delete_its_own_directory_record(world: World) -> None:
    refused = world.api(PARTNER).delete(f"/v1/partnerCities/{world.cities[PARTNER]}")
    assert (refused.status_code, refused.json["detail"]) == (403, "Only the city that made this record deletes it.")
