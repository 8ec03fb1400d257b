"""How gunicorn serves the API; `serve` adds address, processes, threads and log level on the command line.

The code is loaded before the workers are forked, which makes them ready in a fraction of the time and lets them share
its memory. Each makes its application itself: an engine may not be opened before a fork. What is loaded stays, so the
collector of garbage never looks through it.
"""

import gc
import os
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from stedenband.core.loading import loading
from stedenband.serve.api import MEASURES, READY

with loading():
    import stedenband.app  # noqa: F401 (see above)
    from stedenband.web import ended, telemetry
    from stedenband.web.guard import MOST_HEADERS


class Events(Logger):
    """gunicorn's log of its own events: the application writes a line per request, so none is put together here."""

    access_log_enabled = False

    def access(self, *_: object) -> None:
        """Write nothing."""


logger_class = Events
worker_class = "stedenband.serve.gunicorn_worker.Worker"
preload_app = False
control_socket_disable = True
http_parser = "auto"  # the C parser gunicorn_h1c where it is installed
graceful_timeout = 15
keepalive = 5
limit_request_line = 8190
limit_request_fields = MOST_HEADERS
limit_request_field_size = 8190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "")  # nobody's word, unless the operator names a proxy
accesslog = None
errorlog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {"stderr": {"()": "stedenband.core.log.handler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
}


def when_ready(_server: object) -> None:
    """Keep what is loaded from being looked through, and so copied, in each worker."""
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Begin to send traces, where they are wanted, and tell `serve` that this worker is ready."""
    telemetry.start(worker.wsgi)
    gc.freeze()
    os.write(int(os.environ[READY]), b"+")


def child_exit(_server: object, worker: Any) -> None:
    """Take the measurements of a worker that has ended together with those of the others before it."""
    ended.gather(Path(os.environ[MEASURES]), worker.pid)


def on_exit(server: Any) -> None:
    """Do the same for workers that had to be killed, which gunicorn no longer waits for, and for this process."""
    for pid in server.WORKERS:
        os.waitpid(pid, 0)
    for pid in (*server.WORKERS, os.getpid()):
        ended.gather(Path(os.environ[MEASURES]), pid)
