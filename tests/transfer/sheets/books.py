"""Workbooks made by hand, part by part, as no spreadsheet would make them."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

WORKBOOK = f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">%s<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
    f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId4" Type="{OFFICE}/externalLink" Target="https://example.org/x.xlsx" TargetMode="External"/>'
    "</Relationships>"
)
HEADED = '<row r="1"><c r="A1" t="str"><v>name</v></c></row>'


def a_sheet(rows: str) -> str:
    """Return a sheet with these rows below a heading."""
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{HEADED}{rows}</sheetData></worksheet>'


def a_cell(cell: str) -> str:
    """Return a sheet with one cell below the heading."""
    return a_sheet(f'<row r="2">{cell}</row>')


def a_book(sheet: str, parts: Mapping[str, str | bytes | None] | None = None) -> bytes:
    """Return a workbook with a sheet and more parts, or others; None: without that part."""
    every: dict[str, str | bytes | None] = {
        "xl/workbook.xml": WORKBOOK % "",
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/sheet1.xml": sheet,
        **(parts or {}),
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in every.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()
