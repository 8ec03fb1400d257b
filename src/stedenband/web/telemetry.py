"""Traces for OpenTelemetry (the extra `otel`), sent to the collector that the standard variables name; none without.

A span says method, route, status and time: no path with ids, no query, no header, no address of a person's computer.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flask import Flask
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
KEPT = frozenset(
    {"http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code", "http.flavor"}
)
QUIET = "/livez$,/readyz$,/metrics$"


def is_wanted() -> bool:
    """Tell whether a collector is named."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def start(app: "Flask") -> None:
    """Trace the requests of this process, if that is wanted; call it after the fork, since it starts a thread."""
    if not is_wanted():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 (an extra)
    from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME", "stedenband")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(cast("SpanExporter", Discreet(OTLPSpanExporter()))))
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider, excluded_urls=QUIET)  # type: ignore[no-untyped-call]
    before = app.before_request_funcs[None]
    before.insert(0, before.pop())  # a request that the guard refuses is traced too


class Discreet:
    """Hands spans on without what could name a person or a record."""

    def __init__(self, exporter: "SpanExporter") -> None:
        """Hand on to `exporter`."""
        self._exporter = exporter
        self.shutdown = exporter.shutdown
        self.force_flush = exporter.force_flush

    def export(self, spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
        """Hand on method, route, status and time."""
        return self._exporter.export([bare(span) for span in spans])


def bare(span: "ReadableSpan") -> "ReadableSpan":
    """Return a span with the attributes that are known to be harmless, named by its route."""
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 (an extra)

    attributes = {name: value for name, value in (span.attributes or {}).items() if name in KEPT}
    method, route = (attributes.get(name) for name in ("http.method", "http.route"))
    return ReadableSpan(
        name=f"{method} {route}" if route else str(method),
        context=span.context, parent=span.parent, resource=span.resource, attributes=attributes, kind=span.kind,
        status=span.status, start_time=span.start_time, end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )  # fmt: skip
