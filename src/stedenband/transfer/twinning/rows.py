"""Reading the rows of a twinning file: every row is either sound or refused with its number and the reason."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stedenband.transfer.countries import country_codes
from stedenband.transfer.names import UnfitNameError, clean, has_forbidden
from stedenband.transfer.positions import Position
from stedenband.transfer.twinning.plan import Finding, Severity

MOST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 100_000
LONGEST_LINE = 10_000
"""Characters; the csv reader never sees a longer line, so one endless line costs nothing."""
MOST_PEOPLE = 50_000_000

_REQUIRED = (
    "origincityLabel",
    "origincountry",
    "originlat",
    "originlong",
    "sistercityLabel",
    "destination_countryLabel",
    "destinationlat",
    "destinationlong",
)
_KNOWN = {name.casefold(): name for name in (*_REQUIRED, "originpopulation", "destinationpopulation")}
_COORDINATE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", re.ASCII)
_PEOPLE = re.compile(r"[1-9][0-9]{0,7}", re.ASCII)


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message says why."""


class RefusedRowError(ValueError):
    """One row cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A city as one end of a row gives it; several `countries` when the label is of a state that is no more."""

    name: str
    countries: tuple[str, ...]
    position: Position
    population: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A sound row; `number` is its line in the file."""

    number: int
    origin: Mention
    destination: Mention


@dataclass(frozen=True, slots=True)
class Reading:
    """All of a file: the sound rows and a finding for each other one."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is written: its delimiter, the number of its columns, and where the known ones stand."""

    delimiter: str
    width: int
    columns: Mapping[str, int]


def read(path: Path) -> Reading:
    """Read the file at `path`; raises UnreadableFileError, or OSError when it cannot be opened."""
    with path.open("rb") as file:
        return parse(file.read(MOST_BYTES + 1))


def parse(content: bytes) -> Reading:
    """Read the bytes of a file; raises UnreadableFileError when encoding, size or heading are not to be used."""
    heading, *lines = _lines(content)
    layout = _layout(heading)
    numbered = [(number, line) for number, line in enumerate(lines, start=2) if line.strip()]
    if len(numbered) > MOST_ROWS:
        raise UnreadableFileError(f"the file has more than {MOST_ROWS:,} rows")
    rows: list[Row] = []
    findings: list[Finding] = []
    for number, line in numbered:
        try:
            rows.append(_row(number, _values(line, layout)))
        except RefusedRowError as refusal:
            findings.append(Finding(number, Severity.SKIPPED, str(refusal)))
    return Reading(tuple(rows), tuple(findings))


def _lines(content: bytes) -> list[str]:
    if len(content) > MOST_BYTES:
        raise UnreadableFileError(f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(f"line {line} is not UTF-8; save the file as UTF-8 and try again") from error
    return [line.removesuffix("\r") for line in text.split("\n")]


def _layout(heading: str) -> _Layout:
    if len(heading) > LONGEST_LINE:
        raise UnreadableFileError(f"the heading is longer than {LONGEST_LINE:,} characters")
    delimiter = "\t" if "\t" in heading else ","
    names = [_KNOWN.get(name.strip().casefold()) for name in next(csv.reader([heading], delimiter=delimiter), [])]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise UnreadableFileError(f"the heading lacks {', '.join(missing)}")
    known = [name for name in names if name]
    if len(set(known)) < len(known):
        raise UnreadableFileError("the heading names a column more than once")
    return _Layout(delimiter, len(names), {name: names.index(name) for name in known})


def _values(line: str, layout: _Layout) -> Mapping[str, str]:
    if len(line) > LONGEST_LINE:
        raise RefusedRowError(f"the line is longer than {LONGEST_LINE:,} characters")
    if has_forbidden(line.replace("\t", " ")):
        raise RefusedRowError("the line has control or bidirectional characters")
    try:
        [values] = csv.reader([line], delimiter=layout.delimiter, strict=True)
    except csv.Error as error:
        raise RefusedRowError("the quotation marks do not match") from error
    if len(values) != layout.width:
        raise RefusedRowError(f"the line has {len(values)} columns, the heading {layout.width}")
    return {name: values[at].strip() for name, at in layout.columns.items()}


def _row(number: int, values: Mapping[str, str]) -> Row:
    return Row(
        number,
        _mention(values, "origincityLabel", "origincountry", "origin"),
        _mention(values, "sistercityLabel", "destination_countryLabel", "destination"),
    )


def _mention(values: Mapping[str, str], city: str, country: str, end: str) -> Mention:
    try:
        name = clean(values[city])
    except UnfitNameError as error:
        raise RefusedRowError(f"{city} {error}") from error
    countries = country_codes(values[country])
    if not countries:
        raise RefusedRowError(f"{country} {values[country][:80]!r} is not a known country")
    position = Position(_degrees(values, f"{end}lat", 90), _degrees(values, f"{end}long", 180))
    return Mention(name, countries, position, _people(values, f"{end}population"))


def _degrees(values: Mapping[str, str], column: str, most: int) -> float:
    text = values[column]
    if not _COORDINATE.fullmatch(text) or abs(float(text)) > most:
        raise RefusedRowError(f"{column} {text[:80]!r} is not a coordinate within -{most} to {most}")
    return float(text)


def _people(values: Mapping[str, str], column: str) -> int | None:
    text = values.get(column, "")
    if not text:
        return None
    if not _PEOPLE.fullmatch(text) or int(text) > MOST_PEOPLE:
        raise RefusedRowError(f"{column} {text[:80]!r} is not a number of inhabitants")
    return int(text)
