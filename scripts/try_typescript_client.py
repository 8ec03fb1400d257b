"""Make the TypeScript client from openapi/openapi.yaml, compile it, and run its programs against a live server.

Needs Node.js 18 or newer with npm.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from scripts.demo_server import Demo, demo_server, free_port

CLIENT = Path(__file__).resolve().parent.parent / "clients" / "typescript"


def main() -> int:
    """Return 0 when everything compiled and ran."""
    for step in (["npm", "ci"], ["npm", "run", "generate"], ["npm", "run", "build"]):
        subprocess.run([*step, "--silent"], cwd=CLIENT, check=True, stdout=subprocess.DEVNULL)
    with demo_server(STEDENBAND_WEBHOOKS_TO_LOOPBACK="true") as demo, tempfile.TemporaryDirectory() as folder:
        copy = str(Path(folder) / "copy.json")
        follow = ["node", "dist/follow.js", copy, demo.address]
        rows = Path(folder) / "schools.csv"
        rows.write_text("name;kind\nSchool of the north;21\nSchool of the south;99\n")
        imports = ["node", "dist/import.js", str(rows), demo.address]
        for command in (follow, ["node", "dist/walk.js", demo.address], imports, follow):
            done = subprocess.run(
                command, cwd=CLIENT, env=os.environ | {"STEDENBAND_KEY": demo.keys["genk"]}, check=False
            )
            if done.returncode:
                return done.returncode
        receive(demo)
    return 0


def receive(demo: Demo) -> None:
    """Make a webhook that leads to the receiver, and wait for the message of its test."""
    port = free_port()
    with call(demo, "/v1/webhooks", {"label": "TypeScript", "url": f"http://127.0.0.1:{port}/"}) as reply:
        hook = json.load(reply)
    settings = os.environ | {"STEDENBAND_WEBHOOK_SECRET": hook["secret"]}
    command = ["node", "dist/receive.js", str(port)]
    with subprocess.Popen(command, cwd=CLIENT, env=settings, stdout=subprocess.PIPE, text=True) as receiver:
        try:
            call(demo, f"/v1/webhooks/{hook['id']}/test", None).close()
            said = receiver.stdout.readline() if receiver.stdout else ""
            assert said == f"org.stedenband.webhooks.test {hook['href']}\n", said  # noqa: S101 (the check)
            print("the webhook's test message arrived, signed")
        finally:
            receiver.kill()


def call(demo: Demo, path: str, document: object) -> Any:
    """POST as the city's coordinator."""
    headers = {"Authorization": f"Bearer {demo.keys['genk']}", "Content-Type": "application/json"}
    body = b"" if document is None else json.dumps(document).encode()
    if document is None:
        del headers["Content-Type"]
    return urlopen(Request(f"{demo.address}{path}", body, headers, method="POST"))  # noqa: S310 (loopback)


if __name__ == "__main__":
    sys.exit(main())
