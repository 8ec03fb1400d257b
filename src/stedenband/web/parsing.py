"""Reads what a client sends, strictly, for webargs: query strings and JSON bodies."""

import json
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser

from stedenband.core.errors import INCORRECT, BadRequest, Issue, Place, kind_of
from stedenband.core.words import Rule, say
from stedenband.web import language
from stedenband.web.fields import QueryText, Repeated
from stedenband.web.negotiation import PARAMETER, readable_query
from stedenband.web.text import echo

DEEPEST = 20
MOST_PROPERTIES = 200
MOST_ISSUES = 50
OURS = {
    "Unknown field.": Rule(say("There is no such property here, or it cannot be written.")),
    "Field may not be null.": say("This property cannot be null."),
    "Invalid input type.": say("Give a JSON object."),
}
"""What marshmallow says itself -> what we say."""
PLACES: dict[str, Place] = {"json": "body", "query": "query"}


class Parser(FlaskParser):
    """Reads arguments; every fault becomes one 400 with at most 50 issues."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"query": ma.RAISE, "json": ma.RAISE}  # noqa: RUF012 (named so by webargs)

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """Return the JSON body."""
        return strict_json(req.get_data())

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """Return the query as text, repeatable parameters as lists."""
        readable_query()
        language.kept()
        repeatable = {field.data_key for field in schema.fields.values() if isinstance(field, Repeated)}
        values: dict[str, Any] = {}
        for name, texts in req.args.lists():
            if name in {PARAMETER, language.PARAMETER}:  # were read before
                continue
            if name in repeatable:
                values[name] = [QueryText(text) for text in texts]
            elif len(texts) > 1:
                raise BadRequest.at("query", echo_name(name), say("Give this parameter once."))
            else:
                values[name] = QueryText(texts[0])
        return values

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        **_: Any,
    ) -> NoReturn:
        """Raise every fault as one problem."""
        issues: list[Issue] = []
        for location, messages in error.messages_dict.items():
            _collect(PLACES[location], "", messages, error.data, issues)
        raise BadRequest(INCORRECT, issues=issues[:MOST_ISSUES])


def loaded(schema: ma.Schema, body: bytes, place: Place = "body", within: str = "") -> Any:
    """Return what a schema makes of a JSON text that came beside a file, `within` what; every fault as one problem."""
    issues: list[Issue] = []
    try:
        return schema.load(strict_json(body))
    except ma.ValidationError as error:
        _collect(place, within, error.messages, error.data, issues)
    except BadRequest as error:
        issues = [Issue(place, within, each.detail) for each in error.issues]
    raise BadRequest(INCORRECT, issues=issues[:MOST_ISSUES])


def strict_json(body: bytes) -> Any:
    """Return the value of a JSON text: UTF-8, no duplicate keys, no NaN, at most 20 deep and 200 properties wide."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_constant)
    except UnicodeDecodeError:
        raise _not_json(say("The body is not valid UTF-8.")) from None
    except (ValueError, RecursionError) as error:
        refused = isinstance(error, _Refused)
        raise _not_json(error.args[0] if refused else say("The body is not valid JSON (RFC 8259).")) from None
    if _depth(value) > DEEPEST:
        raise _not_json(say("The body is nested more than {most} deep.", most=DEEPEST))
    return value


def echo_name(name: object) -> str:
    """Return a received name in a form that is safe to send back."""
    return str(echo(str(name)))


class _Refused(ValueError):
    """Valid for the parser, not for us."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_PROPERTIES:  # each of them would cost a message
        raise _Refused(say("An object of the body has more than {most} properties.", most=MOST_PROPERTIES))
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused(say("An object of the body names a property twice."))
    return found


def _constant(name: str) -> NoReturn:
    raise _Refused(say("{name} is not a JSON number.", name=name))


def _not_json(reason: str) -> BadRequest:
    return BadRequest(INCORRECT, issues=[Issue("body", "", reason)])


def _depth(value: Any) -> int:
    deepest = 0
    level = [value]
    while level and deepest <= DEEPEST:
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [part for item in containers for part in (item.values() if isinstance(item, dict) else item)]
        deepest += bool(containers)
    return deepest


def _collect(place: Place, name: str, messages: Any, data: Any, issues: list[Issue]) -> None:
    """Flatten marshmallow's tree of messages into issues with names such as `members[0].city`."""
    if isinstance(messages, dict):
        for key, below in messages.items():
            if len(issues) >= MOST_ISSUES:
                return
            _collect(place, _joined(name, key), below, _within(data, key), issues)
        return
    issues += [_issue(place, name, message, data) for message in messages]


def _joined(name: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{name}[{key}]"
    if key == ma.exceptions.SCHEMA:
        return name
    return f"{name}.{echo_name(key)}" if name else echo_name(key)


def _within(data: Any, key: Any) -> Any:
    if isinstance(data, dict):
        return data.get(key)
    if isinstance(data, list) and isinstance(key, int) and key < len(data):
        return data[key]
    return None


def _issue(place: Place, name: str, message: str, value: Any) -> Issue:
    match message, place:
        case "Unknown field.", "query":
            return Issue(place, name, say("There is no such parameter here."), "unknownParameter")
        case "Missing data for required field.", _:
            return Issue(place, name, say("This property is required."), "requiredInput")
        case _:
            said = OURS.get(message, message)
            return Issue(place, name, said, kind_of(said), echo(value))
