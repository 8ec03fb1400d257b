"""Guides are programs: their blocks run in order, and a `text` block says what the block before it brings.

`sh` blocks are one shell script, `js` blocks one module of Node.js, and each `http` block is one request. In a `text`
block an ellipsis stands for anything. A block with the name of a file after its language is that file. Names in braces
stand for what a reader fills in: `{key}`; `{etag}`, that of the reply before; and the id of the record that an `http`
block with a name after its language brought.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BLOCK = re.compile(r"^```(\w+)[ ]?([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STANDARD = "http://127.0.0.1:8000"
BREAK = "---8<---"
WATCHED = r"""curl() { command curl -sS -w '%{stderr}%{http_code}\n' "$@" 2>>statuses; }"""
"""Every call of curl also notes its status."""
TOLD = f"echo; echo '{BREAK}'; cat statuses; : >statuses; echo '{BREAK}'"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the word after it, what it says, and what it is said to bring."""

    language: str
    name: str
    content: str
    expected: str = ""


def blocks(guide: str) -> tuple[Block, ...]:
    """Return the blocks of a guide; a `text` block belongs to the one before it."""
    found: list[Block] = []
    for language, name, content in BLOCK.findall(guide):
        if language == "text" and not name:
            before = found.pop()
            found.append(Block(before.language, before.name, before.content, content))
        else:
            found.append(Block(language, name, content))
    return tuple(found)


def brings(said: str, got: str) -> bool:
    """Tell whether `got` begins with what is said, an ellipsis being anything."""
    pattern = ".*?".join(re.escape(part.strip()) for part in said.split("…"))
    return bool(re.match(rf"\s*{pattern}", got, re.DOTALL))


@dataclass
class Reader:
    """Somebody who does what a guide says, in a folder, with a key, at a server."""

    folder: Path
    address: str
    key: str
    known: dict[str, str] = field(default_factory=dict)

    def follow(self, guide: str) -> Iterator[tuple[Block, str, set[str]]]:
        """Do all of it; yield each block that is run with what it brought and the statuses of its calls, if known."""
        found = blocks(guide)
        for block in found:
            if "." in block.name:
                (self.folder / block.name).write_text(self.filled(block.content))
        run: Mapping[str, Callable[[list[Block]], Iterable[tuple[str, set[str]]]]] = {
            "sh": self.shell,
            "http": lambda requests: map(self.request, requests),
            "js": self.javascript,
        }
        for language, work in run.items():
            meant = [block for block in found if block.language == language and "." not in block.name]
            if meant:
                for block, (brought, statuses) in zip(meant, work(meant), strict=True):
                    yield block, brought, statuses

    def filled(self, text: str) -> str:
        """Fill in what stands in braces, and our address for the one in the guides."""
        for name, value in {"key": self.key, **self.known}.items():
            text = text.replace(f"{{{name}}}", value)
        return text.replace(STANDARD, self.address)

    def shell(self, found: list[Block]) -> Iterable[tuple[str, set[str]]]:
        """Return what each block prints."""
        lines = [WATCHED, *(f"{self.filled(block.content)}\n{TOLD}" for block in found)]
        pieces = self._pieces(["bash", "-euo", "pipefail", "-c", "\n".join(lines)])
        return [(printed, set(noted.split())) for printed, noted in zip(pieces[::2], pieces[1::2], strict=True)]

    def javascript(self, found: list[Block]) -> Iterable[tuple[str, set[str]]]:
        """Return what each block prints."""
        lines = [f"{self.filled(block.content)}\nconsole.log('{BREAK}');" for block in found]
        (self.folder / "guide.mjs").write_text("\n".join(lines))
        return [(printed, set()) for printed in self._pieces(["node", "guide.mjs"])]

    def _pieces(self, command: list[str]) -> list[str]:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.split(BREAK)[:-1]

    def request(self, block: Block) -> tuple[str, set[str]]:
        """Send one request and return the reply as text; remember its tag and, if it has a name, its id."""
        head, _, body = self.filled(block.content).partition("\n\n")
        (method, address), *headers = (line.split(" ", 1) for line in head.splitlines())
        sent = Request(  # noqa: S310 (our own server)
            address,
            body.encode() or None,
            {name.rstrip(":"): value for name, value in headers},
            method=method,
        )
        try:
            reply = urlopen(sent)  # noqa: S310 (our own server)
        except HTTPError as refused:
            reply = refused
        with reply:
            text = reply.read().decode()
            if "ETag" in reply.headers:
                self.known["etag"] = reply.headers["ETag"]
            if block.name:
                document = json.loads(text)
                self.known[block.name] = document["items"][0]["id"] if "items" in document else document["id"]
            shown = f"{reply.status} {HTTPStatus(reply.status).phrase}\n{reply.headers.as_string()}{text}"
            return shown, {str(reply.status)}
