"""What tests of faults share: they tell figures, and the run ends with a table of them."""

from collections.abc import Callable
from typing import Any

import pytest

Figures = Callable[..., None]
PROPERTY = "figures"


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Record figures of this test for the table at the end: `figures("what was broken", **counts_and_seconds)`."""

    def record(what: str, **measured: Any) -> None:
        record_property(PROPERTY, {"what": what, **measured})

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what every test measured, a line each."""
    rows = [
        value
        for report in terminalreporter.getreports("passed")
        if report.when == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if rows:
        terminalreporter.section("measured under faults")
        for row in sorted(rows, key=lambda row: row["what"]):
            measured = ", ".join(f"{name} {value}" for name, value in row.items() if name != "what")
            terminalreporter.line(f"{row['what']}: {measured}")
