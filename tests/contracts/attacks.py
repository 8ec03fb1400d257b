"""Every bad request that the contract gives rise to: the corpus put at every place of every operation."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote
from zlib import crc32

from stedenband.core.records import Record
from stedenband.web.schema import camel
from tests import soak
from tests.contracts import corpus
from tests.contracts.operations import Operation, Path, Request, name_of, places, put

Each = TypeVar("Each")


@dataclass(frozen=True)
class Attack:
    """A bad or doubtful request: the one place it is aimed at, and what stands there."""

    request: Request
    place: str = ""
    name: str = ""
    schema: Mapping[str, Any] | None = None
    path: Path = ()
    value: str | None = None

    def __str__(self) -> str:
        """Say it in one short line, for the report of a failure."""
        sent = (
            self.value
            if self.value is not None
            else f"{self.request.query} {dict(self.request.headers)} {self.request.body!r}"
        )
        return f"{self.request.method} {self.request.path[:200]} {self.place} {self.name}: {sent[:200]!a}"


class Spot(NamedTuple):
    """Where in a body something is put, and what; None: what stands there is left out."""

    path: Path
    value: str | None
    name: str
    schema: Mapping[str, Any] | None = None


Made = Callable[[], Attack]
"""Makes an attack, where it is sent."""


class Attacks:
    """The attacks on one operation in a world of these ids and cities."""

    def __init__(self, operation: Operation, ids: Mapping[str, str], cities: list[str]) -> None:
        """Prepare a good request, from which each bad one differs in one place."""
        self.operation = operation
        self.ids = ids
        self.cities = cities
        self.good = operation.good(ids, cities)
        self._documents: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Attack]:
        """Yield some of all of them, or all in `make corpus`."""
        return (made() for made in self._chosen())

    def __len__(self) -> int:
        """Return how many they are, without making them."""
        return sum(1 for _ in self._chosen())

    def _chosen(self) -> Iterator[Made]:
        yield from self._some(self._paths(), 7)
        yield from self._some(self._queries(), 29)
        yield from self._some(self._headers(), 23)
        if self.operation.body is not None:
            properties, names = self._properties(self.operation.body), self._names(self.operation.body)
            yield from (partial(self._at, spot) for spot in self._some(properties, self._read_before()))
            yield from (partial(self._at, spot) for spot in self._some(names, 23))
            yield from self._some(self._bodies(), 3)

    def _some(self, all_of_them: Iterator[Each], every: int) -> Iterator[Each]:
        """Yield one in `every`, other ones than at other operations: what reads a value is the same at all of them."""
        start = crc32(self.operation.id.encode()) % every
        return all_of_them if soak.soaking() else islice(all_of_them, start, None, every)

    def _read_before(self) -> int:
        """Return how few values are put at the places of a body: a patch reads as a create does, a dry run as both."""
        return 41 if self.operation.path.endswith("/dryRun") else 29 if self.operation.method == "PATCH" else 13

    def _asked(
        self,
        place: str,
        name: str = "",
        schema: Mapping[str, Any] | None = None,
        value: str | None = None,
        **other: Any,
    ) -> Attack:
        """Return an attack whose request differs from a good one in `other`."""
        return Attack(replace(self.good, **other), place, name, schema, value=value)

    def _headed(self, name: str, value: str, documented: str = "", **other: Any) -> Attack:
        """Return an attack with a header."""
        return self._asked("header", documented, headers={**self.good.headers, name: value}, **other)

    def _paths(self) -> Iterator[Made]:
        for parameter in self.operation.parameters("path"):
            for value in corpus.PATH_TEXTS:
                path = self.operation.address({**self.ids, parameter["name"]: value})
                yield partial(self._asked, "path", parameter["name"], path=path)
        for end in ("/", "//", "/.", "/..", "%00", ".json", "%2f", ";x=y", "/%ff", "/__class__"):
            yield partial(self._asked, "path", path=self.good.path + end)

    def _queries(self) -> Iterator[Made]:
        known = {each["name"]: each["schema"] for each in self.operation.parameters("query")}
        for name, schema in known.items():
            one = schema.get("items", schema)
            rest = "".join(f"{key}={value}&" for key, value in self.operation.query.items() if key != name)
            values = [*corpus.QUERY_TEXTS, *(quote(code) for code in map(str.upper, one.get("enum", ())[:3]))]
            for value in (*values, *(corpus.cursors() if name == "after" else ())):
                yield partial(self._asked, "query", name, schema, value, query=f"{rest}{name}={value}")
            good = quote(str(one.get("enum", ["1"])[0]))
            for count in (2, 51, 600):
                query = rest + "&".join([f"{name}={good}"] * count)
                yield partial(self._asked, "query", name, query=query)
        for name in (
            "unknown",
            "page",
            "offset",
            "limit",
            "select",
            "pageSize[]",
            "%00",
            "%FF",
            "%E2%80%AE",
            "a" * 4000,
            *corpus.DUNDER,
        ):
            if name not in known:
                yield partial(self._asked, "query", "" if "%" in name else name[:99], query=f"{name or '%20'}=1")
        for query in (
            "&&&",
            "=",
            "=1",
            "%",
            "a" * 8300,
            "&".join(f"k{number}=1" for number in range(1200)),
            "\xff",
            "a=1;b=2",
            "?",
            "%3F",
        ):
            yield partial(self._asked, "query", query=query)

    def _headers(self) -> Iterator[Made]:
        documented = [each["name"] for each in self.operation.parameters("header")]
        for name in documented:
            yield from (partial(self._headed, name, value, name) for value in corpus.HEADER_VALUES)
        for name in corpus.ALWAYS_READ:
            some = (
                corpus.HEADER_VALUES
                if name in {"Accept", "Authorization"}
                else corpus.HEADER_VALUES[:: len(documented) + 12]
            )
            yield from (partial(self._headed, name, value) for value in some)
        for name in ("Host", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Prefix"):
            yield partial(self._headed, name, "host=evil.example" if name == "Forwarded" else "evil.example")
        for name in documented:
            bare = {key: value for key, value in self.good.headers.items() if key != name}
            yield partial(self._asked, "header", name, headers=bare)

    def _properties(self, schema: Mapping[str, Any]) -> Iterator[Spot]:
        for path, each in places(dict(schema)):
            broken = corpus.NOT_JSON if len(path) == 1 else corpus.NOT_JSON[1::5]
            for value in (*broken, *corpus.values_for(each), *self._repeated(path)):
                yield Spot(path, value, name_of(path), each)
            if "properties" in each:
                for name in ("unknown", "__class__", "version", "a" * 300, "\u202e"):
                    yield Spot((*path, name), "1", name_of(path))

    def _names(self, schema: Mapping[str, Any]) -> Iterator[Spot]:
        columns = {column.key for table in Record.metadata.tables.values() for column in table.columns}
        names = {*columns, *map(camel, columns), *corpus.DUNDER} - set(schema["properties"])
        for name in sorted(names):
            yield Spot((name,), "1", name)
        for name in schema.get("required", ()):
            yield Spot((name,), None, name)

    def _at(self, spot: Spot) -> Attack:
        document = self._with_one(spot.path)
        if spot.value is None:
            body = json.dumps({name: value for name, value in document.items() if name != spot.name}).encode()
        else:
            body = put(document, spot.path, spot.value)
        request = replace(self.good, body=body)
        if spot.schema is None:
            return Attack(request, "body", spot.name)
        return Attack(request, "body", spot.name, spot.schema, spot.path, spot.value)

    def _with_one(self, path: Path) -> Any:
        """Return a good document with the property in which `path` lies."""
        name = str(path[0])
        if name not in self._documents:
            self._documents[name] = json.loads(self.operation.good(self.ids, self.cities, name).body or b"")
        return self._documents[name]

    def _repeated(self, path: Path) -> list[str]:
        """Return, for an array of objects in a good document, it with its items twice, as it is, and shortened."""
        items = self._with_one(path).get(path[0]) if len(path) == 1 else None
        if not isinstance(items, list) or not isinstance(items[0], dict):
            return []
        return [json.dumps(items * 2), json.dumps(items), json.dumps(items[:1])]

    def _bodies(self) -> Iterator[Made]:
        good = self.good.body or b""
        for body in (
            *corpus.BODIES,
            None,
            good + b",",
            good[:-1],
            b"\xef\xbb\xbf" + good,
            good.decode().encode("utf-16"),
        ):
            yield partial(self._asked, "body", body=body)
        for kind in corpus.CONTENT_TYPES:
            yield partial(self._headed, "Content-Type", kind)
        for coding in ("gzip", "br", "identity, gzip", "nonsense"):
            for body in (good, gzip.compress(good)):
                yield partial(self._headed, "Content-Encoding", coding, body=body)
