"""How gunicorn serves the API; `serve` adds address, processes, threads and log level on the command line.

It holds constants only and imports nothing of ours: a reload (SIGHUP) starts its workers from the master, which must
not hold code from before. For the same reason, and since no engine may be opened before a fork, nothing is preloaded.
"""

import os
from typing import Any

worker_class = "gthread"
preload_app = False
control_socket_disable = True
http_parser = "auto"  # the C parser gunicorn_h1c where it is installed
graceful_timeout = 15
keepalive = 5
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "")  # nobody's word, unless the operator names a proxy
accesslog = None  # the application writes one line per request
errorlog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {"stderr": {"()": "stedenband.core.log.handler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
}


def post_worker_init(worker: Any) -> None:
    """Begin to send traces, where they are wanted: in the worker, which has loaded its own code."""
    from stedenband.web import telemetry  # noqa: PLC0415 (the master must not hold our code)

    telemetry.start(worker.wsgi)


def child_exit(_server: object, worker: Any) -> None:
    """Take the gauges of a worker that has ended out of what is shown; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 (reads its setting when imported)

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
