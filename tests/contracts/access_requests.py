"""What the access matrix sends: for every line of the table a request that only access can refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.builders import OWN, Reply
from tests.contracts.access_records import MISSING, Stage, Subject, next_days
from tests.contracts.access_rules import Caller, Rule

DECISION = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}
ENDED = {"status": "ended", "decision": DECISION, "reason": "Both sides agreed."}
FAR = {"REMOTE_ADDR": "203.0.113.7"}
"""Every caller asks from another machine: some may do more from this one."""
PUBLIC = {"visibility": "public"}
AN_ORGANIZATION = {"name": "A new association", "kind": "22"}
A_CONTACT = {"familyName": "New", "lawfulBasis": "publicTask", "purpose": "Working on the link."}


@dataclass(frozen=True)
class Asking:
    """A caller about to send the request of a rule for a record."""

    stage: Stage
    rule: Rule
    caller: Caller
    subject: Subject

    @property
    def cities(self) -> list[str]:
        """The ids of the three cities, the caller's own first."""
        own = self.stage.world.cities[self.caller.city or OWN]
        return [str(own), *(str(key) for key in self.stage.world.cities.values() if key != own)]

    @property
    def path(self) -> str:
        """The address of the request."""
        path = self.rule.path
        for name, key in self.subject.ids.items():
            path = path.replace(f"<{name}>", str(key))
        return path + QUERIES.get(self.rule.path, "")

    @property
    def a_link(self) -> dict[str, Any]:
        return {"kind": "network", "members": [named(key) for key in self.cities[:2]], **ENDED}

    def send(self) -> Reply:
        """Send it."""
        body = BODIES[self.rule.method, self.rule.last, self.rule.act](self) if self.rule.writes else None
        return self.stage.api(self.caller).call(
            self.rule.method, self.path, json=body, headers={"If-Match": "*"}, environ_overrides=FAR
        )


def named(city: object, **more: str) -> dict[str, Any]:
    """Return a member of a link."""
    return {"city": {"id": str(city)}, **more}


def a_new_value() -> str:
    """Return a value that differs from the one before."""
    return next_days()["validFrom"]


def turned(asking: Asking) -> dict[str, str]:
    """Return the visibility that publishes what is kept back, and takes back what is public."""
    facts = asking.subject.facts
    return {"visibility": "city"} if facts and facts.visibility == "public" else PUBLIC


QUERIES = {"/v1/search": "?q=genk"}
"""What a path cannot do without."""


def unshared(asking: Asking) -> dict[str, Any]:
    """Return what takes a record out of its link."""
    facts = asking.subject.facts
    return {"cityLink": None, **({"visibility": "city"} if facts and facts.visibility == "link" else {})}


BODIES: dict[tuple[str, str, str], Callable[[Asking], Any]] = {
    ("POST", "partnerCities", ""): lambda _: {"name": "A new city", "countryCode": "BE"},
    ("POST", "partnerCities", "publish"): lambda _: {"name": "A new city", "countryCode": "BE", **PUBLIC},
    ("PATCH", "<partnerCityId>", ""): lambda _: {"subdivision": a_new_value()},
    ("PATCH", "<partnerCityId>", "publish"): turned,
    ("POST", "cityLinks", ""): lambda asking: asking.a_link,
    ("POST", "cityLinks", "publish"): lambda asking: {**asking.a_link, **PUBLIC},
    ("PATCH", "<cityLinkId>", ""): lambda _: {"summary": {"en": a_new_value()}},
    ("PATCH", "<cityLinkId>", "rename"): lambda _: {"title": a_new_value()},
    ("PATCH", "<cityLinkId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<cityLinkId>", "appoint"): lambda asking: {
        "members": [named(key, role="observer") for key in asking.subject.members or asking.cities]
    },
    ("PATCH", "<cityLinkId>", "publish"): turned,
    ("POST", "transitions", ""): lambda _: {"to": "exploring"},
    ("POST", "claim", ""): lambda _: None,
    ("POST", "merge", ""): lambda asking: {"into": {"id": str(asking.subject.into or MISSING)}},
    ("POST", "agreements", ""): lambda _: {"title": "A new agreement", "kind": "workProgram", **next_days()},
    ("PATCH", "<agreementId>", ""): lambda _: {"title": a_new_value()},
    ("PATCH", "<agreementId>", "extend"): lambda _: {"validTo": "2030-12-31"},
    ("PATCH", "<agreementId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<agreementId>", "publish"): turned,
    ("POST", "organizations", ""): lambda _: AN_ORGANIZATION,
    ("POST", "organizations", "publish"): lambda _: {**AN_ORGANIZATION, **PUBLIC},
    ("PATCH", "<organizationId>", ""): lambda _: {"community": a_new_value()},
    ("PATCH", "<organizationId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<organizationId>", "unshare"): unshared,
    ("PATCH", "<organizationId>", "publish"): turned,
    ("POST", "contacts", ""): lambda _: A_CONTACT,
    ("POST", "contacts", "publish"): lambda _: {**A_CONTACT, **PUBLIC},
    ("POST", "query", ""): lambda _: {"name": "Ann Example"},
    ("PATCH", "<contactId>", ""): lambda _: {"givenName": a_new_value()},
    ("PATCH", "<contactId>", "annotate"): lambda _: {"note": a_new_value()},
    ("PATCH", "<contactId>", "appoint"): lambda _: {"roles": []},
    ("PATCH", "<contactId>", "unshare"): unshared,
    ("PATCH", "<contactId>", "publish"): turned,
    ("POST", "erasure", ""): lambda _: {"reason": "subjectRequest"},
    ("POST", "rectification", ""): lambda _: {"givenName": a_new_value()},
    ("POST", "review", ""): lambda _: {"reviewOn": a_new_value()},
    ("POST", "subjectAccess", ""): lambda _: {"name": "Ann Example"},
    ("POST", "transferGrounds", ""): lambda asking: {
        "kind": "contract",
        "reference": "A",
        "validFrom": "2020-01-01",
        **named(asking.cities[0]),
    },
    ("PATCH", "<transferGroundId>", ""): lambda _: {"reference": a_new_value()},
    ("POST", "apiClients", ""): lambda asking: {"name": "A new system", "role": "editor", **named(asking.cities[0])},
    ("PATCH", "<apiClientId>", ""): lambda _: {"name": a_new_value()},
    ("POST", "keys", ""): lambda _: {},
}
"""By method, end of the path and act."""
