"""`select`, `embed` and `lang` are projections of the full document: nothing more, nothing less, in few statements."""

from typing import Any

import pytest

from stedenband.app import RESOURCES
from stedenband.web.embedding import REGISTER, kinds_of
from stedenband.web.fields import Matches, Moves, properties_of
from stedenband.web.projection import ALWAYS
from stedenband.web.resource import Resource
from stedenband.web.schema import on_demand
from tests.builders import OWN, PARTNER, STRANGER, Api, World
from tests.contracts.test_statements import watched

EVERY = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)


ABOVE: dict[str, Any] = {
    "cityLinks": lambda world: world.links,
    "policyPlans": lambda world: world.plans,
    "exchangeProjects": lambda world: world.projects,
    "delegations": lambda world: world.delegations,
}
"""The records that others stand below, by visibility."""


def one_of(world: World, resource: Resource) -> tuple[Api, str]:
    """Return a caller and the address of a record that it sees."""
    api = world.api(
        OWN,
        "admin"
        if resource.name in {"apiClients", "calendarSubscriptions", "digestSubscriptions", "webhooks"}
        else "coordinator",
    )
    collection = resource.path
    if resource.parent:
        above = ABOVE[resource.parent.name](world)
        collection = f"/{resource.parent.name}/{above['public']}/{resource.name}"
    if resource.name == "privacyActs":
        api.post("/v1/subjectAccess", {"name": "Nobody Known"})
    if resource.name == "calendarSubscriptions":
        world.api(OWN).post(f"/v1{collection}", {"label": "Phone", "city": {"id": str(world.cities[OWN])}})
    if resource.name == "digestSubscriptions":
        world.api(OWN).post(f"/v1{collection}", {"label": "Office", "email": "office@genk.example"})
    if resource.name == "webhooks":
        link = {"id": str(world.links["public"])}
        world.api(OWN).post(f"/v1{collection}", {"label": "Map", "url": "https://map.example.org/", "cityLink": link})
    items = api.get(f"/v1{collection}?pageSize=1").json["items"]
    return api, items[0]["href"]


def projected(document: Any, wanted: dict[str, tuple[str, ...]]) -> Any:
    """Return a document with only the properties wanted, and of each only those wanted of it."""
    kept = {name: value for name, value in document.items() if name in wanted or name in ALWAYS}
    return {name: _below(value, wanted.get(name, ())) for name, value in kept.items()}


def _below(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_below(each, names) for each in value]
    if isinstance(value, dict) and names:
        reference = "href" in value or "title" in value
        return {name: each for name, each in value.items() if name in names or (reference and name == "id")}
    return value


@EVERY
def test_select_gives_what_it_names_of_the_full_document(world: World, resource: Resource) -> None:
    api, address = one_of(world, resource)
    asked_for = [field.data_key for field in resource.schema().fields.values() if on_demand(field)]
    extra = api.get(f"{address}?select=({','.join(asked_for)})").json if asked_for else {}  # type: ignore[arg-type]
    full = extra | api.get(address).json
    assert all(name in extra and name not in api.get(address).json for name in asked_for)
    for name, below in properties_of(resource.schema).items():
        for chosen in {(), below[:1], below}:
            asked = f"({name}({','.join(chosen)}))" if chosen else f"({name})"
            reply = api.get(f"{address}?select={asked}")
            assert reply.json == projected(full, {name: chosen}), asked


