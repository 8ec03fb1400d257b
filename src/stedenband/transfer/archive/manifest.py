"""The manifest: what an archive holds, file by file, and the one hash by which two archives of a city are compared."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Self

from stedenband.core.refusal import Refusal
from stedenband.transfer.archive.tables import KEPT

NAME = "manifest.json"
FORMAT = "stedenband archive"
VERSION = 1
"""Of the format; another one is another format."""
LARGEST = 64 << 20
"""Bytes of a manifest: half a million files."""
HASHED = ("data/", "documents/")
"""The files that the hash of the city is made of."""
README, LABELS, HISTORY = "README.txt", "schema/labels.tsv", "history/changes.ndjson"
PLACES = re.compile(
    f"data/(?:{'|'.join(KEPT)})[.]ndjson|schema/(?:{'|'.join(KEPT)})[.]json|documents/[0-9a-f]{{64}}"
    f"|{'|'.join(map(re.escape, (README, LABELS, HISTORY)))}",
    re.ASCII,
)
"""The names of the files that there can be."""
DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)
MOST = 1 << 63
"""More bytes or rows than any file has."""


def rows_of(table: str) -> str:
    """Return the name of the file of the rows of a table."""
    return f"data/{table}.ndjson"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its bytes, their SHA-256 in hexadecimal digits, and how many lines it has where each is a row."""

    size: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class City:
    """The city that the archive is of, as one finds it again elsewhere."""

    id: str
    name: str
    country_code: str
    nis_code: str | None
    wikidata_id: str | None
    geonames_id: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in `manifest.json`; `revision` is that of the schema of the database, `created_at` an instant."""

    city: City
    revision: str
    created_at: str
    files: Mapping[str, Entry]

    @property
    def hash(self) -> str:
        """The hash of the city: the same for the same rows and files, wherever and whenever they were written."""
        lines = (f"{self.files[name].sha256}  {name}\n" for name in sorted(self.files) if name.startswith(HASHED))
        return sha256("".join(lines).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """The rows by table."""
        return {table: self.files[rows_of(table)].rows or 0 for table in KEPT}

    @property
    def documents(self) -> dict[str, int]:
        """The sizes of the files of documents by their hash."""
        under = "documents/"
        return {name.removeprefix(under): each.size for name, each in self.files.items() if name.startswith(under)}

    def written(self) -> bytes:
        """Return the manifest as JSON."""
        said = {
            "format": FORMAT,
            "version": VERSION,
            "city": asdict(self.city),
            "revision": self.revision,
            "createdAt": self.created_at,
            "hash": self.hash,
            "files": {name: _entry(self.files[name]) for name in sorted(self.files)},
        }
        return json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a manifest; refused when it is none, or of another format."""
        try:
            said = json.loads(content)
            if said["format"] != FORMAT:
                raise Refusal("This is not the archive of a city.")
            if said["version"] != VERSION:
                raise Refusal(f"This archive has format {said['version']}; this stedenband reads format {VERSION}.")
            files = {_place(name): _read(**each) for name, each in said["files"].items()}
            made = cls(_city(said["city"]), _text(said["revision"]), _text(said["createdAt"]), files)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Refusal("The manifest of this archive cannot be read.") from error
        missing = [rows_of(table) for table in KEPT if rows_of(table) not in files]
        if missing:
            raise Refusal(f"The archive has no {missing[0]}.")
        if said.get("hash") != made.hash:
            raise Refusal("The hash of the city is not that of the files in the manifest.")
        return made


def _entry(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in asdict(entry).items() if value is not None}


def _read(size: int, sha256: str, rows: int | None = None) -> Entry:
    if not (_is_count(size) and DIGEST.fullmatch(sha256) and (rows is None or _is_count(rows))):
        raise ValueError(size)
    return Entry(size, sha256, rows)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < MOST


def _place(name: str) -> str:
    if not PLACES.fullmatch(name):
        raise Refusal(f"The archive names a file that no archive has: {name[:100]!r}.")
    return name


def _city(said: dict[str, Any]) -> City:
    found = (said.get(each) for each in ("nis_code", "wikidata_id", "geonames_id"))
    known = (each if each is None else _text(each) for each in found)
    return City(_text(said["id"]), _text(said["name"]), _text(said["country_code"]), *known)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
