"""Send a file with the tus client from npm through a line that breaks in the middle of pieces, to a live server.

Needs Node.js 18 or newer with npm.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from scripts.demo_server import demo_server, free_port

CLIENT = Path(__file__).resolve().parent.parent / "clients" / "tus"
LINES = 100_000
BREAKS = (150_000, 400_000, 700_000)
"""Bytes sent in all after which the line breaks, in the middle of a piece."""
BLOCK = 16 * 1024


class Line:
    """What stands between a client and a server: it carries bytes to and fro, and breaks."""

    def __init__(self, port: int) -> None:
        """Lead to this port."""
        self.port = port
        self.sent = 0
        self.left = list(BREAKS)
        self.lock = threading.Lock()

    def carry(self, client: socket.socket) -> None:
        """Carry one connection, until one side ends it or the line breaks."""
        server = socket.create_connection(("127.0.0.1", self.port))
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        self._pump(client, server, outward=True)

    def breaks(self, sent: int) -> bool:
        """Count bytes that were sent, and tell whether the line breaks now."""
        with self.lock:
            self.sent += sent
            if self.left and self.sent >= self.left[0]:
                self.left.pop(0)
                return True
        return False

    def _pump(self, source: socket.socket, target: socket.socket, *, outward: bool = False) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK):
                target.sendall(block)
                if outward and self.breaks(len(block)):
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def breaking_line(outside: int, inside: int) -> Iterator[Line]:
    """Lead one port to another over a line that breaks, for the time of the block."""
    with socket.create_server(("127.0.0.1", outside)) as listener:
        line = Line(inside)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=line.carry, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield line


def link_of(address: str) -> str:
    """Return the id of the link of Genk and Francistown."""
    with urllib.request.urlopen(f"{address}/v1/cityLinks?q=genk+francistown") as reply:  # noqa: S310 (loopback)
        return str(json.load(reply)["items"][0]["id"])


def main() -> int:
    """Return 0 when the file arrived whole although the line broke."""
    subprocess.run(["npm", "install", "--no-package-lock", "--silent"], cwd=CLIENT, check=True)
    outside = free_port()
    address = f"http://127.0.0.1:{outside}"
    with tempfile.TemporaryDirectory() as folder, demo_server(STEDENBAND_PUBLIC_URL=address) as demo:
        file = Path(folder) / "minutes.txt"
        file.write_text("Agreed on in June.\n" * LINES)
        with breaking_line(outside, urlsplit(demo.address).port or 0) as line:
            done = subprocess.run(
                ["node", "send.js", address, str(file), link_of(demo.address)],
                cwd=CLIENT,
                env=os.environ | {"STEDENBAND_KEY": demo.keys["genk"]},
                check=False,
            )
        if line.left:
            print(f"The line should have broken {len(BREAKS)} times.")
            return 1
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