@EVERY
def test_select_shapes_the_items_of_a_list_too(world: World, resource: Resource) -> None:
    api, address = one_of(world, resource)
    collection = address.rpartition("/")[0]
    declared = resource.schema().fields.items()
    listed = [
        field.data_key
        for _, field in declared
        if not isinstance(field, Matches | Moves) and not field.load_only and not on_demand(field)
    ]
    full = api.get(collection).json["items"]
    asked = ",".join(listed[::2])  # type: ignore[arg-type]
    items = api.get(f"{collection}?select=({asked})").json["items"]
    assert items == [projected(item, dict.fromkeys(listed[::2], ())) for item in full]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("select", "told"),
    [
        ("title", "between parentheses"),
        ("()", "between parentheses"),
        ("(title", "between parentheses"),
        ("(title,)", "between parentheses"),
        ("(owner(title(id)))", "between parentheses"),
        ("(title) ", "between parentheses"),
        ("(" + "title," * 400 + "kind)", "between parentheses"),
        ("(nothing)", "'nothing'"),
        ("(owner(nothing))", "'owner.nothing'"),
        ("(title(id))", "'title.id'"),
        ("(__class__)", "between parentheses"),
        ("(decision)", "'decision'"),
        ("(title,title)", "twice"),
    ],
)
def test_a_selection_that_cannot_be_read_is_refused_by_name(world: World, select: str, told: str) -> None:
    reply = world.api().get("/v1/cityLinks", query_string={"select": select})
    assert reply.status_code == 400
    (issue,) = reply.json["issues"]
    assert issue["name"] == "select"
    assert told in issue["detail"]


@EVERY
def test_what_can_be_embedded_is_a_collection_of_this_application(world: World, resource: Resource) -> None:
    assert set(kinds_of(resource)) <= set(world.app.extensions[REGISTER])


@EVERY
def test_embed_gives_every_record_that_is_referred_to_once(world: World, resource: Resource) -> None:
    api, address = one_of(world, resource)
    collection = address.rpartition("/")[0]
    for kind in kinds_of(resource):
        for asked in (address, collection):
            with watched(world) as traffic:
                document = api.get(f"{asked}?embed={kind}").json
            assert len(traffic.statements) == 2
            embedded = document.pop("embedded")
            wanted = {each for each in referred(document, kind) if each != document.get("href")}
            assert wanted - {each["href"] for each in document.get("items", ())} <= set(embedded)
            for href, record in embedded.items():
                full = api.get(href).json
                assert {name: full[name] for name in record} == record


def referred(document: Any, kind: str) -> set[str]:
    """Return the addresses of records of a kind that a document refers to, without its possible duplicates."""
    found: set[str] = set()
    if isinstance(document, list):
        found.update(*(referred(each, kind) for each in document))
    if isinstance(document, dict):
        if "title" in document and str(document.get("href")).rpartition("/")[0].endswith(kind):
            found.add(document["href"])
        parts = (value for name, value in document.items() if name != "possibleDuplicates")
        found.update(*(referred(value, kind) for value in parts))
    return found


def test_two_kinds_are_two_statements_and_one_map(world: World) -> None:
    path = f"/v1/cityLinks/{world.links['public']}/agreements?embed=cityLinks&embed=partnerCities&embed=cityLinks"
    with watched(world) as traffic:
        document = world.api(OWN).get(path).json
    assert len(traffic.statements) == 3
    assert {href.split("/")[-2] for href in document["embedded"]} == {"cityLinks", "partnerCities"}


def test_a_page_without_items_embeds_nothing(world: World) -> None:
    document = world.api().get("/v1/cityLinks?q=nothingofthekind&embed=partnerCities").json
    assert (document["items"], document["embedded"]) == ([], {})


def test_embedding_shows_no_record_that_its_caller_does_not_see(fresh_world: World) -> None:
    """A hidden member city stays hidden; its name stands in no reply."""
    own = fresh_world.api(OWN)
    hidden = own.post("/v1/partnerCities", {"name": "Unseen", "countryCode": "BE", "visibility": "city"}).json
    cities = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    link = own.post(
        "/v1/cityLinks",
        {
            "kind": "network",
            "members": [*cities, {"city": {"id": hidden["id"]}}],
            "title": "A net",
            "visibility": "public",
        },
    ).json
    for api, count in ((own, 3), (fresh_world.api(STRANGER), 2), (fresh_world.api(), 2)):
        reply = api.get(f"{link['href']}?embed=partnerCities")
        assert len(reply.json["embedded"]) == count
        assert ("Unseen" in reply.text) == (api is own)


