"""Sending to an address that a caller chose: what comes back, and why nothing did."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from stedenband.core.outbound import FAILURES, MOST, Post, Undelivered, look_up, post
from tests.receivers import receiving
from tests.serving import free_port


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """Serve one caller on this machine: with these bytes, or (None) with silence; give the address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        done = threading.Event()

        def serve() -> None:
            caller, _ = server.accept()
            with closing(caller):
                caller.recv(65536)
                if answer is None:
                    done.wait(10)
                else:
                    caller.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/hooks"
        finally:
            done.set()
            thread.join()


def send(address: str, seconds: float = 5.0) -> int:
    return asyncio.run(post(Post(address, {"X-What": "a test"}, b"{}"), loopback=True, seconds=seconds))


def failure_of(address: str, seconds: float = 5.0) -> str:
    with pytest.raises(Undelivered) as refused:
        send(address, seconds)
    assert refused.value.failure in FAILURES
    return refused.value.failure


@pytest.mark.parametrize("status", [200, 204, 302, 410, 503])
def test_the_status_is_what_comes_back(status: int) -> None:
    with answering(
        f"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 {status} So\r\nLocation: http://10.0.0.1/\r\n\r\n".encode()
    ) as address:
        assert send(address) == status


@pytest.mark.parametrize(
    ("answer", "failure"),
    [(b"", "notHttp"), (b"SSH-2.0-OpenSSH\r\n", "notHttp"), (None, "noAnswer"), (b"HTTP/1.1 200 OK\r\nX: " + b"a" * (MOST + 1), "notHttp")],
)  # fmt: skip
def test_what_is_no_answer_says_what_it_is(answer: bytes | None, failure: str) -> None:
    with answering(answer) as address:
        assert failure_of(address, 0.5) == failure


def test_a_certificate_that_nobody_vouches_for_is_not_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(folder) as receiver:
        assert failure_of(receiver.address) == "notSecure"
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        assert send(receiver.address) == 204
        assert failure_of(receiver.address.replace("localhost", "[::1]")) in {"notReachable", "notSecure"}
    assert [message.headers["x-what"] for message in receiver.messages] == ["a test"]
    assert receiver.messages[0].headers["host"].startswith("localhost:")


def test_a_certificate_for_another_name_is_not_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(folder, "another.example") as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        assert failure_of(receiver.address.replace("another.example", "localhost")) == "notSecure"


def test_nobody_there_and_no_such_name_are_told_apart() -> None:
    assert failure_of(f"http://127.0.0.1:{free_port()}/") == "notReachable"
    assert failure_of("https://nobody.invalid/") == "nameUnknown"
    assert failure_of("https://10.0.0.1/") == "addressNotTaken"


def test_a_name_is_looked_up() -> None:
    assert "127.0.0.1" in asyncio.run(look_up("127.0.0.1", 80))


def test_an_address_in_brackets_and_the_usual_port_stand_in_the_host_as_they_should() -> None:
    sent: list[bytes] = []
    with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)) as server:

        def serve() -> None:
            caller, _ = server.accept()
            with closing(caller):
                sent.append(caller.recv(65536))
                caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        assert send(f"http://[::1]:{port}") == 200
        thread.join()
    assert sent[0].startswith(b"POST / HTTP/1.1\r\n")
    assert f"Host: [::1]:{port}\r\n".encode() in sent[0]
