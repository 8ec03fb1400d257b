"""What is logged where a person reads it."""

import logging
import os
import pty
from collections.abc import Iterator

import pytest
import structlog

from stedenband.core import log


@pytest.fixture
def terminal() -> Iterator[int]:
    """A terminal to which everything is logged; give the end at which a person sits."""
    ours, theirs = pty.openpty()
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    with os.fdopen(theirs, "w") as stream:
        log.configure("INFO", stream)
        yield ours
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    os.close(ours)


def test_a_person_at_a_terminal_reads_words(terminal: int) -> None:
    structlog.get_logger().info("serving", address="http://127.0.0.1:8000")
    line = os.read(terminal, 4096).decode()
    assert "serving" in line
    assert "http://127.0.0.1:8000" in line
    assert '{"' not in line, "a person is no log collector"
