"""The strict vocabulary of all schemas. A field reads input, documents itself, and says how it is dumped."""

from stedenband.web.fields.base import Field, QueryText, present
from stedenband.web.fields.identifiers import Email, EnterpriseNumber, IatiIdentifier, Phone
from stedenband.web.fields.listed import ListedCode
from stedenband.web.fields.moves import Moves, open_moves
from stedenband.web.fields.objects import (
    EXAMPLE_BASE,
    EXAMPLE_ID,
    AnyReference,
    CodeArray,
    Codes,
    Href,
    Items,
    Matches,
    Part,
    Permissions,
    Reference,
)
from stedenband.web.fields.outputs import AnyValue, Counts, Document, Names, ValuesByName
from stedenband.web.fields.queries import Near, Repeated
from stedenband.web.fields.selection import Select, Selection, properties_of
from stedenband.web.fields.standards import CountryCode, CurrencyCode, LanguageCode
from stedenband.web.fields.texts import (
    Code,
    Figure,
    LocalizedRemark,
    LocalizedText,
    Pattern,
    Remark,
    Text,
    TimeZone,
    Url,
)
from stedenband.web.fields.values import Amount, Date, Flag, Instant, Integer, Key, Number

__all__ = [
    "EXAMPLE_BASE",
    "EXAMPLE_ID",
    "Amount",
    "AnyReference",
    "AnyValue",
    "Code",
    "CodeArray",
    "Codes",
    "CountryCode",
    "Counts",
    "CurrencyCode",
    "Date",
    "Document",
    "Email",
    "EnterpriseNumber",
    "Field",
    "Figure",
    "Flag",
    "Href",
    "IatiIdentifier",
    "Instant",
    "Integer",
    "Items",
    "Key",
    "LanguageCode",
    "ListedCode",
    "LocalizedRemark",
    "LocalizedText",
    "Matches",
    "Moves",
    "Names",
    "Near",
    "Number",
    "Part",
    "Pattern",
    "Permissions",
    "Phone",
    "QueryText",
    "Reference",
    "Remark",
    "Repeated",
    "Select",
    "Selection",
    "Text",
    "TimeZone",
    "Url",
    "ValuesByName",
    "open_moves",
    "present",
    "properties_of",
]
