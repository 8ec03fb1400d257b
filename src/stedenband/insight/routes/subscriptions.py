"""Subscriptions to calendars: made, listed and revoked by whose rights they have; an administrator revokes any."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from stedenband.core.access import Permission
from stedenband.insight.models import CalendarSubscription
from stedenband.insight.routes.calendars import CALENDAR, read_calendar
from stedenband.insight.rules import subscribe
from stedenband.insight.schemas import CalendarSchema, CalendarSubscriptionSchema, IssuedCalendarSubscriptionSchema
from stedenband.web.declare import declare
from stedenband.web.guard import OPEN, caller, visit
from stedenband.web.idempotency import once
from stedenband.web.language import spoken
from stedenband.web.links import base_address
from stedenband.web.mount import answer, mount
from stedenband.web.resource import Resource, Sort
from stedenband.web.schema import create_schema
from stedenband.web.sight import find

CALENDAR_SUBSCRIPTIONS = Resource(
    name="calendarSubscriptions",
    noun="calendar subscription",
    model=CalendarSubscription,
    schema=CalendarSubscriptionSchema,
    title="label",
    permissions={"read": Permission.CALENDAR_SUBSCRIPTIONS_READ},
    sorts=(Sort("createdAt", "created_at"),),
    default_sort=("createdAt",),
)


def create_calendar_subscription(data: dict[str, Any]) -> Response:
    """Make an address and show it, this once."""

    def work(session: Session) -> Response:
        made, secret = subscribe(session, caller(), {"language": spoken(), **data})
        response = answer(session, CALENDAR_SUBSCRIPTIONS, made.id, 201)
        address = {"address": f"{base_address()}/calendars/{secret}"}
        response.set_data(orjson.dumps(orjson.loads(response.get_data()) | address))
        response.headers["Cache-Control"] = "no-store"
        return response

    return once(work, secret=True)


def revoke_calendar_subscription(**ids: UUID) -> Response:
    """Revoke an address: from now on nobody reads it."""

    def work(session: Session) -> Response:
        row, _ = find(session, CALENDAR_SUBSCRIPTIONS, ids)
        session.delete(row)
        return Response(status=204)

    return visit().write(work)


def declare_subscriptions(blueprint: Blueprint) -> None:
    """Register the routes."""
    mount(blueprint, CALENDAR_SUBSCRIPTIONS)
    declare(
        blueprint,
        "/calendarSubscriptions",
        "POST",
        "create_calendar_subscription",
        Permission.CALENDAR_SUBSCRIPTIONS_CREATE,
        create_calendar_subscription,
        summary="Make the address of a calendar for a phone and show it this once",
        body=create_schema(CalendarSubscriptionSchema),
        returns=IssuedCalendarSubscriptionSchema,
        facts={"either": ("cityLink",)},
    )
    declare(
        blueprint,
        "/calendarSubscriptions/<uuid:calendarSubscriptionId>",
        "DELETE",
        "revoke_calendar_subscription",
        Permission.CALENDAR_SUBSCRIPTIONS_DELETE,
        revoke_calendar_subscription,
        summary="Revoke the address of a calendar",
    )
    declare(
        blueprint,
        "/calendars/<secret>",
        "GET",
        "read_calendar",
        OPEN,
        read_calendar,
        summary="Read a calendar by the secret in its address, without a key",
        returns=CalendarSchema,
        offers=(CALENDAR,),
        facts={"alone": True},
    )
