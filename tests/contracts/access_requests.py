"""What the access matrix sends: for every line of the table a request that only access can refuse."""

import itertools
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.builders import OWN, Reply
from tests.contracts.access_records import MISSING, Stage, Subject, next_days
from tests.contracts.access_rules import Caller, Rule
from tests.contracts.operations import FORM, in_a_form

DECISION = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}
ENDED = {"status": "ended", "decision": DECISION, "reason": "Both sides agreed."}
_places = itertools.cycle(range(200))
FAR = {"REMOTE_ADDR": "203.0.113.7"}
"""Every caller asks from another machine: some may do more from this one."""
PUBLIC = {"visibility": "public"}
AN_ORGANIZATION = {"name": "A new association", "kind": "22"}
A_CONTACT = {"familyName": "New", "lawfulBasis": "publicTask", "purpose": "Working on the link."}
AN_ITEM = {
    "title": "A new item", "start": "2026-03-04T08:00:00Z", "end": "2026-03-04T09:00:00Z", "timezone": "Africa/Gaborone",
}  # fmt: skip
CANCELLED = {"to": "cancelled", "reason": "The border is closed."}
APPROVED = {
    "status": "approved", "decision": DECISION, "purpose": {"en": "To learn."}, "arrival": "2026-03-02",
    "departure": "2026-03-08", "estimatedCost": {"value": "8500.00", "currency": "EUR"},
}  # fmt: skip


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

    @property
    def a_visit(self) -> dict[str, Any]:
        """A visit in a link of the caller's city, which is made where there is none."""
        own = self.caller.city or OWN
        key, other = self.stage.link_of(own)
        cities = {"originCity": {"id": str(self.stage.world.cities[own])}, "hostCity": {"id": str(other)}}
        return {"title": "A new visit", "cityLink": {"id": str(key)}, **cities}

    def send(self) -> Reply:
        """Send it."""
        body = BODIES[self.rule.method, self.rule.last, self.rule.act](self) if self.rule.writes else None
        headers = {"If-Match": "*", **HEADERS.get((self.rule.method, self.rule.last), {})}
        sent: dict[str, Any] = {"json": body}
        if (self.rule.method, self.rule.last) == ("POST", "documents"):
            sent = {"data": in_a_form(json.dumps(body).encode()), "content_type": FORM}
        if (self.rule.method, self.rule.last) == ("POST", "imports"):
            sent = {"data": A_ROW}
        return self.stage.api(self.caller).call(
            self.rule.method, self.path, headers=headers, environ_overrides=FAR, **sent
        )


def named(city: object, **more: str) -> dict[str, Any]:
    """Return a member of a link."""
    return {"city": {"id": str(city)}, **more}


def a_new_value() -> str:
    """Return a value that differs from the one before."""
    return next_days()["validFrom"]


def a_day_to_come() -> str:
    """Return a day after today that differs from the one before."""
    return (date.fromisoformat(a_new_value()) + timedelta(days=40_000)).isoformat()


def a_new_period(asking: Asking) -> dict[str, Any]:
    """Return a period of an indicator that has none yet."""
    return {
        "indicator": {"id": str(asking.subject.into or MISSING)},
        "startDate": "2023-01-01",
        "endDate": "2023-12-31",
    }


def a_decision() -> dict[str, str]:
    """Return a decision that nobody has recorded."""
    return {"body": "Council", "date": "2026-01-15", "reference": a_new_value(), "subject": "A new decision"}


def approved(asking: Asking) -> dict[str, Any]:
    """Return the approval of a report, or of a delegation, which names the decision."""
    return {"to": "approved", **({"decision": DECISION} if "delegationId" in asking.subject.ids else {})}


def turned(asking: Asking) -> dict[str, str]:
    """Return the visibility that publishes what is kept back, and takes back what is public."""
    facts = asking.subject.facts
    return {"visibility": "city"} if facts and facts.visibility == "public" else PUBLIC


