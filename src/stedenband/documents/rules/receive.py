"""From what was received to a file in the store: recognized, pictures stripped, in its place."""

from dataclasses import dataclass

from stedenband.core.errors import INCORRECT, BadRequest, Issue
from stedenband.core.words import say
from stedenband.documents.rules import images
from stedenband.documents.rules.sniffing import named, recognize
from stedenband.documents.rules.store import Incoming, Store


@dataclass(frozen=True)
class Received:
    """A file in the store: its hash and size as it is kept, its type, and a name that ends as its type does."""

    sha256: str
    size: int
    media_type: str
    file_name: str


def received(store: Store, incoming: Incoming, declared: str | None, name: str) -> Received:
    """Put a file in its place and say what it is; 400 for one that is not taken in."""
    if not incoming.size:
        raise BadRequest(INCORRECT, issues=[Issue("body", "file", say("The file is empty."), "requiredInput")])
    incoming.seal()
    media_type = recognize(incoming.path, declared, name)
    whole = named(name, media_type)
    if media_type not in images.FORMATS:
        store.place(incoming)
        return Received(incoming.sha256, incoming.size, media_type, whole)
    with store.incoming(2 * incoming.most) as stripped:
        images.strip(incoming.path, media_type, stripped.file)
        _measure(stripped)
        stripped.seal()
        store.place(stripped)
        return Received(stripped.sha256, stripped.size, media_type, whole)


def _measure(stripped: Incoming) -> None:
    """Hash what was written by a library, which goes to and fro in a file."""
    stripped.file.flush()
    with stripped.path.open("rb") as again:
        while block := again.read(1024 * 1024):
            stripped.size += len(block)
            stripped.digest.update(block)  # type: ignore[attr-defined]
