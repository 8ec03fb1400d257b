"""Bad input by declared type: JSON texts for bodies, texts for parameters and headers, and whole bodies.

Values are written as JSON text, since much of what is bad has no Python value (`NaN`, names twice, 5,000 digits).
"""

import base64
import json
from functools import cache
from typing import Any

Schema = dict[str, Any]
MEBIBYTE = 1024 * 1024
MISSING = "0199f3a0-0000-7000-8000-000000000000"
"""A well-formed id that nothing has."""


@cache
def text(value: str) -> str:
    """Return a JSON string; a lone surrogate stays an escape."""
    return json.dumps(value)


DEEP = ("[" * 21 + "]" * 21, "[" * 100_000 + "]" * 100_000, '{"a":' * 25 + "1" + "}" * 25)
NOT_JSON = (
    "", "NaN", "Infinity", "-Infinity", "1" * 5000, "-" + "9" * 5000, "01", "+1", ".5", "1.", "0x10", "1_0",
    "\uff11\uff12", "'a'", "undefined", "True", '"a\nb"', '"\x00"', r'"\x41"', r'"\u12"', '{"a":1,"a":2}', "[1,]",
    "{,}", "/**/1", "1 2", *DEEP,
)  # fmt: skip
"""What no reader of strict JSON takes, wherever it stands."""

WRONG_TYPES = (
    "null", "true", "false", "0", "-1", "1.5", "-0", "-0.0", "1E+1000000", "-1E+1000000", "1e400", "1E-1000000",
    str(2**31), str(-(2**31) - 1), str(2**63), str(2**64), "[]", "{}", "[[]]", "[null]", '{"a":1}', '{"id":null}',
    "[" + "0," * 99_999 + "0]", "[{}]", '[""]', '{"":""}', '{"__class__":{}}', '{"\\u0000":"a"}',
)  # fmt: skip

HOSTILE_TEXTS = (
    "", " ", "\t", "\n", "\r\n", "\xa0", "\u2003", "\u200b", "\u2060\ufeff", "\u3164", "\x00", "a\x00b", "\x1b[31mred",
    "a\x07b", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b", "a\u202eb", "\u2066a\u2069", "\u200fa", "\u061ca", "a\tb",
    "a\nb", "a\rb", "\ud800", "\udfff", "a\udc00\ud800b", "e\u0301", " padded ", "\u212b", "\ufdfa", "\ufb01",
    "\U0001f468\u200d\U0001f469", "\uffff", "\ue000", "\U000e0041", "\U0010ffff", "\u0378", "a" + "\u0301" * 31,
    "a" + "\u0301" * 90 + "\u0316" * 90, "a" + "\u0301" * 80_000 + "\u0316" * 80_000, "x" * (MEBIBYTE - 4096),
    "\U0001f600" * 60_000, "null", "undefined", "NaN", "true", "0", "-1", "1.5", "1_0", "1e3", "\uff11\uff12", "0x10",
    "+5", "0.005", "%", "_", "\\", "' OR 1=1 --", '"; DROP TABLE city_link; --', "<script>alert(1)</script>", "{{7*7}}",
    "${7*7}", "=1+1", "+1", "@a", "../../etc/passwd", "a\r\nSet-Cookie: b=c", "%s%s%n", "%(id)s", ":id", "$1",
    "urn:uuid:" + MISSING,
)  # fmt: skip

BY_FORMAT = {
    "date": ( "2024-W01-1", "20240101", "2024-001", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-00", "0000-01-01", "0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "10000-01-01", "-2024-01-01", "2024-1-1", "24-01-01", "2024/01/01", "01-02-2024", "2024-01-01T00:00:00Z", "\uff12\uff10\uff12\uff14-01-01", "2024-01-01 ", "infinity", "today" ),
    "date-time": ( "2027-01-01T00:00:00", "2027-01-01", "2027-01-01T00:00:00 Z", "2027-01-01 00:00:00Z", "2027-W01-1T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1900-01-01T00:00:00+01:00", "2200-12-31T23:59:59-01:00", "2026-03-29T02:30:00", "2027-01-01T24:00:00Z", "2027-01-01T23:59:60Z", "2027-01-01T25:00:00Z", "2027-02-30T00:00:00Z", "2027-01-01T00:00:00+24:00", "2027-01-01T00:00:00+99:99", "2027-01-01T00:00:00+01:00:01", "2027-01-01T00:00Z", "2027-01-01T00:00:00.1234567890Z", "2027-01-01t00:00:00z", "2027-01-01T00:00:00.999999Z", "20270101T000000Z", "2027-01-01T00:00:00,5Z", "\uff12\uff10\uff12\uff17-01-01T00:00:00Z", "2027-01-01T00:00:00-00:00", "infinity", "now" ),
    "uuid": ( MISSING, MISSING.upper(), MISSING.replace("-", ""), "{" + MISSING + "}", MISSING[:-1], MISSING + "0", "urn:uuid:" + MISSING, "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0199f3a0-0000-7000-8000-00000000000g" ),
    "uri": ( "javascript:alert(1)", "ftp://example.org", "//example.org", "http://", "https://", "http://[::1", "http://exa mple.org", "http://exämple.org", "http://example.org/\x00", "http://example.org/\r\nX: y", "HTTP://EXAMPLE.ORG", "http:example.org", "http://user:secret@example.org", "http://example.org:999999", "http://example.org/\u202e", "data:text/html,x", "https://example.org/" + "a" * 2000 ),
}  # fmt: skip


