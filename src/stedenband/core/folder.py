"""The data folder: one server at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stedenband.core.refusal import Refusal


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the folder `data`, made when missing, for this process; refused when another process holds it.

    The kernel lets go when the process ends, however it ends.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        file = (data / "lock").open("a")
    except OSError as error:
        raise Refusal(f"The data folder {data} cannot be used: {error.strerror} ({error.filename}).") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal(f"The data folder {data} is in use by another stedenband. Stop that one first.") from error
        yield


def in_use(data: Path) -> bool:
    """Whether another process holds the folder `data`."""
    try:
        with (data / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
