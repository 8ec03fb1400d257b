"""Addresses that callers choose and we send to: which we take, and which of the network we reach for them.

Whoever may name an address could otherwise have us call what only we reach (server-side request forgery). An address is
looked at twice: how it is written when it is given, and what it means each time before something is sent.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from stedenband.core.words import Rule, Said, say

LONGEST = 500
"""Characters of an address."""
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
"""A last label by which URL parsers take the whole host for an IPv4 address (WHATWG URL, 3.5.2)."""
LONGEST_HOST = 253

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""RFC 6052, RFC 8215: an IPv4 address, or whatever a network puts there."""
REFUSED = (
    *NAT64,
    IPv6Network("2002::/16"),  # 6to4 (RFC 7526): an IPv4 address in it
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments (RFC 2928)
    IPv6Network("::/96"),  # IPv4-compatible (RFC 4291): an IPv4 address in it
    IPv6Network("fec0::/10"),  # site-local (RFC 3879)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv6Network("5f00::/16"),  # segment routing (RFC 9602)
    IPv4Network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
)
"""Ranges that are no public destination, besides those that the standard library knows."""

Address = IPv4Address | IPv6Address


class Destination(ValueError):
    """An address that is not taken; `detail` says why, and what to write."""

    def __init__(self, detail: Said) -> None:
        """Say it."""
        super().__init__(detail)
        self.detail = Rule(detail)


def host_and_port(address: str, *, loopback: bool = False) -> tuple[str, int]:
    """Return where an https address leads; raise Destination where it is written as we do not take it.

    `loopback`: an address of this machine is taken too, also with http, for development.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Destination(say("Write the address as https://host/path.")) from error
    local = loopback and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme not in ({"https", "http"} if local else {"https"}):
        raise Destination(say("Write an address that begins with https://."))
    if parts.username is not None or parts.password is not None:
        raise Destination(say("Leave the name and password out of the address; messages are signed instead."))
    if parts.fragment or "#" in address:
        raise Destination(say("Leave out what follows #: it is never sent."))
    if (
        len(address) > LONGEST
        or not address.isascii()
        or not address.isprintable()
        or " " in address
        or "\\" in address
    ):
        raise Destination(say("Write at most 500 printable ASCII characters; a name in other letters as xn--."))
    host = parts.hostname or ""
    if not local:
        _known_form(host, bracketed="[" in parts.netloc)
    if port == 0:
        raise Destination(say("There is no port 0."))
    return host, port or (443 if parts.scheme == "https" else 80)


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet, reached as it stands."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in REFUSED)


def _known_form(host: str, *, bracketed: bool) -> None:
    """Refuse a host that is neither a name of the DNS nor an address in the one form that all read alike."""
    labels = host.removesuffix(".").split(".")
    if bracketed or NUMERIC.fullmatch(labels[-1]):
        try:
            literal = ip_address(host)
        except ValueError as error:
            raise Destination(say("Write an address of four decimal numbers, or a name.")) from error
        if not is_public(literal):
            raise Destination(say("Write an address that everyone on the internet reaches."))
    elif not host.strip(".").count(".") or len(host) > LONGEST_HOST or not all(map(LABEL.fullmatch, labels)):
        raise Destination(say("Write a full name of the DNS, such as register.example.org."))
