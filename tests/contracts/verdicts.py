"""What an answer to bad input must be: the refusal in its documented form, or an acceptance that changed nothing of it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from phonenumbers import PhoneNumberFormat, format_number, parse
from werkzeug.test import TestResponse

from stedenband.web.text import cleaned
from tests.contracts.attacks import Attack
from tests.contracts.corpus import DEEP
from tests.contracts.operations import contract

REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 416, 422, 428, 431})
LARGEST_REFUSAL = 64 * 1024
MOST_ISSUES = 50
INTERNALS = re.compile(
    r"psycopg|sqlalchemy|marshmallow|werkzeug|flask|Traceback|SELECT|INSERT|UPDATE |violates|constraint|NoneType|<class|object at"
    r"|Error\b|Exception|\b(ck|uq|fk|pk|ix|ex)_|plpgsql|relation \"|stedenband\.|line \d+",
)
TYPES = {"string": str, "integer": int, "array": list}


def refused(attack: Attack, answer: TestResponse) -> None:
    """Check a refusal: its status, its shape, its size, the place it names, and that it tells nothing of ours."""
    assert answer.status_code in REFUSALS, f"{answer.status_code} for {attack}"
    assert answer.mimetype == "application/problem+json", attack
    assert len(answer.data) < LARGEST_REFUSAL, attack
    problem = json.loads(answer.data)
    documented("Problem", problem)
    assert problem["status"] == answer.status_code
    issues = problem.get("issues", [])
    assert len(issues) <= MOST_ISSUES
    for issue in issues:
        documented("Issue", issue)
    said = [problem["title"], problem["detail"], *(f"{issue['title']} {issue.get('detail', '')}" for issue in issues)]
    assert not INTERNALS.search("\n".join(said)), f"{said} for {attack}"
    if answer.status_code == 400 and attack.name and readable(attack):
        assert any(names(issue, attack) for issue in issues), f"{issues} for {attack}"


def names(issue: Mapping[str, Any], attack: Attack) -> bool:
    """Tell whether an issue names the place at fault, or the object around it, what lies within it, or what it needs."""
    name = str(issue.get("name", ""))
    near = name.startswith(attack.name) or bool(name and attack.name.startswith(name))
    needed = attack.name == "status" and str(issue.get("type")).endswith(":requiredInput")  # by the state asked for
    return issue.get("in") == attack.place and (near or needed or "\ufffd" in name or name == "query")


def readable(attack: Attack) -> bool:
    """Tell whether the body is JSON at all, so that a place in it can be named."""
    try:
        return attack.value not in DEEP and (
            attack.value is None or attack.place != "body" or json.loads(attack.value, **STRICT) is not ...
        )
    except (ValueError, RecursionError):
        return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)


STRICT: dict[str, Any] = {"object_pairs_hook": _once, "parse_constant": int}


def documented(component: str, document: Mapping[str, Any]) -> None:
    """Check a document against its component: nothing undocumented, nothing required missing, types right."""
    schema = contract()["components"]["schemas"][component]
    assert set(document) <= set(schema["properties"]), document
    assert set(schema["required"]) <= set(document), document
    for name, value in document.items():
        kind = schema["properties"][name].get("type")
        assert kind is None or isinstance(value, TYPES[kind]), (name, value)


def fits(schema: Mapping[str, Any], value: Any, *, patch: bool = False) -> bool:
    """Tell, by other means than ours, whether `value` is what `schema` documents."""
    if value is None:
        return bool(schema.get("nullable"))
    match schema.get("type"):
        case "string":
            return isinstance(value, str) and _fits_text(schema, value)
        case "integer":
            return type(value) is int and schema["minimum"] <= value <= schema["maximum"]
        case "number":
            return type(value) in {int, float} and schema["minimum"] <= value <= schema["maximum"]
        case "boolean":
            return isinstance(value, bool)
        case "array":
            unique = not schema.get("uniqueItems") or len({json.dumps(each) for each in value}) == len(value)
            within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 10**6)
            return isinstance(value, list) and unique and within and all(fits(schema["items"], each) for each in value)
        case "object" if "additionalProperties" in schema:
            texts = schema["additionalProperties"]
            return (
                isinstance(value, dict)
                and bool(value)
                and all(
                    re.fullmatch("[a-z]{2}", key) and ((patch and text is None) or fits(texts, text))
                    for key, text in value.items()
                )
            )
        case "object":
            needed = set(schema.get("required", ()))
            known = {name: each for name, each in schema["properties"].items() if not each.get("readOnly")}
            return (
                isinstance(value, dict)
                and needed <= set(value) <= set(known)
                and all(fits(known[name], each, patch=patch) for name, each in value.items())
            )
    return False


def _fits_text(schema: Mapping[str, Any], value: str) -> bool:
    text = unicodedata.normalize("NFC", value).strip()
    if "enum" in schema:
        return value in schema["enum"]
    if "pattern" in schema:
        return re.fullmatch(schema["pattern"], text, re.ASCII) is not None
    match schema.get("format"):
        case "date":
            day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value, re.ASCII)
            return day is not None and 1900 <= int(day[1]) <= 2200 and _exists(lambda: date(*map(int, day.groups())))
        case "date-time":
            shape = r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})"
            return re.fullmatch(shape, value, re.ASCII) is not None and _exists(
                lambda: 1900 <= _utc(value).year <= 2200
            )
        case "uuid":
            return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value, re.ASCII) is not None
        case "uri":
            return re.match(r"https?://[A-Za-z0-9]", text) is not None and text.isascii() and " " not in text
    shown = [
        each
        for each in text
        if unicodedata.category(each)[0] != "C" or unicodedata.category(each) in {"Cf", "Co", "Cn"}
    ]
    allowed = len(shown) == len(text.replace("\n", "").replace("\t", "").replace("\r", ""))
    return (
        1 <= len(text.replace("\r\n", "\n")) <= schema.get("maxLength", 10**6)
        and allowed
        and not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    )


def _exists(make: Any) -> bool:
    try:
        return bool(make())
    except ValueError:
        return False


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text.upper())
    return moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())


def kept(attack: Attack, reply: Any) -> bool:
    """Tell whether an accepted value stands in the reply exactly as sent, but for the documented normalizing.

    A part of a merge patch that only takes away, or nothing at all, leaves nothing to look for.
    """
    assert attack.value is not None
    assert attack.schema is not None
    value = json.loads(attack.value)
    if attack.request.method == "PATCH" and isinstance(value, dict) and all(each is None for each in value.values()):
        return True
    sent = normal(attack.schema, value)
    found = reply
    for step in attack.path:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            found = None
            break
    return (
        _same(sent, found) or any(_same(sent, each) for each in _leaves(reply))
        if sent is not None
        else found in (None, [])
    )


def _same(sent: Any, found: Any) -> bool:
    if isinstance(sent, dict) and isinstance(found, dict):
        return all(_same(value, found.get(name)) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(found, list):
        return len(sent) == len(found) and all(map(_same, sent, found))
    return bool(type(sent) is type(found) and sent == found) or (
        isinstance(sent, int | float) and isinstance(found, int | float) and sent == found
    )


def _leaves(document: Any) -> list[Any]:
    if isinstance(document, dict):
        return [document, *(leaf for each in document.values() for leaf in _leaves(each))]
    if isinstance(document, list):
        return [document, *(leaf for each in document for leaf in _leaves(each))]
    return [document]


def normal(schema: Mapping[str, Any], value: Any) -> Any:
    """Return a value in the documented normal form: NFC, trimmed, UTC in whole seconds, two decimals, E.164, small letters of a domain, codes in order, empty is absent."""
    if isinstance(value, str) and schema.get("format") == "date-time":
        return _utc(value).replace(microsecond=0).isoformat() + "Z"
    if isinstance(value, str) and schema.get("format") == "number":
        return f"{Decimal(value):.2f}"
    if isinstance(value, str) and str(schema.get("example")).startswith("+"):
        return format_number(parse(value), PhoneNumberFormat.E164)
    if isinstance(value, str) and schema.get("format") == "email":
        local, _, domain = cleaned(value, 10**6, lines=True).rpartition("@")
        return f"{local}@{domain.lower()}"
    if isinstance(value, str):
        return cleaned(value, 10**6, lines=True)
    if isinstance(value, list):
        items = [normal(schema["items"], each) for each in value]
        return sorted(items) if schema.get("uniqueItems") else items
    if isinstance(value, dict):
        below = schema.get("properties", {})
        return {name: normal(below.get(name, {}), each) for name, each in value.items() if each is not None} or None
    return value
