"""The operations of the contract, the places of their input, and a good request for each."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import PICTURE

Spec = dict[str, Any]
Path = tuple[str | int, ...]


@cache
def contract() -> Spec:
    """Return the contract, with every reference written out."""
    app = create_app(Settings(database_url="postgresql://"))
    contract = app.extensions["stedenband.contract"]()
    return dict(_resolved(contract, contract))


def _resolved(node: Any, whole: Spec) -> Any:
    if isinstance(node, list):
        return [_resolved(each, whole) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        target: Any = whole
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        named = {"title": node["$ref"].rsplit("/", 1)[1]} if "properties" in target else {}
        return {**_resolved(target, whole), **named}
    node = {key: _resolved(each, whole) for key, each in node.items()}
    if isinstance(node.get("allOf"), list):
        return {**node.pop("allOf")[0], **node}
    return node


OPEN = {
    "movePeriod": "pending",
    "checkPeriodMove": "pending",
    "moveDelegation": "travelling",
    "checkDelegationMove": "travelling",
}
"""The moves that are open to a draft of a report; to others the second of their states is."""
SOME_OF = {
    "createContact": ("familyName",),
    "createProgramItem": ("timezone",),
    "giveSubjectAccess": ("name",),
    "rectifyContact": ("givenName",),
}
"""Properties of which one must be given, though none of them is required."""
COMES_WITH = {"target": "targetReason", "personalData": "keepUntil"}
"""What is given with another property, and not without."""


BOUNDARY = "5d41402abc4b2a76b9719d911017c592"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def in_a_form(metadata: bytes, file: bytes = PICTURE, name: str = "picture.png") -> bytes:
    """Return a form with a file and what is said of it."""
    head = b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n'
    parts = [
        head % (BOUNDARY.encode(), part, called.encode(), body)
        for part, called, body in ((b"metadata", "blob", metadata), (b"file", name, file))
    ]
    return b"".join((*parts, f"--{BOUNDARY}--\r\n".encode()))


@dataclass(frozen=True)
class Request:
    """A request as bytes on the wire, but for the caller's key: what stands in the path and query is quoted."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    form: bool = False
    """Whether the body is what comes with a file in a form."""

    @property
    def sent(self) -> bytes | None:
        """The body as it goes over the line."""
        formed = self.form and self.headers.get("Content-Type") == FORM
        return in_a_form(self.body or b"") if formed else self.body