A_ROW = b'{"name":"A new organization","kind":"22"}\n'
METADATA = json.dumps({"title": {"en": "A visit"}, "subject": {"type": "cityLink", "id": str(MISSING)}})
TUS = {"Tus-Resumable": "1.0.0"}
HEADERS = {
    ("POST", "uploads"): {
        **TUS,
        "Upload-Length": "10",
        "Upload-Metadata": f"metadata {b64encode(METADATA.encode()).decode()}",
    },
    ("POST", "imports"): {"Content-Type": "application/x-ndjson"},
    ("POST", "corrections"): {"Content-Type": "application/x-ndjson"},
    ("PATCH", "<uploadId>"): {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    ("DELETE", "<uploadId>"): TUS,
}
"""What the protocol of uploads asks for, and the kind of file that is imported."""


def a_document(asking: Asking) -> dict[str, Any]:
    """Return what is said of a document of the caller's own city."""
    subject = {"type": "organization", "id": str(asking.stage.subject_of(asking.caller.city or OWN))}
    return {"title": {"en": a_new_value()}, "subject": subject}


QUERIES = {
    "/v1/imports": "?resource=organizations",
    "/v1/imports/corrections": "?resource=organizations",
    "/v1/search": "?q=genk",
    "/v1/statistics/exchangeProjects": "?groupBy=theme",
}
"""What a path cannot do without."""


def unshared(asking: Asking) -> dict[str, Any]:
    """Return what takes a record out of its link."""
    facts = asking.subject.facts
    return {"cityLink": None, **({"visibility": "city"} if facts and facts.visibility == "link" else {})}


def rehearsed(asking: Asking) -> dict[str, Any]:
    """Return a dry run of the plainest change of the record."""
    named = asking.rule.path.split("/")[-2]
    return dict(BODIES["PATCH", named, ""](asking))


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
    ("POST", "transitions", "publish"): lambda _: {"to": "published"},
    ("POST", "transitions", "retract"): lambda _: {"to": "draft"},
    ("POST", "transitions", "approve"): approved,
    ("POST", "transitions", "begin"): lambda _: {"to": "implementation"},
    ("POST", "dryRun", ""): rehearsed,
    ("POST", "dryRun", "move"): lambda _: {"to": "exploring"},
    ("POST", "dryRun", "publish"): lambda _: {"to": "published"},
    ("POST", "dryRun", "submit"): lambda _: {"to": "pending"},
    ("POST", "dryRun", "begin"): lambda _: {"to": "implementation"},
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
    ("POST", "review", ""): lambda _: {"reviewOn": a_day_to_come()},
    ("POST", "subjectAccess", ""): lambda _: {"name": "Ann Example"},
    ("POST", "transferGrounds", ""): lambda asking: {
        "kind": "contract",
        "reference": "A",
        "validFrom": "2020-01-01",
        **named(asking.cities[0]),
    },
    ("PATCH", "<transferGroundId>", ""): lambda _: {"reference": a_new_value()},
    ("POST", "policyPlans", ""): lambda _: {"title": "A plan", "startDate": "2026-01-01", "endDate": "2031-12-31"},
    ("PATCH", "<policyPlanId>", ""): lambda _: {"title": a_new_value()},
    ("POST", "goals", ""): lambda _: {"code": a_new_value(), "title": {"en": "A goal"}},
    ("PATCH", "<policyGoalId>", ""): lambda _: {"title": {"en": a_new_value()}},
    ("POST", "actions", ""): lambda asking: {
        "code": a_new_value(),
        "title": {"en": "An action"},
        "goal": {"id": str(asking.subject.into or MISSING)},
    },
    ("PATCH", "<policyActionId>", ""): lambda _: {"title": {"en": a_new_value()}},
    ("POST", "decisions", ""): lambda _: a_decision(),
    ("POST", "decisions", "publish"): lambda _: {**a_decision(), **PUBLIC},
    ("PATCH", "<decisionId>", ""): lambda _: {"subject": a_new_value()},
    ("PATCH", "<decisionId>", "publish"): turned,
    ("POST", "documents", ""): a_document,
    ("POST", "documents", "publish"): lambda asking: {**a_document(asking), **PUBLIC},
    ("POST", "link", ""): lambda _: None,
    ("PATCH", "<documentId>", ""): lambda _: {"title": {"en": a_new_value()}},
    ("PATCH", "<documentId>", "retain"): lambda _: {"keepUntil": a_day_to_come()},
    ("PATCH", "<documentId>", "publish"): turned,
    ("POST", "imports", ""): lambda _: None,
    ("POST", "corrections", ""): lambda _: None,
    ("POST", "uploads", ""): lambda _: None,
    ("PATCH", "<uploadId>", ""): lambda _: None,
    ("POST", "finish", ""): lambda _: None,
    ("POST", "results", ""): lambda _: {"type": "1", "title": {"en": "A new result"}},
    ("PATCH", "<resultId>", ""): lambda _: {"title": {"en": a_new_value()}},
    ("PATCH", "<resultId>", "reorder"): lambda _: {"position": next(_places)},
    ("PATCH", "<resultId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("POST", "indicators", ""): lambda asking: {
        "result": {"id": str(asking.subject.into or MISSING)},
        "measure": "1",
        "title": {"en": "A new indicator"},
    },
    ("PATCH", "<indicatorId>", ""): lambda _: {"description": {"en": a_new_value()}},
    ("PATCH", "<indicatorId>", "reorder"): lambda _: {"position": next(_places)},
    ("PATCH", "<indicatorId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("POST", "periods", ""): a_new_period,
    ("POST", "periods", "unlock"): lambda asking: {**a_new_period(asking), "locked": False},
    ("POST", "acts", ""): lambda _: {"act": "lock", "items": [{"period": {"id": str(MISSING)}}]},
    ("PATCH", "<periodId>", ""): lambda _: {"report": {"value": f"{next(_places)}.5"}},
    ("PATCH", "<periodId>", "promise"): lambda _: {
        "target": {"value": f"{next(_places)}.5"},
        "targetReason": "Agreed anew.",
    },
    ("PATCH", "<periodId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<periodId>", "lock"): lambda _: {"locked": True},
    ("POST", "exchangeProjects", ""): lambda _: {"title": "A new project"},
    ("POST", "exchangeProjects", "publish"): lambda _: {"title": "A new project", **PUBLIC},
    ("PATCH", "<exchangeProjectId>", ""): lambda _: {"title": a_new_value(), "sectors": [{"code": "14050"}]},
    ("PATCH", "<exchangeProjectId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<exchangeProjectId>", "grant"): lambda _: {"amount": {"value": "2750.00", "currency": "EUR"}},
    ("PATCH", "<exchangeProjectId>", "appoint"): lambda _: {"jury": [{"function": a_new_value()}]},
    ("PATCH", "<exchangeProjectId>", "unshare"): unshared,
    ("PATCH", "<exchangeProjectId>", "publish"): turned,
    ("POST", "delegations", ""): lambda asking: asking.a_visit,
    ("POST", "delegations", "publish"): lambda asking: {**asking.a_visit, **PUBLIC},
    ("POST", "delegations", "approve"): lambda asking: {**asking.a_visit, **APPROVED},
    ("PATCH", "<delegationId>", ""): lambda _: {"title": a_new_value(), "report": {"whatWasDone": a_new_value()}},
    ("PATCH", "<delegationId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<delegationId>", "grant"): lambda _: {"estimatedCost": {"value": "9500.00", "currency": "EUR"}},
    ("PATCH", "<delegationId>", "publish"): turned,
    ("POST", "transitions", "cancel"): lambda _: CANCELLED,
    ("POST", "dryRun", "cancel"): lambda _: CANCELLED,
    ("POST", "programItems", ""): lambda _: AN_ITEM,
    ("POST", "programItems", "publish"): lambda _: {**AN_ITEM, **PUBLIC},
    ("PATCH", "<programItemId>", ""): lambda _: {"title": a_new_value(), "hostContact": None},
    ("PATCH", "<programItemId>", "annotate"): lambda _: {"internalNote": a_new_value()},
    ("PATCH", "<programItemId>", "publish"): turned,
    ("POST", "apiClients", ""): lambda asking: {"name": "A new system", "role": "editor", **named(asking.cities[0])},
    ("PATCH", "<apiClientId>", ""): lambda _: {"name": a_new_value()},
    ("POST", "keys", ""): lambda _: {},
    ("POST", "calendarSubscriptions", ""): lambda _: {"label": "A phone"},
    ("POST", "digestSubscriptions", ""): lambda _: {"label": "An office", "email": "office@genk.example"},
    ("POST", "unsubscription", ""): lambda _: None,
    ("POST", "webhooks", ""): lambda _: {"label": "A map", "url": "https://map.example.org/hooks"},
    ("PATCH", "<webhookId>", ""): lambda _: {"label": a_new_value()},
    ("POST", "exports", ""): lambda _: {"collection": "organizations", "format": "csv"},
    ("POST", "cancellation", ""): lambda _: None,
    ("POST", "replay", ""): lambda _: {},
    ("POST", "secret", ""): lambda _: None,
    ("POST", "test", ""): lambda _: None,
}
"""By method, end of the path and act."""
