"""vCard 4.0 (RFC 6350): lines of a card, escaped and folded."""

from collections.abc import Iterable

LONGEST = 75
"""Octets of a line, without its break."""
BREAK = b"\r\n"
ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})


def text(value: str) -> str:
    """Return a text as it stands in a value."""
    return value.translate(ESCAPED)


def structured(*components: str | None) -> str:
    """Return a value of several components, such as a name; None: an empty one."""
    return ";".join(text(component or "") for component in components)


def line(name: str, value: str, /, **parameters: str | int) -> bytes:
    """Return a property with its parameters, folded, with its break; `value` is escaped already."""
    head = "".join([name, *(f";{key.upper()}={each}" for key, each in parameters.items())])
    return folded(f"{head}:{value}".encode()) + BREAK


def folded(octets: bytes) -> bytes:
    """Break a line after at most 75 octets, never within a character; what goes on begins with a space."""
    pieces = []
    room = LONGEST
    while len(octets) > room:
        end = room
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 (the second or a later octet of a character)
            end -= 1
        pieces.append(octets[:end])
        octets = octets[end:]
        room = LONGEST - 1
    return (BREAK + b" ").join([*pieces, octets])


def card(lines: Iterable[bytes]) -> bytes:
    """Return a card of these lines."""
    return b"".join([line("BEGIN", "VCARD"), line("VERSION", "4.0"), *lines, line("END", "VCARD")])
