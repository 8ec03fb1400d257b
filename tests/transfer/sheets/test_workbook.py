"""XLSX: read as another library reads it; what would hurt is refused, and nothing is computed or followed."""

import tracemalloc
from datetime import date, datetime
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from stedenband.transfer.sheets import Cell, Row, Unreadable, UnreadableFile, read_workbook
from stedenband.transfer.sheets.limits import LARGEST_UNPACKED, LONGEST_CELL, MOST_COLUMNS, MOST_PARTS
from tests.transfer.sheets.books import SPREADSHEET, WORKBOOK, a_book, a_cell, a_sheet

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
CELLS = st.one_of(
    st.none(), TEXTS, st.booleans(), st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1900, 3, 1), date(2200, 12, 31)),
)  # fmt: skip


def read(data: bytes) -> list[Row]:
    table = read_workbook(BytesIO(data))
    return list(table.rows)


def cell(xml: str, parts: dict[str, Any] | None = None) -> Cell:
    """Return what is read of the one cell below the heading."""
    found = read(a_book(a_cell(xml), parts))
    return found[0].cells[0] if found else None


def written(rows: list[list[Any]], **options: Any) -> bytes:
    out = BytesIO()
    known: dict[str, Any] = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "d/mm/yyyy"}
    with Workbook(out, {**known, **options}) as book:
        sheet = book.add_worksheet("Rows")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                else:
                    sheet.write(number, place, value)
    return out.getvalue()


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4), st.booleans())
def test_it_reads_what_another_library_reads(rows: list[list[Any]], shared: bool) -> None:
    data = written([["a", "b"], *rows], constant_memory=not shared)
    known = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    found = {row.number: row.cells for row in read(data)}
    for number, row in enumerate(known[1:], 2):
        cells: list[Any] = found.get(number, [])
        assert [("" if each is None else each) for each in cells] == row[: len(cells)]
        assert not any(str(each) for each in row[len(cells) :])


@given(st.binary(max_size=400), st.integers(0, 2000))
def test_any_bytes_are_rows_or_refused(noise: bytes, place: int) -> None:
    good = written([["a"], ["b", 1, True]])
    for data in (noise, b"PK\x03\x04" + noise, good[:place] + noise[:5] + good[place + 5 :]):
        try:
            read(data)
        except UnreadableFile as error:
            assert error.issues


