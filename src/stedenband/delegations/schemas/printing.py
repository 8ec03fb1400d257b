"""PDF from HTML by WeasyPrint, where it and Pango, which it draws text with, are installed.

Tagged for readers of screens (PDF/UA-1); the same page gives the same bytes. Nothing is fetched: pictures stand in the
page. Drawing a page takes
about a second of a processor, so one process draws one at a time.
"""

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from logging import ERROR, getLogger
from threading import BoundedSemaphore
from typing import BinaryIO

from stedenband.core.errors import NotAcceptable, ServiceUnavailable
from stedenband.core.words import say

VARIANT = "pdf/ua-1"
RETRY_AFTER = 2
TURN = BoundedSemaphore()


def write_pdf(page: str, out: BinaryIO) -> None:
    """Write `page` as PDF; 406 where nothing here can draw it, 503 while another page is drawn."""
    press = installed()
    if press is None:
        raise NotAcceptable(say("This server cannot make PDF. Ask for text/html and print the page."))
    if not TURN.acquire(blocking=False):
        raise ServiceUnavailable(RETRY_AFTER)
    try:
        press(page, out)
    finally:
        TURN.release()


@cache
def installed() -> Callable[[str, BinaryIO], None] | None:
    """Return what draws pages, None where the library or what it needs is missing."""
    try:
        from weasyprint import HTML, urls  # noqa: PLC0415 (takes half a second, and few need it)
    except (ImportError, OSError):
        return None
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # the day that fonts within a page say they were made
    getLogger("weasyprint").setLevel(ERROR)

    def press(page: str, out: BinaryIO) -> None:
        document = HTML(string=page, url_fetcher=urls.URLFetcher(allowed_protocols=("data",)))
        document.write_pdf(out, pdf_variant=VARIANT, pdf_identifier=sha256(page.encode()).digest()[:16])

    return press
