"""Contacts as vCards: of each what its caller may read, so the public gets a contact point without a name."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import orjson

from stedenband.web.formats.table import Subject
from stedenband.web.formats.vcard import card, line, structured, text

NAMELESS = "Contact"
TYPES = {"work": "work", "private": "home"}
"""Our kinds of addresses in the words of RFC 6350."""


def write_cards(_subject: Subject, documents: Iterable[bytes], out: BinaryIO) -> None:
    """Write one card per JSON document of a contact."""
    out.writelines(card(lines_of(orjson.loads(document))) for document in documents)


def lines_of(contact: dict[str, Any]) -> Iterator[bytes]:
    """Yield the properties of a contact that its document has; `select` may have left any out but address and id."""
    name, function = contact.get("displayName"), contact.get("function")
    where = contact.get("organization") or contact.get("city")
    yield line("UID", f"urn:uuid:{contact['id']}")
    yield line("SOURCE", contact["href"])
    yield line("KIND", "individual" if name else "org")
    yield line("FN", text(name or function or NAMELESS))
    if name:
        honorific = contact.get("honorific")
        yield line("N", structured(contact.get("familyName"), contact.get("givenName"), None, honorific, None))
    if where and "title" in where:
        yield line("ORG", structured(where["title"]))
    if function:
        yield line("TITLE", text(function))
    yield from _addresses(contact)
    for language in contact.get("languages", ()):
        yield line("LANG", language)
    if "updatedAt" in contact:
        yield line("REV", contact["updatedAt"].replace("-", "").replace(":", ""))


def _addresses(contact: dict[str, Any]) -> Iterator[bytes]:
    if "functionMailbox" in contact:
        yield line("EMAIL", text(contact["functionMailbox"]), type="work")
    for rank, email in enumerate(contact.get("emails", ()), 1):
        if "address" in email:
            yield line("EMAIL", text(email["address"]), **_type(email), pref=min(rank, 100))
    for rank, phone in enumerate(contact.get("phones", ()), 1):
        if "number" in phone:
            yield line("TEL", f"tel:{phone['number']}", value="uri", **_type(phone), pref=min(rank, 100))


def _type(address: dict[str, str]) -> dict[str, str]:
    return {"type": TYPES[address["kind"]]} if "kind" in address else {}
