"""Rate limits: a key spends its client's requests, a caller without one those of its address.

A key is looked up only while its address has not presented too many wrong ones. What a caller spends is counted when it
is answered, so that what it has already (304) and what is our fault (5xx) cost nothing.
"""

from dataclasses import dataclass
from http.client import INTERNAL_SERVER_ERROR, NOT_MODIFIED, TOO_MANY_REQUESTS
from ipaddress import IPv6Address, ip_network

from flask import Flask, Response, current_app, g, request

from stedenband.config import Settings
from stedenband.core.access import ANYBODY, Actor
from stedenband.core.errors import TooManyRequests
from stedenband.web.measures import REFUSED
from stedenband.web.peers import parsed
from stedenband.web.trace import QUIET
from stedenband.web.windows import Windows

EXTENSION = "stedenband.windows"
WINDOW = 60
SUBNET = 64
"""Leading bits of an IPv6 address that belong to one subscriber, who may use any below them."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a request is counted on: the policy, how many it allows a minute, and whose."""

    policy: str
    amount: int
    owner: str

    def meet(self) -> None:
        """Refuse a caller who has nothing left."""
        _, left, seconds = windows().left(self.amount, self.policy, self.owner)
        if left == 0:
            REFUSED.labels(self.policy).inc()
            raise TooManyRequests(max(1, seconds))

    def charge(self, response: Response) -> None:
        """Count the request, unless it was for nothing, and tell what is left."""
        status = response.status_code
        if status not in {NOT_MODIFIED, TOO_MANY_REQUESTS} and status < INTERNAL_SERVER_ERROR:
            windows().spend(self.amount, self.policy, self.owner)
        allowed, left, seconds = windows().left(self.amount, self.policy, self.owner)
        response.headers["RateLimit-Policy"] = f'"{self.policy}";q={allowed};w={WINDOW}'
        response.headers["RateLimit"] = f'"{self.policy}";r={left};t={seconds}'


def install(app: Flask, settings: Settings) -> Windows:
    """Limit every caller, before any work for it; return the counters."""
    made = app.extensions[EXTENSION] = Windows(settings.redis_url, settings.workers)
    app.config["CLIENT_LIMIT"] = settings.client_limit

    @app.before_request
    def meet_address() -> None:
        """Refuse an address that has nothing left: no request, or no try of another key."""
        if request.path not in QUIET and settings.anonymous_limit:
            policy = "keys" if "Authorization" in request.headers else "anonymous"
            g.account = Account(policy, settings.anonymous_limit, address())
            g.account.meet()

    @app.after_request
    def charge(response: Response) -> Response:
        """Count what was answered."""
        account: Account | None = g.get("account")
        if account:
            account.charge(response)
        return response

    return made


def meet_client(actor: Actor) -> None:
    """Let a caller whose key was found spend its client's requests, not its address's."""
    if actor is ANYBODY or request.path in QUIET:
        return
    limit = current_app.config["CLIENT_LIMIT"]
    g.account = Account("client", limit, str(actor.client_id)) if limit else None
    if g.account:
        g.account.meet()


def windows() -> Windows:
    """Return the counters of this process."""
    found: Windows = current_app.extensions[EXTENSION]
    return found


def address() -> str:
    """Return whom an address stands for: the peer's own, or the network of an IPv6 subscriber."""
    peer = parsed(request.remote_addr)
    return str(ip_network((peer, SUBNET), strict=False) if isinstance(peer, IPv6Address) else peer)
