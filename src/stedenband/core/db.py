"""The way to the database: every connection that is handed out has entered as its caller.

One request is one visit. The pool's checkout sends exactly one statement, in autocommit: `enter(prefix, hash)` looks a
key up, `enter_as(issuer, city, role, person)` the client of a verified token, `enter_calendar(hash)` that of the secret
of a calendar; each sets the session's scope from what it found. The scope is never remembered on our side.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, create_engine, event, exc, pool
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from stedenband.core.access import ANYBODY, Actor, Role
from stedenband.core.errors import PreconditionFailed, Problem, ServiceUnavailable
from stedenband.core.sqlstate import is_lost, is_transient, problem_of

Result = TypeVar("Result")

warnings.filterwarnings("error", "DELETE statement on table", exc.SAWarning)  # gone, or not the caller's: no success

TIME_OUTS = (
    "-c statement_timeout=3000 -c lock_timeout=1000 -c idle_in_transaction_session_timeout=5000"
    " -c timezone=UTC -c default_transaction_isolation=read\\ committed -c jit=off"
)
LINE: Mapping[str, int] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
"""Seconds (and milliseconds) after which a silent line is given up; the kernel by itself waits a quarter of an hour."""
DEADLINE = 4.0
"""Seconds within which a request may still retry a serialization failure or deadlock."""
ATTEMPTS = 3

ENTER = "SELECT client_id, name, city_id, role, scopes, expires_at FROM enter(%s, %s)"
AS_LINES = "FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01'"
"""How COPY reads and writes JSON, a row on each line."""
ENTER_CALENDAR = "SELECT client_id, name, city_id, role, scopes, expires_at FROM enter_calendar(%s)"
ENTER_BY_LINK = "SELECT client_id, name, city_id, role, scopes, expires_at FROM enter_by_link(%s)"
ENTER_AS = "SELECT client_id, name, city_id, role, scopes, expires_at FROM enter_as(%s, %s, %s, %s)"
TRUST = (
    "SELECT rolsuper OR rolbypassrls OR pg_has_role(oid, (SELECT relowner FROM pg_class"
    " WHERE oid = to_regclass('partner_city')), 'MEMBER'), pg_backend_pid() FROM pg_roles WHERE rolname = current_user"
)


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as the database knows it: its public prefix and the SHA-256 of the whole."""

    prefix: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a verified access token says: its issuer, the city and role its claims mean here, the person, its end."""

    issuer: str
    city_id: UUID
    role: Role
    person_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarSecret:
    """The SHA-256 of the secret in the address of a calendar, which is read as the client that made it."""

    hash: bytes


@dataclass(frozen=True, slots=True)
class LinkedKey:
    """The key by which a signed link was made: its public prefix. It has to hold still."""

    prefix: str


Credential = PresentedKey | VerifiedToken | CalendarSecret | LinkedKey
"""What a caller presents. The database proves a key or a secret itself; for a token and a link it takes our word."""


class UnsafeDatabaseRole(RuntimeError):
    """The configured role could pass by the row policies, or a pooler stands in between; nothing is served."""


_presented: ContextVar[Credential | None] = ContextVar("presented", default=None)


def _enter(connection: psycopg.Connection[Any], record: pool.ConnectionPoolEntry, _fairy: object) -> None:
    """Enter as whoever presents a credential now. It also tells a dead connection, so no other ping is sent."""
    credential = _presented.get()
    statement, values = _entrance(credential)
    try:
        row = connection.execute(statement, values).fetchone()
    except psycopg.OperationalError as error:
        if is_lost(error.sqlstate) or connection.broken:
            raise exc.InvalidatePoolError from error
        raise
    actor = _actor(row)
    if actor and isinstance(credential, VerifiedToken):
        actor = replace(actor, person_id=credential.person_id, expires_at=credential.expires_at)
    record.info["actor"] = actor


def _entrance(credential: Credential | None) -> tuple[str, tuple[object, ...]]:
    match credential:
        case PresentedKey():
            return ENTER, (credential.prefix, credential.hash)
        case LinkedKey():
            return ENTER_BY_LINK, (credential.prefix,)
        case VerifiedToken():
            return ENTER_AS, (credential.issuer, credential.city_id, credential.role.value, credential.person_id)
        case CalendarSecret():
            return ENTER_CALENDAR, (credential.hash,)
        case _:
            return ENTER, (None, None)


def _actor(row: tuple[UUID, str, UUID, str, list[str] | None, datetime | None] | None) -> Actor | None:
    if row is None:
        return None
    client_id, name, city_id, role, scopes, expires_at = row
    listed = None if scopes is None else frozenset(scopes)
    return Actor(Role(role), client_id, name, city_id, listed, expires_at=expires_at)


def _refuse_unsafe(connection: psycopg.Connection[Any], _record: object) -> None:
    row = connection.execute(TRUST).fetchone()
    if row is None or row[0] is not False:
        connection.close()
        raise UnsafeDatabaseRole(
            "STEDENBAND_DATABASE_URL (of a worker: STEDENBAND_WORKER_URL) names a role that is superuser, has BYPASSRLS"
            " or is (a member of) the owner of the tables, or the tables do not exist yet. Use the role"
            " stedenband_api (of a worker: stedenband_worker), and run 'stedenband migrate' first."
        )
    if row[1] != connection.info.backend_pid:
        connection.close()
        raise UnsafeDatabaseRole(
            "A connection pooler stands between the API and PostgreSQL. In transaction mode it would serve one caller's"
            " rows to another; connect to the server itself."
        )


class Visit:
    """One caller's use of one connection: reads in autocommit, at most one transaction at a time."""

    def __init__(self, engine: Engine, pooled: pool.PoolProxiedConnection, actor: Actor | None) -> None:
        """Keep the connection; `actor` is None when the key presented is not valid."""
        self.actor = actor
        self._engine = engine
        self._pooled = pooled
        self._since = monotonic()

    @cached_property
    def connection(self) -> Connection:
        """SQLAlchemy's view of the connection, for what is not a finished statement."""
        return Connection(self._engine, self._pooled)

    def close(self) -> None:
        """Give the connection back."""
        self._pooled.close()

    def rows(self, statement: str, values: Mapping[str, Any], *, named: bool = False) -> list[Any]:
        """Run one finished statement and return its rows; `named`: their values have the names of the columns.

        psycopg itself is asked, as there is nothing to compile or to convert.
        """
        raw: Any = self._pooled.driver_connection
        try:
            cursor = raw.cursor(row_factory=namedtuple_row) if named else raw.cursor()
            rows: list[Any] = cursor.execute(statement, values).fetchall()
        except psycopg.Error as error:
            if raw.broken:
                self._pooled.invalidate(error)
            raise problem_of(error) from error
        return rows

    @contextmanager
    def copied(self, statement: str, values: Mapping[str, Any], seconds: int) -> Iterator[Iterator[tuple[Any, ...]]]:
        """Run one finished statement for at most `seconds`; its rows come as texts, one by one, while they are made."""
        with translated():
            self.connection.exec_driver_sql("BEGIN READ ONLY")
            try:
                self.connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{int(seconds)}s'")
                with copied(self._pooled.driver_connection, statement, values) as rows:
                    yield rows
            finally:
                self.connection.rollback()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction, committed at the end of the block; `settle` before the reply is built."""
        self.connection.exec_driver_sql("BEGIN")
        session = Session(self.connection, autoflush=False, expire_on_commit=False)
        try:
            yield session
            session.flush()
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
        finally:
            session.close()

    def rehearse(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in a transaction of which nothing stays, however it ends."""
        with translated():
            self.connection.exec_driver_sql("BEGIN")
            try:
                with Session(self.connection, autoflush=False, expire_on_commit=False) as session:
                    return work(session)
            finally:
                self.connection.rollback()

    def write(self, work: Callable[[Session], Result]) -> Result:
        """Run `work` in a transaction; repeat it after a deadlock or serialization failure, within the deadline."""
        attempt = 0
        with translated():
            while True:
                attempt += 1
                try:
                    with self.transaction() as session:
                        return work(session)
                except (exc.DBAPIError, psycopg.Error) as error:
                    late = monotonic() - self._since > DEADLINE
                    if not is_transient(error) or late or attempt == ATTEMPTS:
                        raise


