"""Make the TypeScript client from openapi/openapi.yaml, compile it, and run its program against a live server.

Needs Node.js 18 or newer with npm.
"""

import os
import subprocess
import sys
from pathlib import Path

from scripts.demo_server import demo_server

CLIENT = Path(__file__).resolve().parent.parent / "clients" / "typescript"


def main() -> int:
    """Return 0 when everything compiled and ran."""
    for step in (["npm", "ci"], ["npm", "run", "generate"], ["npm", "run", "build"]):
        subprocess.run([*step, "--silent"], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL)
    with demo_server() as demo:
        done = subprocess.run(
            ["node", "dist/walk.js", demo.address],
            cwd=CLIENT,
            env=os.environ | {"STEDENBAND_KEY": demo.keys["genk"]},
            check=False,
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
