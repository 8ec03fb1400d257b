"""What tests that generate their input have in common: whether they run for long, and the sum of what they sent."""

import os
from collections import Counter

import pytest

COUNTED = ("generated inputs", "of them refused", "requests of the machine")
"""Properties that tests record, summed over all of them at the end of a run."""


def soaking() -> bool:
    """Tell whether this run is a long one (`make soak`, `make corpus`), which sends far more than `make test`."""
    return bool(os.environ.get("STEDENBAND_SOAK"))


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write how much was generated."""
    sums: Counter[str] = Counter()
    for report in reporter.getreports("passed"):
        for name, value in report.user_properties:
            if name in COUNTED and report.when == "call":
                sums[name] += int(str(value))
    if sums:
        reporter.section("generated")
        for name in COUNTED:
            reporter.line(f"{sums[name]:,} {name}")
