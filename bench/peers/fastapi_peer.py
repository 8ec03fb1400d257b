"""FastAPI, SQLAlchemy (asyncio, asyncpg) and pydantic in their usual style."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from bench.peers import common
from bench.peers.fastapi_models import (
    CityLinkOut,
    DecisionOut,
    Identifiers,
    Location,
    MemberOut,
    MergeOut,
    MoveOut,
    OrganizationIn,
    OrganizationOut,
    OrganizationPatch,
    Page,
    PartnerCityOut,
    Population,
    TravelRules,
    reference,
)
from stedenband.access.models import ApiClient, ApiKey
from stedenband.cities.models import CityLink, CityLinkMember, CityLinkMerge, PartnerCity
from stedenband.core.ledger import IdempotencyKey
from stedenband.people.models import Organization

engine = create_async_engine(
    common.DATABASE_URL.replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=8,
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def opened() -> AsyncIterator[AsyncSession]:
    """Give a request its session."""
    async with sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(opened)]


async def authenticated(session: Database, authorization: Annotated[str | None, Header()] = None) -> ApiClient:
    """Return the client whose key was sent."""
    key = common.presented(authorization)
    found = key and await session.scalar(
        select(ApiClient)
        .join(ApiKey, ApiKey.api_client_id == ApiClient.id)
        .where(
            ApiKey.prefix == key[0],
            ApiKey.hash == key[1],
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > datetime.now(UTC)),
            ApiClient.status == "active",
        )
    )
    if not found:
        raise HTTPException(401)
    return found


Caller = Annotated[ApiClient, Depends(authenticated)]
Size = Annotated[int, Query(alias="pageSize", ge=1, le=200)]
Number = Annotated[int, Query(ge=1)]


def own_links(caller: ApiClient) -> Any:
    """Return the links that the caller's city is a member of."""
    return select(CityLinkMember.city_link_id).where(CityLinkMember.partner_city_id == caller.city_id)


def visible(model: Any, link: Any, caller: ApiClient) -> Any:
    """Return the condition under which the caller sees a row."""
    return or_(
        model.visibility == "public",
        model.city_id == caller.city_id,
        and_(model.visibility == "link", link.in_(own_links(caller))),
    )


CITY = (joinedload(PartnerCity.owner), selectinload(PartnerCity.languages))


def record(row: Any, kind: str) -> dict[str, Any]:
    """Return what every document has."""
    return {
        "id": row.id,
        "href": f"{common.BASE}/{kind}/{row.id}",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "published_at": row.published_at,
        "version": row.version,
        "visibility": row.visibility,
        "owner": reference("partnerCities", row.owner),
    }


def city_out(city: PartnerCity) -> PartnerCityOut:
    """Return the document of a city."""
    keys = (city.wikidata_id, city.geonames_id, city.nis_code, city.enterprise_number, city.iati_identifier)
    rules = TravelRules(train_below_km=city.train_below_km, blocking_warnings=city.blocking_warnings)
    return PartnerCityOut(
        **record(city, "partnerCities"),
        name=city.name,
        names=city.names,
        country_code=city.country_code,
        subdivision=city.subdivision,
        location=None
        if city.latitude is None or city.longitude is None
        else Location(latitude=city.latitude, longitude=city.longitude),
        population=None if city.population is None else Population(value=city.population, year=city.population_year),
        timezone=city.timezone,
        languages=[each.code for each in city.languages],
        website=city.website,
        identifiers=Identifiers(**dict(zip(Identifiers.model_fields, keys, strict=True))) if any(keys) else None,
        travel_rules=rules if rules.train_below_km or rules.blocking_warnings else None,
    )


