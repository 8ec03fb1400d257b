"""What is held on a person as a document to read and print: one HTML page that asks nothing of any server."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from typing import Any, BinaryIO

import orjson

from stedenband.core.words import say
from stedenband.web.catalogs import translated
from stedenband.web.formats.table import HTML, Representation, Subject

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
LABELS = {
    "address": say("E-mail address"),
    "agreementSignatory": say("Signature under an agreement"),
    "contact": say("Contact"),
    "contactEmail": say("E-mail address"),
    "contactLanguage": say("Language"),
    "contactPhone": say("Telephone number"),
    "contactRole": say("Role"),
    "familyName": say("Family name"),
    "function": say("Function"),
    "givenName": say("Given name"),
    "lawfulBasis": say("Legal ground"),
    "name": say("Name"),
    "note": say("Note"),
    "number": say("Telephone number"),
    "purpose": say("Purpose"),
    "retention": say("Kept for"),
    "reviewOn": say("To be reviewed on"),
    "source": say("Source"),
}
"""The words for kinds of records and properties; those without one are shown as the API names them."""

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:0 0 1rem}"
    "th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:30%}section,table{break-inside:avoid}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page has no script and loads nothing; the browser refuses what somebody might have smuggled in."""


def write_document(_subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write the reply to a request for access as a page in its language."""
    out.writelines(page(orjson.loads(document)).encode() for document in documents)


DOCUMENT = Representation(HTML, write_document, of="records")


def page(held: Mapping[str, Any]) -> str:
    """Return the page for what is held."""
    language = held["language"]
    about = {
        translated(ANSWERS, language): held["controller"].get("title", ""),
        translated(MADE, language): held["madeAt"],
        translated(ASKED, language): ", ".join(map(_text, held["asked"].values())),
        translated(COPIES, language): held["replies"],
    }
    records = [(record["table"], record["values"]) for record in held["records"]]
    sections = {
        "records": "".join(
            f"<h3>{escape(_label(table, language))}</h3>{_table(values, language)}" for table, values in records
        ),
        **{name: "".join(_table(each, language) for each in held[name]) for name in ("processing", "changes", "acts")},
        "rights": "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in held["rights"]) + "</ul>",
    }
    title = escape(translated(TITLE, language))
    body = "".join(
        f"<section><h2>{escape(translated(HEADINGS[name], language))}</h2>"
        f"{content or escape(translated(NOTHING, language))}</section>"
        for name, content in sections.items()
    )
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{_table(about, language)}{body}</body></html>"
    )


def _table(values: Mapping[str, Any], language: str) -> str:
    rows = "".join(
        f"<tr><th>{escape(_label(name, language))}</th><td>{escape(_text(value))}</td></tr>"
        for name, value in values.items()
    )
    return f"<table>{rows}</table>"


def _label(name: str, language: str) -> str:
    known = LABELS.get(name)
    return (
        translated(known, language)
        if known
        else re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", name)
    )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(_text(each) for each in value.values())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)
