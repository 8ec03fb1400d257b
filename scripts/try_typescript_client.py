"""Make the TypeScript client from openapi/openapi.yaml, compile it, and run its programs against a live server.

Needs Node.js 18 or newer with npm.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.demo_server import demo_server

CLIENT = Path(__file__).resolve().parent.parent / "clients" / "typescript"


def main() -> int:
    """Return 0 when everything compiled and ran."""
    for step in (["npm", "ci"], ["npm", "run", "generate"], ["npm", "run", "build"]):
        subprocess.run([*step, "--silent"], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL)
    with demo_server() as demo, tempfile.TemporaryDirectory() as folder:
        copy = str(Path(folder) / "copy.json")
        follow = ["node", "dist/follow.js", copy, demo.address]
        for command in (follow, ["node", "dist/walk.js", demo.address], follow):
            done = subprocess.run(
                command, cwd=CLIENT, env=os.environ | {"STEDENBAND_KEY": demo.keys["genk"]}, check=False
            )
            if done.returncode:
                break
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
