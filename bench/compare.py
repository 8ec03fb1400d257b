"""Every reply of a peer is compared with ours, property by property, before the peer is timed."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import orjson

from bench.database import Register
from bench.servers import Server
from bench.shapes import EXPORTS, SHAPES, Shape, organization, own_city

LOOKED_AT = 10
"""Requests of each shape that are compared."""
OF_ITS_OWN = ("id", "href", "createdAt", "updatedAt", "version", "possibleDuplicates")
"""What two records that were made alike differ in."""


FORGET = "DELETE FROM organization WHERE name = 'Zz compared'"


class Different(SystemExit):
    """A peer does not serve what we serve; it is not timed."""


def compare(ours: Server, peer: Server, register: Register) -> int:
    """Compare all shapes that a peer serves; return how many replies were alike; stop at the first that is not."""
    looked = 0
    for shape in (*SHAPES, *EXPORTS):
        if peer.peer.name not in shape.peers:
            continue
        if shape.mode == "read":
            pairs = zip(shape.requests(ours, register), shape.requests(peer, register), strict=True)
            for mine, theirs in list(pairs)[:LOOKED_AT]:
                same(shape, peer, reading(ours, mine), reading(peer, theirs))
                looked += 1
        elif shape.mode == "cached":
            path, tag = shape.requests(peer, register)[0].split("\t")
            status, _, body = peer.call("GET", path, If_None_Match=tag)
            same(shape, peer, [304, b""], [status, body])
            looked += 1
    return looked + (writing(ours, peer, register) if peer.peer.name != "limit" else 0)


def reading(server: Server, path: str) -> list[Any]:
    """Return the records of a reply."""
    status, headers, body = server.call("GET", path)
    if status != 200:  # noqa: PLR2004
        raise Different(f"{server.peer.title} answered {status} to {path}: {body[:500]!r}")
    kind = headers.get("content-type", "")
    if kind.startswith("text/csv"):
        return [
            {name: number(cell) for name, cell in row.items() if cell}
            for row in csv.DictReader(StringIO(body.decode()))
        ]
    if kind.startswith("application/x-ndjson"):
        return [orjson.loads(each) for each in body.splitlines()]
    document = orjson.loads(body)
    return document.get("items", [document])  # type: ignore[no-any-return]


def number(cell: str) -> float | str:
    """Return the value of a cell: 5 and 5.0 are the same number."""
    try:
        return float(cell)
    except ValueError:
        return cell


def writing(ours: Server, peer: Server, register: Register) -> int:
    """Create and change the same at both; look at the replies, at a repeated creation and at a stale change."""
    city = own_city(register)
    [(link,)] = register.rows("SELECT id FROM city_link WHERE city_id = %s ORDER BY id LIMIT 1", city)
    made, patched = [], []
    register.run(FORGET)
    for server in (ours, peer):
        body = orjson.dumps(organization(city, link, "Zz compared"))
        named = {"Content_Type": "application/json", "Idempotency_Key": str(uuid4())}
        first, again = (server.call("POST", "/v1/organizations", body, **named) for _ in range(2))
        expect(server, first, 201)
        if orjson.loads(first[2])["id"] != orjson.loads(again[2])["id"]:
            raise Different(f"{server.peer.title} made a record twice for one key.")
        path = f"/v1/organizations/{orjson.loads(first[2])['id']}"
        patch = {"Content_Type": "application/merge-patch+json", "If_Match": first[1]["etag"]}
        changed, stale = (server.call("PATCH", path, b'{"community": "Others"}', **patch) for _ in range(2))
        expect(server, changed, 200)
        expect(server, stale, 412)
        for kept, reply in ((made, first), (patched, changed)):
            kept.append({name: it for name, it in orjson.loads(reply[2]).items() if name not in OF_ITS_OWN})
    [(lines,)] = register.rows(
        "SELECT count(*) FROM change c JOIN organization o ON o.id = record_id WHERE name = 'Zz compared'"
    )
    register.run(FORGET)
    same(SHAPES[3], peer, made[:1], made[1:])
    same(SHAPES[4], peer, patched[:1], patched[1:])
    if lines != 4:  # noqa: PLR2004 (made and changed, at both)
        raise Different(f"{peer.peer.title} leaves {lines} lines in the record of change, not 4.")
    return 4


def expect(server: Server, reply: tuple[int, dict[str, str], bytes], status: int) -> None:
    """Stop at another status."""
    if reply[0] != status:
        raise Different(f"{server.peer.title} answered {reply[0]}, not {status}: {reply[2][:500]!r}")


def same(shape: Shape, peer: Server, ours: list[Any], theirs: list[Any]) -> None:
    """Stop, naming the first property that differs; a null is what is absent with us."""
    for difference in differences(ours, theirs, ""):
        raise Different(f"({shape.letter}) {peer.peer.title} differs from us at {difference}")


def differences(ours: Any, theirs: Any, place: str) -> Iterator[str]:
    """Yield where two values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({*ours, *theirs}):
            yield from differences(ours.get(name), theirs.get(name), f"{place}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(*pair, f"{place}[{index}]")
    elif empty(ours) != empty(theirs):
        yield f"{place}: {ours!r} with us, {theirs!r} there"


def empty(value: Any) -> Any:
    """Return a value, None for an object whose every property is empty."""
    return None if isinstance(value, dict) and all(empty(each) is None for each in value.values()) else value