@dataclass(frozen=True)
class Operation:
    """One operation, with its parameters and the schemas of what is sent and what comes back."""

    id: str
    method: str
    path: str
    spec: Spec

    def __str__(self) -> str:
        """Name it in the report of a test run."""
        return self.id

    def parameters(self, place: str) -> list[Spec]:
        """Return the parameters that stand in the query, the path or a header."""
        return [each for each in self.spec["parameters"] if each["in"] == place]

    @property
    def body(self) -> Spec | None:
        """The schema of the body."""
        content = self.content
        if "multipart/form-data" in content:
            return dict(content["multipart/form-data"]["schema"]["properties"]["metadata"])
        return content["application/json"]["schema"] if "application/json" in content else None

    @property
    def content(self) -> Spec:
        """The body in each of its media types."""
        return dict(self.spec.get("requestBody", {}).get("content", {}))

    @property
    def reply(self) -> Spec:
        """The schema of a good reply; empty when it has no body."""
        good = next(reply for status, reply in self.spec["responses"].items() if status.startswith("2"))
        contents: list[Spec] = list(good.get("content", {}).values())
        return dict(contents[0]["schema"]) if contents else {}

    def address(self, ids: Mapping[str, str]) -> str:
        """Return the path with these ids."""
        return "/v1" + self.path.format_map(ids)

    @property
    def query(self) -> Spec:
        """The parameters that it cannot do without, as their examples."""
        return {each["name"]: each["example"] for each in self.parameters("query") if each.get("required")}

    def example(self) -> Spec:
        """Return the documented example of the body, with a move that is open to a new record."""
        formed = self.content.get("multipart/form-data", {"example": {}})["example"].get("metadata")
        example = dict(deepcopy(formed or self.content["application/json"]["example"]))
        if self.id == "createDelegation":
            for meeting in example["meetings"]:
                del meeting["programItem"]  # a new delegation has no program yet
        if self.body and "to" in example:
            return {**example, "to": OPEN.get(self.id, self.body["properties"]["to"]["enum"][1])}
        return example

    def good(self, ids: Mapping[str, str], cities: list[str], *wanted: str) -> Request:
        """Return a request that the contract promises to accept, with the properties that are required or `wanted`."""
        needed = {
            each["name"]: each["schema"].get("example", each.get("example"))
            for each in self.parameters("header")
            if each["required"]
        }
        headers = {name: "*" if name == "If-Match" else str(value) for name, value in needed.items()}
        if self.body is None and self.content:
            kind = next(iter(self.content))
            return Request(
                self.method, self.address(ids), urlencode(self.query), {"Content-Type": kind, **headers}, b""
            )
        if self.body is None:
            return Request(self.method, self.address(ids), urlencode(self.query), headers)
        example = self.example()
        beside = {COMES_WITH[name] for name in wanted if name in COMES_WITH}
        names = {*self.body.get("required", ()), *SOME_OF.get(self.id, ()), *wanted, *beside}
        into = ids["contactId" if "{contactId}" in self.path else "cityLinkId"]
        named = {
            "into": into,
            "cityLink": ids["cityLinkId"],
            "organization": ids["organizationId"],
            "contact": ids["contactId"],
            "goal": ids["policyGoalId"],
            "policyAction": ids["policyActionId"],
            "decision": ids["decisionId"],
            "result": ids["resultId"],
            "indicator": ids["indicatorId"],
            "period": ids["periodId"],
            "programItem": ids["programItemId"],
            "originCity": ids["partnerCityId"],
            "hostCity": ids["hostCity"],
            "exchangeProject": ids["exchangeProjectId"],
            "hostContact": ids["contactId"],
            "subject": ids["cityLinkId"],
        }
        document = referring({name: value for name, value in example.items() if name in names}, cities, named)
        return self.with_body(ids, json.dumps(document).encode(), headers)

    def with_body(self, ids: Mapping[str, str], body: bytes, headers: Mapping[str, str]) -> Request:
        """Return a request with this body."""
        form = "multipart/form-data" in self.content
        kind = FORM if form else "application/json"
        return Request(self.method, self.address(ids), "", {"Content-Type": kind, **headers}, body, form)


def referring(document: Any, cities: list[str], named: Mapping[str, str]) -> Any:
    """Return `document` with every reference made one to a real record: by its name, else to a city, each to another."""
    if isinstance(document, list):
        return [referring(each, cities[index:] or cities, named) for index, each in enumerate(document)]
    if isinstance(document, dict):
        if set(document) == {"id"}:
            return {"id": cities[0]}
        return {
            name: {**each, "id": named[name]}
            if name in named and _is_reference(each)
            else referring(each, cities, named)
            for name, each in document.items()
        }
    return document


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and {"id"} <= set(value) <= {"id", "type"}


def operations() -> list[Operation]:
    """Return every operation of the contract."""
    return [
        Operation(spec["operationId"], method.upper(), path, spec)
        for path, item in contract()["paths"].items()
        for method, spec in item.items()
    ]


def places(schema: Spec, path: Path = ()) -> Iterator[tuple[Path, Spec]]:
    """Yield every place of a document: each property, those within it, and the items of arrays."""
    if path:
        yield path, schema
    for name, each in schema.get("properties", {}).items():
        if not each.get("readOnly"):
            yield from places(each, (*path, name))
    if schema.get("type") == "array":
        yield from places(schema["items"], (*path, 0))


def name_of(path: Path) -> str:
    """Return a place as an issue names it: `members[0].city.id`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


TOKEN = "\ue000here\ue000"  # noqa: S105 (a place, not a secret)


def put(document: Any, path: Path, value: str) -> bytes:
    """Return the JSON of `document` with the JSON text `value` at `path`; what lies on the way is made."""
    document = deepcopy(document)
    node = document
    for step, following in pairwise(path):
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, [{}] if following == 0 else {})
    node[path[-1]] = TOKEN
    return json.dumps(document).replace(json.dumps(TOKEN), value).encode("utf-8", "surrogatepass")
