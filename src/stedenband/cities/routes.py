"""The register over HTTP: /partnerCities, /cityLinks and the agreements of a link."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from stedenband.cities import rules
from stedenband.cities.models import (
    AGREEMENT_KINDS,
    AGREEMENT_STATUSES,
    LINK_KINDS,
    LINK_LIFECYCLE,
    MEMBER_ROLES,
    THEMES,
    Agreement,
    AgreementTheme,
    CityLink,
    CityLinkMember,
    CityLinkTheme,
    PartnerCity,
)
from stedenband.cities.schemas import (
    AgreementSchema,
    CityLinkSchema,
    MergeRequestSchema,
    PartnerCitySchema,
    TransitionSchema,
)
from stedenband.core.access import Permission
from stedenband.core.words import say
from stedenband.web import fields
from stedenband.web.conditional import check_version
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.formats.geojson import between, point
from stedenband.web.idempotency import once
from stedenband.web.mount import answer, mount
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words
from stedenband.web.sight import find


def any_of(column: Any) -> Any:
    """Return a filter's clause: the column has one of the values."""
    return lambda _model, values: column == func.any(values)


def near(city: Any, circle: Any) -> Any:
    """Return the clause: `city` lies within a circle [latitude, longitude, kilometers]."""
    return func.within_circle(city.latitude, city.longitude, circle)


def members_on_map(link: Any) -> Any:
    """Return the SQL of a link's place: a line between two members whose place is known, else points."""
    city, member = aliased(PartnerCity), aliased(CityLinkMember)
    members = select(city.id).join(member, member.partner_city_id == city.id).where(member.city_link_id == link.id)
    return between(members, city, member.position)


def with_member(condition: Any) -> Any:
    """Return a filter's clause: a member city of the link satisfies `condition(city, value)`."""
    return lambda _model, value: CityLink.id.in_(
        select(CityLinkMember.city_link_id)
        .join(PartnerCity, PartnerCity.id == CityLinkMember.partner_city_id)
        .where(condition(PartnerCity, value))
    )


def with_theme(kind: Any, key: Any, owner: Any) -> Any:
    """Return a filter's clause: one of the record's themes is among the values."""
    return lambda _model, values: owner.in_(select(key).where(kind.code == func.any(values)))


COUNTRY = fields.CountryCode("Country.", example="BE")
CIRCLE = fields.Near("Within a circle: latitude,longitude,kilometers.", example="50.965,5.5,25")
THEME = fields.Code("Theme.", THEMES, example="waste")

