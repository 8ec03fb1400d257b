"""Addresses of callers."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def parsed(peer: str | None) -> IPv4Address | IPv6Address | None:
    """Return the address of a peer (IPv4 in the form of IPv6 as what it is); None for a unix socket, which has none."""
    try:
        found = ip_address(peer or "")
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
