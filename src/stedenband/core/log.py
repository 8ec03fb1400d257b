"""One line per event on stderr: JSON, or readable where stderr is a terminal."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(level: str = "INFO", stream: TextIO = sys.stderr) -> None:
    """Send every event of `level` and above to `stream`, those of the standard library's loggers too.

    `structlog.get_logger()` makes the loggers. Calling this again replaces what was configured before.
    """
    structlog.configure(
        processors=[*_SHARED, *_rendering(stream)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, handlers=[handler(stream)], force=True)


def handler(stream: TextIO = sys.stderr) -> logging.Handler:
    """Return a handler of the standard library that writes in the same style."""
    result = logging.StreamHandler(stream)
    result.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(stream)],
        )
    )
    return result


def _rendering(stream: TextIO) -> list[Processor]:
    if stream.isatty():
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
