"""A workbook to fill in: a column for each property that a new record can have, lists to choose codes from."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from stedenband.transfer.imports.headings import ALONE, ID, TITLE, Heading, headings_of
from stedenband.transfer.imports.order import MOST_ROWS
from stedenband.transfer.imports.words import Vocabulary
from stedenband.web import fields
from stedenband.web.fields.standards import StandardCode
from stedenband.web.formats.columns import EACH
from stedenband.web.formats.xlsx import MADE
from stedenband.web.resource import Resource

CHOICES = "Choices"
WIDTH = 24
FLAGS = {"nl": ("ja", "nee"), "fr": ("oui", "non"), "en": ("yes", "no")}
REQUIRED = " *"
"""What stands behind the heading of a column that has to be filled in; reading passes over it."""


def columns_to_fill(resource: Resource) -> list[Heading]:
    """Return the columns that a new record can have; a reference has one, for whatever names the record."""
    read = [each for each in headings_of(resource) if each.read and each.steps[0] not in ALONE]
    return [each for each in read if not (isinstance(each.field, fields.Reference) and each.steps[-1] in {ID, TITLE})]


def write_template(resource: Resource, vocabulary: Vocabulary, language: str, out: BinaryIO) -> None:
    """Write the workbook, its headings and choices in nl, fr or en; the same on every day."""
    with Workbook(out) as book:
        book.set_properties({"title": resource.name, "created": MADE})
        sheet, lists = book.add_worksheet(resource.name), book.add_worksheet(CHOICES)
        lists.hide()
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(columns_to_fill(resource)):
            shown = day if isinstance(heading.field, fields.Date) else None if _is_number(heading.field) else text
            sheet.set_column(place, place, WIDTH, shown)
            sheet.write_string(0, place, heading.label(language) + (REQUIRED if _required(heading) else ""), bold)
            choices = list(_choices(heading.field, vocabulary, language))
            if choices:
                _offer(sheet, lists, place, choices, strict=not _many(heading))


def _required(heading: Heading) -> bool:
    return bool(heading.field.required and len(heading.steps) == 1)


def _many(heading: Heading) -> bool:
    """Tell whether a cell may hold several codes."""
    return EACH in heading.steps or isinstance(heading.field, fields.Codes | fields.CodeArray)


def _is_number(field: Any) -> bool:
    return isinstance(field, fields.Integer | fields.Number | fields.Amount)


def _choices(field: Any, vocabulary: Vocabulary, language: str) -> Iterator[str]:
    """Yield what can be chosen: the label of each code that its label finds again, else the code."""
    if isinstance(field, fields.Flag):
        yield from FLAGS[language]
    one = field.code if isinstance(field, fields.Codes | fields.CodeArray) else field
    if isinstance(one, fields.Code | fields.ListedCode | StandardCode):
        for code in vocabulary.codes(one):
            label = vocabulary.label(one, code, language)
            yield label if vocabulary.code(one, label) == code else code


def _offer(sheet: Worksheet, lists: Worksheet, place: int, choices: Sequence[str], *, strict: bool) -> None:
    """Let the cells of a column choose; where several may stand in one, the list helps and does not refuse."""
    lists.write_column(0, place, choices)
    name = xl_col_to_name(place, col_abs=True)
    source = f"={CHOICES}!{name}$1:{name}${len(choices)}"
    sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": source, "show_error": strict})
