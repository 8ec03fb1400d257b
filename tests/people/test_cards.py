"""Contacts as vCards, read by a reader of RFC 6350 that takes nothing but what the RFC says."""

import io
import re
from typing import Any

import orjson
import pytest
import vobject  # type: ignore[import-untyped]

from stedenband.people.routes.cards import write_cards
from stedenband.people.schemas import ContactSchema
from stedenband.web.formats.table import Subject
from stedenband.web.formats.vcard import LONGEST, folded
from tests.builders import OWN, PARTNER, World
from tests.people.erasing import erase
from tests.people.people import CONTACTS, a_contact, an_organization, found, merge

LINE = re.compile(r"([A-Z]+)((?:;[A-Z]+=[A-Za-z0-9]+)*):(.*)")
SUBJECT = Subject("contacts", ContactSchema, "https://example.org", single=True)
ONCE = {"BEGIN", "VERSION", "UID", "KIND", "FN", "N", "REV", "END"}
UGLY = "Comma, semi; back\\slash “quoted” Ĉ\N{WAVING HAND SIGN}"


def cards_of(octets: bytes) -> list[dict[str, list[tuple[str, str]]]]:
    """Return the properties of each card: by name, parameters and value."""
    assert octets.endswith(b"\r\n")
    physical = octets.split(b"\r\n")[:-1]
    assert all(0 < len(each) <= LONGEST and b"\n" not in each and b"\r" not in each for each in physical)
    assert all(each.decode() for each in physical), "no character is broken in two"
    cards: list[dict[str, list[tuple[str, str]]]] = []
    for logical in octets.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]:
        found = LINE.fullmatch(logical)
        assert found, logical
        name, parameters, value = found.groups()
        if name == "BEGIN":
            cards.append({})
        cards[-1].setdefault(name, []).append((parameters, value))
    for card in cards:
        assert list(card)[:2] == ["BEGIN", "VERSION"]
        assert list(card)[-1] == "END"
        assert all(len(values) == 1 for name, values in card.items() if name in ONCE)
    return cards


def components(value: str) -> list[str]:
    """Return the components of a value, read back."""
    pieces = re.findall(r"((?:[^\\;]|\\.)*)(?:;|$)", value)
    pieces = pieces if value.endswith(";") or not pieces else pieces[:-1] if pieces[-1] == "" else pieces
    return [re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), piece) for piece in pieces]


def card_of(document: dict[str, Any]) -> tuple[bytes, dict[str, list[tuple[str, str]]]]:
    """Return the card of one document, as octets and read."""
    out = io.BytesIO()
    write_cards(SUBJECT, [orjson.dumps(document)], out)
    (card,) = cards_of(out.getvalue())
    return out.getvalue(), card


@pytest.fixture
def known(world: World) -> str:
    """The address of a public contact of whom everything is known, shared in a public link."""
    own = world.api(OWN)
    contact = a_contact(
        own, givenName="Ann", familyName=UGLY, honorific="Dr.", function="Officer, North-South",
        functionMailbox="office@example.org", visibility="public", languages=["nl", "fr"],
        emails=[{"address": "ann@example.org"}, {"address": "a,b@example.org".replace(",", "'"), "kind": "private"}],
        phones=[{"number": "+32 89 65 36 00"}], cityLink={"id": str(world.links["public"])},
        organization={"id": an_organization(own, name="Fund; for, all", visibility="public")["id"]},
    )  # fmt: skip
    return f"{CONTACTS}/{contact['id']}"


def test_a_card_tells_both_sides_of_a_link_who_it_is(world: World, known: str) -> None:
    document = world.api(PARTNER, "partner").get(known).json
    _, card = card_of(document)
    assert card["KIND"] == [("", "individual")]
    assert components(card["N"][0][1]) == [UGLY, "Ann", "", "Dr.", ""]
    assert components(card["FN"][0][1]) == [f"Ann {UGLY}"]
    assert components(card["ORG"][0][1]) == ["Fund; for, all"]
    assert components(card["TITLE"][0][1]) == ["Officer, North-South"]
    assert card["EMAIL"] == [
        (";TYPE=work", "office@example.org"),
        (";TYPE=work;PREF=1", "ann@example.org"),
        (";TYPE=home;PREF=2", "a'b@example.org"),
    ]
    assert card["TEL"] == [(";VALUE=uri;TYPE=work;PREF=1", "tel:+3289653600")]
    assert [value for _, value in card["LANG"]] == ["fr", "nl"]
    assert card["UID"] == [("", f"urn:uuid:{document['id']}")]
    assert re.fullmatch(r"\d{8}T\d{6}Z", card["REV"][0][1])


