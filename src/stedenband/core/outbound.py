"""Sending to an address that a caller chose: to the public internet alone, once, for a short time.

The name is looked up once, all addresses it has must be public, and the connection goes to the one that was looked at,
so that a name that means something else a moment later (rebinding) leads nowhere. The certificate is checked against
the name. Redirects are not followed, and of an answer no more is read than its head.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import h11

from stedenband.core.destinations import Destination, host_and_port, is_public

SECONDS = 5.0
"""From looking the name up to the head of the answer."""
MOST = 64 * 1024
"""Bytes of the head of an answer."""
FAILURES = (
    "addressNotTaken",
    "nameUnknown",
    "notPublic",
    "notReachable",
    "notSecure",
    "noAnswer",
    "notHttp",
    "notAccepted",
)
"""Why a message was not taken, told to whoever gave the address; `notAccepted`: by the status of the answer."""

Lookup = Callable[[str, int], Awaitable[list[str]]]


class Undelivered(Exception):
    """Nothing came back; `failure` is one of FAILURES."""

    def __init__(self, failure: str) -> None:
        """Say why."""
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent."""

    address: str
    headers: Mapping[str, str]
    body: bytes


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses that a name has now."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


async def post(sent: Post, *, lookup: Lookup = look_up, loopback: bool = False, seconds: float = SECONDS) -> int:
    """Send it and return the status of the answer; raise Undelivered where none came in time.

    `loopback`: to this machine too, for development.
    """
    try:
        async with asyncio.timeout(seconds):
            host, port = host_and_port(sent.address, loopback=loopback)
            chosen = await _chosen(host, port, lookup, loopback=loopback)
            return await _exchange(sent, host, port, chosen)
    except Destination as error:
        raise Undelivered("addressNotTaken") from error
    except TimeoutError as error:
        raise Undelivered("noAnswer") from error
    except socket.gaierror as error:
        raise Undelivered("nameUnknown") from error
    except ssl.SSLError as error:
        raise Undelivered("notSecure") from error
    except h11.RemoteProtocolError as error:
        raise Undelivered("notHttp") from error
    except OSError as error:
        raise Undelivered("notReachable") from error


async def _chosen(host: str, port: int, lookup: Lookup, *, loopback: bool) -> str:
    """Return one address of a host, all of whose addresses are public."""
    addresses = [ip_address(each.partition("%")[0]) for each in await lookup(host, port)]
    if not addresses:
        raise Undelivered("nameUnknown")
    if not all(is_public(each) or (loopback and each.is_loopback) for each in addresses):
        raise Undelivered("notPublic")
    return str(addresses[0])


async def _exchange(sent: Post, host: str, port: int, chosen: str) -> int:
    secure = {"ssl": ssl.create_default_context(), "server_hostname": host} if sent.address.startswith("https:") else {}
    reader, writer = await asyncio.open_connection(chosen, port, **secure)  # type: ignore[arg-type]
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST)
        writer.write(_request(connection, sent, host, port))
        await writer.drain()
        while not isinstance(event := connection.next_event(), h11.Response):
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(MOST))
        return int(event.status_code)
    finally:
        writer.transport.abort()


def _request(connection: h11.Connection, sent: Post, host: str, port: int) -> bytes:
    parts = urlsplit(sent.address)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    named = f"[{host}]" if ":" in host else host
    headers = [
        ("Host", named if port in {80, 443} else f"{named}:{port}"),
        ("Connection", "close"),
        ("Content-Length", str(len(sent.body))),
        *sent.headers.items(),
    ]
    events = (h11.Request(method="POST", target=target, headers=headers), h11.Data(data=sent.body), h11.EndOfMessage())
    return b"".join(connection.send(event) or b"" for event in events)
