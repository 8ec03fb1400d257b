"""A process that sends a document again and again, each time as a child that kills itself at a line of ours.

It is told on its standard input: first what to send, then a number of a line each time (0: none). It says what came of
each: the status and how many lines were run, or null where the child was killed.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[2]))

from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import BASE, Api
from tests.documents.files import about, described, send

TOLD = json.loads(sys.stdin.readline())
OURS = str(Path("src") / "stedenband" / "documents")
END = 0
LINES = 0


def look(frame: FrameType, event: str, _value: Any) -> Any:
    """Count the lines of ours that are run, and end at the one that was named, as a loss of power would."""
    global LINES  # noqa: PLW0603 (one number for the whole process)
    if OURS not in frame.f_code.co_filename:
        return None
    if event == "line":
        LINES += 1
        if LINES == END:
            os.kill(os.getpid(), signal.SIGKILL)
    return look


def send_one() -> dict[str, int]:
    """Send it, and say how many lines that took."""
    settings = Settings(
        data=Path(TOLD["data"]), database_url=TOLD["url"], public_url=BASE, client_limit=0, anonymous_limit=0
    )
    api = Api(create_app(settings).test_client(), TOLD["key"])
    content = f"%PDF-1.7 {uuid4()}".encode()
    said = about(TOLD["link"])
    api.get("/v1/me")
    sys.settrace(look)
    if TOLD["way"] == "form":
        reply = send(api, said, content)
    else:
        tus = {"Tus-Resumable": "1.0.0"}
        told = {**tus, "Upload-Length": str(len(content)), "Upload-Metadata": described(said)}
        href = api.call("POST", "/v1/uploads", headers=told).json["href"]
        piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        api.call("PATCH", href, data=content, headers=piece)
        reply = api.call("POST", f"{href}/finish")
    sys.settrace(None)
    return {"status": reply.status_code, "lines": LINES}


def main() -> None:
    """Send one for each number."""
    global END  # noqa: PLW0603 (likewise)
    for number in sys.stdin:
        END = int(number)
        child = os.fork()
        if child == 0:
            print(json.dumps(send_one()), flush=True)  # noqa: T201 (to the test)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if ended == -signal.SIGKILL:
            print("null", flush=True)  # noqa: T201
        elif ended:
            sys.exit(ended)


if __name__ == "__main__":
    main()
