"""What is held on a person as a document to read and print: one HTML page that asks nothing of any server."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, BinaryIO

import orjson
from babel.units import format_unit

from stedenband.core.words import say
from stedenband.people.models import LAWFUL_BASES
from stedenband.web.catalogs import translated
from stedenband.web.codelists import CodeList, code_lists, labels_of
from stedenband.web.formats.table import HTML, Representation, Subject
from stedenband.web.security import policy_of

TITLE = say("What we hold on you")
HEADINGS = {
    "records": say("Your data"),
    "processing": say("What it is kept for"),
    "changes": say("What was done with it"),
    "acts": say("Earlier requests and reviews"),
    "rights": say("What you may ask"),
}
NOTHING = say("Nothing.")
ANSWERS = say("Answers for the data")
MADE = say("Made on")
ASKED = say("Looked for")
COPIES = say("Copies in kept replies, deleted within 24 hours")
YES, NO = say("Yes"), say("No")
CODES = {
    "agreement.kind": "agreementKinds",
    "amountCurrency": "currencies",
    "category": "dataCategories",
    "change.operation": "changeOperations",
    "document.category": "documentCategories",
    "language": "languages",
    "mediaType": "mediaTypes",
    "subjectType": "subjectTypes",
    "cityLink.kind": "linkKinds",
    "cityLink.status": "linkStatuses",
    "contactEmail.kind": "addressKinds",
    "contactLanguage.code": "languages",
    "contactPhone.kind": "addressKinds",
    "contactRole.role": "contactRoles",
    "delegationGift.direction": "giftDirections",
    "delegation.status": "delegationStatuses",
    "delegationParticipant.capacity": "participantCapacities",
    "delegationParticipant.insurance": "checklistStates",
    "delegationParticipant.payer": "participantPayers",
    "delegationParticipant.registration": "checklistStates",
    "delegationParticipant.vaccination": "checklistStates",
    "delegationParticipant.visa": "checklistStates",
    "direction": "delegationDirections",
    "estimatedCostCurrency": "currencies",
    "exchangeProject.kind": "projectKinds",
    "exchangeProject.status": "projectStatuses",
    "lawfulBasis": "lawfulBases",
    "measure": "indicatorMeasures",
    "organization.kind": "organisationTypes",
    "period.status": "reportStatuses",
    "policyPlan.status": "planStatuses",
    "privacyAct.kind": "actKinds",
    "privacyAct.reason": "actReasons",
    "result.type": "resultTypes",
    "table": "tables",
    "visibility": "visibilities",
}
"""A property, of one kind of record or of all, and the code list that has its values in words."""

BY_LETTER = dict(zip("abcdef", LAWFUL_BASES, strict=True))
"""The letters of article 6(1) of the GDPR."""

PERIOD = re.compile(r"P([0-9]{1,4})([YMWD])")
UNITS = {"Y": "duration-year", "M": "duration-month", "W": "duration-week", "D": "duration-day"}
"""What durations of ISO 8601 are called in words."""

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1rem}"
    "th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:30%}section,table{break-inside:avoid}"
)
POLICY = policy_of(STYLE)


def write_document(_subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the reply to a request for access as a page in its language."""
    out.writelines(page(orjson.loads(document)).encode() for document in documents)


DOCUMENT = Representation(HTML, write_document, of="records")


def page(held: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """Return the page for what is held; `names` are what the records that it refers to by id are called."""
    write = Writer(held["language"], names or {})
    about = {
        write.said(ANSWERS): held["controller"].get("title", ""),
        write.said(MADE): held["madeAt"],
        write.said(ASKED): list(held["asked"].values()),
        write.said(COPIES): held["replies"],
    }
    records = [(record["table"], record["values"]) for record in held["records"]]
    sections = {
        "records": "".join(
            f"<h3>{escape(write.table(table))}</h3>{write.rows(table, values)}" for table, values in records
        ),
        "processing": "".join(write.rows("processing", each) for each in held["processing"]),
        "changes": "".join(write.rows("change", each) for each in held["changes"]),
        "acts": "".join(write.rows("privacyAct", each) for each in held["acts"]),
        "rights": "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in held["rights"]) + "</ul>",
    }
    title = escape(write.said(TITLE))
    body = "".join(
        f"<section><h2>{escape(write.said(HEADINGS[name]))}</h2>{content or escape(write.said(NOTHING))}</section>"
        for name, content in sections.items()
    )
    return (
        f'<!doctype html><html lang="{escape(write.language)}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{write.rows('', about)}{body}</body></html>"
    )


def word(name: str, code: str, language: str) -> str:
    """Return a code of a list in words; one that has none stays as it is."""
    shipped = shipped_lists().get(name)
    labels = shipped.items[code].labels if shipped and code in shipped.items else labels_of(name).get(code, {})
    return labels.get(language, code)


@cache
def shipped_lists() -> Mapping[str, CodeList]:
    """Return the lists of standards and of IATI."""
    return code_lists({})


@dataclass(frozen=True)
class Writer:
    """Writes tables, properties and values in one language; `names`: what records are called, by id."""

    language: str
    names: Mapping[str, str]

    def said(self, sentence: str) -> str:
        """Return a sentence in the language."""
        return translated(sentence, self.language)

    def table(self, name: str) -> str:
        """Return what a kind of record is called."""
        return word("tables", name, self.language)

    def label(self, table: str, name: str) -> str:
        """Return what a property is called, of this kind of record or of all."""
        labels = labels_of("properties")
        return word("properties", f"{table}.{name}" if f"{table}.{name}" in labels else name, self.language)

    def rows(self, table: str, values: Mapping[str, Any]) -> str:
        """Return the values of a record as a table."""
        lines = (
            f"<tr><th>{escape(self.label(table, name))}</th><td>{self.cell(table, name, value)}</td></tr>"
            for name, value in values.items()
        )
        return f"<table>{''.join(lines)}</table>"

    def cell(self, table: str, name: str, value: Any) -> str:
        """Return a value as HTML: codes in one line, sentences and records a line each."""
        texts = [escape(self.value(table, name, each)) for each in (value if isinstance(value, list) else [value])]
        return ("<br>" if any(" " in text for text in texts) else ", ").join(texts)

    def value(self, table: str, name: str, value: Any) -> str:
        """Return a value in words, as far as they are known: those of its property, else those of its form."""
        codes = CODES.get(f"{table}.{name}") or CODES.get(name)
        if codes:
            return word(codes, str(value), self.language)
        match name:
            case "grounds":
                return f"{word('lawfulBases', BY_LETTER[value], self.language)} ({value})"
            case "places":
                listed = ", ".join(self.label(value["table"], each) for each in value["names"])
                return f"{self.table(value['table'])}: {listed}"
        return self.text(value)

    def text(self, value: Any) -> str:
        """Return a value by its form: yes or no, a period, a text in several languages, an id that has a name."""
        match value:
            case bool():
                return self.said(YES if value else NO)
            case dict():
                own = value.get(self.language)
                return own if isinstance(own, str) else ": ".join(map(self.text, value.values()))
            case list():
                return ", ".join(map(self.text, value))
        period = PERIOD.fullmatch(str(value))
        if period:
            return format_unit(int(period[1]), UNITS[period[2]], locale=self.language)
        return self.names.get(str(value), str(value))
