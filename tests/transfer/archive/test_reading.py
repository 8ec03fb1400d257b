"""An archive from elsewhere is believed when all of it is as its manifest says, and not before."""

import json
import struct
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from stedenband.core.refusal import Refusal
from stedenband.transfer.archive import manifest as about
from stedenband.transfer.archive.reading import opened
from tests.transfer.archive.moving import entries, forged, manifest, rewritten

ROWS = "data/organization.ndjson"


def checked(file: Path) -> int:
    """Check an archive and return how many bytes were read."""
    told = [0]
    with opened(file) as archive:
        archive.check(told.append)
        assert told[-1] == archive.size
    return told[-1]


def refused(file: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        checked(file)
    return str(refusal.value)


def test_an_archive_is_as_its_manifest_says(packed: Path) -> None:
    assert checked(packed) == sum(each["size"] for each in manifest(packed)["files"].values())


def test_a_flipped_byte_is_found_wherever_it_is(packed: Path, tmp_path: Path) -> None:
    content = packed.read_bytes()
    with ZipFile(packed) as archive:
        held = [info for info in archive.infolist() if info.compress_size]
    assert len(held) > 40
    for info in held[::4]:
        name, extra = struct.unpack_from("<HH", content, info.header_offset + 26)
        place = info.header_offset + 30 + name + extra + info.compress_size // 2
        broken = tmp_path / "broken.zip"
        broken.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert refused(broken).startswith(f"The archive is damaged: {info.filename}")


def test_a_byte_that_was_changed_by_somebody_who_packs_it_again_is_found(packed: Path, tmp_path: Path) -> None:
    held = entries(packed)[ROWS]
    flipped = held[:50] + bytes([held[50] ^ 1]) + held[51:]
    said = refused(rewritten(packed, {ROWS: flipped}, tmp_path / "other.zip"))
    assert said == f"The archive is damaged: {ROWS} is not what its manifest says."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({ROWS: None}, f"The archive is damaged: '{ROWS}' is missing."),
        ({"documents/" + 64 * "0": b"?"}, "The archive has a file that its manifest does not name: 'documents/0000"),
        ({"../../etc/passwd": b"root"}, "The archive has a file that its manifest does not name: '../../etc/passwd'."),
        ({ROWS: b"{}\n"}, f"The archive is damaged: '{ROWS}' has another size than its manifest says."),
        ({"manifest.json": None}, "is not the archive of a city: it has no manifest.json."),
        ({"manifest.json": b"{"}, "The manifest of this archive cannot be read."),
        ({"manifest.json": b'{"format": "zip"}'}, "This is not the archive of a city."),
        ({"manifest.json": b"[" * 100_000}, "The manifest of this archive cannot be read."),
    ],
)
def test_what_is_missing_too_much_or_another_is_named(
    packed: Path, tmp_path: Path, changes: dict[str, bytes | None], message: str
) -> None:
    assert message in refused(rewritten(packed, changes, tmp_path / "other.zip"))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"version": 2}, "This archive has format 2; this stedenband reads format 1."),
        ({"hash": 64 * "0"}, "The hash of the city is not that of the files in the manifest."),
        ({"files": {}}, "The archive has no data/agreement.ndjson."),
        ({"files": {"../x": {"size": 1, "sha256": 64 * "0"}}}, "The archive names a file that no archive has: '../x'."),
        ({"files": {"README.txt": {"size": -1, "sha256": 64 * "0"}}}, "The manifest of this archive cannot be read."),
        ({"files": {"README.txt": {"size": True, "sha256": 64 * "0"}}}, "The manifest of this archive cannot be read."),
        ({"files": {"README.txt": {"size": 1, "sha256": "0"}}}, "The manifest of this archive cannot be read."),
        ({"files": {"README.txt": 1}}, "The manifest of this archive cannot be read."),
        ({"files": []}, "The manifest of this archive cannot be read."),
        ({"city": {"id": 1}}, "The manifest of this archive cannot be read."),
        ({"city": {"name": "Genk"}}, "The manifest of this archive cannot be read."),
        ({"revision": None}, "The manifest of this archive cannot be read."),
    ],
)
def test_a_manifest_that_is_not_one_is_refused(
    packed: Path, tmp_path: Path, said: dict[str, Any], message: str
) -> None:
    other = json.dumps({**manifest(packed), **said}).encode()
    assert refused(rewritten(packed, {"manifest.json": other}, tmp_path / "other.zip")) == message


def test_the_count_of_rows_is_checked_too(packed: Path, tmp_path: Path) -> None:
    said = manifest(packed)
    said["files"][ROWS]["rows"] += 1
    other = rewritten(packed, {"manifest.json": json.dumps(said).encode()}, tmp_path / "other.zip")
    assert f"{ROWS} has " in refused(other)


def test_what_is_no_zip_or_cut_off_is_refused(packed: Path, tmp_path: Path) -> None:
    content = packed.read_bytes()
    for held in (b"", b"something", content[:-1000], content[: len(content) // 2]):
        file = tmp_path / "part.zip"
        file.write_bytes(held)
        assert refused(file) == "The archive is damaged: part.zip cannot be read."


def test_a_file_that_is_there_twice_is_refused(packed: Path, tmp_path: Path) -> None:
    twice = rewritten(packed, {}, tmp_path / "twice.zip")
    with ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(ROWS, b"{}\n")
    assert refused(twice) == "The archive has a file twice."


def test_unusual_packing_and_encryption_are_refused(packed: Path, tmp_path: Path) -> None:
    held = entries(packed)
    unusual = rewritten(packed, {ROWS: None}, tmp_path / "unusual.zip")
    with ZipFile(unusual, "a") as archive:
        archive.writestr(ZipInfo(ROWS), held[ROWS], ZIP_BZIP2)
    assert "is encrypted, or packed in an unusual way" in refused(unusual)
    secret = rewritten(packed, {ROWS: None}, tmp_path / "secret.zip")
    with ZipFile(secret, "a") as archive:
        archive.writestr(ZipInfo(ROWS), held[ROWS])
    content = bytearray(secret.read_bytes())
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(ROWS.encode()))
    struct.pack_into("<H", content, place + 8, 1)
    secret.write_bytes(content)
    assert "is encrypted, or packed in an unusual way" in refused(secret)


def test_a_bomb_is_refused_before_it_is_unpacked(packed: Path, tmp_path: Path) -> None:
    bomb = forged(packed, tmp_path / "bomb.zip", {ROWS: b"\n" * (70 << 20)})
    assert bomb.stat().st_size < 2 << 20
    with pytest.raises(Refusal, match=r"unpacks to 70 MiB from very little"), opened(bomb):
        pytest.fail("It is open.")


def test_a_manifest_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with ZipFile(large, "w", ZIP_DEFLATED) as archive, archive.open(about.NAME, "w", force_zip64=True) as file:
        for _ in range(65):
            file.write(b" " * (1 << 20))
    assert refused(large) == "The manifest of this archive is too large."
