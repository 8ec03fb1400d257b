"""Privacy over HTTP: acts, grounds of transfers, the processing register, and what a person may ask."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stedenband.cities.models import PartnerCity
from stedenband.core.access import Permission, Relation
from stedenband.core.db import now, settle
from stedenband.core.parts import touch
from stedenband.people import rules
from stedenband.people.models import ACT_KINDS, TRANSFER_KINDS, Contact, PrivacyAct, ProtectedCountry, TransferGround
from stedenband.people.routes.contacts import CONTACTS
from stedenband.people.routes.document import DOCUMENT, POLICY, page
from stedenband.people.routes.register import processing_on, register, rights
from stedenband.people.schemas import (
    ContactSchema,
    ErasureRequestSchema,
    PrivacyActSchema,
    ProcessingRegisterSchema,
    ReviewRequestSchema,
    SubjectAccessRequestSchema,
    SubjectAccessSchema,
    TransferGroundSchema,
)
from stedenband.web import fields
from stedenband.web.catalogs import translated
from stedenband.web.conditional import check_version, reply, tag
from stedenband.web.declare import declare
from stedenband.web.fields.objects import reference
from stedenband.web.formats.table import HTML
from stedenband.web.guard import caller, visit
from stedenband.web.idempotency import once
from stedenband.web.language import label, spoken
from stedenband.web.links import base_address
from stedenband.web.merge import flattened
from stedenband.web.mount import answer, mount
from stedenband.web.negotiation import chosen
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.schema import named_schema, patch_schema
from stedenband.web.search import by_words
from stedenband.web.sight import find, permit

JSON_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS

PRIVACY_ACTS = Resource(
    name="privacyActs",
    noun="privacy act",
    model=PrivacyAct,
    schema=PrivacyActSchema,
    permissions={"read": Permission.PRIVACY_ACTS_READ},
    title="kind",
    filters=(
        by_words("find_privacy_acts"),
        Filter(
            "kind",
            fields.Code("What was done.", ACT_KINDS),
            lambda act, kinds: act.kind == func.any(kinds),
            many=True,
        ),
        Filter(
            "subject",
            fields.Key("The record it was about: its id.", example=fields.EXAMPLE_ID),
            lambda act, keys: act.subject_id == func.any(keys),
            many=True,
        ),
    ),
    sorts=(Sort("createdAt", "created_at"),),
    default_sort=("createdAt",),
)

TRANSFER_GROUNDS = Resource(
    name="transferGrounds",
    noun="transfer ground",
    model=TransferGround,
    schema=TransferGroundSchema,
    permissions={
        "read": Permission.TRANSFER_GROUNDS_READ,
        "create": Permission.TRANSFER_GROUNDS_CREATE,
        "update": Permission.TRANSFER_GROUNDS_UPDATE,
    },
    title="reference",
    filters=(
        by_words("find_transfer_grounds"),
        Filter(
            "city",
            fields.Key("The partner city: its id.", example=fields.EXAMPLE_ID),
            lambda ground, keys: ground.partner_city_id == func.any(keys),
            many=True,
        ),
        Filter(
            "kind",
            fields.Code("The ground.", TRANSFER_KINDS),
            lambda ground, kinds: ground.kind == func.any(kinds),
            many=True,
        ),
        Filter(
            "validOn",
            fields.Date("In force on this day.", example="2026-06-01"),
            lambda ground, day: (ground.valid_from <= day) & (func.coalesce(ground.valid_to, day) >= day),
        ),
    ),
    sorts=(Sort("validFrom", "valid_from"), Sort("updatedAt", "updated_at")),
    default_sort=("validFrom",),
    rules=Rules(rules.create_transfer_ground, rules.change_transfer_ground),
)

RESOURCES = (PRIVACY_ACTS, TRANSFER_GROUNDS)

RECTIFICATION = named_schema("RectificationPatchSchema", vars(patch_schema(ContactSchema))["_declared_fields"])
"""The merge patch of a contact under a name of its own, as the contract wants each patch to have its own."""


def install(blueprint: Blueprint) -> None:
    """Add the routes of privacy to those of people."""
    for resource in RESOURCES:
        mount(blueprint, resource)
    one = f"{CONTACTS.path}/<uuid:contactId>"
    moved = {"conditional": True, "status": 200}
    declare(
        blueprint,
        "/processingRegister",
        "GET",
        "read_processing_register",
        Permission.PROCESSING_REGISTER_READ,
        read_processing_register,
        summary="Read the register of processing (GDPR art. 30)",
        returns=ProcessingRegisterSchema,
    )
    declare(
        blueprint,
        "/subjectAccess",
        "POST",
        "give_subject_access",
        Permission.SUBJECT_ACCESS_CREATE,
        give_subject_access,
        summary="Collect everything that one's city holds on a person (GDPR art. 15)",
        body=SubjectAccessRequestSchema,
        returns=SubjectAccessSchema,
        offers=(DOCUMENT,),
    )
    declare(
        blueprint,
        f"{one}/erasure",
        "POST",
        "erase_contact",
        Permission.CONTACTS_ERASE,
        erase_contact,
        summary="Erase a person for good (GDPR art. 17); what refers to it stays whole",
        body=ErasureRequestSchema,
        returns=PrivacyActSchema,
        facts={"conditional": True},
    )
    declare(
        blueprint,
        f"{one}/rectification",
        "POST",
        "rectify_contact",
        Permission.CONTACTS_RECTIFY,
        rectify_contact,
        summary="Put right what a person says is wrong (GDPR art. 16)",
        body=RECTIFICATION,
        returns=ContactSchema,
        facts=moved,
    )
    declare(
        blueprint,
        f"{one}/review",
        "POST",
        "review_contact",
        Permission.CONTACTS_REVIEW,
        review_contact,
        summary="Say that a contact is still needed and right, and when to look again",
        body=ReviewRequestSchema,
        returns=ContactSchema,
        facts=moved,
    )


def read_processing_register() -> Response:
    """Send the register, made from what every column says of itself."""
    columns = ProtectedCountry.__table__.c
    statement = select(*columns).order_by(*columns)
    countries = visit().connection.execute(statement).mappings()
    body = orjson.dumps(register([dict(country) for country in countries], words), option=JSON_OPTIONS)
    return label(reply(body, tag(body)))


def words(sentence: str) -> str:
    """Return a sentence in the language of the reply."""
    return translated(sentence, spoken())


def give_subject_access(data: dict[str, Any]) -> Response:
    """Send all that is held on a person, this once: no copy of the reply is kept."""

    def work(session: Session) -> Response:
        act, found = rules.give_access(session, caller(), data)
        settle(session)
        city = session.get_one(PartnerCity, act.city_id)
        location = f"{base_address()}/privacyActs/{act.id}"
        language = spoken()
        asked = {name: value for name, value in data.items() if name not in {"contact", "file_number"}}
        document = {
            "act": reference("/privacyActs/{id}", act, "kind"),
            "language": language,
            "madeAt": now(),
            "controller": reference("/partnerCities/{id}", city, "name"),
            "asked": asked
            | ({"contact": {"id": data["contact"]}} if "contact" in data else {})
            | ({"fileNumber": data["file_number"]} if "file_number" in data else {}),
            **found,
            "processing": processing_on({row["table"] for row in found["records"]}, words),
            "rights": rights(words),
        }
        body = orjson.dumps(document, str, JSON_OPTIONS)
        if chosen():
            body = page(orjson.loads(body), rules.names_of(session, found["records"])).encode()
        response = label(reply(body, tag(body), 201))
        if chosen():
            response.content_type = HTML.content_type
            response.headers["Content-Security-Policy"] = POLICY
        response.headers["Location"] = location
        response.headers["Cache-Control"] = "no-store"
        return response

    return once(work, secret=True)


def erase_contact(data: dict[str, Any], **ids: UUID) -> Response:
    """Erase a person; the reply is the act."""

    def work(session: Session) -> Response:
        contact = _own(session, ids)
        act = rules.erase_contact(session, caller(), contact, data)
        return answer(session, PRIVACY_ACTS, act.id, 201)

    return once(work)


def rectify_contact(data: dict[str, Any], **ids: UUID) -> Response:
    """Change a contact as the person asks; the reply is the contact."""

    def work(session: Session) -> Response:
        contact = _own(session, ids)
        rules.rectify_contact(session, caller(), contact, flattened(ContactSchema, data))
        return _changed(session, contact)

    return once(work)


def review_contact(data: dict[str, Any], **ids: UUID) -> Response:
    """Move the day of review; the reply is the contact."""

    def work(session: Session) -> Response:
        contact = _own(session, ids)
        rules.review_contact(session, caller(), contact, data["review_on"])
        return _changed(session, contact)

    return once(work)


def _own(session: Session, ids: dict[str, UUID]) -> Contact:
    contact, relation = find(session, CONTACTS, ids)
    permit(relation, Relation.OWNER)
    check_version(contact.version)
    return contact  # type: ignore[no-any-return]


def _changed(session: Session, contact: Contact) -> Response:
    touch(session, contact)
    return answer(session, CONTACTS, contact.id)
