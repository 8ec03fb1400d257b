"""What ours costs when the register grows: measured at 1x and 10x, at 100x as the planner expects it."""

from dataclasses import dataclass
from pathlib import Path

from bench.data.filling import READ_BY_SHAPES, fill
from bench.database import Register
from bench.load import Run
from bench.measure import Export, Say, exports, rounds
from bench.plans import Plan, believe, explained
from bench.servers import OURS, serving
from bench.shapes import EXPORTS, SHAPES
from stedenband.core.roles import OWNER

LETTERS = ("a", "b", "c", "g1", "g", "i")
FACTOR = 10


@dataclass(frozen=True)
class Grown:
    """The figures of ours at `FACTOR` times the rows, and the plans at 1, 10 and 100 times."""

    runs: dict[str, Run]
    exports: dict[str, Export]
    plans: dict[str, tuple[Plan, Plan, Plan]]
    rows: dict[str, int]


def grown(register: Register, scale: float, seconds: int, times: int, logs: Path, say: Say) -> Grown:  # noqa: PLR0913, PLR0917
    """Let the register grow, and measure."""
    shapes = [shape for shape in SHAPES if shape.letter in LETTERS]
    with serving(OURS, register, logs) as server:
        paths = {shape.letter: shape.requests(server, register)[0] for shape in shapes}
    before = {letter: explained(register, path) for letter, path in paths.items()}
    fill(register.url(OWNER), FACTOR * scale, scale, READ_BY_SHAPES, record=False)  # no list reads the record
    say(f"The register has {FACTOR} times the rows.")
    with serving(OURS, register, logs) as server:
        runs = {
            letter: each["ours"]
            for letter, each in rounds(shapes, {"ours": server}, register, seconds, times, say).items()
        }
        files = exports(EXPORTS, {"ours": server}, register, times, say)
        paths = {shape.letter: shape.requests(server, register)[0] for shape in shapes}
    after = {letter: explained(register, path) for letter, path in paths.items()}
    believe(register, FACTOR)
    far = {letter: explained(register, path) for letter, path in paths.items()}
    rows = {
        str(table): int(str(count))
        for table, count in register.rows(
            "SELECT relname, reltuples::bigint FROM pg_class WHERE relname IN ('partner_city', 'city_link', 'agreement',"
            " 'organization') ORDER BY 1"
        )
    }
    return Grown(
        runs,
        {letter: each["ours"] for letter, each in files.items()},
        {letter: (before[letter], after[letter], far[letter]) for letter in paths},
        rows,
    )
