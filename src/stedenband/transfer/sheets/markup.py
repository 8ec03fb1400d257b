"""XML of strangers, read piece by piece: no document type, no entities, no piece longer than the limit."""

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from stedenband.core.words import say
from stedenband.transfer.sheets.archive import NOT_A_WORKBOOK
from stedenband.transfer.sheets.cells import UnreadableFile
from stedenband.transfer.sheets.limits import BLOCK, LONGEST_CELL, LONGEST_TAG

Said = dict[str, str]
"""The attributes of a tag."""
Event = tuple[str, Said | str]
"""A tag that opens, with its attributes; one that closes, with the text before it; names without their namespace."""


def events(stream: IO[bytes]) -> Iterator[Event]:
    """Yield what opens and closes; raises UnreadableFile for what is not plain XML."""
    found: list[Event] = []
    for _ in walked(
        stream, lambda name, said: found.append((name, said)), lambda name, text: found.append((name, text))
    ):
        yield from found
        found.clear()


def walked(
    stream: IO[bytes], opened: Callable[[str, Said], object], closed: Callable[[str, str], object]
) -> Iterator[None]:
    """Tell `opened` and `closed` what opens and closes, yielding now and then; raises as `events` does."""
    parser = _parser(opened, closed)
    fed = 0
    while block := stream.read(BLOCK):
        fed += len(block)
        _feed(parser, block)
        if fed - parser.CurrentByteIndex > LONGEST_TAG:
            raise UnreadableFile(NOT_A_WORKBOOK)
        yield
    _feed(parser, b"", last=True)
    yield


def _feed(parser: expat.XMLParserType, block: bytes, *, last: bool = False) -> None:
    try:
        parser.Parse(block, last)
    except expat.ExpatError as error:
        raise UnreadableFile(NOT_A_WORKBOOK) from error


def _parser(opened: Callable[[str, Said], object], closed: Callable[[str, str], object]) -> expat.XMLParserType:
    """Return a parser that tells these two; text is what stands between the last tag and one that closes."""
    texts: list[str] = []

    def begin(name: str, said: Said) -> None:
        texts.clear()
        opened(local(name), said)

    def end(name: str) -> None:
        text = "".join(texts)
        texts.clear()
        closed(local(name), text)

    def tell(text: str) -> None:
        texts.append(text)
        if len(texts) > 1 and sum(map(len, texts)) > LONGEST_CELL:
            raise UnreadableFile(say("Shorten the cells to at most {most} characters.", most=LONGEST_CELL))

    def refuse(*_: object) -> None:
        raise UnreadableFile(NOT_A_WORKBOOK)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = LONGEST_CELL
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = tell
    parser.StartDoctypeDeclHandler = refuse
    return parser


def local(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2] if ":" in name else name
