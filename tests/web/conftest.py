"""What the tests of the web layer share."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from stedenband.core import log


@pytest.fixture
def written() -> Iterator[StringIO]:
    """The log of this test, as JSON lines."""
    stream = StringIO()
    before, handlers = structlog.get_config(), logging.root.handlers[:]
    log.configure("INFO", stream)
    yield stream
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
