"""The processing register (GDPR art. 30) in words, made from the tags of the columns."""

from collections.abc import Callable
from typing import Any

from stedenband.core.privacy import Personal, processing
from stedenband.core.records import Record
from stedenband.core.words import Said, say
from stedenband.web.schema import camel

Words = Callable[[Said], str]

CONTROLLER = say("The city that owns the record answers for the data in it.")
OWN_STAFF = say("The staff of the city that answers for the data.")
BOTH_SIDES = say("The member cities of the link in which the record is shared.")
OPERATOR = say("The operator of this installation, as processor.")
TRANSFERS = say(
    "Contacts are shared with a city outside the European Economic Area only while its country has an adequacy decision"
    " that covers public bodies, or a ground of the transfer is in force (GDPR chapter V)."
)
SECURITY = (
    say("The database itself decides who reads which row, by role, city and link."),
    say("The record of change keeps the names of personal properties, never their values."),
    say("Personal data never stands in addresses or logs; keys are stored as hashes."),
    say("Access, rectification, erasure and review are acts that are recorded."),
)
RIGHTS = (
    say("You may have wrong data put right (GDPR art. 16)."),
    say("You may have your data erased, or its use restricted, and you may object to it (art. 17, 18 and 21)."),
    say("Where it rests on your consent, you may withdraw it at any time (art. 7(3))."),
    say("You may lodge a complaint with your supervisory authority (art. 77)."),
)


def register(countries: list[dict[str, Any]], words: Words = str) -> dict[str, Any]:
    """Return the whole register; `countries` are those to which data goes without a recorded ground."""
    return {
        "controller": words(CONTROLLER),
        "processing": [_document(tag, places, words) for tag, places in _everything()],
        "transfers": words(TRANSFERS),
        "protectedCountries": [
            {camel(name): value for name, value in country.items() if value is not None} for country in countries
        ],
        "security": [words(each) for each in SECURITY],
    }


def processing_on(tables: set[str], words: Words = str) -> list[dict[str, Any]]:
    """Return the part of the register that concerns these kinds of records."""
    return [
        _document(tag, held, words)
        for tag, places in _everything()
        if (held := {table: names for table, names in places.items() if camel(table) in tables})
    ]


def rights(words: Words = str) -> list[str]:
    """Return what a person may ask."""
    return [words(each) for each in RIGHTS]


def _everything() -> list[tuple[Personal, dict[str, list[str]]]]:
    return sorted(processing(Record.metadata.tables).items(), key=lambda each: (each[0].category, each[0].purpose))


def _document(tag: Personal, places: dict[str, list[str]], words: Words) -> dict[str, Any]:
    period = {"period": tag.retention.period} if tag.retention.period else {}
    recipients = (OWN_STAFF, *((BOTH_SIDES,) if tag.shared else ()), OPERATOR)
    return {
        "category": tag.category,
        "purpose": words(tag.purpose),
        "subjects": words(tag.subjects),
        "grounds": sorted(tag.grounds),
        "retention": period | {"since": words(tag.retention.since)},
        "recipients": [words(each) for each in recipients],
        "places": [
            {"table": camel(table), "names": [camel(name) for name in names]} for table, names in places.items()
        ],
    }