@contextmanager
def copied(raw: Any, statement: str, values: Mapping[str, Any]) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Run one finished statement on an open connection; its rows come as texts, one by one, while they are made.

    COPY takes no parameters, so the values are written into the statement, quoted by psycopg.
    """
    with psycopg.ClientCursor(raw).copy(f"COPY ({statement}) TO STDOUT", values) as copy:
        yield copy.rows()


def asked(session: Session, statement: str, values: Mapping[str, Any], *, named: bool = False) -> list[Any]:
    """Run one finished statement in the transaction of `session` and return its rows, as `Visit.rows` does."""
    driver = _driver(session)
    cursor = driver.cursor(row_factory=namedtuple_row) if named else driver.cursor()
    return cursor.execute(statement, values).fetchall()  # type: ignore[no-any-return]


def told(session: Session, statement: str, values: Mapping[str, Any] | None = None) -> None:
    """Run one finished statement without rows in the transaction of `session`."""
    _driver(session).execute(statement, values)


def copied_out(session: Session, statement: str, block: int) -> Iterator[bytes]:
    """Run one finished statement of one JSON column in the transaction of `session`; yield its rows as lines.

    They come in pieces of some `block` bytes, each of whole lines. JSON has no control characters of its own, so that
    nothing of it is quoted.
    """
    kept = bytearray()
    with _driver(session).cursor().copy(f"COPY ({statement}) TO STDOUT ({AS_LINES})") as copy:
        for line in copy:
            kept += line
            if len(kept) >= block:
                yield bytes(kept)
                kept.clear()
    if kept:
        yield bytes(kept)


def copied_in(session: Session, table: str, column: str, blocks: Iterable[bytes]) -> None:
    """Fill the JSON `column` of `table` in the transaction of `session`: each line of `blocks` is a row."""
    with _driver(session).cursor().copy(f"COPY {table} ({column}) FROM STDIN ({AS_LINES})") as copy:
        for block in blocks:
            copy.write(block)


def _driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


def settle(session: Session) -> None:
    """Send what is pending and check every deferred rule now, so that COMMIT has nothing left to refuse."""
    session.flush()
    told(session, "SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def as_public(session: Session) -> Iterator[Connection]:
    """Give the connection as a caller without a key has it; afterwards it is the former caller's again."""
    connection = session.connection()
    with connection.begin_nested() as savepoint:
        connection.exec_driver_sql(ENTER, (None, None))
        yield connection
        savepoint.rollback()