def test_a_key_embeds_only_what_it_may_read(fresh_world: World) -> None:
    admin = fresh_world.api(OWN, "admin")
    client = fresh_world.clients[OWN, "coordinator"]
    key = admin.post(f"/v1/apiClients/{client}/keys", {"scopes": ["cityLinks:read"]}).json["key"]
    api = admin.as_(key)
    assert api.get("/v1/cityLinks").status_code == 200
    assert api.get("/v1/cityLinks?embed=partnerCities").status_code == 403


def test_the_tag_of_an_embedding_reply_serves_a_change(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = f"/v1/cityLinks/{fresh_world.links['city']}"
    reply = api.get(f"{path}?embed=partnerCities&select=(title)")
    assert (
        api.get(
            f"{path}?embed=partnerCities&select=(title)", headers={"If-None-Match": reply.headers["ETag"]}
        ).status_code
        == 304
    )
    assert api.patch(path, {"title": "New"}, reply.headers["ETag"]).status_code == 200


TEXTS = {"nl": "Stedenband.", "pt": "Geminação.", "en": "City link."}


@pytest.mark.parametrize(
    ("asked", "texts", "kept"),
    [
        ("nl", TEXTS, "nl"),
        ("pt", TEXTS, "pt"),
        ("fr", TEXTS, "en"),
        ("fr", {"nl": "Stedenband.", "pt": "Geminação."}, "nl"),
    ],
)
def test_lang_keeps_one_language_of_every_text(
    fresh_world: World, asked: str, texts: dict[str, str], kept: str
) -> None:
    """The one asked for; where there is none, English; where there is not even that, the first by code."""
    api = fresh_world.api(OWN)
    path = f"/v1/cityLinks/{fresh_world.links['city']}"
    api.patch(path, {"summary": texts})
    full = api.get(path).json
    expected = full | {"summary": {kept: texts[kept]}}
    assert api.get(f"{path}?lang={asked}").json == expected
    (item,) = api.get(f"/v1/cityLinks?lang={asked}&select=(summary)&q={full['title']}&kind={full['kind']}").json[
        "items"
    ]
    assert item["summary"] == expected["summary"]


def test_open_moves_say_where_a_link_may_go_and_what_that_demands(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = f"/v1/cityLinks/{fresh_world.links['city']}"
    assert api.get(path).json["transitions"] == [
        {"to": "exploring", "demands": []},
        {"to": "active", "demands": ["decision"]},
        {"to": "ended", "demands": ["decision", "reason"]},
    ]
    decision = {"date": "2020-01-01", "body": "Council", "reference": "1"}
    assert api.move(path, "ended", decision=decision, reason="Over.").json["transitions"] == []


def test_a_key_that_may_not_move_a_link_is_told_no_moves(fresh_world: World) -> None:
    admin, client = fresh_world.api(OWN, "admin"), fresh_world.clients[OWN, "coordinator"]
    key = admin.post(f"/v1/apiClients/{client}/keys", {"scopes": ["cityLinks:read"]}).json["key"]
    assert "transitions" not in admin.as_(key).get(f"/v1/cityLinks/{fresh_world.links['city']}").json


def test_an_export_has_the_columns_that_are_selected_in_the_language_wanted(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    path = f"/v1/cityLinks/{fresh_world.links['city']}"
    title = api.patch(path, {"summary": TEXTS}).json["title"]
    lines = api.get("/v1/cityLinks?format=csv&select=(title,status)").text.splitlines()
    assert lines[0].removeprefix("\ufeff") == "id;href;title;status"
    (line,) = (line for line in lines if title in line)
    assert line.endswith(f"{title};candidate")
    assert "Stedenband" not in api.get("/v1/cityLinks?format=ndjson&lang=pt").text


@pytest.mark.parametrize("path", ["/v1/cityLinks?format=ndjson", "/v1/cityLinks/{link}?format=geojson"])
def test_only_json_embeds(world: World, path: str) -> None:
    reply = world.api().get(path.format(link=world.links["public"]) + "&embed=partnerCities")
    assert (reply.status_code, reply.json["issues"][0]["name"]) == (400, "embed")
