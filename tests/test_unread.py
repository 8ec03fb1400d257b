"""Bytes that gunicorn cannot read as a request, sent to a real server: it answers with a problem document all the same."""

import json
import socket
from pathlib import Path

import pytest
from gunicorn.http.errors import InvalidResponseHeader

from stedenband.serve.gunicorn_worker import Worker
from tests.databases import TestDatabase
from tests.processes import PATIENCE
from tests.serving import Server, serving

UNREAD = [
    ("a long address", b"GET /v1/cityLinks?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "addressTooLong"),
    (
        "many headers",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(99)) + b"\r\n",
        431,
        "headerFieldsTooLarge",
    ),
    ("a long header", b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "headerFieldsTooLarge"),
    ("no request", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "badRequest"),
    ("a strange version", b"GET / HTTP/9.7\r\nHost: a\r\n\r\n", 400, "badRequest"),
    ("a header without a name", b"GET / HTTP/1.1\r\n: secret\r\n\r\n", 400, "badRequest"),
    ("two lengths", b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0", 400, "badRequest"),
    ("a coding that nobody knows", b"POST / HTTP/1.1\r\nTransfer-Encoding: own\r\n\r\n", 400, "badRequest"),
]


def sent(server: Server, request: bytes) -> tuple[str, dict[str, str], bytes]:
    """Return status line, headers and body of the answer, after which the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(request)
        answer = b""
        while more := line.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *headers = head.decode("latin-1").split("\r\n")
    return first, {name.lower(): value for name, _, value in (line.partition(": ") for line in headers)}, body


@pytest.mark.measured
def test_what_cannot_be_read_is_answered_with_a_problem(fresh_database: TestDatabase, folder: Path) -> None:
    with serving(folder / "data", STEDENBAND_DATABASE_URL=fresh_database.api_url) as server:
        assert server.status() == 200
        for what, request, status, kind in UNREAD:
            first, headers, body = sent(server, request)
            assert first.startswith(f"HTTP/1.1 {status} "), (what, first, body)
            assert headers["content-type"] == "application/problem+json", what
            assert headers["connection"] == "close", what
            assert headers["x-content-type-options"] == "nosniff", what
            assert int(headers["content-length"]) == len(body), what
            problem = json.loads(body)
            assert (problem["status"], kind in problem["type"]) == (status, True), what
            assert b"secret" not in body, what


def test_what_is_wrong_in_an_answer_of_ours_stays_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[BaseException] = []
    monkeypatch.setattr("gunicorn.workers.gthread.ThreadWorker.handle_error", lambda *given: left.append(given[-1]))
    with socket.socket() as line:
        for error in (InvalidResponseHeader("X"), ValueError("anything else")):
            Worker.handle_error(Worker.__new__(Worker), None, line, None, error)
    assert [type(error) for error in left] == [InvalidResponseHeader, ValueError]
