"""Bad input that nobody thought of: good requests changed at random places, in ways that know how they are made.

Where the corpus puts what is known to break things at every place, here Hypothesis draws the place and what stands
there: any JSON, any text, the example with some letters changed, a body with some bytes changed, a query of anything.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.contracts.attacks import Attack
from tests.contracts.corpus import ALWAYS_READ
from tests.contracts.operations import Operation, name_of, places, put

Draw = Callable[[st.SearchStrategy[Any]], Any]

ANY_TEXT = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("\ud800\udfff\x00\u202e\ufeff\u0301a"), max_size=6
)
LONG_TEXT = st.builds(lambda piece, times: piece * times, st.text(min_size=1, max_size=3), st.integers(1, 3000))
NUMBERS = st.integers() | st.integers(-(2**70), 2**70) | st.floats()
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT | LONG_TEXT,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(ANY_TEXT, inner, max_size=6),
    max_leaves=12,
)
MORE = st.dictionaries(ANY_TEXT, ANY_JSON, min_size=1, max_size=4)
HEADER_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60)
"""What a server may hand to the application: bytes, read as Latin-1, without the end of a line."""


def written(value: Any, *, escaped: bool) -> str:
    """Return the JSON text of a value; `NaN` and such are written as Python does, a lone surrogate as an escape."""
    text = json.dumps(value, ensure_ascii=escaped)
    return json.dumps(value) if any("\ud800" <= letter <= "\udfff" for letter in text) else text


@st.composite
def edited(draw: Draw, text: str) -> str:
    """Return a text with a few letters changed, left out, doubled or put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        upto = min(len(text), at + draw(st.integers(0, 4)))
        put_in = draw(st.sampled_from(("", text[at:upto] * 2)) | st.text(st.characters(), max_size=3))
        text = text[:at] + put_in + text[upto:]
    return text


@st.composite
def edited_bytes(draw: Draw, body: bytes) -> bytes:
    """Return a body with a few bytes changed, left out, doubled or put in, or cut off."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        upto = min(len(body), at + draw(st.integers(0, 12)))
        put_in = draw(st.sampled_from((b"", body[at:upto] * 2, b'"', b"{", b"]", b",")) | st.binary(max_size=4))
        body = body[:at] + put_in + body[upto:] if draw(st.integers(0, 9)) else body[:at]
    return body


class Generated:
    """The attacks that can be drawn on one operation in a world of these ids and cities.

    What can be drawn at a place is made once, not at each draw, which would take longer than the request.
    """

    def __init__(self, operation: Operation, ids: Mapping[str, str], cities: list[str]) -> None:
        """Prepare a good request, from which the drawn ones differ."""
        self.operation = operation
        self.ids = ids
        self.cities = cities
        self.good = operation.good(ids, cities)

    def strategy(self) -> st.SearchStrategy[Attack]:
        """Return what draws an attack."""
        ways = [self.query(), self.header()]
        if self.operation.parameters("path"):
            ways.append(self.path())
        if self.operation.body is not None:
            ways += [self.property(), self.property(), self.property(), self.document(), self.raw()]
        return st.one_of(ways)

    def property(self) -> st.SearchStrategy[Attack]:
        """Draw one place of the body, and any JSON for it, or its example with letters changed."""
        spots = [(*place, values_near(place[1])) for place in places(dict(self.operation.body or {}))]
        document_with = cache(lambda name: json.loads(self.operation.good(self.ids, self.cities, name).body or b""))

        @st.composite
        def drawn(draw: Draw) -> Attack:
            path, schema, values = draw(st.sampled_from(spots))
            value = written(draw(values), escaped=draw(st.booleans()))
            body = put(document_with(str(path[0])), path, value)
            return Attack(replace(self.good, body=body), "body", name_of(path), schema, path, value)

        return drawn()

    def document(self) -> st.SearchStrategy[Attack]:
        """Draw a body that has nothing to do with the one that is wanted, or that has more."""
        good = json.loads(self.good.body or b"")

        @st.composite
        def drawn(draw: Draw) -> Attack:
            more = draw(MORE)
            document = draw(st.sampled_from(({**good, **more}, more)) | ANY_JSON)
            body = written(document, escaped=draw(st.booleans())).encode("utf-8", "surrogatepass")
            return Attack(replace(self.good, body=body), "body")

        return drawn()

    def raw(self) -> st.SearchStrategy[Attack]:
        """Draw the good body, or the whole example, with bytes changed."""
        whole = self.operation.good(self.ids, self.cities, *self.operation.example())
        bodies = st.sampled_from((self.good.body or b"", whole.body or b"")).flatmap(edited_bytes)
        return bodies.map(lambda body: Attack(replace(self.good, body=body), "body"))

    def query(self) -> st.SearchStrategy[Attack]:
        """Draw parameters, known and unknown, with anything in them."""
        known = {each["name"]: each["schema"] for each in self.operation.parameters("query")}
        examples = [str(value) for value in self.operation.query.values()] or ["genk", "2024-06-01", "-name", "csv"]
        texts = st.sampled_from(examples).flatmap(edited) | ANY_TEXT
        values = texts.map(lambda text: quote(text.encode("utf-8", "surrogatepass"))) | st.text(
            st.sampled_from("%aF0&=;+[]()'\""), max_size=8
        )
        names = st.sampled_from(sorted(known)) if known else st.just("q")
        alone = values.filter(lambda text: not set(text) & set("&="))
        several = st.lists(st.tuples(names | values, values), max_size=5)

        @st.composite
        def drawn(draw: Draw) -> Attack:
            if known and draw(st.booleans()):
                name, value = draw(names), draw(alone)
                rest = "".join(
                    f"{key}={quote(str(each))}&" for key, each in self.operation.query.items() if key != name
                )
                request = replace(self.good, query=f"{rest}{name}={value}")
                return Attack(request, "query", name, known[name], value=value)
            pairs = draw(several)
            return Attack(replace(self.good, query="&".join(f"{name}={value}" for name, value in pairs)))

        return drawn()

    def header(self) -> st.SearchStrategy[Attack]:
        """Draw a header with anything in it."""
        names = st.sampled_from([*(each["name"] for each in self.operation.parameters("header")), *ALWAYS_READ])
        near = st.sampled_from(('"1-a"', "application/json", "text/csv;q=0.5", "bytes=0-5", "nl, en;q=0.5", "*"))
        values = near.flatmap(edited).filter(
            lambda text: all(letter < "\u0100" and letter not in "\r\n" for letter in text)
        )
        return st.builds(
            lambda name, value: Attack(replace(self.good, headers={**self.good.headers, name: value})),
            names,
            values | HEADER_TEXT,
        )

    def path(self) -> st.SearchStrategy[Attack]:
        """Draw an id with letters changed, or any text in its place."""
        names = [each["name"] for each in self.operation.parameters("path")]
        texts = {name: edited(self.ids[name]) | ANY_TEXT for name in names}

        @st.composite
        def drawn(draw: Draw) -> Attack:
            name = draw(st.sampled_from(names))
            segment = quote(draw(texts[name]).encode("utf-8", "surrogatepass"), safe="")
            return Attack(replace(self.good, path=self.operation.address({**self.ids, name: segment})), "path")

        return drawn()


def values_near(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Return what draws any JSON, or the example of a schema with letters changed."""
    example = schema.get("example", schema.get("items", {}).get("example", "x"))
    return edited(example if isinstance(example, str) else json.dumps(example)) | ANY_JSON
