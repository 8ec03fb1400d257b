"""The API as it would be without its mechanism: same models, schemas, policies and way in; rows loaded eagerly, dumped by marshmallow."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import marshmallow as ma
import orjson
from flask import Flask, Response, g, request
from flask_smorest import Api, Blueprint, abort
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer
from werkzeug.exceptions import HTTPException

from bench.peers import common
from stedenband.access import models as _access  # noqa: F401 (the tables that others refer to)
from stedenband.cities.models import CityLink, CityLinkMember, CityLinkMerge, PartnerCity
from stedenband.cities.schemas import CityLinkSchema, PartnerCitySchema
from stedenband.core.access import Actor, Role
from stedenband.core.db import ENTER, now
from stedenband.core.ledger import IdempotencyKey
from stedenband.people import rules
from stedenband.people.models import Organization
from stedenband.people.schemas import OrganizationSchema
from stedenband.web.fields import Matches, Moves
from stedenband.web.merge import flattened
from stedenband.web.schema import Schema, audience_of, create_schema, patch_schema

engine = create_engine(common.DATABASE_URL, pool_size=8, max_overflow=0, connect_args={"options": "-c jit=off"})
app = Flask(__name__)
app.config.update(
    PUBLIC_URL=common.BASE.removesuffix("/v1"),
    API_TITLE="eager",
    API_VERSION="1",
    OPENAPI_VERSION="3.0.3",
    JSON_SORT_KEYS=False,
)
api = Api(app)
blueprint = Blueprint("eager", __name__, url_prefix="/v1")


class Query(ma.Schema):
    """The parameters of a list."""

    class Meta:
        """Others are another's business."""

        unknown = ma.EXCLUDE

    kind = ma.fields.String()
    q = ma.fields.String()
    format = ma.fields.String()
    page_size = ma.fields.Integer(data_key="pageSize", load_default=50)
    page = ma.fields.Integer(load_default=1)


@app.before_request
def enter() -> None:
    """Open a session and look the key up."""
    g.session = Session(engine, expire_on_commit=False)
    key = common.presented(request.headers.get("Authorization"))
    found = key and g.session.connection().exec_driver_sql(ENTER, key).one_or_none()
    if not found:
        abort(401)
    g.caller = found


@app.teardown_request
def leave(_error: BaseException | None) -> None:
    """Close the session."""
    g.session.close()


def own_links() -> set[UUID]:
    """Return the links that the caller's city is a member of."""
    return set(g.session.scalars(select(func.my_links())))


@cache
def dumper(schema: type[Schema], audiences: frozenset[str], *, single: bool) -> Schema:
    """Return a schema with the fields of these audiences; what only a single record shows is left out of lists."""
    hidden = [
        name
        for name, field in schema._declared_fields.items()  # noqa: SLF001
        if audience_of(field) not in audiences
        or (not single and isinstance(field, Matches))
        or isinstance(field, Moves)
    ]
    below = [
        f"{name}.{inner}"
        for name, field in schema._declared_fields.items()  # noqa: SLF001
        for inner, part in getattr(getattr(field, "item", None), "_declared_fields", {}).items()
        if audience_of(part) not in audiences
    ]
    made = schema(exclude=hidden)
    for name in below:
        made.fields[name.split(".")[0]].item = narrowed(schema, name)  # type: ignore[attr-defined]
    return made


def narrowed(schema: type[Schema], name: str) -> Any:
    """Return the schema of an item without one of its fields."""
    outer, inner = name.split(".")
    item = schema._declared_fields[outer].item  # type: ignore[attr-defined]  # noqa: SLF001
    return lambda: item(exclude=(inner,))


def dumped(row: Any, schema: type[Schema], links: set[UUID], *, single: bool = False) -> Any:
    """Return the document of a row as the caller may know it."""
    own = g.caller.city_id
    audiences = {"public"}
    if row.city_id == own or (row.link_column and getattr(row, row.link_column) in links):
        audiences.add("link")
    if row.city_id == own:
        audiences.add("city")
    return dumper(schema, frozenset(audiences), single=single).dump(row)


CITY = (joinedload(PartnerCity.owner), selectinload(PartnerCity.languages))
LINK = (
    joinedload(CityLink.owner),
    selectinload(CityLink.members).joinedload(CityLinkMember.city),
    selectinload(CityLink.themes),
    selectinload(CityLink.moves),
    selectinload(CityLink.merge_confirmations).options(joinedload(CityLinkMerge.city), joinedload(CityLinkMerge.into)),
    joinedload(CityLink.merged_into),
    undefer(CityLink.renewal_due),
)
ORGANIZATION = (joinedload(Organization.owner), joinedload(Organization.city), joinedload(Organization.city_link))


