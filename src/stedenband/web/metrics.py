"""Measurements for Prometheus. The processes of one server write theirs to a shared folder, which `serve` makes."""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import event

from stedenband.core.access import Permission
from stedenband.core.db import Database
from stedenband.core.errors import Problem
from stedenband.web import ended
from stedenband.web.guard import OPEN, needs, require
from stedenband.web.measures import BUILD, CONNECTIONS, OURS, REQUESTS, SECONDS
from stedenband.web.peers import parsed

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")
"""Headers of a request that came through a proxy, whoever wrote them."""
EXTENSION = "stedenband.jobs"
COUNT = "SELECT task, state, jobs, seconds FROM count_jobs()"


def install(app: Flask, database: Database) -> None:
    """Measure every request, and serve the measurements."""
    BUILD.labels(version("stedenband"), platform.python_version()).set(1)
    event.listen(database.engine, "checkout", _taken)
    event.listen(database.engine, "checkin", _given_back)
    app.after_request(_measure)
    app.extensions[EXTENSION] = CollectorRegistry()
    app.extensions[EXTENSION].register(Jobs(database))
    app.add_url_rule("/metrics", "metrics", metrics)


class Jobs(Collector):
    """How the jobs stand: asked of the database whenever somebody looks, and left out while it does not answer."""

    def __init__(self, database: Database) -> None:
        """Remember whom to ask."""
        self._database = database

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing, so that nobody is asked before somebody looks."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the number of jobs by task and state, the seconds since the first of them, and the workers."""
        labels = ("task", "state")
        jobs = GaugeMetricFamily("stedenband_jobs", "Jobs by task and state.", labels=labels)
        since = GaugeMetricFamily("stedenband_job_seconds", "Time since the first of these jobs.", labels=labels)
        workers = GaugeMetricFamily("stedenband_workers", "Workers that showed a sign of life lately.")
        with suppress(Problem), self._database.visit() as visit:
            for task, state, count, seconds in visit.rows(COUNT, {}):
                if task is None:
                    workers.add_metric((), count)
                else:
                    jobs.add_metric((task, state), count)
                    since.add_metric((task, state), seconds)
            yield from (jobs, since, workers)


def _taken(_connection: object, record: Any, _fairy: object) -> None:
    """Count a connection that is handed out."""
    record.record_info[CONNECTIONS] = True
    CONNECTIONS.inc()


def _given_back(_connection: object, record: Any) -> None:
    """Count it no more; one that broke before it was handed out comes back without having been counted."""
    if record.record_info.pop(CONNECTIONS, False):
        CONNECTIONS.dec()


def _measure(response: Response) -> Response:
    """Count a reply."""
    rule = request.url_rule
    count, seconds = _measures(request.method, rule.rule if rule else "other", response.status_code)
    count.inc()
    seconds.observe(perf_counter() - g.began)
    return response


@lru_cache(2048)
def _measures(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts such replies, and what measures them."""
    known = method if method in METHODS else "other"
    return REQUESTS.labels(known, route, str(status)), SECONDS.labels(known, route)


@needs(OPEN)
def metrics() -> Response:
    """Return what was measured: to this machine, and to whoever may read it with a key."""
    if not from_this_machine():
        require(Permission.METRICS_READ)
    folder = os.environ.get(FOLDER)
    text = generate_latest(OURS) if folder is None else of_all_processes(Path(folder))
    jobs = generate_latest(current_app.extensions[EXTENSION])
    return current_app.response_class(text + jobs, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def of_all_processes(folder: Path) -> bytes:
    """Return what all processes measured that write to `folder`, those that have ended too."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    with ended.still(folder):
        return generate_latest(registry)


def from_this_machine() -> bool:
    """Tell whether the caller sits on this machine, with no proxy in between: the real peer, not what a header says."""
    peer = parsed(request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR"))
    return peer is not None and peer.is_loopback and not any(name in request.headers for name in FORWARDED)
