"""The operations of the Django peer."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from rest_framework import generics, pagination
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from bench.peers import common
from bench.peers.drf import models, serializers
from bench.peers.drf.access import own_links, visible


class Pages(pagination.PageNumberPagination):
    """Pages by number, without a count of all rows."""

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 200

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page."""
        size = self.get_page_size(request) or self.page_size
        first = (int(request.query_params.get("page", 1)) - 1) * size
        self.size = size
        return list(queryset[first : first + size])

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page."""
        return Response({"items": data, "pageSize": self.size})


class Conflict(APIException):
    """The key belongs to another request, or the version to another state."""

    def __init__(self, status: int) -> None:
        """Say which."""
        super().__init__()
        self.status_code = status


class Records:
    """What all views of records share."""

    pagination_class = Pages
    request: Request

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializers who calls."""
        caller = self.request.user
        return {
            **super().get_serializer_context(),  # type: ignore[misc]
            "city": caller.city_id,
            "links": {each["city_link_id"] for each in own_links(caller)},
        }


def seen_cities(caller: Any) -> QuerySet[Any]:
    """Return the cities that the caller sees."""
    own = Q(visibility="public") | Q(city_id=caller.city_id) | Q(id=caller.city_id)
    return (
        models.PartnerCity.objects.filter(own)
        .defer("search", "city__search")
        .select_related("city")
        .prefetch_related("languages")
    )


class OnePartnerCity(generics.RetrieveAPIView):
    """Read one."""

    serializer_class = serializers.OnePartnerCitySerializer

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller sees."""
        return seen_cities(self.request.user)


class PartnerCities(generics.ListAPIView):
    """Find cities by words, or export all."""

    serializer_class = serializers.PartnerCitySerializer
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller sees."""
        rows = seen_cities(self.request.user).order_by("name_sort", "id")
        words = self.request.query_params.get("q")
        return rows.extra(where=["partner_city.search @@ query_of(%s, false)"], params=[words]) if words else rows

    def list(self, request: Request, *arguments: Any, **more: Any) -> Any:
        """Return a page, or all in another format."""
        form = request.query_params.get("export")
        if not form:
            return super().list(request, *arguments, **more)
        kind = "application/x-ndjson" if form == "ndjson" else "text/csv"
        return StreamingHttpResponse(self.lines(form), content_type=kind)

    def lines(self, form: str) -> Iterator[bytes]:
        """Yield all rows, fetched in chunks."""
        if form != "ndjson":
            yield common.header().encode()
        rows = self.get_queryset().iterator(chunk_size=common.CHUNK)
        while chunk := tuple(islice(rows, common.CHUNK)):
            yield self.written(chunk, form)

    def written(self, rows: Sequence[Any], form: str) -> bytes:
        """Return the lines of some rows."""
        documents = self.get_serializer(rows, many=True).data
        if form == "ndjson":
            return b"".join(orjson.dumps(each) + b"\n" for each in documents)
        return "".join(common.row(each) for each in documents).encode()


class CityLinks(Records, generics.ListAPIView):
    """List links with their parts."""

    serializer_class = serializers.CityLinkSerializer

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller sees, with what the documents show."""
        rows = (
            models.CityLink.objects.filter(visible(self.request.user, "id"))
            .defer("title_sort")
            .select_related("city", "merged_into")
            .defer("city__search")
            .prefetch_related(
                "members__partner_city",
                "themes",
                "moves",
                "merge_confirmations__partner_city",
                "merge_confirmations__into",
            )
        )
        rows = rows.extra(
            select={
                "renewal_due": "city_link.status <> 'ended' AND coalesce((SELECT max(valid_to) FROM agreement a WHERE"
                " a.city_link_id = city_link.id AND a.status = 'signed') <= current_date + interval '12 months', false)"
            }
        )
        kind = self.request.query_params.get("kind")
        return (rows.filter(kind=kind) if kind else rows).order_by("title_sort", "id")


class Organizations(Records, generics.ListCreateAPIView):
    """List organizations with the names of what they refer to; create one, at most once per key."""

    def get_serializer_class(self) -> Any:
        """Return the documents of lists, or of single records."""
        return (
            serializers.OrganizationSerializer
            if self.request.method == "GET"
            else serializers.OneOrganizationSerializer
        )

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell what the input may refer to."""
        caller = self.request.user
        return {
            **super().get_serializer_context(),
            "seen": models.Organization.objects.filter(visible(caller, "city_link_id")),
            "referable": {
                "partner_city": models.PartnerCity.objects.filter(
                    Q(visibility="public") | Q(city_id=caller.city_id)
                ).defer("search"),
                "city_link": models.CityLink.objects.filter(id__in=own_links(caller)),
            },
        }

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller sees."""
        rows = models.Organization.objects.filter(visible(self.request.user, "city_link_id"))
        kind = self.request.query_params.get("kind")
        rows = rows.select_related("city", "partner_city", "city_link").defer("city__search", "partner_city__search")
        return (rows.filter(kind=kind) if kind else rows).order_by("name_sort", "id")

    def create(self, request: Request, *arguments: Any, **more: Any) -> Any:
        """Create one."""
        caller, key = request.user, request.headers.get("Idempotency-Key")
        body = request._request.body  # noqa: SLF001 (read before the data, by Django's leave)
        seal = common.fingerprint(request.method or "", request.path, body)
        with transaction.atomic():
            kept = key and models.KeptReply.objects.filter(pk=(caller.id, caller.id, key)).first()
            if kept:
                if bytes(kept.request_hash) != seal:
                    raise Conflict(422)
                return HttpResponse(kept.body, "application/json", kept.status)
            serializer = self.get_serializer(data=orjson.loads(body))
            serializer.is_valid(raise_exception=True)
            row = serializer.save(city_id=caller.city_id)
            row.refresh_from_db()
            document = serializer.data
            headers = {"Location": document["href"], "ETag": f'"{row.version}"'}
            if key:
                models.KeptReply.objects.create(
                    api_client_id=caller.id,
                    actor_id=caller.id,
                    key=key,
                    request_hash=seal,
                    status=201,
                    location=headers["Location"],
                    etag=headers["ETag"],
                    body=orjson.dumps(document).decode(),
                )
        return Response(document, 201, headers=headers)


class OneOrganization(Organizations):
    """Change, if the version is the one named."""

    def patch(self, request: Request, pk: Any) -> Response:
        """Change one."""
        caller = request.user
        with transaction.atomic():
            row = self.get_queryset().filter(id=pk).first()
            if row is None:
                raise Conflict(404)
            if row.city_id != caller.city_id:
                raise PermissionDenied
            version = common.version_of(request.headers.get("If-Match"))
            if version != row.version:
                raise Conflict(412)
            serializer = self.get_serializer(row, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            values = {**serializer.validated_data, "version": F("version") + 1}
            values["updated_at"] = timezone.now().replace(microsecond=0)
            if not models.Organization.objects.filter(id=pk, version=version).update(**values):
                raise Conflict(412)
            row = self.get_queryset().get(id=pk)
            document = self.get_serializer(row).data
        return Response(document, headers={"ETag": f'"{row.version}"'})
