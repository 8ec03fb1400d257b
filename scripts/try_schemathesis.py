"""Let Schemathesis try the contract on a live server: all its checks, with an API key and without, over real HTTP.

usage: python -m scripts.try_schemathesis [SECONDS [SEED]]      (60 by default; both callers at the same time)
Without a SEED, each run sends the same; `new` asks for one that no run had, and the report names it.
Exit status 1 when a check fails. How it is set up, and why, stands in schemathesis.toml and docs/adr/0019.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.demo_server import Demo, demo_server

ROOT = Path(__file__).resolve().parent.parent
CALLERS = {"without a key": None, "the coordinator of Genk": "genk"}
SAME = "1"
"""The seed of a run that has to say of two commits which of them is wrong."""
PATIENCE = 5
"""How many times as long as it was told a run may take, on a machine that has much else to do."""


def run(demo: Demo, caller: str, seconds: int, seed: str) -> tuple[int, str]:
    """Return the exit status and the report of a run as one caller."""
    key = CALLERS[caller]
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{demo.address}/v1/doc/openapi.json",
        f"--max-time={seconds}",
        "--checks=all",
        "--no-color",
        *([] if seed == "new" else [f"--seed={seed}"]),
        *([f"--header=Authorization: Bearer {demo.keys[key]}"] if key else []),
    ]
    limit = seconds * PATIENCE + 60
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=limit)
    return done.returncode, f"{done.stdout}{done.stderr}"


def main(words: list[str]) -> int:
    """Return 0 when nothing failed."""
    seconds = int(words[0]) if words else 60
    seed = words[1] if len(words) > 1 else SAME
    with demo_server() as demo, ThreadPoolExecutor() as both:
        runs = [(caller, both.submit(run, demo, caller, seconds, seed)) for caller in CALLERS]
        failed = 0
        for caller, promised in runs:
            status, report = promised.result()
            failed += status != 0
            print(f"{report}\nSchemathesis, {caller}, {seconds} s: {'FAILED' if status else 'no failure'}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
