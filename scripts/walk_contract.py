"""Walk the rows of the contract against a running server, and print one line per row with what was seen.

usage: python -m scripts.walk_contract [ADDRESS KEYS_FILE]     (without arguments it starts a server of its own with the demo data)
It writes a few records of its own and deletes them. Exit status 1 when a promise is not kept.
"""

import gzip
import json
import re
import sys
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from scripts.demo_server import Demo, demo_server

MISSING = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
UUID_VERSION = 7


@dataclass(frozen=True)
class Reply:
    """A reply: status, headers in lower case, bytes as sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The document."""
        return json.loads(self.body)

    @property
    def type(self) -> str:
        """The kind of problem, without its namespace."""
        return str(self.json["type"]).rpartition(":")[2]


@dataclass(frozen=True)
class Caller:
    """Calls the API as somebody."""

    demo: Demo
    name: str | None = None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request; `body` is bytes or becomes JSON."""
        sent = {"Accept-Language": "en"}
        if self.name:
            sent["Authorization"] = f"Bearer {self.demo.keys[self.name]}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        address = path if path.startswith("http") else self.demo.address + path
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(address + asked, data, {**sent, **(headers or {})}, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as reply:  # noqa: S310 (loopback)
                return Reply(reply.status, _lower(reply.headers), reply.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, _lower(error.headers), error.read())

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """GET; an underscore in the name of a header is a hyphen."""
        return self.call(
            "GET", path, query=query, headers={name.replace("_", "-"): each for name, each in headers.items()}
        )


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Walk:
    """One walk: who calls, and a record to try things on."""

    demo: Demo
    made: list[str] = field(default_factory=list)

    @property
    def genk(self) -> Caller:
        """The coordinator of Genk."""
        return Caller(self.demo, "genk")

    @property
    def public(self) -> Caller:
        """Everybody."""
        return Caller(self.demo)

    def city(self, name: str) -> dict[str, Any]:
        """Return a city of the register by name."""
        return dict(self.public.get("/v1/partnerCities", {"q": name, "pageSize": 1}).json["items"][0])

    def link(self, **more: Any) -> Reply:
        """Make a link of Genk and Francistown."""
        members = [{"city": {"id": self.city(name)["id"]}} for name in ("Genk", "Francistown")]
        body = {"kind": "network", "title": f"Walk {uuid4()}", "members": members, **more}
        reply = self.genk.call("POST", "/v1/cityLinks", body, headers={"Idempotency-Key": str(uuid4())})
        assert reply.status == 201, reply.body
        self.made.append(reply.json["href"])
        return reply

    def leave(self) -> None:
        """Delete what was made."""
        for href in self.made:
            self.genk.call("DELETE", href, headers={"If-Match": "*"})
        self.made.clear()


def base(walk: Walk) -> str:
    """Paths."""
    contract = walk.public.get("/v1/doc/openapi.json").json
    paths = list(contract["paths"])
    for path in paths:
        for part in path.strip("/").split("/"):
            assert re.fullmatch(r"[a-z][A-Za-z.]*|\{[a-z][A-Za-z]*\}", part), path
    assert contract["servers"][0]["url"] == "/v1"
    assert walk.public.get("/v1/cityLinks/").status == 404
    assert walk.public.get("/v1/cityLinks.json").status == 404
    return f"{len(paths)} paths below /v1, lowerCamelCase; a trailing slash or an extension is 404"


def ids(walk: Walk) -> str:
    """Ids."""
    made = walk.link().json
    assert UUID(made["id"]).version == UUID_VERSION
    genk = walk.city("Genk")
    assert genk["identifiers"]["geonamesId"]
    return f"a new record is {made['id']} (UUID version 7); Genk's keys elsewhere are {genk['identifiers']}"


def collection(walk: Walk) -> str:
    """Collections."""
    page = walk.public.get("/v1/cityLinks", {"pageSize": 2}).json
    assert {"self", "items", "pageSize", "first", "next"} == set(page)
    assert page["next"].startswith(walk.demo.address)
    assert all({"href", "id"} <= set(item) for item in page["items"])
    reference = page["items"][0]["members"][0]["city"]
    assert {"href", "id", "title"} == set(reference)
    last = walk.public.get("/v1/cityLinks", {"q": "Genk Francistown", "pageSize": 200}).json
    assert "next" not in last
    return (
        "self, items, pageSize, first, next with absolute links; a reference is {href, id, title}; no next at the end"
    )


def paging(walk: Walk) -> str:
    """Paging."""
    seen: list[str] = []
    following: str | None = f"{walk.demo.address}/v1/cityLinks?pageSize=200&select=(id)&total=true"
    pages = total = 0
    while following:
        page = walk.public.get(following).json
        seen += [item["id"] for item in page["items"]]
        pages, total, following = pages + 1, page["total"], page.get("next")
    assert len(seen) == len(set(seen)) == total
    assert len(walk.public.get("/v1/cityLinks").json["items"]) == 50
    assert walk.public.get("/v1/cityLinks", {"pageSize": 201}).status == 400
    assert walk.public.get("/v1/cityLinks", {"after": "nonsense"}).status == 400
    return f"{total} links on {pages} pages of 200, none twice; 50 by default; 201 and a broken cursor are 400"


def filters(walk: Walk) -> str:
    """Filters."""
    asked: dict[str, dict[str, Any]] = {
        "be": {"country": "BW"},
        "or": {"country": ["BW", "PL"]},
        "and": {"country": "BW", "startDateFrom": "2200-01-01"},
    }
    count = {
        name: walk.public.get("/v1/cityLinks", {**query, "total": "true", "pageSize": 1}).json["total"]
        for name, query in asked.items()
    }
    assert count["or"] > count["be"] > count["and"] == 0
    for spelled in ("Liege", "liège", "LIÈG", "Lìège"):
        assert any(
            item["name"] == "Liège" for item in walk.public.get("/v1/partnerCities", {"q": spelled}).json["items"]
        )
    unknown = walk.public.get("/v1/cityLinks", {"colour": "red"})
    assert (unknown.status, unknown.json["issues"][0]["name"]) == (400, "colour")
    return f"country=BW {count['be']}, or PL {count['or']}; q=LIÈG finds Liège; an unknown parameter is 400 by name"


def sort(walk: Walk) -> str:
    """Sorting."""
    dates = [
        item.get("startDate")
        for item in walk.public.get("/v1/cityLinks", {"sort": ["-startDate", "title"], "pageSize": 200}).json["items"]
    ]
    there = [each for each in dates if each]
    assert there == sorted(there, reverse=True)
    assert dates[: len(there)] == there
    assert walk.public.get("/v1/cityLinks", {"sort": "internalNote"}).status == 400
    return f"sort=-startDate: {there[0]} first, those without a date last; a sort that is not listed is 400"


def shape(walk: Walk) -> str:
    """Select, embed, lang."""
    query = {"select": "(title,members(city))", "embed": "partnerCities", "pageSize": 1, "q": "Francistown"}
    page = walk.public.get("/v1/cityLinks", query).json
    assert set(page["items"][0]) == {"href", "id", "title", "members"}
    assert page["items"][0]["members"][0]["city"]["href"] in page["embedded"]
    link = walk.link(summary={"nl": "Proef.", "en": "Trial."}).json
    assert walk.genk.get(link["href"], {"lang": "nl"}).json["summary"] == {"nl": "Proef."}
    assert walk.public.get("/v1/cityLinks", {"select": "(a(b(c)))"}).status == 400
    return (
        f"select gives {sorted(page['items'][0])}, embed {len(page['embedded'])} cities by href; lang=nl keeps one text"
    )


def errors(walk: Walk) -> str:
    """Errors."""
    reply = walk.genk.call("POST", "/v1/cityLinks", {"kind": "?", "members": 1, "no": 1})
    problem = reply.json
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status, problem["type"]) == (400, "urn:problem-type:belgif:badRequest")
    assert {issue["name"] for issue in problem["issues"]} == {"kind", "members", "no"}
    assert problem["instance"].endswith(reply.headers["belgov-trace-id"])
    documented = walk.public.get(problem["href"])
    assert documented.status == 200
    statuses = {
        401: walk.public.call("POST", "/v1/cityLinks", {}),
        403: Caller(walk.demo, "auditor").call("POST", "/v1/cityLinks", {}),
        404: walk.public.get(f"/v1/cityLinks/{MISSING}"),
        405: walk.public.call("PUT", "/v1/cityLinks"),
        406: walk.public.get("/v1/cityLinks", Accept="image/png"),
        413: walk.genk.call("POST", "/v1/cityLinks", b" " * (1024 * 1024 + 1)),
        415: walk.genk.call("POST", "/v1/cityLinks", b"x", headers={"Content-Type": "text/plain"}),
    }
    assert {wanted: reply.status for wanted, reply in statuses.items()} == {wanted: wanted for wanted in statuses}
    assert "GET" in statuses[405].headers["allow"]
    private = walk.link(visibility="city").json
    foreign, missing = (walk.public.get(f"/v1/cityLinks/{each}") for each in (private["id"], MISSING))
    neutral = [re.sub(rb"urn:uuid:[0-9a-f-]+", b"", each.body) for each in (foreign, missing)]
    assert neutral[0] == neutral[1]
    return f"issues name kind, members and no; {sorted(statuses)} as promised; a foreign row answers like a missing one"


def concurrency(walk: Walk) -> str:
    """Conditional requests."""
    made = walk.link()
    href, tag = made.json["href"], made.headers["etag"]
    assert re.fullmatch(r'"1-[0-9a-f]+"', tag)
    assert walk.genk.get(href, If_None_Match=tag).status == 304
    assert walk.genk.get(href, If_None_Match=f"W/{tag}").status == 304
    assert walk.genk.call("PATCH", href, {"title": "No tag"}).status == 428
    changed = walk.genk.call("PATCH", href, {"title": f"Tag {uuid4()}"}, headers={"If-Match": f"W/{tag}"})
    assert changed.status == 200
    late = walk.genk.call("PATCH", href, {"title": "Late"}, headers={"If-Match": tag})
    assert late.status == 412
    return f"{tag}: 304, also weak; a change without it 428, with it 200 ({changed.headers['etag']}), again 412"


def update(walk: Walk) -> str:
    """Merge patches and transitions."""
    made = walk.link(summary={"nl": "Een.", "en": "One."}, internalNote="A note.")
    href = made.json["href"]
    patch = {"summary": {"nl": None, "fr": "Un."}, "internalNote": None}
    headers = {"If-Match": made.headers["etag"], "Content-Type": "application/merge-patch+json"}
    changed = walk.genk.call("PATCH", href, patch, headers=headers).json
    assert changed["summary"] == {"en": "One.", "fr": "Un."}
    assert "internalNote" not in changed
    assert walk.genk.call("PATCH", href, {"status": "active"}, headers={"If-Match": "*"}).status == 400
    moves = {move["to"]: move["demands"] for move in changed["transitions"]}
    refused = walk.genk.call("POST", f"{href}/transitions", {"to": "active"}, headers={"If-Match": "*"})
    assert (refused.status, refused.json["issues"][0]["name"]) == (400, "decision")
    moved = walk.genk.call("POST", f"{href}/transitions", {"to": "exploring"}, headers={"If-Match": "*"}).json
    assert moved["status"] == "exploring"
    return f"null removes, absent stays; a state is not patched; moves open: {moves}"


def create(walk: Walk) -> str:
    """Creation and idempotency keys."""
    key = {"Idempotency-Key": str(uuid4())}
    cities = [{"city": {"id": walk.city(name)["id"]}} for name in ("Genk", "Francistown")]
    body = {"kind": "sdgPartnership", "title": f"Once {uuid4()}", "members": cities}
    first, again = (walk.genk.call("POST", "/v1/cityLinks", body, headers=key) for _ in range(2))
    walk.made.append(first.json["href"])
    assert first.status == again.status == 201
    assert first.body == again.body
    assert first.headers["location"] == first.json["href"]
    other = walk.genk.call("POST", "/v1/cityLinks", {**body, "title": "Other"}, headers=key)
    assert (other.status, other.type) == (422, "idempotencyKeyReused")
    return "201 with Location and ETag; the same key again replays the same bytes; with another body 422"


def long_work(walk: Walk) -> str:
    """Tasks."""
    refused = walk.genk.call(
        "POST", "/v1/exports", {"collection": "organizations", "query": "colour=red", "format": "csv"}
    )
    assert refused.json["issues"][0]["name"] == "query.colour"
    asked = walk.genk.call(
        "POST", "/v1/exports", {"collection": "organizations", "query": "sort=name", "format": "csv"}
    )
    assert asked.status == 202
    task = asked.headers["location"]
    assert task == asked.json["href"]
    assert asked.json["status"]["state"] == "processing"
    deadline = time.monotonic() + 60
    while (file := walk.genk.get(task)).headers["content-type"] == "application/json":
        assert file.json["status"]["state"] == "processing", file.json
        assert time.monotonic() < deadline, "the task was not done within a minute"
        time.sleep(0.5)
    assert file.body == walk.genk.get("/v1/organizations", {"sort": "name", "format": "csv"}).body
    assert walk.public.get(task).status == 401
    assert Caller(walk.demo, "francistown").get(task).status == 404
    return f"202 with the Location of a task, then 303 to a file of {len(file.body)} bytes, those that the list gives"


def versions(walk: Walk) -> str:
    """Versions."""
    reply = walk.public.get("/v1/cityLinks", {"pageSize": 1})
    return f"API-Version {reply.headers['api-version']}; deprecated operations would say Deprecation and Sunset"


def languages(walk: Walk) -> str:
    """Languages."""
    told = {}
    for language in ("nl", "fr", "en"):
        reply = walk.public.get(f"/v1/cityLinks/{MISSING}", Accept_Language=f"{language}-BE,{language};q=0.9")
        assert reply.headers["content-language"] == language
        assert "Accept-Language" in reply.headers["vary"]
        told[language] = reply.json["detail"]
    assert len(set(told.values())) == 3
    label = walk.public.get("/v1/refData/countries/BW", {"lang": "nl"}).json["label"]
    return f"{told['nl']} | {told['fr']} | {told['en']} | BW is {label}"


def formats(walk: Walk) -> str:
    """Representations."""
    sent = {}
    for name, kind in {
        "csv": "text/csv",
        "ndjson": "application/x-ndjson",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "geojson": "application/geo+json",
    }.items():
        by_accept = walk.public.get("/v1/cityLinks", {"country": "BW"}, Accept=kind)
        by_name = walk.public.get("/v1/cityLinks", {"country": "BW", "format": name})
        assert by_accept.status == by_name.status == 200, (name, by_accept.body, by_name.body)
        assert by_accept.headers["content-type"].startswith(kind)
        assert by_accept.body == by_name.body or name == "xlsx"  # which names the address it came from
        sent[name] = len(by_name.body)
    assert "Accept" in by_accept.headers["vary"]
    contact = walk.genk.get("/v1/contacts", {"pageSize": 1}).json["items"][0]
    card = walk.genk.get(contact["href"], Accept="text/vcard")
    assert card.body.startswith(b"BEGIN:VCARD\r\nVERSION:4.0\r\n")
    return f"bytes: {sent}; a contact as vCard {len(card.body)}; by Accept and by format= the same"


def values(walk: Walk) -> str:
    """Values."""

    def nulls(document: Any) -> Iterator[Any]:
        if isinstance(document, dict | list):
            for each in document.values() if isinstance(document, dict) else document:
                yield from nulls(each)
        elif document is None:
            yield document

    page = walk.public.get("/v1/cityLinks", {"pageSize": 200}).json
    assert not list(nulls(page))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", item["updatedAt"]) for item in page["items"])
    wrong = walk.genk.call("POST", "/v1/partnerCities", {"name": "X", "countryCode": "XQ"})
    assert (wrong.status, wrong.json["issues"][0]["name"]) == (400, "countryCode")
    return "no null in 200 links; instants in UTC with Z; XQ is no country (400)"


def limits(walk: Walk) -> str:
    """Limits."""
    reply = walk.genk.get("/v1/me")
    assert "ratelimit" in reply.headers
    assert "ratelimit-policy" in reply.headers
    return f"RateLimit-Policy: {reply.headers['ratelimit-policy']}, RateLimit: {reply.headers['ratelimit']}"


def tracing(walk: Walk) -> str:
    """Tracing."""
    sent = str(uuid4())
    reply = walk.public.get("/v1/cityLinks", {"pageSize": 1}, BelGov_Trace_Id=sent)
    assert reply.headers["belgov-related-trace-id"] == sent
    assert str(UUID(reply.headers["belgov-trace-id"])) == reply.headers["belgov-trace-id"]
    return f"{reply.headers['belgov-trace-id']}, and the caller's own id comes back"


def events(walk: Walk) -> str:
    """Events."""
    made = walk.link().json
    following: str | None = f"{walk.demo.address}/v1/changes?pageSize=200"
    seen: list[dict[str, Any]] = []
    while following:
        page = walk.genk.get(following).json
        seen += page["items"]
        following = page.get("next")
    (entry,) = [each for each in seen if each["id"] == made["id"]]
    assert entry["operation"] == "created"
    assert "title" in entry["fields"]
    assert made["title"] not in json.dumps(seen)
    told = webhook(walk)
    return f"the feed has {len(seen)} entries, the new link among them, without values; {told}"


def webhook(walk: Walk) -> str:
    """Make a webhook that leads nowhere, see its secret this once and what becomes of a message, and delete it."""
    made = walk.genk.call("POST", "/v1/webhooks", {"label": "Walk", "url": "https://nobody.invalid/hooks"})
    assert made.status == 201
    assert made.json["secret"].startswith("whsec_")
    hook = made.json["href"]
    try:
        assert "secret" not in walk.genk.get(hook).json
        inside = walk.genk.call("POST", "/v1/webhooks", {"label": "Walk", "url": "https://169.254.169.254/"})
        assert inside.json["issues"][0]["name"] == "url"
        message = walk.genk.call("POST", f"{hook}/test").json
        deadline = time.monotonic() + 60
        while not (message := walk.genk.get(message["href"]).json)["attempts"]:
            assert time.monotonic() < deadline, "nothing was sent within a minute"
            time.sleep(0.5)
        assert message["state"] == "pending"
    finally:
        assert walk.genk.call("DELETE", hook).status == 204
    return f"a webhook's message was sent and is tried again: {message['failure']}"


def documentation(walk: Walk) -> str:
    """Documentation and health."""
    seen = {}
    for path in ("/v1/doc/openapi.yaml", "/v1/doc/openapi.json", "/v1/refData", "/v1/refData/problemTypes", "/v1/health",
                 "/doc", "/livez", "/readyz", "/metrics"):  # fmt: skip
        reply = walk.public.get(path)
        assert reply.status == 200, path
        seen[path] = len(reply.body)
    assert walk.public.get("/v1/doc/openapi.json").json["openapi"] == "3.0.3"
    assert walk.public.get("/v1/health").json["status"] == "UP"
    return f"bytes: {seen}"


def authentication(walk: Walk) -> str:
    """Authentication."""
    assert walk.public.get("/v1/me").json["role"] == "public"
    me = walk.genk.get("/v1/me").json
    assert me["role"] == "coordinator"
    wrong = walk.public.get("/v1/cityLinks", Authorization="Bearer nonsense")
    assert (wrong.status, wrong.type) == (401, "invalidAccessToken")
    assert wrong.headers["www-authenticate"].startswith("Bearer")
    return f"a key makes one {me['role']} with {len(me['permissions'])} permissions, no key public; nonsense is 401"


def personal(walk: Walk) -> str:
    """Personal data."""
    assert walk.genk.get("/v1/contacts", {"q": "someone"}).status == 400
    found = walk.genk.call("POST", "/v1/contacts/query", {"q": "demo", "pageSize": 1})
    assert found.status == 200
    contract = walk.public.get("/v1/doc/openapi.json").json
    parameters = {each["name"] for each in contract["paths"]["/contacts"]["get"]["parameters"] if each["in"] == "query"}
    assert not parameters & {"q", "name", "email", "phone"}
    return f"POST /contacts/query finds {len(found.json['items'])}; GET /contacts takes {sorted(parameters)}"


def contract(walk: Walk) -> str:
    """The quality of the contract."""
    whole = walk.public.get("/v1/doc/openapi.json").json
    binary = {"application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "*/*"}
    operations = [each for item in whole["paths"].values() for each in item.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    for each in operations:
        assert each["summary"]
        assert len(each["tags"]) == 1
        for reply in (*each["responses"].values(), *whole["components"]["responses"].values()):
            for kind, content in reply.get("content", {}).items():
                assert "example" in content or kind in binary, (each["operationId"], kind)
        for content in each.get("requestBody", {}).get("content", {}).values():
            assert "example" in content, each["operationId"]
    return f"{len(operations)} operations, each with an id of its own, one tag, a summary and examples"


def bad_lines(walk: Walk) -> str:
    """Bad lines."""
    plain = walk.public.get("/v1/cityLinks", {"pageSize": 200})
    zipped = walk.public.get("/v1/cityLinks", {"pageSize": 200}, Accept_Encoding="gzip")
    assert gzip.decompress(zipped.body) == plain.body
    brotli = walk.public.get("/v1/cityLinks", {"pageSize": 200}, Accept_Encoding="br")
    assert brotli.headers["content-encoding"] == "br"
    again = walk.public.get(
        "/v1/cityLinks", {"pageSize": 200}, Accept_Encoding="br", If_None_Match=brotli.headers["etag"]
    )
    assert again.status == 304
    whole = walk.public.get("/v1/cityLinks", {"format": "csv"})
    part = walk.public.get("/v1/cityLinks", {"format": "csv"}, Range="bytes=1000-", If_Range=whole.headers["etag"])
    assert (part.status, whole.body[1000:]) == (206, part.body)
    return (
        f"200 links: {len(plain.body)} bytes, gzip {len(zipped.body)}, br {len(brotli.body)}, 304 with any tag;"
        f" a CSV of {len(whole.body)} bytes goes on from byte 1,000"
    )


ROWS: tuple[Callable[[Walk], str], ...] = (
    base, ids, collection, paging, filters, sort, shape, errors, concurrency, update, create, long_work, versions,
    languages, formats, values, limits, tracing, events, documentation, authentication, personal, contract, bad_lines,
)  # fmt: skip


def walk_all(demo: Demo) -> int:
    """Print a line per row; return how many were not kept."""
    broken = 0
    for number, row in enumerate(ROWS, 1):
        walk = Walk(demo)
        try:
            verdict, seen = "kept", row(walk)
        except Exception:  # noqa: BLE001 (the walk goes on)
            broken += 1
            verdict, seen = "BROKEN", traceback.format_exc(limit=-1)
        finally:
            walk.leave()
        print(f"{number:2}  {verdict:6}  {row.__doc__}  {seen}", flush=True)
    return broken


def main() -> int:
    """Return 0 when every promise is kept."""
    if len(sys.argv) > 1:
        keys = json.loads(Path(sys.argv[2]).read_text())
        return bool(walk_all(Demo(sys.argv[1].rstrip("/"), keys)))
    with demo_server() as demo:
        return bool(walk_all(demo))


if __name__ == "__main__":
    sys.exit(main())
