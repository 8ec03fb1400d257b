"""The live run of Schemathesis can fail: it tells an input that breaks the contract from one that breaks a rule."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}
READ = {
    "operationId": "listLinks",
    "parameters": [{"in": "query", "name": "q", "required": True, "schema": {"type": "string"}, "example": "genk"}],
    "responses": {"400": {"description": "Refused.", "content": PROBLEM}},
}
SPEC = {
    "openapi": "3.0.3",
    "info": {"title": "Small", "version": "1.0.0"},
    "servers": [{"url": "/v1"}],
    "paths": {"/links": {"get": READ}},
    "components": {"schemas": {}},
}


@contextmanager
def refusing(kind: str) -> Iterator[str]:
    """Serve the contract, and refuse every request with an issue of this kind."""

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.endswith("openapi.json")
            body = SPEC if found else {"status": 400, "issues": [{"type": f"urn:x:input-validation:{kind}"}]}
            self.send_response(200 if found else 400)
            self.send_header("Content-Type", "application/json" if found else "application/problem+json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("kind", "status"), [("rejectedInput", 0), ("schemaViolation", 1)])
def test_allowed_input_may_break_a_rule_but_not_the_contract(kind: str, status: int) -> None:
    with refusing(kind) as address:
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json", "--checks=all",
                "--phases=examples", "--mode=positive", "--no-color", "--generation-database=none",
            ],
            cwd=ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert ("The contract allows it" in done.stdout) == bool(status)
