"""The guide to webhooks: its program takes what is sent, and nothing else."""

import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.contracts.guides import blocks
from tests.processes import until
from tests.serving import free_port, listens
from tests.webhooks.conftest import Rig

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "webhooks.md").read_text()


def test_the_program_in_python_takes_what_is_signed(rig: Rig, folder: Path) -> None:
    (program,) = [block.content for block in blocks(GUIDE) if block.language.startswith("python")]
    (folder / "receive.py").write_text(program)
    port = free_port()
    hook = rig.hook(url=f"http://127.0.0.1:{port}/hooks")
    command = [sys.executable, "receive.py", str(port), hook["secret"]]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            until(lambda: listens(port))
            made = rig.organization()
            rig.work()
            assert receiver.stdout
            assert receiver.stdout.readline() == f"org.stedenband.organizations.created {made['href']}\n"
            forged = Request(f"http://127.0.0.1:{port}/", b"{}", {"webhook-id": "1", "webhook-timestamp": "1"})
            with pytest.raises(HTTPError) as refused:
                urlopen(forged)  # noqa: S310 (our own)
            refused.value.close()
            assert refused.value.code == 403
        finally:
            receiver.kill()


def test_the_program_in_typescript_is_the_one_that_is_compiled_and_run() -> None:
    (shown,) = [block.content for block in blocks(GUIDE) if block.language == "typescript"]
    assert shown == (ROOT / "clients" / "typescript" / "src" / "receive.ts").read_text()