@given(st.text(alphabet='<>/="& rcvtis123A_x000D;', max_size=60))
def test_any_markup_is_rows_or_refused(xml: str) -> None:
    for book in (
        a_book(a_cell(xml)),
        a_book(a_cell(f'<c r="A2" s="0"><v>{xml}</v></c>'), {"xl/styles.xml": xml or " "}),
    ):
        try:
            read(book)
        except UnreadableFile as error:
            assert error.issues


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ('<c r="A2"><v>50.965000000000003</v></c>', 50.965),
        ('<c r="A2"><v>3.0</v></c>', 3),
        ('<c r="A2"><v>1E+20</v></c>', 1e20),
        ("<c><f>1+1</f><v>2</v></c>", 2),
        ('<c t="str"><f>A1</f><v>x</v></c>', "x"),
        ('<c t="inlineStr"><is><r><t>a</t></r><rPh><t>ph</t></rPh><r><t xml:space="preserve"> b</t></r></is></c>', "a b"),
        ('<c t="inlineStr"><is><t>a_x000D_\nb_x005F_x0041_</t></is></c>', "a\nb_x0041_"),
        ('<c t="s"><v>1</v></c>', "two & more"),
        ('<c t="s"/>', None),
        ('<c t="s"><v>2</v></c>', None),
        ('<c t="b"><v>1</v></c>', True),
        ('<c t="b"><v>0</v></c>', False),
        ('<c t="b"/>', None),
        ('<c t="d"><v>2004-06-24</v></c>', "2004-06-24"),
        ('<c s="1"><v>38162</v></c>', date(2004, 6, 24)),
        ('<c s="2"><v>38162.5</v></c>', datetime.fromisoformat("2004-06-24 12:00:00")),
        ('<c s="2"><v>38162</v></c>', datetime.fromisoformat("2004-06-24 00:00:00")),
        ('<c s="3"><v>38162</v></c>', 38162),
        ('<c s="4"><v>38162</v></c>', date(2004, 6, 24)),
        ('<c s="9"><v>1</v></c>', 1),
        ('<c s="x"><v>1</v></c>', 1),
        ("<c/>", None),
    ],
)  # fmt: skip
def test_a_cell_is_what_it_shows(xml: str, value: Any) -> None:
    shared = f'<sst xmlns="{SPREADSHEET}"><si><t>one</t><rPh><t>x</t></rPh></si><si><r><t>two </t></r><r><t>&amp; more</t></r></si><si/></sst>'
    formats = '<numFmt numFmtId="165" formatCode="[$-813]d\\ mmmm\\ yyyy;@"/><numFmt numFmtId="166" formatCode="0.00&quot;d&quot;"/><numFmt numFmtId="x"/>'
    styles = (
        f'<styleSheet xmlns="{SPREADSHEET}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
        '<xf/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="166"/><xf numFmtId="165"/></cellXfs></styleSheet>'
    )
    found = cell(xml, {"xl/sharedStrings.xml": shared, "xl/styles.xml": styles})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<c><f>1+1</f></c>", "a formula"),
        ('<c t="e"><v>#REF!</v></c>', "an error"),
        ("<c><v>1e999</v></c>", "no number"),
        ("<c><v>x</v></c>", "no number"),
        ('<c t="s"><v>7</v></c>', "a text that is not in the workbook"),
        ('<c t="s"><v>-1</v></c>', "a text that is not in the workbook"),
        ('<c s="0"><v>1e300</v></c>', "no number"),
    ],
)
def test_a_cell_without_a_value_says_why(xml: str, reason: str) -> None:
    styles = f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    found = cell(xml, {"xl/styles.xml": styles})
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    styles = f'<styleSheet xmlns="{SPREADSHEET}"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    parts = {"xl/styles.xml": styles, "xl/workbook.xml": WORKBOOK % '<workbookPr date1904="1"/>'}
    assert cell("<c><v>36700</v></c>", parts) == date(2004, 6, 24)


def test_rows_keep_their_numbers_and_blank_ones_are_passed_over() -> None:
    xml = '<row r="5"><c r="C5"><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row><row r="1048576"><c r="A1048576"><v>4</v></c></row>'
    assert read(a_book(a_sheet(xml))) == [
        Row(5, [None, None, 1, 2]), Row(7, [3]), Row(1_048_576, [4]),
    ]  # fmt: skip


def test_a_hidden_sheet_is_not_the_first() -> None:
    shown = WORKBOOK % ""
    hidden = shown.replace("<sheets>", '<sheets><sheet name="H" sheetId="2" state="hidden" r:id="rId2"/>')
    assert [row.cells for row in read(a_book(a_cell("<c><v>1</v></c>"), {"xl/workbook.xml": hidden}))] == [[1]]
    none = shown.replace('sheetId="1"', 'sheetId="1" state="veryHidden"')
    with pytest.raises(UnreadableFile) as caught:
        read(a_book(a_cell(""), {"xl/workbook.xml": none}))
    assert "shows no sheet" in caught.value.issues[0].detail


