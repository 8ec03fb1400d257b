"""CSV: what it is written with is found or said; what would hurt is refused with what to do."""

import csv
import tracemalloc
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.transfer.sheets import ENCODINGS, Table, UnreadableFile, read_csv
from stedenband.transfer.sheets.limits import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)
LATIN = "a;é\nGenève;cœur\n"


def read(data: bytes, **said: str | None) -> Table:
    return read_csv(BytesIO(data), **said)


def rows(table: Table) -> list[tuple[int, list[object]]]:
    return [(row.number, list(row.cells)) for row in table.rows]


def refusal(data: bytes, **said: str | None) -> tuple[str, str]:
    with pytest.raises(UnreadableFile) as caught:
        rows(read(data, **said))
    [issue] = caught.value.issues
    return issue.name, str(issue.detail)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_delimiter_and_the_encoding_are_found(delimiter: str, codec: str) -> None:
    text = f'name{delimiter}"a {delimiter} b"\r\nGenève{delimiter}"x""y"\r\n\r\n{delimiter}z\r\n'
    table = read(text.encode(codec))
    assert table.headings == ["name", f"a {delimiter} b"]
    assert rows(table) == [(2, ["Genève", 'x"y']), (4, [None, "z"])]
    assert table.told == {
        "encoding": "utf16" if codec.startswith("utf-16") else "utf8",
        "delimiter": delimiter,
    }
    assert table.guessed == ({"encoding"} if codec in {"utf-16-le", "utf-16-be"} else set())


def test_what_only_windows_writes_is_a_guess_and_can_be_said() -> None:
    table = read(LATIN.encode("cp1252"))
    assert (table.headings, table.told["encoding"], table.guessed) == (
        ["a", "é"],
        "windows1252",
        frozenset({"encoding"}),
    )
    assert rows(table) == [(2, ["Genève", "cœur"])]
    said = read(LATIN.encode("cp1252"), encoding="windows1252")
    assert (said.headings, said.guessed) == (["a", "é"], frozenset())


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_every_encoding_can_be_said(name: str) -> None:
    assert rows(read(LATIN.encode(ENCODINGS[name]), encoding=name)) == [(2, ["Genève", "cœur"])]


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refusal(b"a;b\n\x81\x8d;c")[1].startswith("The characters of the file cannot be told.")
    assert refusal(b"a;b\n\xff;c", encoding="utf8") == ("row 1", "Here the file is not utf8. Say its encoding.")


def test_a_line_that_says_the_delimiter_is_obeyed() -> None:
    table = read(b"sep=#\r\na#b;c\r\n1#2;3\r\n")
    assert (table.headings, rows(table)) == (["a", "b;c"], [(2, ["1", "2;3"])])
    assert read(b"a#b;c\n", delimiter="#").headings == ["a", "b;c"]


def test_a_row_over_several_lines_counts_once() -> None:
    assert rows(read(b'a;b\n"x\ny";1\nz;2\n')) == [(2, ["x\ny", "1"]), (3, ["z", "2"])]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n\n", b"sep=;\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data)[1].startswith("The file is empty.")


@pytest.mark.parametrize("data", [b'a;b\nx;"y\nz;1\n', b'a;b\nx;"y"z\n', b"a\n" + b"x" * 140_000])
def test_quotes_that_do_not_match_are_told_with_their_row(data: bytes) -> None:
    assert refusal(data)[0] == "row 2"


def test_too_much_in_any_direction_is_refused_with_its_row() -> None:
    assert "columns" in refusal(b"a;" * MOST_COLUMNS)[1]
    assert refusal(b"a;b\n" + b"x" * (LONGEST_CELL + 1) + b";1\n")[1].startswith("Shorten the cells")
    assert refusal(b"a;b\n" + b'"1\n";' * (LONGEST_ROW // 4))[1].startswith("This row is longer")


@pytest.mark.parametrize("piece", [b"x", b";", b'"', b'"\n";', b"\xc3\xa9"])
def test_an_endless_line_takes_no_memory(piece: bytes) -> None:
    file = BytesIO(piece * (40_000_000 // len(piece)))
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        rows(read_csv(file))
    assert tracemalloc.get_traced_memory()[1] < 25_000_000
    tracemalloc.stop()


def test_a_file_can_be_read_again_after_it_was_refused() -> None:
    file = BytesIO(b'a;b\n1;"')
    for _ in range(2):
        with pytest.raises(UnreadableFile):
            rows(read_csv(file))


@given(st.lists(st.lists(TEXT, min_size=2, max_size=5), min_size=1, max_size=5), st.sampled_from(";,\t|"))
def test_what_is_written_is_read_back(table: list[list[str]], delimiter: str) -> None:
    out = StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    found = rows(read(out.getvalue().encode(), delimiter=delimiter))
    assert [cells for _, cells in found] == [[text or None for text in row] for row in table if any(row)]


@given(st.binary(max_size=300), st.sampled_from([None, *ENCODINGS]), st.sampled_from([None, ",", ";"]))
def test_any_bytes_are_rows_or_refused(data: bytes, encoding: str | None, delimiter: str | None) -> None:
    try:
        found = rows(read(data, encoding=encoding, delimiter=delimiter))
    except UnreadableFile:
        return
    assert all(isinstance(cell, str | None) for _, cells in found for cell in cells)


def test_rows_without_end_are_refused_at_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.sheets.delimited.MOST_ROWS", 100)
    assert refusal(b"a;b\n" + b"1;2\n" * 101) == ("row 102", "Send at most 100 rows at once.")