@app.get("/v1/partnerCities/{key}")
async def read_partner_city(
    key: UUID,
    session: Database,
    caller: Caller,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> PartnerCityOut:
    """Read one."""
    seen = or_(
        PartnerCity.visibility == "public", PartnerCity.city_id == caller.city_id, PartnerCity.id == caller.city_id
    )
    city = await session.scalar(select(PartnerCity).options(*CITY).where(PartnerCity.id == key, seen))
    if city is None:
        raise HTTPException(404)
    response.headers["ETag"] = f'"{city.version}"'
    if common.version_of(if_none_match) == city.version:
        raise HTTPException(304, headers={"ETag": f'"{city.version}"'})
    other = aliased(PartnerCity)
    same = await session.scalars(
        select(other)
        .join(
            PartnerCity, and_(other.country_code == PartnerCity.country_code, other.name_sort == PartnerCity.name_sort)
        )
        .where(PartnerCity.id == key, other.id != key)
        .order_by(other.id)
    )
    document = city_out(city)
    document.possible_duplicates = [found for each in same if (found := reference("partnerCities", each))] or None
    return document


@app.get("/v1/partnerCities", response_model=Page[PartnerCityOut])
async def list_partner_cities(
    session: Database,
    caller: Caller,
    q: str | None = None,
    page_size: Size = 50,
    format: str = "json",  # noqa: A002
) -> Any:
    """Find cities by words, or export all."""
    seen = or_(
        PartnerCity.visibility == "public", PartnerCity.city_id == caller.city_id, PartnerCity.id == caller.city_id
    )
    query = select(PartnerCity).options(*CITY).where(seen).order_by(PartnerCity.name_sort, PartnerCity.id)
    if format != "json":
        return export(query, format)
    if q:
        query = query.where(PartnerCity.search.op("@@")(func.query_of(q, False)))
    rows = (await session.scalars(query.limit(page_size))).all()
    return Page[PartnerCityOut](items=[city_out(row) for row in rows], page_size=page_size)


def export(query: Any, form: str) -> StreamingResponse:
    """Stream all rows of a query, fetched in chunks."""

    async def lines() -> AsyncIterator[str]:
        if form != "ndjson":
            yield common.header()
        async with sessions() as session:
            rows = await session.stream_scalars(query.execution_options(yield_per=common.CHUNK))
            async for chunk in rows.partitions():
                documents = map(city_out, chunk)
                if form == "ndjson":
                    yield "".join(f"{each.model_dump_json(by_alias=True)}\n" for each in documents)
                else:
                    yield "".join(common.row(each.model_dump(mode="json", by_alias=True)) for each in documents)

    return StreamingResponse(lines(), media_type="application/x-ndjson" if form == "ndjson" else "text/csv")


LINK = (
    joinedload(CityLink.owner),
    selectinload(CityLink.members).joinedload(CityLinkMember.city),
    selectinload(CityLink.themes),
    selectinload(CityLink.moves),
    selectinload(CityLink.merge_confirmations).options(joinedload(CityLinkMerge.city), joinedload(CityLinkMerge.into)),
    joinedload(CityLink.merged_into),
    undefer(CityLink.renewal_due),
)


def link_out(link: CityLink, caller: ApiClient, links: set[UUID]) -> CityLinkOut:
    """Return the document of a link, with what this caller may know."""
    owns = link.city_id == caller.city_id
    inside = owns or link.id in links
    return CityLinkOut(
        **record(link, "cityLinks"),
        title=link.title,
        kind=link.kind,
        status=link.status,
        members=[MemberOut(city=reference("partnerCities", each.city), role=each.role) for each in link.members],
        themes=[each.code for each in link.themes],
        summary=link.summary,
        internal_note=link.internal_note if owns else None,
        start_date=link.start_date,
        end_date=link.end_date,
        renewal_due=link.renewal_due,
        merged_into=reference("cityLinks", link.merged_into),
        merge_confirmations=[
            MergeOut(city=reference("partnerCities", each.city), into=reference("cityLinks", each.into))
            for each in link.merge_confirmations
        ]
        if inside
        else None,
        moves=[
            MoveOut(
                status=each.status,
                moved_at=each.moved_at,
                decision=None
                if each.decision_date is None
                else DecisionOut(date=each.decision_date, body=each.decision_body, reference=each.decision_reference),
                reason=each.reason if inside else None,
            )
            for each in link.moves
        ],
    )


@app.get("/v1/cityLinks")
async def list_city_links(
    session: Database,
    caller: Caller,
    kind: str | None = None,
    page_size: Size = 50,
    page: Number = 1,
) -> Page[CityLinkOut]:
    """List links with their parts."""
    query = select(CityLink).options(*LINK).where(visible(CityLink, CityLink.id, caller))
    if kind:
        query = query.where(CityLink.kind == kind)
    ordered = query.order_by(CityLink.title_sort, CityLink.id).limit(page_size).offset((page - 1) * page_size)
    rows = (await session.scalars(ordered)).all()
    links = set(await session.scalars(own_links(caller)))
    return Page[CityLinkOut](items=[link_out(row, caller, links) for row in rows], page_size=page_size)


ORGANIZATION = (
    joinedload(Organization.owner),
    joinedload(Organization.city),
    joinedload(Organization.city_link),
)


def organization_out(row: Organization, caller: ApiClient, links: set[UUID]) -> OrganizationOut:
    """Return the document of an organization, with what this caller may know."""
    link = row.city_link
    seen = link and (
        link.visibility == "public"
        or link.city_id == caller.city_id
        or (link.visibility == "link" and link.id in links)
    )
    keys = (row.enterprise_number, row.iati_identifier)
    return OrganizationOut(
        **record(row, "organizations"),
        name=row.name,
        names=row.names,
        kind=row.kind,
        city=reference("partnerCities", row.city),
        city_link=reference("cityLinks", link) if seen else None,
        identifiers=Identifiers(enterprise_number=keys[0], iati_identifier=keys[1]) if any(keys) else None,
        functional_mailbox=row.functional_mailbox,
        phone=row.phone,
        website=row.website,
        community=row.community,
        summary=row.summary,
        internal_note=row.internal_note if row.city_id == caller.city_id else None,
    )


@app.get("/v1/organizations")
async def list_organizations(
    session: Database,
    caller: Caller,
    kind: str | None = None,
    page_size: Size = 50,
    page: Number = 1,
) -> Page[OrganizationOut]:
    """List organizations with the names of what they refer to."""
    query = (
        select(Organization)
        .options(*ORGANIZATION)
        .where(visible(Organization, Organization.city_link_id, caller))
        .order_by(Organization.name_sort, Organization.id)
    )
    if kind:
        query = query.where(Organization.kind == kind)
    rows = (await session.scalars(query.limit(page_size).offset((page - 1) * page_size))).all()
    links = set(await session.scalars(own_links(caller)))
    return Page[OrganizationOut](items=[organization_out(row, caller, links) for row in rows], page_size=page_size)


async def referred(session: AsyncSession, model: Any, key: UUID, condition: Any) -> None:
    """Refuse a reference to what the caller does not see."""
    if not await session.scalar(select(model.id).where(model.id == key, condition)):
        raise HTTPException(400)


async def one_organization(session: AsyncSession, key: UUID, caller: ApiClient) -> OrganizationOut:
    """Return the reply of a write: the organization as it is stored now."""
    row = await session.scalar(
        select(Organization)
        .options(*ORGANIZATION)
        .where(Organization.id == key)
        .execution_options(populate_existing=True)
    )
    same = await session.execute(
        select(Organization.id, Organization.name)
        .where(
            Organization.id.in_(select(func.duplicates_of_organization(key))),
            visible(Organization, Organization.city_link_id, caller),
        )
        .order_by(Organization.id)
    )
    document = organization_out(row, caller, set(await session.scalars(own_links(caller))))
    document.possible_duplicates = [found for each in same if (found := reference("organizations", each))] or None
    return document


@app.post("/v1/organizations", status_code=201)
async def create_organization(
    data: OrganizationIn,
    request: Request,
    session: Database,
    caller: Caller,
    response: Response,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> OrganizationOut:
    """Create, at most once per key."""
    print_of_it = common.fingerprint(request.method, request.url.path, await request.body())
    if idempotency_key:
        kept = await session.get(IdempotencyKey, (caller.id, caller.id, idempotency_key))
        if kept:
            if kept.request_hash != print_of_it:
                raise HTTPException(422)
            return OrganizationOut.model_validate_json(kept.body or "")
    seen_city = or_(PartnerCity.visibility == "public", PartnerCity.city_id == caller.city_id)
    if data.city:
        await referred(session, PartnerCity, data.city.id, seen_city)
    if data.city_link:
        await referred(session, CityLink, data.city_link.id, CityLink.id.in_(own_links(caller)))
    values = data.model_dump(exclude={"city", "city_link"}, exclude_unset=True, mode="json")
    row = Organization(
        **values,
        city_id=caller.city_id,
        partner_city_id=data.city and data.city.id,
        city_link_id=data.city_link and data.city_link.id,
    )
    session.add(row)
    await session.flush()
    document = await one_organization(session, row.id, caller)
    response.headers["Location"] = document.href
    response.headers["ETag"] = f'"{document.version}"'
    if idempotency_key:
        session.add(
            IdempotencyKey(
                api_client_id=caller.id,
                actor_id=caller.id,
                key=idempotency_key,
                request_hash=print_of_it,
                status=201,
                location=document.href,
                etag=response.headers["ETag"],
                body=document.model_dump_json(by_alias=True),
            )
        )
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409) from None
    return document


@app.patch("/v1/organizations/{key}")
async def change_organization(
    key: UUID,
    data: OrganizationPatch,
    session: Database,
    caller: Caller,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> OrganizationOut:
    """Change, if the version is the one named."""
    row = await session.scalar(
        select(Organization).where(Organization.id == key, visible(Organization, Organization.city_link_id, caller))
    )
    if row is None:
        raise HTTPException(404)
    if row.city_id != caller.city_id:
        raise HTTPException(403)
    if common.version_of(if_match) != row.version:
        raise HTTPException(412)
    for name, value in data.model_dump(exclude_unset=True, mode="json").items():
        setattr(row, name, value)
    row.updated_at = datetime.now(UTC).replace(microsecond=0)
    await session.flush()
    document = await one_organization(session, key, caller)
    await session.commit()
    response.headers["ETag"] = f'"{document.version}"'
    return document
