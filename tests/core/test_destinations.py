"""Addresses that callers choose: spelled in 70 ways, none leads to what only we reach."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stedenband.core.destinations import REFUSED, Destination, host_and_port, is_public
from stedenband.core.outbound import Post, Undelivered, post

PORT = "{port}"
SPELLINGS = (
    # this machine
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "localhost", "localhost.", "LOCALHOST",  # noqa: S104
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "00127.0.0.1",
    "127.0.0.1.", "127.0.0.0x1", "127.0.0.01", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "[::1%lo]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
    # the network it stands in
    "10.0.0.1", "10.1", "167772161", "172.16.0.1", "192.168.0.1", "192.168.1", "100.64.0.1", "169.254.169.254",
    "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[2002:a00:1::]",
    "[::10.0.0.1]", "metadata", "metadata.google.internal.", "db", "api",
    # nobody in particular
    "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1", "192.0.0.8",
    "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[100::1]",
    # not as everyone reads it
    "127.0.0.1\\@example.org", "example.org@127.0.0.1", "u:p@127.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "ⓛocalhost",
    "127.0.0.1#@example.org", "127.0.0.1%00.example.org", "127.0.0.1 .example.org", "127.0.0.1\t", "exa_mple.org",
    "-a.example.org", "a-.example.org", "a..example.org", ".", "", "[127.0.0.1]", "[::1", "1.2.3", "1.2.3.4.5",
    "256.256.256.256", "999999999999", "0x", "a.0x7f",
)  # fmt: skip


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """What only this machine reaches, on all its addresses."""
    with closing(socket.socket(socket.AF_INET6, socket.SOCK_STREAM)) as made:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind(("::", 0))
        made.listen(200)
        made.setblocking(False)
        yield made


def connections(listener: socket.socket) -> int:
    """Return how many called since the last time."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def send(address: str, **options: object) -> int:
    return asyncio.run(post(Post(address, {}, b"{}"), **options))  # type: ignore[arg-type]


def test_no_spelling_leads_to_what_only_we_reach(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert len(set(SPELLINGS)) > 90
    for spelling in SPELLINGS:
        for address in (f"https://{spelling}:{port}/", f"https://{spelling}/"):
            with pytest.raises(Undelivered):
                send(address)
    assert connections(listener) == 0


@pytest.mark.parametrize(
    "address",
    ["http://example.org/", "HTTP://example.org", "ftp://example.org", "file:///etc/passwd", "//example.org", "x",
     "https:/example.org", "https:example.org", "javascript:1", "https://example.org:0/", "https://example.org:99999/",
     "https://example.org:x/", "https://example.org/#x", "https://example.org/#", f"https://example.org/{'a' * 500}"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(Destination):
        host_and_port(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org", ("example.org", 443)),
        ("https://EXAMPLE.org:8443/hooks?a=b", ("example.org", 8443)),
        ("https://xn--mnchen-3ya.example/", ("xn--mnchen-3ya.example", 443)),
        ("https://93.184.215.14/", ("93.184.215.14", 443)),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443)),
    ],
)
def test_an_address_of_the_internet_is_taken(address: str, expected: tuple[str, int]) -> None:
    assert host_and_port(address) == expected


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_called(listener: socket.socket) -> None:
    answers = iter([["127.0.0.1"], ["93.184.215.14"]])
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return next(answers)

    port = listener.getsockname()[1]
    with pytest.raises(Undelivered, match="notPublic"):
        send(f"https://rebinding.example:{port}/", lookup=rebinding)
    assert asked == [("rebinding.example", port)]
    assert connections(listener) == 0


@pytest.mark.parametrize(
    "found", [["93.184.215.14", "127.0.0.1"], ["::ffff:93.184.215.14"], ["fe80::1%eth0"], ["64:ff9b::5db8:d70e"], []]
)
def test_all_addresses_of_a_name_have_to_be_public(found: list[str], listener: socket.socket) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return found

    with pytest.raises(Undelivered):
        send(f"https://many.example:{listener.getsockname()[1]}/", lookup=lookup)
    assert connections(listener) == 0


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_public_is_global_to_the_standard_library_too(address: object) -> None:
    found = ip_address(str(address))
    if is_public(found):
        assert found.is_global
        assert not any(found in network for network in REFUSED)
