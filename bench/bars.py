"""The bars: what was asked for, what was seen, kept or missed."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.growth import Grown
from bench.load import Run
from bench.measure import Export

Measured = dict[str, dict[str, Run]]
Exported = dict[str, dict[str, Export]]

LESS = {
    "fastapi": {"a": 1.5, "b": 2.2, "c": 4.0, "d": 1.5, "e": 1.0, "h": 5.0, "hc": 5.0},
    "drf": {"a": 4.0, "b": 4.0, "c": 4.0, "h": 4.0, "hc": 4.0},
}
"""How many times less CPU than a peer."""
OF_LIMIT = {"a": 0.5, "b": 0.6, "c": 0.75}
"""The limit's CPU as a part of ours, at least."""
DEEP = 1.3
SEEN = {"j100": 1.3, "j50": 1.3, "j1": 3.0}
"""Cost of a page under row policies, times that of the same page without policies, at most."""
SLOWEST = 10.0
"""Milliseconds of CPU for a page of which 1 % of the rows is visible, at most."""
GROWTH = 1.3
"""Cost of a page with ten times the rows, times that before, at most."""


@dataclass(frozen=True)
class Bar:
    """One bar; `seen` is None where it was not measured in this run."""

    what: str
    wanted: float
    seen: float | None
    at_least: bool = True
    unit: str = "x"

    @property
    def kept(self) -> bool:
        """Whether what was seen is as wanted."""
        return self.seen is not None and (self.seen >= self.wanted if self.at_least else self.seen <= self.wanted)

    def row(self) -> tuple[str, str, str, str]:
        """Return the row of the table."""
        sign = "≥" if self.at_least else "≤"
        verdict = "not measured" if self.seen is None else "kept" if self.kept else "**missed**"
        seen = "–" if self.seen is None else f"{self.seen:.2f}{self.unit}"
        return self.what, f"{sign} {self.wanted:g}{self.unit}", seen, verdict


def bars(runs: Measured, exported: Exported, grown: Grown | None) -> Iterator[Bar]:
    """Yield every bar."""
    costs = {letter: {name: run.cpu for name, run in each.items()} for letter, each in runs.items()}
    costs |= {letter: {name: it.cpu for name, it in each.items()} for letter, each in exported.items()}
    for peer, wanted in LESS.items():
        title = {"fastapi": "FastAPI", "drf": "Django REST framework"}[peer]
        for letter, factor in wanted.items():
            yield Bar(f"({letter}) {title}'s CPU, times ours", factor, ratio(costs, letter, peer, "ours"))
    for letter, factor in OF_LIMIT.items():
        yield Bar(f"({letter}) the limit's CPU, times ours", factor, ratio(costs, letter, "limit", "ours"))
    ours = {letter: each["ours"] for letter, each in costs.items() if "ours" in each}
    yield Bar("(g) page 1,000, times page 1", DEEP, quotient(ours.get("g"), ours.get("g1")), at_least=False)
    for letter, factor in SEEN.items():
        what = f"(j) {letter.removeprefix('j')} % visible, times without policies"
        yield Bar(what, factor, quotient(ours.get(letter), ours.get("jopen")), at_least=False)
    yield Bar("(j) 1 % visible", SLOWEST, ours.get("j1"), at_least=False, unit=" ms")
    for letter in ("a", "b", "c", "g1", "g", "i"):
        then = grown.runs[letter].cpu if grown else None
        yield Bar(f"({letter}) 10x the rows, times 1x", GROWTH, quotient(then, ours.get(letter)), at_least=False)
    for letter in ("h", "hc"):
        then = grown.exports[letter].cpu if grown else None
        what = f"({letter}) 10x the rows, per row, times 1x"
        yield Bar(what, GROWTH, quotient(then, ours.get(letter)), at_least=False)


def ratio(costs: dict[str, dict[str, float]], letter: str, one: str, other: str) -> float | None:
    """Return the quotient of two peers' costs."""
    each = costs.get(letter, {})
    return quotient(each.get(one), each.get(other))


def quotient(one: float | None, other: float | None) -> float | None:
    """Return a quotient, None where a side was not measured."""
    return one / other if one is not None and other else None
