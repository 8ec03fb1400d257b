"""What is measured. Label values are few and known: templates, methods, statuses, problem types. Never a path."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

OURS = CollectorRegistry()
REQUESTS = Counter("stedenband_requests", "Requests answered.", ("method", "route", "status"), registry=OURS)
SECONDS = Histogram("stedenband_request_seconds", "Time to answer.", ("method", "route"), registry=OURS)
PROBLEMS = Counter("stedenband_problems", "Problem documents sent.", ("type",), registry=OURS)
REFUSED = Counter("stedenband_limited_requests", "Requests refused by a rate limit.", ("policy",), registry=OURS)
REDIS_FAILURES = Counter("stedenband_redis_failures", "Times Redis did not answer.", registry=OURS)
CONNECTIONS = Gauge(
    "stedenband_connections_in_use", "Database connections in use.", registry=OURS, multiprocess_mode="livesum"
)
BUILD = Gauge("stedenband_build", "What runs.", ("version", "python"), registry=OURS, multiprocess_mode="livemax")