def now() -> datetime:
    """Return this instant in UTC in whole seconds, as it is stored."""
    return datetime.now(UTC).replace(microsecond=0)


class Database:
    """The pool of one process. It opens no connection before the first visit, so it survives a fork."""

    def __init__(self, url: str, *, size: int = 8) -> None:
        """Prepare at most `size` connections to `url`; a caller waits at most 1 s for one."""
        self.engine: Engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=size,
            max_overflow=0,
            pool_timeout=1,
            connect_args={"options": TIME_OUTS, "application_name": "stedenband", **LINE},
        )
        event.listen(self.engine, "connect", _refuse_unsafe)
        event.listen(self.engine, "checkout", _enter)

    def enter(self, credential: Credential | None = None) -> Visit:
        """Check out one connection as `credential`; `actor` of the visit is None when that is not valid."""
        token = _presented.set(credential)
        try:
            pooled = self.engine.raw_connection()
        except (exc.TimeoutError, exc.InvalidRequestError) as error:  # no connection is free, or none can be made
            raise ServiceUnavailable from error
        except (exc.DBAPIError, psycopg.Error) as error:
            raise problem_of(error) from error
        finally:
            _presented.reset(token)
        return Visit(self.engine, pooled, pooled.info["actor"] if credential else ANYBODY)

    @contextmanager
    def visit(self, credential: Credential | None = None) -> Iterator[Visit]:
        """Enter for the time of the block."""
        visit = self.enter(credential)
        try:
            yield visit
        finally:
            visit.close()

    def verify(self) -> None:
        """Refuse to start with a role that could pass by the policies."""
        with self.engine.connect():
            pass


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database refuses into the problem the caller gets.

    A record that somebody else changed or removed after it was read answers as one whose version is stale.
    """
    try:
        yield
    except Problem:
        raise
    except (StaleDataError, exc.SAWarning) as error:
        raise PreconditionFailed from error
    except (exc.DBAPIError, psycopg.Error) as error:
        raise problem_of(error) from error
