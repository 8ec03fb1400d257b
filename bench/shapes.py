"""What is asked: each shape with the requests that every peer gets for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import orjson

from bench.database import Register
from bench.servers import Server
from stedenband.web.paging import written

KINDS = ("10", "11", "15", "21", "22", "23", "24", "40", "60", "80")
LINK_KINDS = ("cityLink", "twinning", "sdgPartnership", "network", "friendship")
STAGES = ("pipeline", "implementation", "finalisation", "closed")
SAMPLE = 500
"""Records that a shape reads in turn, so that it is not one row that is measured."""
DEEP = 1_000
SMALL_PAGE = 10
ALL = ("ours", "fastapi", "drf", "eager", "limit")
BUT_LIMIT = ("ours", "fastapi", "drf", "eager")

Requests = Callable[[Server, Register], Sequence[str]]


@dataclass(frozen=True)
class Shape:
    """A kind of request: its letter, a title, who serves it, how wrk sends it, and its lines for load.lua."""

    letter: str
    title: str
    requests: Requests
    peers: tuple[str, ...] = ALL
    mode: str = "read"


def own_city(register: Register) -> UUID:
    """Return the city of the caller."""
    [(key,)] = register.rows("SELECT city_id FROM api_client WHERE name = 'Office 1'")
    return key  # type: ignore[return-value]


def one(_server: Server, register: Register) -> list[str]:
    """Paths of single cities."""
    rows = register.rows("SELECT id FROM partner_city ORDER BY id")
    return [f"/v1/partnerCities/{key}" for (key,) in Random(1).sample(rows, min(SAMPLE, len(rows)))]  # noqa: S311


def cached(server: Server, register: Register) -> list[str]:
    """Paths of single cities with the tags that this server gave them."""
    return [f"{path}\t{server.call('GET', path)[1]['etag']}" for path in one(server, register)[:50]]


def fifty(_server: Server, _register: Register) -> list[str]:
    """Pages of 50 organizations of a kind, sorted by name."""
    return [f"/v1/organizations?kind={kind}&pageSize=50" for kind in KINDS]


def hundred(_server: Server, _register: Register) -> list[str]:
    """Pages of 100 links of a kind with members, themes and moves."""
    return [f"/v1/cityLinks?kind={kind}&pageSize=100" for kind in LINK_KINDS]


def first_page(_server: Server, _register: Register) -> list[str]:
    """Return the first page of links."""
    return [f"/v1/cityLinks?pageSize={SMALL_PAGE}"]


def deep_page(server: Server, register: Register) -> list[str]:
    """Page 1,000 of links: by cursor where there is one, else by number."""
    page = deepest(register)
    if server.peer.name not in {"ours", "limit"}:
        return [f"/v1/cityLinks?pageSize={SMALL_PAGE}&page={page}"]
    [(title, key)] = register.rows(
        "SELECT title_sort, id FROM city_link WHERE visibility = 'public' OR city_id = %s OR (visibility = 'link' AND id IN"
        " (SELECT city_link_id FROM city_link_member WHERE partner_city_id = %s)) ORDER BY title_sort, id"
        f" OFFSET {(page - 1) * SMALL_PAGE - 1} LIMIT 1",
        own_city(register),
        own_city(register),
    )
    return [f"/v1/cityLinks?pageSize={SMALL_PAGE}&after={written((), (title, str(key)))}"]


def deepest(register: Register) -> int:
    """Return the number of the deep page: 1,000, or the last full one of a small register."""
    [(rows,)] = register.rows("SELECT count(*) FROM city_link WHERE visibility = 'public'")
    return min(DEEP, int(rows) // SMALL_PAGE)  # type: ignore[call-overload]


def words(_server: Server, register: Register) -> list[str]:
    """Look for the beginnings of names of cities."""
    rows = register.rows("SELECT split_part(name, '-', 1) FROM partner_city ORDER BY id LIMIT 200")
    return [f"/v1/partnerCities?q={name}&pageSize=20" for (name,) in rows]


def everywhere(_server: Server, register: Register) -> list[str]:
    """Look for them in all collections."""
    rows = register.rows("SELECT split_part(name, '-', 1) FROM partner_city ORDER BY id LIMIT 200")
    return [f"/v1/search?q={name}" for (name,) in rows]


def project_paths(register: Register) -> list[str]:
    """Return paths of single projects."""
    rows = register.rows("SELECT id FROM exchange_project WHERE visibility = 'public' ORDER BY id")
    return [f"/v1/exchangeProjects/{key}" for (key,) in Random(2).sample(rows, min(SAMPLE, len(rows)))]  # noqa: S311


def project(_server: Server, register: Register) -> list[str]:
    """Paths of single projects."""
    return project_paths(register)


def project_with_results(_server: Server, register: Register) -> list[str]:
    """Single projects, each with its results, indicators and periods in the document."""
    return [f"{path}?select=(title,status,startDate,endDate,results)" for path in project_paths(register)]


def projects(_server: Server, _register: Register) -> list[str]:
    """Pages of 50 projects in a state."""
    return [f"/v1/exchangeProjects?status={status}&pageSize=50" for status in STAGES]


def periods(_server: Server, register: Register) -> list[str]:
    """Periods of one project."""
    return [f"{path}/periods?pageSize=50" for path in project_paths(register)]


def statistics(_server: Server, _register: Register) -> list[str]:
    """Count all projects that the caller sees."""
    return [f"/v1/statistics/exchangeProjects?groupBy={group}" for group in ("theme", "year", "sdgGoal", "status")]


def delegation(_server: Server, register: Register) -> list[str]:
    """Paths of single delegations, with participants, legs and moves."""
    rows = register.rows("SELECT id FROM delegation WHERE visibility = 'public' ORDER BY id")
    return [f"/v1/delegations/{key}" for (key,) in Random(3).sample(rows, min(SAMPLE, len(rows)))]  # noqa: S311


def delegations(_server: Server, _register: Register) -> list[str]:
    """Pages of 50 delegations of a state."""
    return [f"/v1/delegations?status={status}&pageSize=50" for status in ("draft", "approved", "returned", "closed")]


def warnings(_server: Server, register: Register) -> list[str]:
    """Return what is to be known of the caller's delegations before they travel."""
    rows = register.rows("SELECT id FROM delegation WHERE city_id = %s AND status = 'approved'", own_city(register))
    return [f"/v1/delegations/{key}/warnings" for (key,) in rows]


