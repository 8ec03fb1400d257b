"""The contract as a file (OpenAPI 3.0.3): made from the declarations, finished here, served under /v1/doc."""

import re
from functools import cache
from threading import Lock
from typing import Any

import orjson
import yaml
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response
from flask_smorest import Api, Blueprint

from stedenband.web import fields
from stedenband.web.conditional import reply, tag
from stedenband.web.contract.differences import BASE_PATH
from stedenband.web.contract.document import document
from stedenband.web.guard import OPEN, needs
from stedenband.web.links import API
from stedenband.web.schema import RECEIVED, create_schema, schema_name
from stedenband.web.trace import API_VERSION

DESCRIPTION = """\
The register of partnerships between cities: partner cities, city links and agreements, the people behind them, the
policy they serve, exchange projects, and the documents of all these.

Anonymous callers see what is public. With an API key or, where the installation names an identity provider, an access
token, sent as `Authorization: Bearer …`, a caller sees what its role and its city may see; `/me` tells which. Lists are
paged with a cursor (`next`). A change needs the ETag of the record in `If-Match`; every POST honors an
`Idempotency-Key`. Errors are problem documents (RFC 9457). Properties without a value are absent. New operations,
properties, values of enumerations and formats may come within a version: ignore what you do not know.

Sentences and labels are in Dutch, French or English, as `lang=` or else `Accept-Language` asks; `Content-Language` says
which. Codes and their labels are listed under `/refData`.
"""


def configuration(public_url: str) -> dict[str, Any]:
    """Return flask-smorest's settings."""
    return {
        "API_TITLE": "stedenband",
        "API_VERSION": API_VERSION,
        "OPENAPI_VERSION": "3.0.3",
        "API_SPEC_OPTIONS": {
            "info": {
                "description": DESCRIPTION,
                "contact": {"name": "The administrator of this installation", "url": public_url},
                "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
            },
            "servers": [{"url": API, "x-ignore-rules": BASE_PATH}],
        },
    }


class Described(Api):
    """An API that serves its operations at once, and describes them when the contract is first asked for."""

    def __init__(self, app: Flask, plugin: MarshmallowPlugin) -> None:
        """Serve nothing yet."""
        super().__init__(app, spec_kwargs={"marshmallow_plugin": plugin})
        self._served = app
        self._undescribed: list[Blueprint] = []

    def serve(self, blueprint: Blueprint) -> None:
        """Serve the operations of a domain."""
        self._served.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._served.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def describe(self) -> None:
        """Add what is served to the document, once."""
        while self._undescribed:
            blueprint = self._undescribed.pop(0)
            blueprint.register_views_in_doc(self, self._served, self.spec, name=blueprint.name, parameters=None)
            self.spec.tag({"name": blueprint.name})


def api_for(app: Flask) -> tuple[Described, Any]:
    """Return flask-smorest's API, and the converter of schemas, which knows our fields."""
    plugin = MarshmallowPlugin(schema_name_resolver=schema_name)
    api = Described(app, plugin)
    assert plugin.converter  # noqa: S101 (made with the API, which the library's types cannot say)
    plugin.converter.add_attribute_function(_documented)  # type: ignore[no-untyped-call]
    return api, plugin.converter


def _documented(converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    """Return the JSON schema of one of our fields."""
    match field:
        case fields.Part():
            return dict(
                converter.resolve_nested_schema(field.part if field.dump_only or _shown(field) else field.reader)
            )
        case fields.Items():
            schema = field.item if field.dump_only or _shown(field) else create_schema(field.item)
            return {
                "type": "array",
                "minItems": field.least,
                "maxItems": field.most,
                "items": converter.resolve_nested_schema(schema),
            }
        case fields.AnyReference():
            return field.documented(shown=_shown(field))
        case fields.Reference() | fields.Matches() if _shown(field):
            return dict(field.documented()) | {"example": field.example()}
        case fields.ValuesByName():
            return {
                "title": "Changes",
                "type": "object",
                "additionalProperties": converter.resolve_nested_schema(field.item),
            }
        case _:
            return dict(field.documented())


def _shown(field: fields.Field) -> bool:
    """Tell whether the field belongs to a schema that is sent, not received."""
    return not schema_name(field.parent).endswith(RECEIVED)


def install(app: Flask, api: Described, converter: Any) -> None:
    """Serve the document as YAML and JSON; it is made when first asked for, not at every start."""
    alone = Lock()

    @cache
    def made() -> dict[str, Any]:
        api.describe()
        return document(api, converter)

    def contract() -> dict[str, Any]:
        with alone:
            return made()

    app.extensions["stedenband.contract"] = contract
    as_yaml = cache(lambda: yaml_of(contract()).encode())
    as_json = cache(lambda: orjson.dumps(contract()))

    @needs(OPEN)
    def openapi_yaml() -> Response:
        """Send the contract as YAML."""
        return reply(as_yaml(), tag(as_yaml()), kind="application/yaml")

    @needs(OPEN)
    def openapi_json() -> Response:
        """Send the contract as JSON."""
        return reply(as_json(), tag(as_json()))

    app.add_url_rule("/v1/doc/openapi.yaml", view_func=openapi_yaml)
    app.add_url_rule("/v1/doc/openapi.json", view_func=openapi_json)


def yaml_of(contract: dict[str, Any]) -> str:
    """Return the document as YAML, in the order in which it was made."""
    return yaml.dump(contract, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every value out: no anchors. In C where PyYAML brings it, which takes a quarter of the time."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Never refer back."""
        return True


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quote what another reader of YAML could take for a number."""
    style = "'" if re.fullmatch(r"[0-9.eE+-]+", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _write_text)