def test_a_card_tells_the_public_a_function_and_its_mailbox(world: World, known: str) -> None:
    octets, card = card_of(world.api().get(known).json)
    assert card["KIND"] == [("", "org")]
    assert components(card["FN"][0][1]) == ["Officer, North-South"]
    assert card["EMAIL"] == [(";TYPE=work", "office@example.org")]
    assert not {"N", "TEL", "LANG"} & set(card)
    assert b"Ann" not in octets


@pytest.mark.parametrize("who", [OWN, None])
def test_cards_are_sent_for_one_contact_and_for_all(world: World, known: str, who: str | None) -> None:
    api = world.api(who)
    single = api.get(known, headers={"Accept": "text/vcard"})
    assert single.content_type == "text/vcard; charset=utf-8"
    assert single.data == api.get(f"{known}?format=vcard").data == card_of(api.get(known).json)[0]
    every = api.get(f"{CONTACTS}?format=vcard")
    shown = api.get(f"{CONTACTS}?current=true&pageSize=200").json["items"]
    assert [card["UID"][0][1] for card in cards_of(every.data)] == [f"urn:uuid:{each['id']}" for each in shown]
    assert single.data in every.data


@pytest.mark.parametrize(
    ("select", "told"),
    [
        ("(id)", {"UID", "SOURCE", "KIND", "FN"}),
        ("(displayName,organization(id))", {"UID", "SOURCE", "KIND", "FN", "N"}),
        ("(emails(address),phones(number))", {"UID", "SOURCE", "KIND", "FN", "EMAIL", "TEL"}),
        ("(emails(kind),phones(kind),updatedAt)", {"UID", "SOURCE", "KIND", "FN", "REV"}),
    ],
)
def test_a_card_holds_what_was_selected(world: World, known: str, select: str, told: set[str]) -> None:
    for address in (known, CONTACTS):
        reply = world.api(OWN).get(f"{address}?format=vcard&select={select}")
        assert reply.status_code == 200
        cards = cards_of(reply.data)
        assert set().union(*cards) - {"BEGIN", "VERSION", "END"} == told


def test_a_card_of_nobody_still_has_a_name(world: World) -> None:
    _, card = card_of({"id": "1", "href": "https://example.org/1", "updatedAt": "2026-02-01T09:30:00Z"})
    assert card["FN"] == [("", "Contact")]
    _, card = card_of({"id": "1", "href": "u", "updatedAt": "2026-02-01T09:30:00Z", "city": {"title": "Genk"}})
    assert card["ORG"] == [("", "Genk")]


def test_another_reader_of_cards_reads_the_same(world: World, known: str) -> None:
    octets, _ = card_of(world.api(OWN).get(known).json)
    card = vobject.readOne(octets.decode())
    assert (card.n.value.family, card.n.value.given, card.fn.value) == (UGLY, "Ann", f"Ann {UGLY}")
    assert [each.value for each in card.email_list][1:] == ["ann@example.org", "a'b@example.org"]


@pytest.mark.parametrize("letter", ["a", "é", "\N{WAVING HAND SIGN}"])
@pytest.mark.parametrize("count", [74, 75, 76, 149, 150, 600])
def test_a_line_is_folded_between_characters(letter: str, count: int) -> None:
    octets = folded((letter * count).encode())
    assert octets.replace(b"\r\n ", b"").decode() == letter * count
    assert all(len(each) <= LONGEST and each.decode() for each in octets.split(b"\r\n"))


def test_the_cards_of_all_leave_out_who_was_erased_or_merged_unless_asked_for(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    stays, merged, erased = (a_contact(own, familyName=name) for name in ("Stays", "Merged", "Erased"))
    assert merge(own, merged, stays).status_code == 200
    assert erase(own, erased).status_code == 201

    def carried(query: str) -> set[str]:
        cards = cards_of(own.get(f"{CONTACTS}?format=vcard{query}").data)
        return {card["UID"][0][1].removeprefix("urn:uuid:") for card in cards}

    for query in ("", "&select=(emails)", "&current=true"):
        assert carried(query) == {stays["id"]}
    assert carried("&current=false") == {merged["id"], erased["id"]}
    listed = {each["id"] for each in own.get(f"{CONTACTS}?pageSize=200").json["items"]}
    assert listed == {stays["id"], merged["id"], erased["id"]}, "a list that is followed leaves nothing out"
    current = own.get(f"{CONTACTS}?current=true").json["items"]
    assert [each["id"] for each in current] == [stays["id"]]
    assert [each["id"] for each in found(own, current=True)] == [stays["id"]]
