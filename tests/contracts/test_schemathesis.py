"""The contract keeps its word on records that exist: requests made from it are answered as it says; its examples work.

`make schemathesis` tries wrong requests too, with all checks, on a live server; but it seldom hits a record.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import func

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core.address import owner_session
from stedenband.tasks.rules import FOLDER, Files
from tests.builders import A_REPORT, DATA, OWN, PARTNER, STRANGER, World, a_task, world_in
from tests.contracts.operations import Operation, contract, operations
from tests.contracts.target import begun
from tests.databases import TestServer

pytestmark = pytest.mark.no_cover
"""What these send is counted elsewhere, one by one; here it would take half as long again."""
EXAMPLES = 6
"""Requests per operation and caller, such as the contract allows."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(
    create_app(Settings(database_url="postgresql://")).extensions["stedenband.contract"]()
)
GENERATED = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
STATE = frozenset({404, 409, 410, 412})
"""Answers to an example that is right in itself but does not fit what is stored."""


@pytest.fixture(scope="module")
def stage(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world that may be written to."""
    with server.copy(worker_id) as database, world_in(database) as world:
        yield world


def task_of(world: World, kind: str | None) -> str:
    """Return a task of a coordinator: one that waits, or one of a kind that is done, with its files."""
    row = a_task(world.clients[OWN, "coordinator"])
    if kind:
        result = {"name": "file.csv", "mediaType": "text/csv"}
        row = a_task(row.api_client_id, kind, state="done", result=result, ended_at=func.now())
    with owner_session(world.database.owner_url) as session:
        session.add(row)
        session.commit()
        for name in ("result", "corrections.csv", "corrections.xlsx"):
            Files(DATA / FOLDER).write(row.id, name, lambda out: out.write(A_REPORT))
        return str(row.id)


def ids_in(world: World, path: str) -> dict[str, str]:
    """Return an id for each parameter of this path: records that were published, so that nothing deletes them.

    What is not in every world is made, and only for a path that names it.
    """
    api, staff, named = world.api(OWN, "admin"), world.api(OWN), set(re.findall(r"{(\w+)}", path))
    client, made = str(world.clients[STRANGER, "auditor"]), {}
    if "keyId" in named:
        made["keyId"] = api.get(f"/v1/apiClients/{client}").json["keys"][0]["id"]
    if "privacyActId" in named:
        acts, number = "/v1/privacyActs?q=DPO-1", "DPO-1"
        if not staff.get(acts).json["items"]:
            assert staff.post("/v1/subjectAccess", {"name": "Nobody Known", "fileNumber": number}).status_code < 300
        made["privacyActId"] = staff.get(acts).json["items"][0]["id"]
    if "transferGroundId" in named:
        made["transferGroundId"] = staff.get("/v1/transferGrounds").json["items"][0]["id"]
    if "uploadId" in named:
        made["uploadId"] = begun(world)
    if named & {"calendarSubscriptionId", "secret"}:
        phone = staff.post("/v1/calendarSubscriptions", {"label": "Phone"}).json
        made |= {"calendarSubscriptionId": phone["id"], "secret": phone["address"].rpartition("/")[2]}
    if "webhookId" in named:
        hooks = staff.get("/v1/webhooks").json["items"]
        map_of_ours = {"label": "Map", "url": "https://map.example.org/"}
        hook = hooks[0] if hooks else staff.post("/v1/webhooks", map_of_ours).json
        tried = staff.post(f"/v1/webhooks/{hook['id']}/test", None).json
        made |= {"webhookId": hook["id"], "deliveryId": tried["id"]}
    if named & {"taskId", "importId", "exportId"}:
        tasks = [task_of(world, kind) for kind in (None, "import", "export")]
        made |= dict(zip(("taskId", "importId", "exportId"), tasks, strict=True))
    if "digestSubscriptionId" in named:
        offices = staff.get("/v1/digestSubscriptions").json["items"]
        office = {"label": "Office", "email": "office@genk.example"}
        office = offices[0] if offices else staff.post("/v1/digestSubscriptions", office).json
        made["digestSubscriptionId"] = office["id"]
    return {
        "digest": "dig_never",
        "apiClientId": client, "partnerCityId": str(world.cities[OWN]), "cityLinkId": str(world.links["public"]),
        "agreementId": str(world.agreements["public"]),
        "organizationId": str(world.organizations["public"]), "contactId": str(world.contacts["public"]),
        "collection": "organizations", "codeList": "countries", "itemCode": "BE",
        "policyPlanId": str(world.plans["public"]), "policyGoalId": str(world.goals["public"]),
        "policyActionId": str(world.actions["public"]), "decisionId": str(world.decisions["public"]),
        "exchangeProjectId": str(world.projects["public"]), "resultId": str(world.results["public"]),
        "indicatorId": str(world.indicators["public"]), "periodId": str(world.periods["public"]),
        "hostCity": str(world.cities[PARTNER]), "delegationId": str(world.delegations["public"]),
        "programItemId": str(world.program_items["public"]), "documentId": str(world.documents["public"]), **made,
    }  # fmt: skip


def key_of(world: World, path: str, role: str | None) -> dict[str, str]:
    """Return the header of a caller; where only an administrator may go, the staff of the city is one."""
    wanted = "admin" if role and "apiClients" in path else role
    return {"Authorization": f"Bearer {world.keys[OWN, wanted]}"} if wanted else {}


@pytest.mark.parametrize("role", ["coordinator", None])
@pytest.mark.parametrize("operation", GENERATED, ids=lambda each: each.label)
def test_answers_are_what_the_contract_says(operation: Any, role: str | None, stage: World) -> None:
    ids = ids_in(stage, operation.path)
    operation.app = stage.app
    operation.schema.app = stage.app

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def send(case: Any) -> None:
        case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
        if "If-Match" in (case.headers or {}):
            case.headers["If-Match"] = "*"
        case.headers.pop("Authorization", None)
        headers = key_of(stage, operation.path, role) | {"Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()


@pytest.mark.parametrize("operation", [each for each in operations() if each.body is not None], ids=str)
def test_the_example_of_a_body_is_accepted_or_does_not_fit_what_is_stored(
    operation: Operation, fresh_world: World
) -> None:
    cities = [str(fresh_world.cities[name]) for name in (OWN, STRANGER)]
    request = operation.good(ids_in(fresh_world, operation.path), cities, *operation.example())
    headers = {**request.headers, **key_of(fresh_world, operation.path, "coordinator")}
    answer = fresh_world.api().call(request.method, request.path, headers=headers, data=request.sent)
    assert answer.status_code < 300 or answer.status_code in STATE, answer.text


@pytest.mark.parametrize("operation", [each for each in operations() if each.method == "GET"], ids=str)
def test_the_example_of_every_parameter_is_understood(operation: Operation, stage: World) -> None:
    ids, key = ids_in(stage, operation.path), key_of(stage, operation.path, "coordinator")
    for parameter in operation.parameters("query"):
        if "example" in parameter:
            example = parameter["example"]
            for value in example if isinstance(example, list) else [example]:
                spelled = json.dumps(value) if isinstance(value, bool) else str(value)
                query = urlencode({**operation.query, parameter["name"]: spelled})
                address = f"{operation.address(ids)}?{query}"
                answer = stage.api().call("GET", address, headers=key)
                assert answer.status_code == 200, f"{address}: {answer.text}"


def test_every_query_parameter_but_a_cursor_and_every_body_has_an_example() -> None:
    without = [
        f"{operation} {parameter['name']}"
        for operation in operations()
        for parameter in operation.spec["parameters"]
        if "example" not in parameter and parameter["name"] not in {"after", "token", "total"}
    ]
    assert not without
    for item in contract()["paths"].values():
        for operation in item.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert "example" in content
