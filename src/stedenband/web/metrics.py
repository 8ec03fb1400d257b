"""Measurements for Prometheus. The processes of one server write theirs to a shared folder, which `serve` makes."""

import os
import platform
from importlib.metadata import version
from time import perf_counter

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import event

from stedenband.core.access import Permission
from stedenband.core.db import Database
from stedenband.web.guard import OPEN, needs, require
from stedenband.web.measures import BUILD, CONNECTIONS, OURS, REQUESTS, SECONDS
from stedenband.web.peers import parsed

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")
"""Headers of a request that came through a proxy, whoever wrote them."""


def install(app: Flask, database: Database) -> None:
    """Measure every request, and serve the measurements."""
    BUILD.labels(version("stedenband"), platform.python_version()).set(1)
    event.listen(database.engine, "checkout", lambda *_: CONNECTIONS.inc())
    event.listen(database.engine, "checkin", lambda *_: CONNECTIONS.dec())
    app.after_request(_measure)
    app.add_url_rule("/metrics", "metrics", metrics)


def _measure(response: Response) -> Response:
    """Count a reply."""
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "other"
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    SECONDS.labels(method, route).observe(perf_counter() - g.began)
    return response


@needs(OPEN)
def metrics() -> Response:
    """Return what was measured: to this machine, and to whoever may read it with a key."""
    if not from_this_machine():
        require(Permission.METRICS_READ)
    registry = OURS
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return current_app.response_class(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def from_this_machine() -> bool:
    """Tell whether the caller sits on this machine, with no proxy in between: the real peer, not what a header says."""
    peer = parsed(request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR"))
    return peer is not None and peer.is_loopback and not any(name in request.headers for name in FORWARDED)
