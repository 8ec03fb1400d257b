"""Files of strangers as rows: CSV, XLSX and NDJSON, read at the same size in memory however large they are."""

from stedenband.transfer.sheets.cells import Cell, Moment, Row, Table, Unreadable, UnreadableFile
from stedenband.transfer.sheets.delimited import read_csv
from stedenband.transfer.sheets.encodings import ENCODINGS
from stedenband.transfer.sheets.lines import Line, read_lines
from stedenband.transfer.sheets.workbook import read_workbook

__all__ = [
    "ENCODINGS",
    "Cell",
    "Line",
    "Moment",
    "Row",
    "Table",
    "Unreadable",
    "UnreadableFile",
    "read_csv",
    "read_lines",
    "read_workbook",
]
