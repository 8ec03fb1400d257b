"""Children that do not outlive this process, and signals that wait to be read."""

import ctypes
import functools
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, NotRequired, Protocol, Self, TypedDict

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class HasFileno(Protocol):
    """What one can wait for."""

    def fileno(self) -> int:
        """Return the number of its descriptor."""


class Credentials(TypedDict):
    """The account a child runs as; empty: our own."""

    user: NotRequired[int]
    group: NotRequired[int]
    extra_groups: NotRequired[list[int]]


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send us `number` when the thread that started this process ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(number))


def child(  # noqa: PLR0913 (what a process is made of)
    command: Sequence[str],
    *,
    on_our_death: signal.Signals,
    credentials: Credentials | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that a Ctrl-C reaches only us, and so that it ends when we do.

    The kernel sends `on_our_death` when the thread that called this ends, however it ends. No Python code of ours runs
    between fork and exec: `prctl` is called as the C function it is.
    """
    return subprocess.Popen(  # noqa: S603 (no shell; every caller names its program)
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        cwd=folder,
        env=environment,
        pass_fds=descriptors,
        start_new_session=True,
        preexec_fn=functools.partial(_libc.prctl, _PR_SET_PDEATHSIG, int(on_our_death)),  # noqa: PLW1509
        **(credentials or {}),
    )


def stop(process: "subprocess.Popen[bytes]", number: signal.Signals) -> int:
    """Send `number` unless `process` has ended, wait for its end however long that takes, and return its exit code."""
    process.send_signal(number)
    return process.wait()


class Signals:
    """Signals as a queue: a handler does nothing, the kernel's wake-up byte is read by whoever waits."""

    def __init__(self, *numbers: signal.Signals) -> None:
        """Collect these `numbers` from `__enter__` to `__exit__`; only the main thread may."""
        self._numbers = numbers
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Begin to collect."""
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._former_descriptor = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in self._numbers:
            self._former[number] = signal.signal(number, _ignore)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put back what was."""
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_descriptor)
        os.close(self._read)
        os.close(self._write)

    def wait(self, *others: HasFileno) -> list[signal.Signals]:
        """Wait for a signal and return those that came since the last call, oldest first.

        Return too, perhaps with none, when something can be read from one of the `others`.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._read, selectors.EVENT_READ)
            for other in others:
                selector.register(other, selectors.EVENT_READ)
            selector.select()
        try:
            return [signal.Signals(number) for number in os.read(self._read, 4096)]
        except BlockingIOError:
            return []


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Let the wake-up byte speak."""