def long(schema: Schema) -> tuple[str, ...]:
    """Return texts at and one beyond the declared length, of one and of four bytes a character."""
    most = schema.get("maxLength", 200)
    return tuple(letter * length for letter in ("a", "é", "\U0001f600") for length in (most, most + 1))


def texts_for(schema: Schema) -> list[str]:
    """Return bad and doubtful texts for a string of this schema."""
    codes = [
        word for code in schema.get("enum", ())[:2] for word in (code.upper(), f" {code}", f"{code}\x00", f"{code},")
    ]
    return [*HOSTILE_TEXTS, *BY_FORMAT.get(schema.get("format", ""), ()), *long(schema), *codes]


def numbers_for(schema: Schema) -> list[str]:
    """Return numbers around the declared bounds, and numbers of other kinds."""
    least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
    return [
        str(least), str(least - 1), str(most), str(most + 1), f"{least - 0.001}", f"{most + 0.001}", "1.0", "1e2",
        "1.5", "0.005", "5e-324", "1e-160", "1e-20", "0.1234567890123456789", "2e0", "1e-7",
    ]  # fmt: skip


def values_for(schema: Schema) -> list[str]:
    """Return bad and doubtful values, as JSON texts, for a property of this schema; each of them is JSON."""
    kind = schema.get("type")
    values = [*WRONG_TYPES]
    if kind == "string":
        values += map(text, texts_for(schema))
    else:
        values += map(text, (*HOSTILE_TEXTS[:12], "1", "1.5", "1_0", "\uff11\uff12", "1e3", "true", "null", MISSING))
    if kind in {"integer", "number"}:
        values += numbers_for(schema)
    if kind == "array":
        one = json.dumps(schema["items"].get("example", "x"))
        most = schema.get("maxItems", 200)
        values += [
            f"[{one},{one}]",
            f"[[{one}]]",
            f"[{one},null]",
            f"[{','.join([one] * (most + 1))}]",
            f'{{"0":{one}}}',
            one,
        ]
    if "additionalProperties" in schema:
        keys = ("EN", "eng", "e", "", "e\x00", "é", "__class__", "n" * 5000, "\ud800", "nl ", "en-US")
        values += [f'{{{text(key)}:"a"}}' for key in keys]
        values += [
            '{"nl":null}',
            '{"nl":"a","nl":"b"}',
            '{"nl":{}}',
            '{"nl":["a"]}',
            '{"nl":"a","fr":""}',
            '{"nl":"a","fr":7}',
        ]
        values += [f'{{"nl":{text(value)}}}' for value in (*HOSTILE_TEXTS, *long(schema["additionalProperties"]))]
    return values


MANY_KEYS = "{" + ",".join(f'"k{number}":1' for number in range(80_000)) + "}"
"""As many unknown properties as a body of 1 MiB holds, more or less."""

BODIES = (
    b"", b" ", b"null", b"true", b"0", b'"text"', b"[]", b"[{}]", b"{", b"}", b'{"a"', b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00", b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\x80"}', b'{"\xff":1}', b"{}{}",
    b"{}\x00", b"a=1&b=2", b"<a/>", MANY_KEYS.encode(), b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":' * 50_000,
    b'{"' + b"k" * 500_000 + b'":1}', b"\x1f\x8b\x08\x00", b" " * (MEBIBYTE + 1), b'"' + b"a" * (MEBIBYTE - 2) + b'"',
    *(value.encode() for value in NOT_JSON if value),
)  # fmt: skip

CONTENT_TYPES = (
    "", "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=a", "application/json; charset=latin-1", "application/json; charset=utf-16",
    "application/json; charset=nonsense", "nonsense", "/", "application/json, text/plain", "application/json;charset",
    "application/jsonx", "application/*", "*/*", "application/json\r\nX: y", 'application/json; charset="utf-8',
    "application/jsön", "application/merge-patch+xml", "a" * 8000, "application/json; " * 500,
)  # fmt: skip

