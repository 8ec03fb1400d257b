"""Reading a twinning file: sound rows are kept, each other row is refused with its number and the reason."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.transfer.names import has_forbidden
from stedenband.transfer.positions import Position
from stedenband.transfer.twinning import rows
from stedenband.transfer.twinning.plan import Severity
from stedenband.transfer.twinning.rows import Mention, Reading, UnreadableFileError, parse, read

Line = Callable[..., str]
FRANCISTOWN = Mention("Francistown", ("BW",), Position(-21.1736, 27.5125), None)


def reasons(reading: Reading) -> list[tuple[int, str]]:
    """Return number and reason of each refused row."""
    assert all(finding.severity is Severity.SKIPPED for finding in reading.findings)
    return [(finding.row, finding.reason) for finding in reading.findings]


def test_a_row_gives_both_ends(heading: str, row: Line) -> None:
    [found] = parse(f"{heading}\n{row()}\n".encode()).rows
    assert found.number == 2
    assert found.origin == Mention("Genk", ("BE",), Position(50.966, 5.502), 66147)
    assert found.destination == FRANCISTOWN


def test_delimiter_order_case_and_further_columns_do_not_matter(heading: str, row: Line) -> None:
    table = [(*line.split("\t"), extra) for line, extra in ((heading.upper(), "dist"), (row(), "8,304"))]
    text = io.StringIO()
    csv.writer(text).writerows(reversed(line) for line in table)
    assert parse(text.getvalue().encode()) == parse(f"{heading}\n{row()}".encode())


def test_the_populations_may_be_left_out(heading: str, row: Line) -> None:
    kept = [at for at, name in enumerate(heading.split("\t")) if "population" not in name]
    lines = ["\t".join(line.split("\t")[at] for at in kept) for line in (heading, row())]
    assert parse("\n".join(lines).encode()).rows[0].origin.population is None


def test_byte_order_mark_windows_line_ends_and_blank_lines_are_tolerated(heading: str, row: Line) -> None:
    reading = parse(b"\xef\xbb\xbf" + f"{heading}\r\n\r\n{row()}\r\n  \r\n".encode())
    assert [found.number for found in reading.rows] == [3]
    assert not reading.findings


def test_a_file_is_read_from_its_path(tmp_path: Path, heading: str, row: Line) -> None:
    path = tmp_path / "register.tsv"
    path.write_text(f"{heading}\n{row()}\n", encoding="utf-8")
    assert read(path).rows[0].destination == FRANCISTOWN


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (("", "Belgium", "50", "5", ""), "origincityLabel is blank"),
        (("Q123", "Belgium", "50", "5", ""), "origincityLabel is a Wikidata identifier, not a name"),
        (("x" * 201, "Belgium", "50", "5", ""), "origincityLabel is longer than 200 characters"),
        (("Genk", "Atlantis", "50", "5", ""), "origincountry 'Atlantis' is not a known country"),
        (("Genk", "Belgium", "90.1", "5", ""), "originlat '90.1' is not a coordinate within -90 to 90"),
        (("Genk", "Belgium", "nan", "5", ""), "originlat 'nan' is not a coordinate within -90 to 90"),
        (("Genk", "Belgium", "50", "-180.5", ""), "originlong '-180.5' is not a coordinate within -180 to 180"),
        (("Genk", "Belgium", "50", "", ""), "originlong '' is not a coordinate within -180 to 180"),
        (("Genk", "Belgium", "50", "\u0665", ""), "originlong '\u0665' is not a coordinate within -180 to 180"),
        (("Genk", "Belgium", "50", "1e1", ""), "originlong '1e1' is not a coordinate within -180 to 180"),
        (("Genk", "Belgium", "50", "5", "-3"), "originpopulation '-3' is not a number of inhabitants"),
        (("Genk", "Belgium", "50", "5", "0"), "originpopulation '0' is not a number of inhabitants"),
        (("Genk", "Belgium", "50", "5", "1_000"), "originpopulation '1_000' is not a number of inhabitants"),
        (("Genk", "Belgium", "50", "5", "99999999"), "originpopulation '99999999' is not a number of inhabitants"),
        (("Ge\x00nk", "Belgium", "50", "5", ""), "the line has control or bidirectional characters"),
        (("Ge\u202enk", "Belgium", "50", "5", ""), "the line has control or bidirectional characters"),
        (("Ge\rnk", "Belgium", "50", "5", ""), "the line has control or bidirectional characters"),
        (('"Genk', "Belgium", "50", "5", ""), "the quotation marks do not match"),
        (("Genk\tGenk", "Belgium", "50", "5", ""), "the line has 11 columns, the heading 10"),
        (("x" * 10_000, "Belgium", "50", "5", ""), "the line is longer than 10,000 characters"),
        (("\t" * 1_000_000, "Belgium", "50", "5", ""), "the line is longer than 10,000 characters"),
    ],
)
def test_a_bad_row_is_refused_and_the_good_ones_are_kept(
    heading: str, row: Line, end: tuple[str, ...], reason: str
) -> None:
    reading = parse("\n".join((heading, row(), row(end), row())).encode())
    assert [found.number for found in reading.rows] == [2, 4]
    assert reasons(reading) == [(3, reason)]


def test_the_other_end_is_checked_alike(heading: str, row: Line) -> None:
    reading = parse(f"{heading}\n{row('Genk', ('Genk', 'Nowhereland', '50', '5', ''))}".encode())
    assert reasons(reading) == [(2, "destination_countryLabel 'Nowhereland' is not a known country")]


def test_a_file_in_another_encoding_is_refused(heading: str) -> None:
    with pytest.raises(UnreadableFileError, match="line 2 is not UTF-8"):
        parse(heading.encode() + "\nLiège".encode("latin-1"))
    with pytest.raises(UnreadableFileError, match="line 1 is not UTF-8"):
        parse(heading.encode("utf-16"))


@pytest.mark.parametrize("content", [b"", b"\n", b"a\tb\n", b"\x00"])
def test_a_file_without_the_columns_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="the heading lacks origincityLabel, origincountry"):
        parse(content)


def test_a_heading_that_names_a_column_twice_is_refused(heading: str) -> None:
    with pytest.raises(UnreadableFileError, match="more than once"):
        parse(f"{heading}\toriginLAT".encode())


def test_a_heading_of_a_million_columns_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="the heading is longer than"):
        parse(b"\t" * 1_000_000)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, heading: str, row: Line) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 1)
    with pytest.raises(UnreadableFileError, match="more than 1 rows"):
        parse(f"{heading}\n{row()}\n{row()}".encode())
    with pytest.raises(UnreadableFileError, match="larger than 32 MiB"):
        parse(b"x" * (rows.MOST_BYTES + 1))


@given(st.binary(max_size=400))
def test_any_bytes_after_the_heading_give_rows_and_findings_or_one_clear_error(heading: str, content: bytes) -> None:
    file = heading.encode() + b"\n" + content
    try:
        content.decode()
    except UnicodeDecodeError:
        with pytest.raises(UnreadableFileError, match="not UTF-8"):
            parse(file)
    else:
        assert all(finding.row >= 2 for finding in parse(file).findings)


@given(st.lists(st.text(max_size=30), min_size=10, max_size=10))
def test_a_row_of_any_texts_is_sound_or_refused_with_its_number(heading: str, values: list[str]) -> None:
    values[1] = values[9] = "Belgium"
    values[2] = values[3] = values[6] = values[7] = "5.5"
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="").writerow(values)
    reading = parse(f"{heading}\n{text.getvalue().replace(chr(10), ' ')}".encode("utf-8", "replace"))
    for found in reading.rows:
        for mention in (found.origin, found.destination):
            assert 0 < len(mention.name) <= 200
            assert not has_forbidden(mention.name)
    assert sorted([*(found.number for found in reading.rows), *(found.row for found in reading.findings)]) == [2]


@given(
    st.floats(-90, 90).map(lambda value: f"{value:.12f}"),
    st.floats(-180, 180).map(lambda value: f"{value:.12f}"),
    st.integers(1, rows.MOST_PEOPLE),
)
def test_every_place_on_earth_can_be_read(heading: str, row: Line, latitude: str, longitude: str, people: int) -> None:
    [found] = parse(f"{heading}\n{row(('Genk', 'Belgium', latitude, longitude, str(people)))}".encode()).rows
    assert found.origin == Mention("Genk", ("BE",), Position(float(latitude), float(longitude)), people)
