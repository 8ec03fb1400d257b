from typing import BinaryIO

from weasyprint import urls as urls

class HTML:
    def __init__(self, *, string: str, url_fetcher: urls.URLFetcher) -> None: ...
    def write_pdf(self, target: BinaryIO, *, pdf_variant: str, pdf_identifier: bytes) -> None: ...
