"""The check of the contract against the one that clients know: real histories, and the contract of this very code."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import check_contract
from scripts.check_contract import CONTRACT, Unknown, check, named_as_breaking

pytestmark = pytest.mark.no_cover
"""What is tested is a script; of the code it reads the contract, which others make too."""
LINK = {"type": "object", "properties": {"title": {"type": "string"}, "note": {"type": "string"}}}
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Breaking\n\n{}\n\n### Added\n\n- `Link.title` is found by words.\n"


def contract(schema: dict[str, Any]) -> dict[str, Any]:
    reply = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Link"}}}}
    read = {"operationId": "readLink", "responses": {"200": reply}}
    return {"paths": {"/links": {"get": read}}, "components": {"schemas": {"Link": schema}}}


def without(*names: str) -> dict[str, Any]:
    schema = deepcopy(LINK)
    for name in names:
        del schema["properties"][name]  # type: ignore[attr-defined]
    return contract(schema)


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, "-C", str(root), *words], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose first contract has a title and a note."""
    root = tmp_path / "clone"
    (root / "openapi").mkdir(parents=True)
    git(root.parent, "init", "--quiet", "clone")
    (root / CONTRACT).write_text(yaml.safe_dump(contract(LINK)))
    (root / "CHANGELOG.md").write_text(CHANGELOG.format("- Nothing."))
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=First")
    return root


def name(root: Path, entry: str) -> None:
    (root / "CHANGELOG.md").write_text(CHANGELOG.format(entry))


def test_a_breaking_change_fails_until_the_changelog_names_it(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(clone, without()) == 0
    assert check(clone, without("title")) == 1
    assert "UNNAMED  Link.title: is no longer sent" in capsys.readouterr().out
    name(clone, "- Links lose their title: `Link.title`.")
    assert check(clone, without("title")) == 0
    assert check(clone, without("title", "note")) == 1


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ("- `Link.title` and `Link.note`", 0),
        ("- `Link.title: is no longer sent`, and a note on two lines: `Link.note: is no\n  longer sent`", 0),
        ("- `Link.*`", 0),
        ("- `*: is no longer sent`", 0),
        ("- `Link.title: is no longer always sent`, `Link.not`", 2),
        ("- Link.title and Link.note, without backquotes", 2),
    ],
)  # fmt: skip
def test_how_the_changelog_names_a_change(clone: Path, entry: str, left: int) -> None:
    name(clone, entry)
    assert check(clone, without("title", "note")) == left


def test_what_the_changelog_says_elsewhere_names_nothing(clone: Path) -> None:
    (clone / "CHANGELOG.md").write_text("## Unreleased\n\n### Added\n\n- `Link.title`\n")
    assert check(clone, without("title")) == 1
    (clone / "CHANGELOG.md").write_text("# Changelog\n")
    assert check(clone, without("title")) == 1


def test_a_release_is_what_clients_know_from_then_on(clone: Path) -> None:
    (clone / CONTRACT).write_text(yaml.safe_dump(without("title")))
    git(clone, "commit", "--quiet", "--all", "--message=Second")
    assert check(clone, without("title")) == 1
    git(clone, "tag", "v1.0.0")
    assert check(clone, without("title")) == 0
    assert check(clone, without("title", "note")) == 1
    assert check(clone, without("title"), against="HEAD~1") == 1


def test_a_section_on_its_way_to_a_release_counts_and_that_of_a_release_does_not() -> None:
    text = "## Unreleased\n\n## 1.1.0 – May\n### Breaking\n- `a`\n### Added\n- `b`\n## 1.0.1\n## 1.0 – April\n### Breaking\n- `c`\n"
    assert named_as_breaking(text, "v1.0") == ["a"]
    assert named_as_breaking(text, "v1.1.0") == []
    assert named_as_breaking(text, "0a1b2c3d") == ["a", "c"]


def test_where_there_is_no_history_it_says_so(clone: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    with pytest.raises(Unknown, match="no clone"):
        check(bare, contract(LINK))
    (clone / CONTRACT).write_text(yaml.safe_dump(without("note")))
    git(clone, "commit", "--quiet", "--all", "--message=Second")
    git(tmp_path, "clone", "--quiet", "--depth=1", clone.as_uri(), "shallow")
    with pytest.raises(Unknown, match="cut off"):
        check(tmp_path / "shallow", contract(LINK))
    git(tmp_path, "init", "--quiet", "empty")
    with pytest.raises(Unknown, match="no openapi"):
        check(tmp_path / "empty", contract(LINK))
    with pytest.raises(Unknown, match="in v9"):
        check(clone, contract(LINK), against="v9")


def test_a_tag_in_a_shallow_history_is_enough(clone: Path, tmp_path: Path) -> None:
    git(clone, "tag", "v1.0.0")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=v1.0.0", clone.as_uri(), "shallow")
    assert check(tmp_path / "shallow", without("note")) == 1


def test_the_command_fails_for_what_is_not_named_and_for_what_it_cannot_compare(clone: Path, tmp_path: Path) -> None:
    skipped = tmp_path / "skipped"
    assert check_contract.main([], clone) == 1
    assert check_contract.main(["--against=v9"], clone) == 2
    assert check_contract.main(["--against=v9", f"--skipped={skipped}"], clone) == 0
    assert skipped.read_text() == "SKIPPED breaking: there is no openapi/openapi.yaml in v9\n"


def test_the_contract_of_this_code_loses_nothing_unseen(clone: Path) -> None:
    whole = check_contract.current()
    (clone / CONTRACT).write_text(json.dumps(whole))  # JSON is YAML too, and written sooner
    git(clone, "commit", "--quiet", "--all", "--message=The real one")
    assert check(clone, whole, against="HEAD") == 0
    broken = deepcopy(whole)
    del broken["paths"]["/cityLinks/{cityLinkId}"]["delete"]
    del broken["components"]["schemas"]["CityLink"]["properties"]["title"]
    broken["components"]["schemas"]["CityLinkCreate"]["required"].append("title")
    assert check(clone, broken, against="HEAD") == 3
