"""Bring the catalogs up to date with the sentences in the code: `make catalogs`, then fill in what is empty.

A new sentence is added without a translation (a test fails until it has one); one that is no longer said is dropped.
"""

import sys
from collections.abc import Set as AbstractSet
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src"
LOCALES = SOURCE / "stedenband/web/locales"


def sentences() -> set[str]:
    """Return every template that the code says."""
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords={"say": None})
    return {str(template) for _, _, template, _, _ in found}


def written(path: Path) -> Catalog:
    """Return the catalog of a language."""
    with path.open("rb") as file:
        return read_po(file)


def update(path: Path, templates: AbstractSet[str]) -> int:
    """Write a catalog anew, in alphabetical order; return how many sentences have no translation."""
    head, before, after = path.read_bytes().partition(b"\n\n")[0], written(path), Catalog()
    for template in sorted(templates):
        known = before.get(template)
        after.add(template, known.string if known else "")
    with path.open("wb") as file:
        file.write(head.rstrip() + b"\n\n")
        write_po(file, after, width=120, omit_header=True)
    return sum(1 for message in after if message.id and not message.string)


def main() -> None:
    """Write every catalog and say what is missing."""
    templates = sentences()
    for path in sorted(LOCALES.glob("*.po")):
        sys.stdout.write(f"{path.name}: {update(path, templates)} of {len(templates)} sentences have no translation\n")


if __name__ == "__main__":
    main()