PARTNER_CITIES = Resource(
    name="partnerCities",
    noun="partner city",
    model=PartnerCity,
    schema=PartnerCitySchema,
    title="name",
    permissions={
        "read": Permission.PARTNER_CITIES_READ,
        "create": Permission.PARTNER_CITIES_CREATE,
        "update": Permission.PARTNER_CITIES_UPDATE,
        "delete": Permission.PARTNER_CITIES_DELETE,
    },
    filters=(
        by_words("find_partner_cities"),
        Filter("country", COUNTRY, any_of(PartnerCity.country_code), many=True),
        Filter("near", CIRCLE, near),
        Filter(
            "geonamesId",
            fields.Pattern(
                "GeoNames id.", "[1-9][0-9]{0,9}", say("Give a GeoNames id: up to ten digits."), example="2796542"
            ),
            any_of(PartnerCity.geonames_id),
            many=True,
        ),
        Filter(
            "nisCode",
            fields.Pattern("NIS code.", "[0-9]{5}", say("Give the five digits of a NIS code."), example="71016"),
            any_of(PartnerCity.nis_code),
            many=True,
        ),
    ),
    sorts=(
        Sort("name", "name_sort"),
        Sort("countryCode", "country_code"),
        Sort("population", "population", nullable=True),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("name",),
    rules=Rules(rules.create_partner_city, rules.change_partner_city, rules.delete_partner_city, together=True),
    geometry=point,
)

CITY_LINKS = Resource(
    name="cityLinks",
    noun="city link",
    model=CityLink,
    schema=CityLinkSchema,
    permissions={
        "read": Permission.CITY_LINKS_READ,
        "create": Permission.CITY_LINKS_CREATE,
        "update": Permission.CITY_LINKS_UPDATE,
        "delete": Permission.CITY_LINKS_DELETE,
        "move": Permission.CITY_LINKS_MOVE,
    },
    filters=(
        by_words("find_city_links"),
        Filter(
            "memberCity",
            fields.Key("A city that is a member: its id.", example="0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"),
            lambda link, keys: link.id.in_(
                select(CityLinkMember.city_link_id).where(CityLinkMember.partner_city_id == func.any(keys))
            ),
            many=True,
        ),
        Filter("country", COUNTRY, with_member(lambda city, codes: city.country_code == func.any(codes)), many=True),
        Filter("near", CIRCLE, with_member(near)),
        Filter("kind", fields.Code("Kind.", LINK_KINDS), any_of(CityLink.kind), many=True),
        Filter("status", fields.Code("State.", LINK_LIFECYCLE.states), any_of(CityLink.status), many=True),
        Filter("theme", THEME, with_theme(CityLinkTheme, CityLinkTheme.city_link_id, CityLink.id), many=True),
        Filter(
            "renewalDue",
            fields.Flag("Whether a renewal is due.", example=True),
            lambda link, wanted: link.renewal_due == wanted,
        ),
        Filter(
            "startDateFrom",
            fields.Date("Began on or after.", example="2004-01-01"),
            lambda link, day: link.start_date >= day,
        ),
        Filter(
            "startDateTo",
            fields.Date("Began on or before.", example="2026-12-31"),
            lambda link, day: link.start_date <= day,
        ),
    ),
    sorts=(
        Sort("title", "title_sort"),
        Sort("startDate", "start_date", nullable=True),
        Sort("status", "status"),
        Sort("kind", "kind"),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("title",),
    lifecycle=LINK_LIFECYCLE,
    transition=TransitionSchema,
    rules=Rules(rules.create_city_link, rules.change_city_link, rules.delete_city_link, rules.move_city_link),
    geometry=members_on_map,
)

AGREEMENTS = Resource(
    name="agreements",
    noun="agreement",
    model=Agreement,
    schema=AgreementSchema,
    parent=CITY_LINKS,
    permissions={
        "read": Permission.AGREEMENTS_READ,
        "create": Permission.AGREEMENTS_CREATE,
        "update": Permission.AGREEMENTS_UPDATE,
        "delete": Permission.AGREEMENTS_DELETE,
    },
    filters=(
        by_words("find_agreements"),
        Filter("kind", fields.Code("Kind.", AGREEMENT_KINDS), any_of(Agreement.kind), many=True),
        Filter("status", fields.Code("State.", AGREEMENT_STATUSES), any_of(Agreement.status), many=True),
        Filter("theme", THEME, with_theme(AgreementTheme, AgreementTheme.agreement_id, Agreement.id), many=True),
        Filter(
            "validOn",
            fields.Date("In force on this day.", example="2024-06-01"),
            lambda agreement, day: (agreement.valid_from <= day) & (agreement.valid_to >= day),
        ),
    ),
    sorts=(
        Sort("validFrom", "valid_from"),
        Sort("validTo", "valid_to"),
        Sort("signedOn", "signed_on", nullable=True),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("validFrom",),
    rules=Rules(rules.create_agreement, rules.change_agreement, rules.delete_agreement),
)

RESOURCES = (PARTNER_CITIES, CITY_LINKS, AGREEMENTS)
CODE_LISTS = {
    "agreementKinds": AGREEMENT_KINDS,
    "agreementStatuses": AGREEMENT_STATUSES,
    "linkKinds": LINK_KINDS,
    "linkStatuses": LINK_LIFECYCLE.states,
    "memberRoles": MEMBER_ROLES,
    "themes": THEMES,
}

blueprint = StrictBlueprint(
    "cities", __name__, url_prefix="/v1", description="Partner cities, city links and agreements"
)
for resource in RESOURCES:
    mount(blueprint, resource)


def claim_city_link(**ids: UUID) -> Response:
    """Take a link of the register over for the caller's city, which is a member of it."""

    def work(session: Session) -> Response:
        link, _ = find(session, CITY_LINKS, ids)
        check_version(link.version)
        rules.claim_city_link(session, link)
        return answer(session, CITY_LINKS, link.id)

    return once(work)


def merge_city_link(data: dict[str, Any], **ids: UUID) -> Response:
    """Say, for the caller's city, that a link is to be merged into another; done once both owners have said so."""

    def work(session: Session) -> Response:
        link, _ = find(session, CITY_LINKS, ids)
        check_version(link.version)
        rules.merge_city_link(session, link, data["into"])
        return answer(session, CITY_LINKS, link.id)

    return once(work)


ONE_LINK = f"{CITY_LINKS.path}/<uuid:cityLinkId>"
MOVED = {"conditional": True, "status": 200}

declare(
    blueprint,
    f"{ONE_LINK}/claim",
    "POST",
    "claim_city_link",
    Permission.CITY_LINKS_CLAIM,
    claim_city_link,
    summary="Claim a link of the register for one's own city",
    returns=CityLinkSchema,
    facts=MOVED,
)
declare(
    blueprint,
    f"{ONE_LINK}/merge",
    "POST",
    "merge_city_link",
    Permission.CITY_LINKS_MERGE,
    merge_city_link,
    summary="Merge a link into another of the same members, once both owners say so",
    body=MergeRequestSchema,
    returns=CityLinkSchema,
    facts=MOVED,
)
