"""Watches over the parts of a running server, and replaces the processes of the API and the worker when asked to."""

import sys
from collections import deque
from dataclasses import replace
from signal import SIGHUP, SIGINT, SIGTERM
from time import monotonic
from types import TracebackType
from typing import Self

import structlog
from environs import EnvError
from sqlalchemy.exc import OperationalError

from stedenband.config import Settings, address, variable
from stedenband.core import log
from stedenband.core.embedded import EmbeddedPostgres
from stedenband.core.process import Signals
from stedenband.core.refusal import Refusal
from stedenband.core.roles import API, WORKER
from stedenband.serve.api import Api, Place
from stedenband.serve.beside import Worker, beside
from stedenband.serve.checks import check_extras, verify
from stedenband.serve.part import Part

logger = structlog.get_logger()

RESTARTS = 5
WITHIN = 60
"""A Postgres or a worker that ends more than RESTARTS times within so many seconds will not get better by itself."""

LASTING = ("data", "host", "port", "postgres_bin")
"""Settings of what is started once and goes on when the API's processes are replaced."""


class Ends:
    """The last ends of a part that is started again."""

    def __init__(self) -> None:
        """Remember none yet."""
        self._last: deque[float] = deque(maxlen=RESTARTS + 1)

    def are_too_many(self) -> bool:
        """Remember one more, now, and tell whether it was one too many."""
        self._last.append(monotonic())
        return len(self._last) > RESTARTS and self._last[-1] - self._last[0] < WITHIN


class Watch:
    """The API on its place and the worker beside it, from `__enter__` to `__exit__`."""

    def __init__(self, settings: Settings, place: Place, postgres: EmbeddedPostgres | None) -> None:
        """Remember what to serve, on which place, and from which Postgres if that is ours."""
        self._settings = settings
        self._place = place
        self._postgres = postgres
        self._ends = Ends()
        self._ends_of_worker = Ends()

    def __enter__(self) -> Self:
        """Start the API, and the worker where its address of the database is known."""
        settings = self._complete(self._settings)
        self._api = Api(settings, self._place)
        self._worker = beside(settings)
        self._successor: Api | None = None
        self._former: list[Part] = []
        where = address(settings.host, settings.port)
        logger.info("serving", address=where, public_url=settings.public_url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Refuse new callers from now on, and have all processes end after the requests under way."""
        self._place.listener.close()
        processes = [each for each in (self._api, self._worker, self._successor, *self._former) if each]
        for each in processes:
            each.retire()
        for each in processes:
            each.close()

    def until_the_end(self, signals: Signals) -> str | None:
        """Wait until asked to stop (None) or until a part of the server cannot go on (which).

        Postgres is started again when it ended; meanwhile the API answers 503.
        """
        terminal = sys.stdin.isatty()
        while True:
            came = signals.wait(*([self._successor] if self._successor else []))
            if SIGTERM in came or SIGINT in came or (SIGHUP in came and terminal):
                return None
            if self._api.ended():
                return f"gunicorn ended with code {self._api.process.returncode}"
            if self._postgres and self._postgres.ended() and not self._started_again(self._postgres):
                return f"PostgreSQL ended {RESTARTS + 1} times within {WITHIN} seconds (more in {self._postgres.log})"
            if self._worker and self._worker.ended() and not self._works_again(self._worker):
                return f"the worker ended {RESTARTS + 1} times within {WITHIN} seconds"
            if SIGHUP in came:
                self._prepare()
            if self._successor:
                self._replace_by(self._successor)
            self._forget_the_ended()

    def _started_again(self, postgres: EmbeddedPostgres) -> bool:
        """Start Postgres again, unless that was of no use too often."""
        if self._ends.are_too_many():
            return False
        logger.error("PostgreSQL ended, it is started again", log=str(postgres.log))
        postgres.restart()
        return True

    def _works_again(self, ended: Worker) -> bool:
        """Start the worker again, unless that was of no use too often."""
        if self._ends_of_worker.are_too_many():
            return False
        logger.error("the worker ended, it is started again", code=ended.process.returncode)
        self._worker = beside(self._complete(self._settings))
        return True

    def _prepare(self) -> None:
        """Start a successor with the settings as they are now; keep everything as it is where they are wrong.

        It replaces a successor that is not ready yet: what was asked last counts.
        """
        try:
            settings = self._read_anew()
        except (Refusal, EnvError, OperationalError) as error:
            logger.error("settings refused, the former ones hold", reason=str(getattr(error, "orig", error)))  # noqa: TRY400 (one line)
            return
        if self._successor:
            self._retire(self._successor)
        log.configure(settings.log_level)
        self._settings = settings
        self._successor = Api(self._complete(settings), self._place)
        logger.info("reloading")

    def _read_anew(self) -> Settings:
        settings = Settings.from_environment()
        changed = [variable(name) for name in LASTING if getattr(settings, name) != getattr(self._settings, name)]
        if bool(settings.database_url) != bool(self._settings.database_url):
            changed.append(variable("database_url"))
        if changed:
            raise Refusal(f"{' and '.join(changed)} cannot change while the server runs; start it anew.")
        check_extras(settings)
        for url in filter(None, (settings.database_url, settings.worker_url)):
            verify(url)
        return settings

    def _complete(self, settings: Settings) -> Settings:
        """Return the settings with the port that was bound and the addresses of our own Postgres."""
        bound = settings.at(self._place.listener.getsockname()[1])
        if self._postgres is None:
            return bound
        return replace(bound, database_url=self._postgres.url(API), worker_url=self._postgres.url(WORKER))

    def _replace_by(self, successor: Api) -> None:
        """Let the successor take over when it is ready, or forget it when it ended instead."""
        if successor.is_ready():
            self._retire(self._api)
            self._api, self._successor = successor, None
            if self._worker:
                self._retire(self._worker)
            self._worker = beside(self._complete(self._settings))
            logger.info("reloaded")
        elif successor.ended():
            self._successor = None
            successor.close()
            logger.error("reload failed, the former processes go on", code=successor.process.returncode)

    def _retire(self, process: Part) -> None:
        process.retire()
        self._former.append(process)

    def _forget_the_ended(self) -> None:
        for each in [each for each in self._former if each.ended()]:
            self._former.remove(each)
            each.close()
