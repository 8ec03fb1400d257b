"""Everything is documented, and what is documented works."""

import dataclasses
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from stedenband.cli import COMMANDS, main
from stedenband.config import Settings
from stedenband.core.access import PERMISSIONS, Role
from tests.builders import World
from tests.contracts.operations import contract, operations
from tests.databases import TestServer, open_folder
from tests.serving import Server, serving

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
OUTSIDE = {"/livez", "/readyz", "/metrics", "/doc", "/v1/doc/openapi.yaml", "/v1/doc/openapi.json"}
"""Routes for platforms and browsers, which the contract leaves out."""


def test_the_committed_contract_is_what_the_code_says() -> None:
    printed = CliRunner().invoke(main, ["openapi"])
    assert printed.output == (ROOT / "openapi" / "openapi.yaml").read_text(), "run 'make openapi'"


def test_every_route_is_in_the_contract(world: World) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documented = {(f"/v1{path}", method) for path, item in contract()["paths"].items() for method in item}
    missing = {(path, method) for path, method in served - documented if not path.startswith("/doc/")}
    assert {path for path, _ in missing} == OUTSIDE
    assert not documented - served


def test_the_contract_says_who_may_call() -> None:
    for operation in operations():
        ways, permission = operation.spec["security"], operation.spec.get("x-permission")
        roles = {role.value for role in Role if permission in PERMISSIONS[role]}
        assert set(operation.spec.get("x-roles", ())) == roles, operation
        assert ({} in ways) == (permission is None or "public" in roles), operation
        assert [*ways][-2:] == [{"ApiKey": []}, {"AccessToken": []}], operation


def test_where_the_contract_leaves_the_guide_it_says_why() -> None:
    def reasons(part: Any) -> Iterator[str]:
        for key, below in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
            yield from below.values() if key == "x-ignore-rules" else reasons(below)

    told = list(reasons(contract()))
    assert told
    assert all(each.endswith(".") for each in told)


def test_every_setting_is_documented() -> None:
    missing = [
        field.name for field in dataclasses.fields(Settings) if f"`STEDENBAND_{field.name.upper()}`" not in OPERATING
    ]
    assert not missing


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    assert f"stedenband {command}" in OPERATING
    helped = CliRunner().invoke(main, [command, "--help"])
    assert helped.exit_code == 0
    assert "Usage" in helped.output


@pytest.fixture(scope="module")
def demo(server: TestServer) -> Iterator[Server]:
    """A server with the demo data, in a folder as the reader of the README has it: its data in `var`."""
    with open_folder() as folder:
        server.copy_folder(folder / "var")
        with serving(folder / "var", "--demo") as running:
            assert running.status() == 200
            yield running


def readme_calls(server: Server, heading: str) -> tuple[int, list[str]]:
    """Paste the shell blocks of a section into one shell, at a server with demo data; return how many, and the lines."""
    blocks = re.findall(r"```sh\n(.*?)```", README.split(f"## {heading}")[1].split("\n## ")[0], re.DOTALL)
    script = "\n".join(
        f"\n{block}".replace("\ncurl", "\necho; curl").replace("\nas ", "\necho; as ") for block in blocks
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(":8000", f":{server.port}")],
        cwd=server.log.parents[1], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    return len(blocks), [line for line in done.stdout.splitlines() if line]


def test_the_readmes_calls_work_as_pasted(demo: Server) -> None:
    count, replies = readme_calls(demo, "Five calls")
    assert count == len(replies) == 5
    assert '"total":445' in replies[0]
    assert replies[1].count('"kind"') == 4
    assert "SDG partnership under study" in replies[2]
    assert "Genk – Isparta" in replies[3]
    assert '"cursor"' in replies[4]


def test_a_report_becomes_a_result_as_the_readme_says(demo: Server) -> None:
    _, replies = readme_calls(demo, "From report to result")
    active, promised, written, submitted, approved, shown, history, figures = replies
    assert active.count('"status" : "implementation"') == 2
    assert "Young people trained (demo)" in promised
    assert '"status" : "draft"' in written
    assert '"status" : "pending"' in submitted
    assert '"status" : "approved"' in approved
    assert '"actual" : {"value" : "61"' in shown
    assert "Demo: coordinator in Francistown" in history
    assert figures.count('"kind"') == 3
