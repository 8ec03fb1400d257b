"""NDJSON: a document per line; a line that is none is a fault of that line alone."""

from io import BytesIO

import pytest

from stedenband.transfer.sheets import Line, Unreadable, UnreadableFile, read_lines
from stedenband.transfer.sheets.limits import LONGEST_ROW


def test_lines_that_are_not_blank_are_documents() -> None:
    found = list(read_lines(BytesIO(b'{"a":1}\n\n \r\n{"b":null}')))
    assert found == [Line(1, {"a": 1}), Line(4, {"b": None})]


@pytest.mark.parametrize("line", [b"[1]", b"x", b'{"a":1,"a":2}', b"\xff", b'{"a":NaN}', b"[" * 500_000, b'"\\ud800"'])
def test_a_line_that_is_no_document_says_why(line: bytes) -> None:
    first, second = read_lines(BytesIO(line + b'\n{"a":1}'))
    assert isinstance(first.document, Unreadable)
    assert second.document == {"a": 1}


@pytest.mark.parametrize("data", [b"x" * (LONGEST_ROW + 1), b"{}\n" * 101])
def test_an_endless_line_and_too_many_lines_are_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.sheets.lines.MOST_ROWS", 100)
    with pytest.raises(UnreadableFile):
        list(read_lines(BytesIO(data)))
