"""What an operator relies on: traces to a collector, and clear words about what is not installed."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from stedenband.config import Settings
from stedenband.core.refusal import Refusal
from stedenband.serve import checks
from stedenband.web import telemetry
from tests.databases import TestDatabase
from tests.serving import serving

OPEN = {"STEDENBAND_CLIENT_LIMIT": "0", "STEDENBAND_ANONYMOUS_LIMIT": "0"}


@contextmanager
def collector() -> Iterator[tuple[str, "Queue[ExportTraceServiceRequest]"]]:
    """Receive traces as a collector does, by OTLP over HTTP."""
    received: Queue[ExportTraceServiceRequest] = Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = ExportTraceServiceRequest()
            message.ParseFromString(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            received.put(message)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


@pytest.mark.measured
def test_a_collector_learns_method_route_status_and_time_and_nothing_of_the_caller(
    fresh_database: TestDatabase, folder: Path
) -> None:
    with collector() as (address, received):
        settings = {
            **OPEN, "STEDENBAND_DATABASE_URL": fresh_database.api_url, "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
        }  # fmt: skip
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        with serving(folder / "data", **settings) as server:
            assert server.status() == 200
            headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "User-Agent": "Secret/1"}
            server.get("/v1/partnerCities/0199f3a0-0000-7000-8000-000000000000?q=Secret", **headers)
            server.get("/v1/nowhere/Secret", Authorization="Bearer Secret")
            spans: list[Any] = []
            while len(spans) < 2:
                message = received.get(timeout=60)
                spans += [
                    span
                    for resource in message.resource_spans
                    for scope in resource.scope_spans
                    for span in scope.spans
                ]
                assert b"Secret" not in message.SerializeToString()
                assert b"127.0.0.1" not in message.SerializeToString()
        found, lost = spans
        assert found.name == "GET /v1/partnerCities/<uuid:partnerCityId>"
        assert found.trace_id.hex() == trace
        told = {each.key: each.value for each in found.attributes}
        assert told["http.status_code"].int_value == 400
        assert set(told) <= telemetry.KEPT
        assert lost.name == "GET"
        assert found.end_time_unix_nano > found.start_time_unix_nano


@pytest.mark.parametrize(
    ("setting", "settings", "environment"),
    [
        ("STEDENBAND_REDIS_URL", Settings(redis_url="redis://127.0.0.1"), {}),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Settings(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}),
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_setting_without_its_package_is_refused_in_one_line(
    setting: str, settings: Settings, environment: dict[str, str], is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if is_there:
        checks.check_extras(settings)
        return
    monkeypatch.setitem(checks.EXTRAS, setting, ("rare", "no_such_package.at_all"))
    with pytest.raises(Refusal, match=rf"{setting} is set, but .* pip install 'stedenband\[rare\]'"):
        checks.check_extras(settings)
