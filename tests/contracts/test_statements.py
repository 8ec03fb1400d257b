"""How often a request asks the database: what is refused for its form never, a read and a list once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
import pytest
from sqlalchemy import event

from stedenband.app import RESOURCES
from stedenband.core.db import ENTER, ENTER_AS
from tests.builders import OWN, Api, Reply, World

LIST, MISSING = "/v1/cityLinks", "/v1/cityLinks/0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"


@dataclass
class Traffic:
    """What passed between the application and the database: statements, and how often a connection was taken."""

    checkouts: int = 0
    statements: list[str] = field(default_factory=list)


@contextmanager
def watched(world: World) -> Iterator[Traffic]:
    """Count for the time of the block."""
    traffic = Traffic()
    engine = world.app.extensions["stedenband.database"].engine

    class Counted(psycopg.Cursor[Any]):
        """Every way to the database leads through a cursor of the driver."""

        def execute(self, query: Any, *values: Any, **more: Any) -> Self:
            traffic.statements.append(str(query))
            return super().execute(query, *values, **more)

    def taken(connection: Any, *_: Any) -> None:
        traffic.checkouts += 1
        connection.cursor_factory = Counted

    def given_back(connection: Any, _record: object) -> None:
        connection.cursor_factory = psycopg.Cursor

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    try:
        yield traffic
    finally:
        event.remove(engine, "checkout", taken)
        event.remove(engine, "checkin", given_back)


def paths(world: World) -> list[str]:
    """Return the address of every list and of one record of each."""
    link, public = world.links["public"], world.agreements["public"]
    plan = f"/v1/policyPlans/{world.plans['public']}"
    return [
        *(f"/v1/{name}" for name in ("partnerCities", "cityLinks", "organizations", "contacts")),
        *(f"/v1/{name}" for name in ("policyPlans", "decisions", "exchangeProjects")),
        *(plan, f"{plan}/goals", f"{plan}/actions"),
        f"{plan}/goals/{world.goals['public']}",
        f"{plan}/actions/{world.actions['public']}",
        f"/v1/decisions/{world.decisions['public']}",
        f"/v1/exchangeProjects/{world.projects['public']}",
        f"/v1/exchangeProjects/{world.projects['public']}?select=(title,results)",
        f"/v1/exchangeProjects/{world.projects['public']}?select=(title,actions)",
        *(f"/v1/exchangeProjects/{world.projects['public']}/{name}" for name in ("results", "indicators", "periods")),
        f"/v1/exchangeProjects/{world.projects['public']}/results/{world.results['public']}",
        f"/v1/exchangeProjects/{world.projects['public']}/indicators/{world.indicators['public']}",
        f"/v1/exchangeProjects/{world.projects['public']}/indicators/{world.indicators['public']}/series",
        f"/v1/exchangeProjects/{world.projects['public']}/periods/{world.periods['public']}",
        f"/v1/exchangeProjects/{world.projects['public']}/periods/{world.periods['public']}?select=(figures)",
        *("/v1/delegations", "/v1/emissionFactors", "/v1/statistics/delegations", "/v1/statistics/travel?year=2026"),
        f"/v1/delegations/{world.delegations['public']}",
        f"/v1/delegations/{world.delegations['public']}?format=ics",
        f"/v1/delegations/{world.delegations['public']}?select=(title,documents)",
        f"/v1/delegations/{world.delegations['public']}/programItems",
        f"/v1/delegations/{world.delegations['public']}/programItems/{world.program_items['public']}",
        "/v1/changes/seals",
        "/v1/statistics/exchangeProjects?groupBy=policyGoal",
        f"/v1/cityLinks/{link}/agreements",
        f"/v1/partnerCities/{world.cities[OWN]}",
        f"/v1/cityLinks/{link}",
        f"/v1/cityLinks/{link}/calendar",
        f"/v1/partnerCities/{world.cities[OWN]}/calendar",
        f"/v1/cityLinks/{link}/agreements/{public}",
        "/v1/search?q=gnek",
        f"/v1/organizations/{world.organizations['public']}",
        f"/v1/contacts/{world.contacts['public']}",
        "/v1/documents",
        *(f"/v1/documents/{world.documents['public']}{end}" for end in ("", "/content", "/thumbnail")),
    ]


def test_a_read_and_a_list_are_one_statement(world: World) -> None:
    assert len(RESOURCES) == 22, "a new resource belongs in the list below"
    for api in (world.api(), world.api(OWN)):
        for path in paths(world):
            with watched(world) as traffic:
                assert api.get(path).status_code == 200
            assert (traffic.checkouts, len(traffic.statements)) == (1, 1), path
    with watched(world) as traffic:
        assert world.api(OWN).get(f"/v1/delegations/{world.delegations['public']}/warnings").status_code == 200
    assert (traffic.checkouts, len(traffic.statements)) == (1, 1)
    for path in (
        "/v1/apiClients",
        f"/v1/apiClients/{world.clients[OWN, 'admin']}",
        "/v1/calendarSubscriptions",
        "/v1/digestSubscriptions",
        "/v1/webhooks",
        "/v1/tasks",
    ):
        with watched(world) as traffic:
            assert world.api(OWN, "admin").get(path).status_code == 200
        assert (traffic.checkouts, len(traffic.statements)) == (1, 1), path


def test_looking_people_up_is_one_statement(world: World) -> None:
    asked = {"q": "ann", "role": ["staff"], "sort": "-name", "pageSize": 1, "total": True}
    for api in (world.api(), world.api(OWN)):
        with watched(world) as traffic:
            assert api.post("/v1/contacts/query", asked).status_code == 200
        assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


@pytest.mark.parametrize(
    "query",
    [
        "?total=true",
        "?q=genk&sort=-startDate&pageSize=1",
        "?country=BE&near=50.9,5.5,100&theme=waste&renewalDue=false",
        "?pageSize=200",
    ],
)
def test_filters_sorts_and_totals_ask_for_nothing_more(world: World, query: str) -> None:
    with watched(world) as traffic:
        assert world.api(OWN).get(LIST + query).status_code == 200
    assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


def test_an_unchanged_record_costs_its_one_statement(world: World) -> None:
    path = f"/v1/cityLinks/{world.links['public']}"
    etag = world.api().get(path).headers["ETag"]
    with watched(world) as traffic:
        assert world.api().get(path, headers={"If-None-Match": etag}).status_code == 304
    assert (traffic.checkouts, len(traffic.statements)) == (1, 1)


def test_a_write_takes_one_connection(world: World) -> None:
    with watched(world) as traffic:
        assert (
            world.api(OWN).patch(f"/v1/cityLinks/{world.links['public']}", {"summary": {"en": "One."}}).status_code
            == 200
        )
    assert traffic.checkouts == 1


REFUSED_FOR_FORM: dict[str, tuple[int, Callable[[Api], Reply]]] = {
    "an unknown parameter": (400, lambda api: api.get(f"{LIST}?colour=red")),
    "a broken page size": (400, lambda api: api.get(f"{LIST}?pageSize=0")),
    "a broken cursor": (400, lambda api: api.get(f"{LIST}?after=nonsense")),
    "a parameter where there is none": (400, lambda api: api.get(f"{MISSING}?total=true")),
    "a media type that is not offered": (406, lambda api: api.get(LIST, headers={"Accept": "text/html"})),
    "a path that does not exist": (404, lambda api: api.get("/v1/nothing")),
    "an id that is none": (404, lambda api: api.get("/v1/cityLinks/1")),
    "a method that does not exist": (405, lambda api: api.call("PUT", MISSING)),
    "a closed operation": (401, lambda api: api.post(LIST, {"kind": "nonsense"})),
    "a closed operation on a record": (401, lambda api: api.patch(MISSING, {"title": ""})),
    "a closed collection": (401, lambda api: api.get("/v1/apiClients")),
    "a body over the limit": (413, lambda api: api.call("POST", LIST, data=b" " * (1024 * 1024 + 1))),
    "an address over the limit": (414, lambda api: api.get(f"{LIST}?q={'a' * 9000}")),
}


@pytest.mark.parametrize("name", REFUSED_FOR_FORM)
def test_what_is_refused_for_its_form_takes_no_connection(world: World, name: str) -> None:
    status, ask = REFUSED_FOR_FORM[name]
    with watched(world) as traffic:
        reply = ask(world.api())
    assert (reply.status_code, traffic.checkouts) == (status, 0), name


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer nonsense",
        "Basic Z2VuazpnZW5r",
        "Bearer sb_short_x",
        f"Bearer sb_{'a' * 12}_{'a' * 42}",
        f"Bearer sb_{'a' * 12}_{'a' * 44}",
        f"Bearer  sb_{'a' * 12}_{'a' * 43}",
        f"Bearer sb_{'é' * 12}_{'a' * 43}",
        "",
    ],
)
def test_what_has_not_the_form_of_a_key_takes_no_connection(world: World, value: str) -> None:
    with watched(world) as traffic:
        reply = world.api().get(LIST, headers={"Authorization": value})
    assert (reply.status_code, traffic.checkouts) == (401, 0)


def test_a_key_costs_one_checkout_whose_one_statement_enters(world: World) -> None:
    """Also where the request is refused for its form right afterwards."""
    unknown = f"sb_{'a' * 12}_{'a' * 43}"
    for key, status in ((world.keys[OWN, "editor"], 400), (unknown, 401)):
        with watched(world) as traffic:
            assert Api(world.app.test_client(), key).get(f"{LIST}?colour=red").status_code == status
        assert (traffic.checkouts, traffic.statements) == (1, [])


def test_entering_is_one_call_of_one_function(world: World) -> None:
    assert ENTER.count("enter(") == ENTER.upper().count("SELECT") == 1
    assert ENTER_AS.count("enter_as(") == ENTER_AS.upper().count("SELECT") == 1


def test_health_of_the_process_asks_nothing_of_the_database(world: World) -> None:
    with watched(world) as traffic:
        assert world.api().get("/livez").status_code == 200
    assert traffic.checkouts == 0


@pytest.mark.parametrize("path", ["/v1/refData", "/v1/refData/countries", "/v1/refData/countries/BE"])
def test_reference_data_asks_nothing_of_the_database(world: World, path: str) -> None:
    with watched(world) as traffic:
        assert world.api().get(path).status_code == 200
    assert traffic.checkouts == 0
