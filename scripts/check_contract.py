"""Compare the contract of this code with the one that clients know, and name every change that breaks them.

usage: python -m scripts.check_contract [--against REVISION] [--skipped FILE]

What clients know is the contract of the last release: of the newest tag `v*` that this commit descends from. Before the
first release it is the first contract in the history. A change that breaks must be named in CHANGELOG.md, in a section
newer than that release, below `### Breaking`, in backquotes: either what changed (`CityLink.title`, `listCityLinks.q`)
or the whole line as this check prints it (`CityLink.title: is no longer sent`). `*` stands for any text, so that one
entry can name what happened to all operations (`*.lang: is no longer taken in the query`).

Exit status: 0 when each is named, 1 when one is not, 2 when nothing can be compared, with the reason; where FILE is
given, the reason is added there, and the status is 0: a check for machines without the history.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from scripts.contract_changes import changes
from scripts.schema_changes import Change
from stedenband.app import create_app
from stedenband.config import Settings

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "openapi/openapi.yaml"
RELEASES = "v[0-9]*"


class Unknown(Exception):
    """What clients know cannot be found here."""


def current() -> dict[str, Any]:
    """Return the contract that the code gives."""
    contract: dict[str, Any] = create_app(Settings(database_url="postgresql://")).extensions["stedenband.contract"]()
    return contract


def known_by_clients(root: Path) -> str:
    """Return the revision of the contract that clients know."""
    if not (root / ".git").exists():
        raise Unknown("this is no clone: without a history there is nothing to compare with")
    release = _git(root, "describe", "--tags", "--abbrev=0", "--match", RELEASES)
    if release:
        return release
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise Unknown("the history is cut off before the last release: git fetch --unshallow --tags")
    first = _git(root, "log", "--reverse", "--format=%H", "--diff-filter=A", "--", CONTRACT)
    if not first:
        raise Unknown(f"the history has no {CONTRACT}")
    return first.splitlines()[0]


def contract_at(root: Path, revision: str) -> dict[str, Any]:
    """Return the contract as it was committed."""
    text = _git(root, "show", f"{revision}:{CONTRACT}")
    if not text:
        raise Unknown(f"there is no {CONTRACT} in {revision}")
    return dict(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 (both are safe)


def named_as_breaking(changelog: str, release: str) -> list[str]:
    """Return what stands in backquotes below Breaking in the sections newer than the release (`v1.2.0`)."""
    newer = re.split(
        rf"^## .*(?<![\d.]){re.escape(release.removeprefix('v'))}(?![\d.]).*$", changelog, flags=re.MULTILINE
    )[0]
    parts = re.findall(r"^### Breaking$(.*?)(?=^##|\Z)", newer, re.MULTILINE | re.DOTALL)
    return [" ".join(name.split()) for name in re.findall(r"`([^`]+)`", "".join(parts))]


def unnamed(found: list[Change], names: list[str]) -> list[Change]:
    """Return the changes that break and are not named."""
    forms = [re.compile(".*".join(map(re.escape, name.split("*")))) for name in names]
    return [
        each
        for each in found
        if each.breaks and not any(form.fullmatch(each.name) or form.fullmatch(str(each)) for form in forms)
    ]


def check(root: Path, contract: dict[str, Any], against: str | None = None) -> int:
    """Print every change by name; return how many break clients without being named."""
    revision = against or known_by_clients(root)
    found = changes(contract_at(root, revision), contract)
    left = unnamed(found, named_as_breaking((root / "CHANGELOG.md").read_text(), revision))
    for each in found:
        verdict = "UNNAMED" if each in left else "breaks " if each.breaks else "new    "
        print(f"{verdict}  {each}")
    breaking = sum(each.breaks for each in found)
    print(f"Against {revision}: {breaking} breaking changes, {len(left)} of them not named in CHANGELOG.md.")
    if left:
        print("Name them there below '## Unreleased', '### Breaking', in backquotes as above, or take them back.")
    return len(left)


def _git(root: Path, *words: str) -> str:
    """Return what git prints; nothing where it fails."""
    done = subprocess.run(["git", "-C", str(root), *words], check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def main(words: list[str], root: Path = ROOT) -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description="Name every change of the contract that breaks clients.")
    parser.add_argument("--against", metavar="REVISION", help="instead of the last release")
    parser.add_argument("--skipped", metavar="FILE", type=Path, help="where to add why nothing could be compared")
    given = parser.parse_args(words)
    try:
        return bool(check(root, current(), given.against))
    except Unknown as reason:
        skipped = f"SKIPPED breaking: {reason}"
        print(skipped)
        if not given.skipped:
            return 2
        with given.skipped.open("a") as file:
            file.write(f"{skipped}\n")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
