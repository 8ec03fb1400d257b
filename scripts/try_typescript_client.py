"""Make the TypeScript client from openapi/openapi.yaml, compile it, and run its program against a live server.

Needs Node.js 18 or newer with npm. The server is one of this checkout's own, with the demo data, in a temporary folder.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
CLIENT = HERE / "clients" / "typescript"
PATIENCE = 120.0


def main() -> int:
    """Return 0 when everything compiled and ran."""
    for step in (["npm", "ci"], ["npm", "run", "generate"], ["npm", "run", "build"]):
        subprocess.run([*step, "--silent"], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our words)
    with tempfile.TemporaryDirectory(prefix="stedenband-") as folder:
        data = Path(folder) / "data"
        log = Path(folder) / "log"
        os.chmod(folder, 0o755)  # noqa: S103, PTH101 (the account of PostgreSQL has to enter)
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "stedenband", "serve", "--demo"],
                env=os.environ | {"STEDENBAND_DATA": str(data), "STEDENBAND_PORT": str(free_port())},
                stdout=output,
                stderr=output,
            )
        try:
            address = announced(log, server)
            key = json.loads((data / "demo-keys.json").read_text())["genk"]
            done = subprocess.run(  # noqa: S603 (our own program)
                ["node", "dist/walk.js", address],  # noqa: S607 (wherever it is installed)
                cwd=CLIENT,
                env=os.environ | {"STEDENBAND_KEY": key},
                check=False,
            )
            return done.returncode
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def announced(log: Path, server: "subprocess.Popen[bytes]") -> str:
    """Wait until the server answers, and return its address."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        line = next((line for line in log.read_text().splitlines() if '"serving"' in line), "")
        if line:
            address = str(json.loads(line)["address"])
            try:
                with urllib.request.urlopen(f"{address}/readyz"):  # noqa: S310 (loopback)
                    return address
            except OSError:
                pass
        time.sleep(0.05)
    raise SystemExit(f"The server did not start:\n{log.read_text()}")


if __name__ == "__main__":
    sys.exit(main())