def documents(_server: Server, _register: Register) -> list[str]:
    """Pages of 50 documents of a category."""
    return [f"/v1/documents?category={category}&pageSize=50" for category in ("A05", "A08", "A09", "B01")]


def travel(_server: Server, _register: Register) -> list[str]:
    """Return the travel register of each year, and the figures of all delegations."""
    return [*(f"/v1/statistics/travel?year={year}" for year in range(2018, 2026)), "/v1/statistics/delegations"]


def creations(_server: Server, register: Register) -> list[str]:
    """Bodies of organizations that refer to a city and to a link of the caller's."""
    city = own_city(register)
    links = register.rows("SELECT id FROM city_link WHERE city_id = %s ORDER BY id", city)
    return [f"/v1/organizations\t{orjson.dumps(organization(city, link)).decode()}" for (link,) in links]


def organization(city: object, link: object, name: str = "Zz NUMBER") -> dict[str, Any]:
    """Return a new organization as a client sends it; its kind is that of no other."""
    return {
        "name": name,
        "kind": "90",
        "city": {"id": str(city)},
        "cityLink": {"id": str(link)},
        "functionalMailbox": "office@example.org",
        "website": "https://www.example.org/organization",
        "community": "Young people of the north",
        "summary": {"en": "Shares what it learns with the other side of the link."},
        "visibility": "link",
    }


def changes(_server: Server, register: Register) -> list[str]:
    """Paths of the caller's organizations with their tags."""
    rows = register.rows("SELECT id, version FROM organization WHERE city_id = %s AND kind = '70'", own_city(register))
    return [f'/v1/organizations/{key}\t"{version}-"' for key, version in rows]


def letters(export: str) -> Requests:
    """Return the path of an export."""
    return lambda server, _register: [
        f"/v1/partnerCities?{'export' if server.peer.name == 'drf' else 'format'}={export}"
    ]


SHAPES = (
    Shape("a", "read one", one),
    Shape("b", "list 50, filtered and sorted, with names of what they refer to", fifty),
    Shape("c", "100 parents with nested children", hundred),
    Shape("d", "create with references, change record and idempotency key", creations, BUT_LIMIT, "create"),
    Shape("e", "patch with If-Match", changes, BUT_LIMIT, "change"),
    Shape("f", "read one that has not changed (304)", cached, BUT_LIMIT, "cached"),
    Shape("g1", "page 1 of 10", first_page),
    Shape("g", "page 1,000 of 10", deep_page),
    Shape("i", "search for words", words),
    Shape("is", "search in all collections", everywhere, ("ours",)),
    Shape("p", "read one project", project, ("ours", "limit")),
    Shape("pl", "list 50 projects of a state, with all their parts", projects, ("ours", "limit")),
    Shape("pr", "read one project with its results, indicators and periods", project_with_results, ("ours",)),
    Shape("pp", "list the periods of a project", periods, ("ours",)),
    Shape("ps", "count 50,000 projects by theme, year, SDG or state", statistics, ("ours",)),
    Shape("v", "read one delegation", delegation, ("ours", "limit")),
    Shape("vl", "list 50 delegations of a state, with all their parts", delegations, ("ours", "limit")),
    Shape("vw", "warnings of a delegation that is being prepared", warnings, ("ours",)),
    Shape("vt", "travel register of a year, and figures of 20,000 delegations", travel, ("ours",)),
    Shape("w", "list 50 documents of a category", documents, ("ours", "limit")),
)
EXPORTS = (
    Shape("h", "export all, NDJSON", letters("ndjson")),
    Shape("hc", "export all, CSV", letters("csvComma"), BUT_LIMIT),
)
