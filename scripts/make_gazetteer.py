"""Make the data files of `stedenband.transfer` from the shared folder: `make_gazetteer.py ../shared/data`.

Each run on the same input writes the same bytes. Where the facts come from stands in data/SOURCES.md.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/stedenband/transfer/data"
REGISTER_COLUMNS = (
    "origincityLabel",
    "origincountry",
    "originlat",
    "originlong",
    "originpopulation",
    "sistercityLabel",
    "destinationlat",
    "destinationlong",
    "destinationpopulation",
    "destination_countryLabel",
)
DISSOLVED = {"AN", "CS"}  # codes that ISO 3166-1 withdrew


def table(rows: Iterable[Sequence[str]]) -> bytes:
    """Write tab-separated UTF-8 lines."""
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def degrees(value: str) -> str:
    """Return a coordinate to four decimals: 11 m, where a city is kilometers wide."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def gazetteer(path: Path) -> bytes:
    """Return every city, neighbors next to each other because that packs best."""
    with path.open(encoding="utf-8", newline="") as file:
        cities = sorted(
            csv.DictReader(file), key=lambda city: (city["country"], city["timezone"], int(city["geonameid"]))
        )
    return table(
        (
            city["geonameid"],
            city["name"],
            city["country"],
            degrees(city["lat"]),
            degrees(city["lon"]),
            city["population"],
            city["timezone"],
        )
        for city in cities
    )


def countries(path: Path) -> bytes:
    """Return English name and ISO 3166-1 code of each country."""
    names: Mapping[str, Mapping[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return table((country["name"].strip(), code) for code, country in sorted(names.items()) if code not in DISSOLVED)


def register(path: Path) -> bytes:
    """Return the Belgian register as published, without the two columns that follow from the others."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return table([REGISTER_COLUMNS, *([row[column] for column in REGISTER_COLUMNS] for row in rows)])


def main(shared: Path) -> None:
    """Write the three files and say how large they are."""
    files = {
        "gazetteer.tsv.gz": gzip.compress(gazetteer(shared / "geo/cities15000.csv"), 9, mtime=0),
        "countries.tsv": countries(shared / "geo/countries.json"),
        "belgian-twinnings.tsv": register(shared / "twinning/wikidata-belgium.tsv"),
    }
    for name, content in files.items():
        (TARGET / name).write_bytes(content)
        sys.stdout.write(f"{name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