def answered(document: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON reply."""
    return Response(orjson.dumps(document), status, headers, mimetype="application/json")


def listed(query: Any, model: Any, schema: type[Schema], data: dict[str, Any]) -> Response:
    """Return a page of a query."""
    size = data["page_size"]
    rows = g.session.scalars(query.limit(size).offset((data["page"] - 1) * size)).all()
    links = own_links() if model is not PartnerCity else set()
    items = [dumped(row, schema, links) for row in rows]
    return answered({"items": items, "pageSize": size})


@blueprint.route("/partnerCities/<uuid:key>")
def read_partner_city(key: UUID) -> Response:
    """Read one."""
    city = g.session.scalar(select(PartnerCity).options(*CITY).where(PartnerCity.id == key))
    if city is None:
        abort(404)
    body = orjson.dumps(dumped(city, PartnerCitySchema, set(), single=True))
    response = Response(body, mimetype="application/json")
    response.set_etag(sha256(body).hexdigest()[:20])
    return response.make_conditional(request)


@blueprint.route("/partnerCities")
@blueprint.arguments(Query, location="query")
def list_partner_cities(data: dict[str, Any]) -> Response:
    """Find cities by words, or export all."""
    query = select(PartnerCity).options(*CITY).order_by(PartnerCity.name_sort, PartnerCity.id)
    if "q" in data:
        query = query.where(PartnerCity.search.op("@@")(func.query_of(data["q"], False)))
    if "format" in data:
        return exported(query, data["format"])
    return listed(query, PartnerCity, PartnerCitySchema, data)


def exported(query: Any, form: str) -> Response:
    """Stream all rows of a query, fetched in chunks."""
    caller, key = g.caller, common.presented(request.headers.get("Authorization"))

    def lines() -> Iterator[bytes]:
        with app.app_context(), Session(engine) as session:
            g.caller = caller
            session.connection().exec_driver_sql(ENTER, key)
            if form != "ndjson":
                yield common.header().encode()
            for chunk in session.scalars(query.execution_options(yield_per=common.CHUNK)).partitions():
                documents = (dumped(row, PartnerCitySchema, set()) for row in chunk)
                if form == "ndjson":
                    yield b"".join(orjson.dumps(each) + b"\n" for each in documents)
                else:
                    yield "".join(common.row(each) for each in documents).encode()

    return Response(lines(), mimetype="application/x-ndjson" if form == "ndjson" else "text/csv")


@blueprint.route("/cityLinks")
@blueprint.arguments(Query, location="query")
def list_city_links(data: dict[str, Any]) -> Response:
    """List links with their parts."""
    query = select(CityLink).options(*LINK)
    if "kind" in data:
        query = query.where(CityLink.kind == data["kind"])
    return listed(query.order_by(CityLink.title_sort, CityLink.id), CityLink, CityLinkSchema, data)


@blueprint.route("/organizations")
@blueprint.arguments(Query, location="query")
def list_organizations(data: dict[str, Any]) -> Response:
    """List organizations with the names of what they refer to."""
    query = select(Organization).options(*ORGANIZATION).order_by(Organization.name_sort, Organization.id)
    if "kind" in data:
        query = query.where(Organization.kind == data["kind"])
    return listed(query, Organization, OrganizationSchema, data)


def actor() -> Actor:
    """Return the caller as the rules know it."""
    return Actor(Role(g.caller.role), g.caller.client_id, g.caller.name, g.caller.city_id)


def written(key: UUID) -> tuple[Any, Organization]:
    """Return the document of an organization as it is stored now."""
    query = select(Organization).options(*ORGANIZATION).where(Organization.id == key)
    row = g.session.scalar(query.execution_options(populate_existing=True))
    return dumped(row, OrganizationSchema, own_links(), single=True), row


@blueprint.route("/organizations", methods=["POST"])
@blueprint.arguments(create_schema(OrganizationSchema))
def create_organization(data: dict[str, Any]) -> Response:
    """Create, at most once per key."""
    key = request.headers.get("Idempotency-Key")
    seal = common.fingerprint(request.method, request.path, request.get_data())
    kept = g.session.get(IdempotencyKey, (g.caller.client_id, g.caller.client_id, key)) if key else None
    if kept:
        if kept.request_hash != seal:
            abort(422)
        return Response(kept.body, kept.status, mimetype="application/json")
    row = rules.create_organization(g.session, actor(), flattened(OrganizationSchema, data))
    document, row = written(row.id)
    response = answered(document, 201, Location=document["href"], ETag=f'"{row.version}"')
    if key:
        g.session.add(
            IdempotencyKey(
                api_client_id=g.caller.client_id,
                actor_id=g.caller.client_id,
                key=key,
                request_hash=seal,
                status=201,
                location=document["href"],
                etag=response.headers["ETag"],
                body=response.get_data(as_text=True),
            )
        )
    g.session.commit()
    return response


@blueprint.route("/organizations/<uuid:key>", methods=["PATCH"])
@blueprint.arguments(patch_schema(OrganizationSchema))
def change_organization(data: dict[str, Any], key: UUID) -> Response:
    """Change, if the version is the one named."""
    row = g.session.scalar(select(Organization).where(Organization.id == key))
    if row is None:
        abort(404)
    if row.city_id != g.caller.city_id:
        abort(403)
    if common.version_of(request.headers.get("If-Match")) != row.version:
        abort(412)
    rules.change_organization(g.session, actor(), row, flattened(OrganizationSchema, data))
    row.updated_at = now()
    g.session.flush()
    document, row = written(key)
    g.session.commit()
    return answered(document, ETag=f'"{row.version}"')


@app.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """Answer an error."""
    return answered({"status": error.code}, error.code or 500)


api.register_blueprint(blueprint)
