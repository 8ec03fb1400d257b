"""Which files are taken in, and as what."""

from pathlib import Path

import pytest

from stedenband.core.errors import BadRequest
from stedenband.documents.rules.sniffing import OFFICE, named, recognize
from tests.builders import PICTURE
from tests.documents.files import ODT, PDF, TEXT, WORD, archive, office, open_document

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 "
TAKEN = [
    (PDF, None, "a", "application/pdf"),
    (PDF, "application/octet-stream", "a", "application/pdf"),
    (PICTURE, "image/png", "a", "image/png"),
    (b"\xff\xd8\xff\xe0", "image/jpg", "a", "image/jpeg"),
    (WEBP, None, "a", "image/webp"),
    (office(), WORD, "a", WORD),
    (office("xl/"), None, "a", OFFICE["xl/"]),
    (office("ppt/"), None, "a", OFFICE["ppt/"]),
    (open_document(), ODT, "a", ODT),
    (TEXT, None, "a", "text/plain"),
    (TEXT, "text/csv", "a", "text/csv"),
    (TEXT, "application/vnd.ms-excel", "a.csv", "text/csv"),
    (TEXT, None, "A.CSV", "text/csv"),
    (TEXT, "text/plain", "a.csv", "text/plain"),
    (b"\xef\xbb\xbfa;b\r\n1;2\r\n", "text/csv", "a", "text/csv"),
    ("é".encode() * 40_000, None, "a", "text/plain"),
]
REFUSED = [
    (b"<html></html>", None),
    (b"\xef\xbb\xbf <svg/>", None),
    (b"#!/bin/sh\n", None),
    (b"MZ\x90\x00", None),
    (b"\x7fELF\x02", None),
    (b"a\x00b", None),
    (b"caf\xe9", None),
    ("é".encode()[:1], None),
    (b"GIF89a\x01\x00\x01\x00", None),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"PK\x03\x04broken", None),
    (archive(("a.txt", b"a")), None),
    (archive(("[Content_Types].xml", b""), ("a.txt", b"a")), None),
    (archive(("mimetype", b"application/zip")), None),
    (archive(("mimetype", b"\xff")), None),
    (archive(("mimetype", b"image/png")), None),
    (archive(*((f"{number}", b"") for number in range(10_001))), None),
    (open_document(ODT, ("Basic/script.xml", b"")), None),
    (office("word/", ("word/vbaProject.bin", b"")), None),
    (office("word/", types=b"macroEnabled"), None),
    (office("xl/", ("xl/macrosheets/sheet1.xml", b"")), None),
    (office("word/", ("word/embeddings/a.exe", b"")), None),
    (PDF, "image/png"),
    (TEXT, "application/pdf"),
    (b"", "application/pdf"),
]


@pytest.mark.parametrize(("content", "declared", "name", "media_type"), TAKEN)
def test_a_file_is_what_its_bytes_say(
    tmp_path: Path, content: bytes, declared: str | None, name: str, media_type: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert recognize(tmp_path / "file", declared, name) == media_type


@pytest.mark.parametrize(("content", "declared"), REFUSED)
def test_what_a_machine_could_run_or_is_not_what_it_says_is_refused(
    tmp_path: Path, content: bytes, declared: str | None
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadRequest) as refused:
        recognize(tmp_path / "file", declared, "a")
    assert refused.value.issues[0].name == "file"


def test_a_name_ends_as_its_kind_does() -> None:
    assert named("a.JPEG", "image/jpeg") == "a.JPEG"
    assert named("a.html", "text/plain") == "a.html.txt"
