"""CSV (RFC 4180), made for a double click in Belgium: Excel in Dutch and French reads it as it stands.

There the list separator is `;` and the decimal sign `,`: with a point, 50.965 would become 50,965 or a date. The byte
order mark makes Excel read UTF-8. For other tools `csvComma` has commas, decimal points and no byte order mark.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from io import TextIOWrapper
from typing import BinaryIO

import orjson

from stedenband.web.formats.columns import Value, columns_of, row_reader
from stedenband.web.formats.formulas import defused
from stedenband.web.formats.table import Subject


@dataclass(frozen=True)
class Dialect:
    """How cells are separated, how numbers are written, and what stands before the first."""

    separator: str
    decimal: str
    encoding: str

    def write(self, subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
        """Write a line of names, then a line per document."""
        columns = columns_of(subject)
        text = TextIOWrapper(out, self.encoding, newline="", write_through=False)
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\r\n")
        writer.writerow(column.name for column in columns)
        read, cells = row_reader(columns), self.cells
        writer.writerows(cells(read(orjson.loads(line))) for line in documents)
        text.flush()
        text.detach()

    def cells(self, row: Iterable[Value]) -> list[str | None]:
        """Return a row of texts; most are empty or begin with a letter or digit, and stand as they are."""
        cell = self.cell
        return [each if each is None or (each.__class__ is str and each[:1].isalnum()) else cell(each) for each in row]

    def cell(self, value: str | float | Decimal) -> str:
        """Return the text of a cell; only texts can be taken for formulas."""
        match value:
            case str():
                return defused(value)
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case float():
                return f"{Decimal(repr(value)):f}".replace(".", self.decimal)
            case _:
                return f"{value:f}".replace(".", self.decimal)


BELGIAN = Dialect(";", ",", "utf-8-sig")
COMMAS = Dialect(",", ".", "utf-8")
