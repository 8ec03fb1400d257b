"""Everything is documented, and what is documented works."""

import dataclasses
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from stedenband.cli import COMMANDS, main
from stedenband.config import Settings
from tests.builders import World
from tests.serving import serving

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
    paths = yaml.safe_load((ROOT / "openapi" / "openapi.yaml").read_text())["paths"]
    documented = {(f"/v1{path}", method) for path, item in paths.items() for method in item}
    missing = {(path, method) for path, method in served - documented if not path.startswith("/doc/")}
    assert {path for path, _ in missing} == OUTSIDE
    assert not documented - served


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


def test_the_readmes_calls_work_as_pasted(folder: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.split("## Five calls")[1].split("\n## ")[0], re.DOTALL)
    assert len(blocks) == 5
    with serving(folder / "var", "--demo") as server:
        assert server.status() == 200
        script = "\n".join(f"{block.strip()}; echo" for block in blocks).replace(":8000", f":{server.port}")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
    replies = [line for line in done.stdout.splitlines() if line]
    assert len(replies) == 5
    assert '"total":445' in replies[0]
    assert replies[1].count('"kind"') == 4
    assert "SDG partnership under study" in replies[2]
    assert "Genk – Isparta" in replies[3]
    assert '"cursor"' in replies[4]