def packed(kind: int, *parts: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", kind) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(a_book(a_cell("")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def noise(size: int) -> str:
    """Return letters that cannot be packed."""
    return Random(size).randbytes(size).hex()  # noqa: S311 (noise, not a secret)


LAUGHS = '<!DOCTYPE w [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, Any] = {
    "no archive": lambda: b"PK nothing",
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0" + bytes(600),
    "a zip bomb": lambda: a_book(a_sheet("<row/>" * 5_000_000)),
    "zeros": lambda: packed(ZIP_DEFLATED, ("xl/workbook.xml", bytes(20_000_000))),
    "a million parts": lambda: packed(ZIP_DEFLATED, *((f"x{number}", b"") for number in range(MOST_PARTS + 1))),
    "another packing": lambda: packed(ZIP_LZMA, ("xl/workbook.xml", b"x")),
    "one more packing": lambda: packed(ZIP_BZIP2, ("xl/workbook.xml", b"x")),
    "an encrypted part": encrypted,
    "a cut archive": lambda: a_book(a_cell("<c><v>1</v></c>"))[:-30],
    "macros": lambda: a_book(a_cell(""), {"xl/vbaProject.bin": b"x"}),
    "no workbook": lambda: a_book(a_cell(""), {"xl/workbook.xml": None}),
    "no relations": lambda: a_book(a_cell(""), {"xl/_rels/workbook.xml.rels": None}),
    "no sheet": lambda: a_book(a_cell(""), {"xl/worksheets/sheet1.xml": None}),
    "laughs": lambda: a_book(LAUGHS + a_cell('<c t="str"><v>&b;</v></c>')),
    "a file of the server": lambda: a_book('<!DOCTYPE w SYSTEM "file:///etc/passwd">' + a_cell("")),
    "an unknown entity": lambda: a_book(a_cell('<c t="str"><v>&x;</v></c>')),
    "no markup": lambda: a_book("x"),
    "an endless tag": lambda: a_book(a_cell(f'<c r="{noise(1_500_000)}"/>')),
    "an endless text": lambda: a_book(a_cell(f'<c t="str"><v>{"x" * (LONGEST_CELL + 70_000)}</v></c>')),
    "an endless text of many pieces": lambda: a_book(a_cell(f'<c t="str"><v>{"x&#10;y" * LONGEST_CELL}</v></c>')),
    "an endless row": lambda: a_book(a_cell("".join(f'<c t="str"><v>{noise(45_000)}</v></c>' for _ in range(12)))),
    "a million columns": lambda: a_book(a_cell('<c r="XFD2"><v>1</v></c>')),
    "columns without end": lambda: a_book(a_cell("<c><v>1</v></c>" * (MOST_COLUMNS + 1))),
    "styles without end": lambda: a_book(a_cell(""), {"xl/styles.xml": f"<x><cellXfs>{'<xf/>' * 66_000}</cellXfs></x>"}),
    "an empty sheet": lambda: a_book(f'<worksheet xmlns="{SPREADSHEET}"><sheetData/></worksheet>'),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_workbook_is_refused_with_what_to_do(name: str) -> None:
    data = HOSTILE[name]()
    tracemalloc.start()
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    assert tracemalloc.get_traced_memory()[1] < 25_000_000
    tracemalloc.stop()
    [issue] = caught.value.issues
    assert issue.detail.endswith(".")


def test_what_is_too_large_unpacked_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LARGEST_UNPACKED > 10**8
    monkeypatch.setattr("stedenband.transfer.sheets.archive.LARGEST_UNPACKED", 100)
    with pytest.raises(UnreadableFile) as caught:
        read(a_book(a_cell("<c><v>1</v></c>")))
    assert "larger unpacked" in caught.value.issues[0].detail


def test_shared_texts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.sheets.shared.MOST_TEXTS", 2)
    with pytest.raises(UnreadableFile):
        read(a_book(a_cell(""), {"xl/sharedStrings.xml": "<sst><si/><si/><si/></sst>"}))


def test_a_sparse_sheet_takes_no_memory_and_a_large_one_neither() -> None:
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="str"><v>Text {number}</v></c><c r="GA{number}"><v>{number}</v></c></row>'
        for number in range(2, 4_000)
    )
    data = a_book(a_sheet(rows))
    tracemalloc.start()
    count = sum(1 for _ in read_workbook(BytesIO(data)).rows)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert count == 3_998


def test_rows_without_end_are_refused_at_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stedenband.transfer.sheets.workbook.MOST_ROWS", 100)
    data = a_book(a_sheet("<row><c><v>1</v></c></row>" * 101))
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    [issue] = caught.value.issues
    assert (issue.name, str(issue.detail)) == ("row 102", "Send at most 100 rows at once.")