HEADER_VALUES = (
    "", " ", "*", '"', '""', '"a', "a", 'W/"', "W/*", '"1-' + "0" * 20 + '"', '"99999999999-a"', '"-1-a"',
    '"1-a", "2-b"', "a\r\nX-Evil: y", "a\nb", "a\x00b", "\x7f", "\u20ac".encode().decode("latin-1"), "\xe9", "\xff\xfe",
    "\u202e".encode().decode("latin-1"), "a" * 256, "a" * 8000, '"' * 8000, ",".join(['"a"'] * 2000), "null", "0", "-1",
    "1_0", "%00", "${jndi:ldap://x}", "Bearer", "Bearer ", "Bearer x", "Bearer sb_",
    "Bearer sb_000000000000_" + "a" * 43, "Basic YTpi", "bearer sb_\xe9", "q=abc", "*/*;q=-1", "*/*;q=1e400",
    "bytes=0-", "bytes=5-2", "bytes=-0", "bytes=-", "bytes=0-1,3-4", "bytes=" + "9" * 18 + "-", "bytes=" + "9" * 30 + "-",
    "bytes=-" + "9" * 18, "bytes=\xb2-", "lines=1-2", "text/csv", "text/csv;q=0, */*", "text/vcard",
    "application/json;q=0", "text/html", "application/json;q=\xb2", ";;;,,,", "en;q=nan", "x" * 300 + ";q=0.5",
)  # fmt: skip

ALWAYS_READ = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "BelGov-Trace-Id", "Content-Encoding",
    "Content-Length", "Cookie", "Expect", "Forwarded", "Host", "If-Match", "If-Modified-Since", "If-None-Match",
    "If-Unmodified-Since", "Idempotency-Key", "Origin", "Range", "Referer", "Transfer-Encoding", "X-Forwarded-For",
    "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Proto", "X-HTTP-Method-Override",
)  # fmt: skip

QUERY_TEXTS = (
    "", "%20", "%00", "a%00b", "%ED%A0%80", "%FF", "%C0%80", "%E2%80%AE", "%07", "%0d%0aX-Evil:%20y", "%", "%2", "%zz",
    "%25", "_", "%5C", "-1", "0", "1", "201", "1.5", "1_0", "%EF%BC%91", "1e3", "0x10", "+5", "%2B5", " 5", "NaN",
    "Infinity", "9" * 20, "9" * 5000, str(2**31), str(2**63), "true", "TRUE", "yes", "null", "a" * 201, "a" * 4001,
    "%F0%9F%98%80" * 600, "x,y", "[]", "{}", "(a)", "'%20OR%201=1--", "__class__", "-", "--name", "-name,name",
    "e%CC%81", "a" + "%CC%81" * 200 + "%CC%96" * 200, "%26", "%3D", ";", "2024-W01-1", "2024-02-30", "1899-12-31",
    "2201-01-01", "20240101", "2024-01-01T00:00:00Z", MISSING, MISSING.upper(), MISSING[:-1], "0,0,0", "91,0,1",
    "csv", "CSV", "csv%20", "csv,json", "text/csv", "vcard", "pdf", "xlsx%00",
    "0,181,1", "0,0,99999", "nan,nan,1", "0,0", "1e1,0,1", "0.0,0.0,10", "90,180,20038", "-90,-180,1", "%EF%BC%90,0,1",
)  # fmt: skip
"""Values of query parameters, as they stand in the address."""

ODD_KEYS: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    1.5,
    "",
    "a",
    "\x00",
    [],
    {},
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "2024-W01-1",
    MISSING,
)


def cursors() -> list[str]:
    """Return texts that look like our cursors, with keys of every type at every place."""
    documents: list[Any] = [None, 0, "", [], {}, [""], ["name", "a", MISSING], ["", "a"], ["", "a", MISSING, MISSING]]
    documents += (
        [["", odd, MISSING] for odd in ODD_KEYS]
        + [["", "a", odd] for odd in ODD_KEYS]
        + [[odd, "a", MISSING] for odd in ODD_KEYS]
    )
    written = [base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=") for document in documents]
    feed = [
        f"{MISSING}.1.1",
        f"{MISSING}.{'9' * 19}.1",
        f"{MISSING}.-1.1",
        f"{'-' * 36}.1.1",
        "1.1",
        "9" * 18,
        "9" * 19,
        "-1",
        "%EF%BC%91",
    ]
    return [*written, *feed, written[5][:-2], "!!!!", "%E2%82%AC", "A" * 4000, "A" * 8100, "W10", "bnVsbA=="]


PATH_TEXTS = (
    "x", "0", "-1", "null", "undefined", "%00", "%FF", "%ED%A0%80", "%2e%2e", "..%2f..%2fetc%2fpasswd",
    "%0d%0aX-Evil:%20y", "%E2%80%AE", "a" * 8000, MISSING, MISSING[:-1], MISSING + "0", "{" + MISSING + "}",
    MISSING.replace("-", ""), "9" * 5000, "%F0%9F%98%80", "*", "'", "%25", ";a=b", "%20",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip

DUNDER = (
    "__class__", "__init__", "__dict__", "__proto__", "__mapper__", "__table__", "_sa_instance_state", "constructor",
    "prototype", "metadata", "self", "query", "data", "ids", "session", "", " ", "$ref", "a.b", "a[0]", "id", "href",
    "links", "total",
)  # fmt: skip
