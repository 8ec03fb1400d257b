"""Reference data: every code has a label in the languages promised, and every enumeration of a schema is listed."""

from collections.abc import Iterator
from functools import cache

import pytest

from stedenband.app import CODE_LISTS, RESOURCES
from stedenband.core import errors
from stedenband.web import fields
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.codelists import DIRECTORY, CodeList, code_lists, labels_of
from stedenband.web.codes import COUNTRIES
from stedenband.web.schema import Schema
from stedenband.web.trace import API_VERSION
from tests.builders import BASE, World

REFDATA = f"{BASE}/v1/refData"


@cache
def lists() -> dict[str, CodeList]:
    return code_lists(CODE_LISTS)


@pytest.mark.parametrize("name", list(lists()))
def test_every_code_has_its_labels(name: str) -> None:
    lacking = {code: set(LANGUAGES) - set(item.labels) for code, item in lists()[name].items.items()}
    assert not any(lacking.values()), f"add rows to web/data/labels.tsv: {lacking}"
    assert all(text.strip() for item in lists()[name].items.values() for text in item.labels.values())
    assert set(lists()[name].labels) == set(LANGUAGES)


def test_no_label_is_left_over() -> None:
    for name, found in lists().items():
        stale = set(labels_of(name or "codeLists")) - set(found.items) - ({"codeLists"} if name == DIRECTORY else set())
        assert not stale, f"no such codes in {name}: {stale}"


def enumerations(schema: type[Schema]) -> Iterator[tuple[str, ...]]:
    """Yield the codes of every enumeration that a schema shows."""
    for field in schema._declared_fields.values():  # noqa: SLF001 (as in web.schema)
        match field:
            case fields.Code():
                yield field.codes
            case fields.Codes() | fields.Permissions() if isinstance(field.code, fields.Code):
                yield field.code.codes
            case fields.Items():
                yield from enumerations(field.item)
            case fields.Part():
                yield from enumerations(field.part)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_enumeration_of_a_resource_is_listed(resource: object) -> None:
    schemas = [resource.schema, *filter(None, [resource.transition])]  # type: ignore[attr-defined]
    listed = [set(found.items) for found in lists().values()]
    unlisted = [
        codes for schema in schemas for codes in enumerations(schema) if not any(map(set(codes).__le__, listed))
    ]
    assert not unlisted, "add them to the CODE_LISTS of the domain"


def test_the_lists_are_listed(world: World) -> None:
    listed = world.api().get("/v1/refData").json
    assert [item["code"] for item in listed["items"]] == sorted(set(lists()) - {DIRECTORY})
    assert listed["total"] == len(listed["items"])
    for item in listed["items"]:
        found = world.api().get(item["href"])
        assert found.status_code == 200
        assert (found.json["self"], found.json["label"]) == (item["href"], item["label"])
        assert found.json["total"] == len(found.json["items"])


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("countries/BE", {"code": "BE", "label": "België"}),
        ("countries/BE?lang=fr", {"label": "Belgique", "labels": {"fr": "Belgique"}}),
        ("linkKinds/cityLink", {"label": "Stedenband (Noord-Zuid)"}),
        ("currencies/BWP", {"label": "Botswaanse pula"}),
        ("languages/tn", {"label": "Tswana"}),
        ("sdgTargets/1.a", {"parent": {"href": f"{REFDATA}/sdgGoals/1", "code": "1"}}),
        ("dacSectors/11110", {"parent": {"href": f"{REFDATA}/dacSectorCategories/111", "code": "111"}}),
        ("permissions/cityLinks:claim", {"roles": ["coordinator"]}),
        ("roles/auditor", {"permissions": sorted(["agreements:read", "changes:read", "cityLinks:read", "partnerCities:read"])}),
    ],
)  # fmt: skip
def test_a_code_says_what_it_is(world: World, path: str, wanted: dict[str, object]) -> None:
    found = world.api().get(f"/v1/refData/{path}", headers={"Accept-Language": "nl"}).json
    assert found["href"] == f"{REFDATA}/{path.partition('?')[0]}"
    assert {name: found[name] for name in wanted} == wanted


def test_a_language_without_labels_keeps_none_of_them(world: World) -> None:
    found = world.api().get("/v1/refData/countries/BE?lang=pt", headers={"Accept-Language": "fr"}).json
    assert found == {"href": f"{REFDATA}/countries/BE", "code": "BE", "label": "Belgique"}


def test_every_problem_leads_to_what_it_means(world: World) -> None:
    problem = world.api().get("/v1/refData/nothing", headers={"Accept-Language": "fr"}).json
    meant = world.api().get(problem["href"], headers={"Accept-Language": "fr"}).json
    assert (meant["code"], meant["label"], meant["status"]) == (problem["type"], problem["title"], problem["status"])
    assert meant["description"].startswith("Cette ressource n’existe pas")
    types = set(lists()["problemTypes"].items)
    kinds = {kind.type for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)}
    assert kinds < types
    assert f"{errors.BELGIF}input-validation:schemaViolation" in types


@pytest.mark.parametrize("path", ["nothing", "countries/ZZ", "countries/be", "nothing/BE", "%00/BE"])
def test_what_is_not_listed_is_not_found(world: World, path: str) -> None:
    assert world.api().get(f"/v1/refData/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/countries", "/countries/BE"])
def test_a_caller_may_keep_it_per_language(world: World, path: str) -> None:
    first = world.api().get(f"/v1/refData{path}")
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert (first.headers["Content-Language"], first.headers["API-Version"]) == ("en", API_VERSION)
    assert "Accept-Language" in first.headers["Vary"]
    again = world.api().get(f"/v1/refData{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = {"If-None-Match": first.headers["ETag"], "Accept-Language": "fr"}
    assert world.api().get(f"/v1/refData{path}", headers=other).status_code == 200


def test_input_is_checked_against_the_lists_that_are_shown(world: World) -> None:
    shown = {item["code"] for item in world.api().get("/v1/refData/countries").json["items"]}
    assert shown == set(COUNTRIES.codes)
    assert world.api().get("/v1/partnerCities?country=BW&country=XK").status_code == 200
    assert world.api().get("/v1/partnerCities?country=YU").json["issues"][0]["name"] == "country"
