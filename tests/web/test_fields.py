"""Each field takes what it documents and refuses the rest."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.fields import QueryText
from stedenband.web.schema import Schema, create_schema, patch_schema

ID = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=5,
)


class SpotSchema(Schema):
    """Two columns."""

    east = fields.Number("East.", -180, 180, required=True)
    north = fields.Number("North.", -90, 90)


FIELDS: dict[str, fields.Field] = {
    "text": fields.Text("", 10),
    "lines": fields.Text("", 10, lines=True),
    "pattern": fields.Pattern("", "[A-Z]{2}", say("Two capitals.")),
    "checked": fields.Pattern("", "[0-9]+", say("Even."), check=lambda text: int(text) % 2 == 0),
    "code": fields.Code("", ("one", "two")),
    "country": fields.CountryCode(""),
    "language": fields.LanguageCode(""),
    "currency": fields.CurrencyCode(""),
    "zone": fields.TimeZone(""),
    "url": fields.Url(""),
    "key": fields.Key(""),
    "integer": fields.Integer("", -5, 10),
    "number": fields.Number("", -90, 90),
    "flag": fields.Flag(""),
    "date": fields.Date(""),
    "instant": fields.Instant(""),
    "localized": fields.LocalizedText("", 10),
    "reference": fields.Reference("", "/things/{id}"),
    "codes": fields.Codes("", fields.Code("", ("a", "b", "c")), most=3),
    "permissions": fields.Permissions("", ("a:b", "c:d")),
    "items": fields.Items("", SpotSchema, least=1, most=2),
    "part": fields.Part("", SpotSchema),
    "near": fields.Near(""),
    "repeated": fields.Repeated(fields.Code("", ("a", "b")), most=2),
}

TAKEN: list[tuple[str, Any, Any]] = [
    ("text", " e\u0301 ", "é"),
    ("lines", "a\r\nb", "a\nb"),
    ("pattern", "BE", "BE"),
    ("country", "XK", "XK"),
    ("language", "pt", "pt"),
    ("currency", "BWP", "BWP"),
    ("checked", "12", "12"),
    ("code", "one", "one"),
    ("zone", "Africa/Gaborone", "Africa/Gaborone"),
    ("url", "https://genk.be/a?b=c#d", "https://genk.be/a?b=c#d"),
    ("url", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("key", ID, UUID(ID)),
    ("integer", -5, -5),
    ("integer", QueryText("10"), 10),
    ("number", 50, 50.0),
    ("number", -0.0, 0.0),
    ("number", QueryText("-1.25"), -1.25),
    ("flag", False, False),
    ("flag", QueryText("true"), True),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("date", "1900-01-01", date(1900, 1, 1)),
    ("instant", "2026-02-01T09:30:00.5+02:00", datetime(2026, 2, 1, 7, 30, tzinfo=UTC)),
    ("instant", "2026-02-01t09:30:00z", datetime(2026, 2, 1, 9, 30, tzinfo=UTC)),
    ("localized", {"nl": "a", "fr": "b"}, {"nl": "a", "fr": "b"}),
    ("reference", {"id": ID}, UUID(ID)),
    ("codes", ["c", "a"], ["a", "c"]),
    ("permissions", ["c:d"], ["c:d"]),
    ("items", [{"east": 1}], [{"east": 1.0}]),
    ("part", {"east": 1, "north": 2}, {"east": 1.0, "north": 2.0}),
    ("near", "50.965,-5.5,25", [50.965, -5.5, 25.0]),
    ("repeated", [QueryText("b"), QueryText("a")], ["b", "a"]),
]


def each(name: str, *values: Any) -> list[tuple[str, Any]]:
    return [(name, value) for value in values]


REFUSED = [
    *each("text", "", "a" * 11, "a\nb", 7, None), *each("pattern", "be", "BEL", "\uff22\uff25", "BE\n1"),
    *each("country", "YU", "be", "", 1, []), *each("language", "sh", "nld", "NL"), *each("currency", "BEF", "eur", "XAU"),
    *each("localized", {"xx": "a"}), *each("checked", "13", "\uff11\uff12"), *each("code", "ONE", "one ", "", 1),
    *each("zone", "Europe/Genk", "../etc/passwd", "europe/brussels", 1),
    *each("url", "javascript:alert(1)", "ftp://a", "http://", "http://é", "http://a b", "http://a@b", "//a"),
    *each("key", ID.upper(), ID.replace("-", ""), "{" + ID + "}", ID + "0", "", 5, None),
    *each("integer", -6, 11, 1.0, 1.5, True, "5", 10**4000, None),
    *(("integer", QueryText(value)) for value in ("1.5", "1_0", "\uff11", "+1", " 1", "1e1", "", "9" * 19)),
    *each("number", 90.1, -91, True, "5", float("nan"), float("inf"), 5e-324, 1e-16, None),
    *(("number", QueryText(value)) for value in ("1e1", "1_0", "\uff11", ".5", "1.", "nan", "1." + "0" * 16)),
    *each("flag", 0, 1, "true", "false", None), *(("flag", QueryText(value)) for value in ("1", "TRUE", "yes", "")),
    *each("date", "2024-W01-1", "20240101", "2023-02-29", "1899-12-31", "2201-01-01", "\uff12\uff10\uff12\uff14-01-01", 20240101),
    *each("instant", "2026-02-01T09:30:00", "2026-02-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1900-01-01T00:00:00+00:01", "2200-12-31T23:59:59-00:01", "2026-02-30T00:00:00Z", "2026-01-01T00:00:60Z", 0 ),
    *each("localized", {}, {"NL": "a"}, {"nld": "a"}, {"nl": ""}, {"nl": None}, {"nl": 1}, [], "a", {1: "a"}),
    *each("reference", ID, {}, {"id": None}, {"id": ID, "title": "a"}, [ID], None),
    *each("codes", ["a", "a"], ["d"], ["a", None], "abc", {"a": 1}, ["a", "b", "c", "a"], [["a"]]),
    *each("permissions", ["a:b", "a:b"], ["e:f"], "a:b"),
    *each("items", [], [{"east": 1}] * 3, [{}], [None], [{"east": 1, "west": 2}], {"east": 1}, "a"),
    *each("part", [], "a", {}, {"north": 1}, {"east": 1, "other": 1}, {"east": None}),
    *each("near", "", "91,0,1", "0,181,1", "0,0,0", "0,0,20039", "0,0", "0,0,1.5", "0,0,1,1", "nan,0,1", "1e1,0,1", 5),
    *each("repeated", ["a", "b", "a"], ["c"], [""]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sent", "read"), TAKEN, ids=str)
def test_a_field_takes_what_it_documents(name: str, sent: Any, read: Any) -> None:
    assert FIELDS[name].deserialize(sent) == read


@pytest.mark.parametrize(("name", "sent"), REFUSED, ids=lambda value: repr(value)[:40])
def test_a_field_refuses_the_rest(name: str, sent: Any) -> None:
    with pytest.raises(ValidationError):
        FIELDS[name].deserialize(sent)


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"repeated"}))
@given(sent=ANYTHING)
def test_a_field_reads_anything_or_says_what_is_wrong(name: str, sent: Any) -> None:
    try:
        FIELDS[name].deserialize(sent)
    except ValidationError as error:
        assert error.messages


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"items", "part"}))
def test_a_field_documents_itself_as_json(name: str) -> None:
    assert json.dumps(FIELDS[name].documented())


@given(moment=st.datetimes(timezones=st.timezones()))
def test_an_instant_is_the_same_moment_in_utc_or_refused(moment: datetime) -> None:
    text = moment.replace(microsecond=0).isoformat()
    try:
        read = FIELDS["instant"].deserialize(text)
    except ValidationError:
        return
    assert read == datetime.fromisoformat(text)
    assert 1900 <= read.year <= 2200


def test_a_merge_patch_removes_what_is_null_and_demands_nothing() -> None:
    class ThingSchema(Schema):
        """A thing."""

        name = fields.Text("Name.", 10, required=True)
        names = fields.LocalizedText("Names.", 10)
        spot = fields.Part("Spot.", SpotSchema)
        kind = fields.Code("Kind.", ("a", "b"), create_only=True)
        version = fields.Integer("Version.", 1, 9, dump_only=True)

    patch: Callable[[Any], Any] = patch_schema(ThingSchema)().load
    assert patch({}) == {}
    assert patch({"names": {"nl": None, "fr": "b"}, "spot": None}) == {"names": {"nl": None, "fr": "b"}, "spot": None}
    assert patch({"spot": {"north": 1}}) == {"spot": {"north": 1.0}}
    for wrong in ({"name": None}, {"kind": "a"}, {"version": 2}, {"spot": {"east": None}}):
        with pytest.raises(ValidationError):
            patch(wrong)
    with pytest.raises(ValidationError):
        create_schema(ThingSchema)().load({"name": "a", "names": {"nl": None}})
