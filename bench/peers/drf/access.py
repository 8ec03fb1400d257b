"""Who calls, what the caller sees, and how replies are written."""

from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from bench.peers import common
from bench.peers.drf.models import CityLinkMember, Client, Key


class KeyAuthentication(BaseAuthentication):
    """Looks the key of each request up."""

    def authenticate(self, request: Request) -> tuple[Client, None]:
        """Return the client whose key was sent."""
        key = common.presented(request.headers.get("Authorization"))
        found = key and (
            Key.objects.select_related("api_client")
            .filter(
                Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()),
                prefix=key[0],
                hash=key[1],
                revoked_at__isnull=True,
                api_client__status="active",
            )
            .first()
        )
        if not found:
            raise AuthenticationFailed
        return found.api_client, None

    def authenticate_header(self, request: Request) -> str:
        """Ask for a key."""
        return "Bearer"


class OrjsonRenderer(BaseRenderer):
    """Writes JSON by orjson, as the guide's list of third-party renderers has it."""

    media_type = "application/json"
    format = "json"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the bytes of a reply."""
        return orjson.dumps(data)


class MergePatchParser(JSONParser):
    """Reads merge patches."""

    media_type = "application/merge-patch+json"


def own_links(caller: Client) -> QuerySet[Any]:
    """Return the links that the caller's city is a member of."""
    return CityLinkMember.objects.filter(partner_city_id=caller.city_id).order_by().values("city_link_id")


def visible(caller: Client, link: str) -> Q:
    """Return the condition under which the caller sees a row."""
    shared = Q(**{"visibility": "link", f"{link}__in": own_links(caller)})
    return Q(visibility="public") | Q(city_id=caller.city_id) | shared
