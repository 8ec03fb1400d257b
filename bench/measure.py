"""Rounds of load: every peer in turn, in alternating order, and the median of each."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import median
from typing import TypeVar

from bench.database import Register
from bench.load import Run, load
from bench.processes import begin_peak, cpu_seconds, memory
from bench.servers import Server
from bench.shapes import Shape

Say = Callable[[str], None]
Found = dict[str, dict[str, Run]]
"""By letter of the shape and name of the peer."""
WARM = 1
"""Seconds of load before the first round of a shape: caches fill, statements are prepared."""
Sample = TypeVar("Sample", Run, "Export")


@dataclass(frozen=True)
class Export:
    """What one export cost: seconds, CPU milliseconds per thousand rows, bytes, growth of all workers' memory."""

    rows: int
    seconds: float
    cpu: float
    bytes: int
    growth: int

    @property
    def per_second(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def middle(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure."""
    kind = type(samples[0])
    return kind(**{each.name: median(getattr(sample, each.name) for sample in samples) for each in fields(kind)})


def rounds(  # noqa: PLR0913, PLR0917 (what is measured, where, how long and how often)
    shapes: Sequence[Shape], servers: Mapping[str, Server], register: Register, seconds: int, times: int, say: Say
) -> Found:
    """Load each shape's peers `times` times and return the medians."""
    found: Found = {}
    for shape in shapes:
        names = [name for name in shape.peers if name in servers]
        samples: dict[str, list[Run]] = {name: [] for name in names}
        lines = {name: shape.requests(servers[name], register) for name in names}
        for name in names:
            load(
                servers[name],
                register.server.pid,
                asked_of(shape, servers[name], register, lines[name]),
                WARM,
                shape.mode,
                f"w{name}{register.name}",
            )
        for turn in range(times):
            for name in names if turn % 2 == 0 else reversed(names):
                asked = asked_of(shape, servers[name], register, lines[name])
                mark = f"{turn}{name}{register.name}"
                samples[name].append(load(servers[name], register.server.pid, asked, seconds, shape.mode, mark))
            if shape.mode in {"create", "change"}:
                register.run("VACUUM organization, change, idempotency_key")
        found[shape.letter] = {name: middle(each) for name, each in samples.items()}
        say(
            f"({shape.letter}) {shape.title}: "
            + ", ".join(f"{n} {r.cpu:.2f} ms" for n, r in found[shape.letter].items())
        )
    return found


def asked_of(shape: Shape, server: Server, register: Register, lines: Sequence[str]) -> Sequence[str]:
    """Return the lines for the next load; a change names the version that the server before left."""
    return shape.requests(server, register) if shape.mode == "change" else lines


def exports(
    shapes: Sequence[Shape], servers: Mapping[str, Server], register: Register, times: int, say: Say
) -> dict[str, dict[str, Export]]:
    """Export all, `times` times from each peer, and return the medians."""
    [(rows,)] = register.rows("SELECT count(*) FROM partner_city")
    found: dict[str, dict[str, Export]] = {}
    for shape in shapes:
        names = [name for name in shape.peers if name in servers]
        samples: dict[str, list[Export]] = {name: [] for name in names}
        for turn in range(times):
            for name in names if turn % 2 == 0 else reversed(names):
                [path] = shape.requests(servers[name], register)
                samples[name].append(export(servers[name], register.server.pid, path, int(str(rows))))
        found[shape.letter] = {name: middle(each) for name, each in samples.items()}
        say(
            f"({shape.letter}) {shape.title}: "
            + ", ".join(f"{n} {r.cpu:.1f} ms per 1,000 rows" for n, r in found[shape.letter].items())
        )
    return found


def export(server: Server, postgres: int, path: str, rows: int) -> Export:
    """Read one export to its end."""
    workers = server.workers
    begin_peak(workers)
    held = sum(memory(each, "VmRSS") for each in workers)
    before, began = cpu_seconds([server.root, postgres]), time.perf_counter()
    status, _, body = server.call("GET", path)
    seconds, spent = time.perf_counter() - began, cpu_seconds([server.root, postgres]) - before
    if status != 200:  # noqa: PLR2004
        raise SystemExit(f"{server.peer.title} answered {status} to {path}")
    growth = sum(memory(each, "VmHWM") for each in workers) - held
    return Export(rows, seconds, 1e6 * spent / rows, len(body), max(0, growth))
