"""Make web/data/iati.tsv from the shared folder: `make_code_lists.py ../shared/data`.

Codes, parents and names in English and French of the IATI code lists that refData serves; neither the long descriptions
nor what was withdrawn. Each run on the same input writes the same bytes. The source stands in data/SOURCES.md.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

TARGET = Path(__file__).parents[1] / "src/stedenband/web/data/iati.tsv"
COLUMNS = ("list", "code", "parent", "en", "fr")
LISTS = {
    "activityStatuses": "codelists-embedded/ActivityStatus",
    "dacSectorCategories": "codelists/SectorCategory",
    "dacSectors": "codelists/Sector",
    "documentCategories": "codelists-embedded/DocumentCategory",
    "indicatorMeasures": "codelists/IndicatorMeasure",
    "organisationRoles": "codelists-embedded/OrganisationRole",
    "organisationTypes": "codelists/OrganisationType",
    "policyMarkers": "codelists/PolicyMarker",
    "policySignificance": "codelists/PolicySignificance",
    "resultTypes": "codelists/ResultType",
    "sectorVocabularies": "codelists/SectorVocabulary",
    "sdgGoals": "codelists/UNSDG-Goals",
    "sdgTargets": "codelists/UNSDG-Targets",
}
"""Name under /refData -> file."""
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def rows(name: str, path: Path) -> Iterator[tuple[str, ...]]:
    """Yield code, parent and names of what is in use."""
    for item in ET.parse(path).iter("codelist-item"):  # noqa: S314 (files of our own folder)
        if item.get("status", "active") == "active":
            code = item.findtext("code", "")
            names = {each.get(LANGUAGE, "en"): " ".join((each.text or "").split()) for each in item.iterfind("name/*")}
            parent = code.partition(".")[0] if name == "sdgTargets" else item.findtext("category", "")
            yield name, code, parent, names["en"], names.get("fr", "")


def main(shared: Path) -> None:
    """Write the file and say how many codes it has."""
    found = [row for name, file in LISTS.items() for row in rows(name, shared / f"iati/{file}.xml")]
    TARGET.write_text("".join("\t".join(row) + "\n" for row in [COLUMNS, *found]), encoding="utf-8")
    sys.stdout.write(f"{len(found)} codes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
