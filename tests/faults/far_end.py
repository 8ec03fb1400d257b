"""The far end of a line: takes connections at an address of its own and passes them on to a unix socket.

usage: python -m tests.faults.far_end ADDRESS SOCKET     (prints the port, and runs until it is killed)
"""

import sys
import threading
from pathlib import Path

from tests.faults.relay import Unwatched, relay, to_socket

if __name__ == "__main__":
    with relay(to_socket(Path(sys.argv[2])), Unwatched, sys.argv[1]) as port:
        print(port, flush=True)  # noqa: T201 (whoever started it reads it)
        threading.Event().wait()
