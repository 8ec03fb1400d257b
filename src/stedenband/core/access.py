"""Who may do what: permissions, roles, and the actor of a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Permission(StrEnum):
    """`resource:action`; an operation declares exactly one."""

    AGREEMENTS_CREATE = "agreements:create"
    AGREEMENTS_DELETE = "agreements:delete"
    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_UPDATE = "agreements:update"
    API_CLIENTS_MANAGE = "apiClients:manage"
    CALENDAR_SUBSCRIPTIONS_CREATE = "calendarSubscriptions:create"
    CALENDAR_SUBSCRIPTIONS_DELETE = "calendarSubscriptions:delete"
    CALENDAR_SUBSCRIPTIONS_READ = "calendarSubscriptions:read"
    CHANGES_READ = "changes:read"
    CITY_LINKS_CLAIM = "cityLinks:claim"
    CITY_LINKS_CREATE = "cityLinks:create"
    CITY_LINKS_DELETE = "cityLinks:delete"
    CITY_LINKS_MERGE = "cityLinks:merge"
    CITY_LINKS_MOVE = "cityLinks:move"
    CITY_LINKS_READ = "cityLinks:read"
    CITY_LINKS_UPDATE = "cityLinks:update"
    CONTACTS_CREATE = "contacts:create"
    CONTACTS_DELETE = "contacts:delete"
    CONTACTS_ERASE = "contacts:erase"
    CONTACTS_MERGE = "contacts:merge"
    CONTACTS_READ = "contacts:read"
    CONTACTS_RECTIFY = "contacts:rectify"
    CONTACTS_REVIEW = "contacts:review"
    CONTACTS_UPDATE = "contacts:update"
    DECISIONS_CREATE = "decisions:create"
    DECISIONS_DELETE = "decisions:delete"
    DECISIONS_READ = "decisions:read"
    DECISIONS_UPDATE = "decisions:update"
    DELEGATIONS_APPROVE = "delegations:approve"
    DELEGATIONS_CREATE = "delegations:create"
    DELEGATIONS_DELETE = "delegations:delete"
    DELEGATIONS_MOVE = "delegations:move"
    DELEGATIONS_READ = "delegations:read"
    DELEGATIONS_UPDATE = "delegations:update"
    DIGEST_SUBSCRIPTIONS_CREATE = "digestSubscriptions:create"
    DIGEST_SUBSCRIPTIONS_DELETE = "digestSubscriptions:delete"
    DIGEST_SUBSCRIPTIONS_READ = "digestSubscriptions:read"
    DOCUMENTS_CREATE = "documents:create"
    DOCUMENTS_DELETE = "documents:delete"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_UPDATE = "documents:update"
    EXCHANGE_PROJECTS_CREATE = "exchangeProjects:create"
    EXCHANGE_PROJECTS_DELETE = "exchangeProjects:delete"
    EXCHANGE_PROJECTS_MOVE = "exchangeProjects:move"
    EXCHANGE_PROJECTS_READ = "exchangeProjects:read"
    EXCHANGE_PROJECTS_UPDATE = "exchangeProjects:update"
    EXPORTS_ARCHIVE = "exports:archive"
    EXPORTS_CREATE = "exports:create"
    IMPORTS_CREATE = "imports:create"
    INDICATORS_CREATE = "indicators:create"
    INDICATORS_DELETE = "indicators:delete"
    INDICATORS_READ = "indicators:read"
    INDICATORS_UPDATE = "indicators:update"
    ORGANIZATIONS_CREATE = "organizations:create"
    ORGANIZATIONS_DELETE = "organizations:delete"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_UPDATE = "organizations:update"
    METRICS_READ = "metrics:read"
    PARTNER_CITIES_CREATE = "partnerCities:create"
    PARTNER_CITIES_DELETE = "partnerCities:delete"
    PARTNER_CITIES_READ = "partnerCities:read"
    PARTNER_CITIES_UPDATE = "partnerCities:update"
    PERIODS_APPROVE = "periods:approve"
    PERIODS_CREATE = "periods:create"
    PERIODS_DELETE = "periods:delete"
    PERIODS_READ = "periods:read"
    PERIODS_REPORT = "periods:report"
    PERIODS_UPDATE = "periods:update"
    POLICY_PLANS_CREATE = "policyPlans:create"
    POLICY_PLANS_DELETE = "policyPlans:delete"
    POLICY_PLANS_READ = "policyPlans:read"
    POLICY_PLANS_UPDATE = "policyPlans:update"
    PRIVACY_ACTS_READ = "privacyActs:read"
    PROCESSING_REGISTER_READ = "processingRegister:read"
    PROGRAM_ITEMS_CREATE = "programItems:create"
    PROGRAM_ITEMS_DELETE = "programItems:delete"
    PROGRAM_ITEMS_READ = "programItems:read"
    PROGRAM_ITEMS_UPDATE = "programItems:update"
    RECORDS_PUBLISH = "records:publish"
    REMINDERS_READ = "reminders:read"
    RESULTS_CREATE = "results:create"
    RESULTS_DELETE = "results:delete"
    RESULTS_READ = "results:read"
    RESULTS_UPDATE = "results:update"
    SEARCH_READ = "search:read"
    SUBJECT_ACCESS_CREATE = "subjectAccess:create"
    TASKS_CANCEL = "tasks:cancel"
    TASKS_READ = "tasks:read"
    TRANSFER_GROUNDS_CREATE = "transferGrounds:create"
    TRANSFER_GROUNDS_READ = "transferGrounds:read"
    TRANSFER_GROUNDS_UPDATE = "transferGrounds:update"
    WEBHOOKS_CREATE = "webhooks:create"
    WEBHOOKS_DELETE = "webhooks:delete"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_UPDATE = "webhooks:update"


class Role(StrEnum):
    """What a caller is; `public` is everybody without a key."""

    PUBLIC = "public"
    PARTNER = "partner"
    AUDITOR = "auditor"
    EDITOR = "editor"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


P = Permission

_READ = frozenset(
    {
        P.AGREEMENTS_READ,
        P.CHANGES_READ,
        P.CITY_LINKS_READ,
        P.CONTACTS_READ,
        P.DECISIONS_READ,
        P.DELEGATIONS_READ,
        P.DOCUMENTS_READ,
        P.EXCHANGE_PROJECTS_READ,
        P.INDICATORS_READ,
        P.ORGANIZATIONS_READ,
        P.PARTNER_CITIES_READ,
        P.PERIODS_READ,
        P.POLICY_PLANS_READ,
        P.PROGRAM_ITEMS_READ,
        P.RESULTS_READ,
        P.SEARCH_READ,
    }
)
_SUBSCRIBE = frozenset(
    {
        P.CALENDAR_SUBSCRIPTIONS_CREATE,
        P.CALENDAR_SUBSCRIPTIONS_DELETE,
        P.CALENDAR_SUBSCRIPTIONS_READ,
        P.EXPORTS_CREATE,
        P.DIGEST_SUBSCRIPTIONS_CREATE,
        P.DIGEST_SUBSCRIPTIONS_DELETE,
        P.DIGEST_SUBSCRIPTIONS_READ,
        P.REMINDERS_READ,
        P.TASKS_CANCEL,
        P.TASKS_READ,
        P.WEBHOOKS_CREATE,
        P.WEBHOOKS_DELETE,
        P.WEBHOOKS_READ,
        P.WEBHOOKS_UPDATE,
    }
)
"""One's own reminders, calendars on one's own phone, addresses of one's own systems that are told, long exports."""
_SHARED = _SUBSCRIBE | frozenset(
    {
        P.AGREEMENTS_UPDATE,
        P.CITY_LINKS_UPDATE,
        P.CONTACTS_UPDATE,
        P.DELEGATIONS_UPDATE,
        P.DOCUMENTS_UPDATE,
        P.EXCHANGE_PROJECTS_UPDATE,
        P.IMPORTS_CREATE,
        P.INDICATORS_UPDATE,
        P.ORGANIZATIONS_UPDATE,
        P.PERIODS_REPORT,
        P.PERIODS_UPDATE,
        P.PROGRAM_ITEMS_CREATE,
        P.PROGRAM_ITEMS_UPDATE,
        P.REMINDERS_READ,
        P.RESULTS_UPDATE,
    }
)
_EDIT = _SHARED | {
    P.AGREEMENTS_CREATE,
    P.CITY_LINKS_CREATE,
    P.CITY_LINKS_MOVE,
    P.CONTACTS_CREATE,
    P.DECISIONS_CREATE,
    P.DECISIONS_UPDATE,
    P.DELEGATIONS_CREATE,
    P.DELEGATIONS_MOVE,
    P.DOCUMENTS_CREATE,
    P.EXCHANGE_PROJECTS_CREATE,
    P.EXCHANGE_PROJECTS_MOVE,
    P.INDICATORS_CREATE,
    P.ORGANIZATIONS_CREATE,
    P.PARTNER_CITIES_CREATE,
    P.PARTNER_CITIES_UPDATE,
    P.PERIODS_CREATE,
    P.POLICY_PLANS_CREATE,
    P.POLICY_PLANS_UPDATE,
    P.RESULTS_CREATE,
}
_DECIDE = frozenset(
    {
        P.AGREEMENTS_DELETE,
        P.CITY_LINKS_CLAIM,
        P.CITY_LINKS_DELETE,
        P.CITY_LINKS_MERGE,
        P.CONTACTS_DELETE,
        P.CONTACTS_MERGE,
        P.DECISIONS_DELETE,
        P.DELEGATIONS_APPROVE,
        P.DELEGATIONS_DELETE,
        P.DOCUMENTS_DELETE,
        P.EXCHANGE_PROJECTS_DELETE,
        P.EXPORTS_ARCHIVE,
        P.INDICATORS_DELETE,
        P.ORGANIZATIONS_DELETE,
        P.PARTNER_CITIES_DELETE,
        P.PERIODS_APPROVE,
        P.PERIODS_DELETE,
        P.POLICY_PLANS_DELETE,
        P.PROGRAM_ITEMS_DELETE,
        P.RECORDS_PUBLISH,
        P.RESULTS_DELETE,
    }
)
_OVERSEE = frozenset({P.PRIVACY_ACTS_READ, P.PROCESSING_REGISTER_READ, P.TRANSFER_GROUNDS_READ})
_ANSWER = _OVERSEE | {
    P.CONTACTS_ERASE,
    P.CONTACTS_RECTIFY,
    P.CONTACTS_REVIEW,
    P.SUBJECT_ACCESS_CREATE,
    P.TRANSFER_GROUNDS_CREATE,
    P.TRANSFER_GROUNDS_UPDATE,
}
"""What answering for the data of people takes, and what overseeing it."""

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PUBLIC: _READ,  # public rows
    Role.PARTNER: _READ | _SHARED,  # what is shared in the links of the partner city
    Role.AUDITOR: _READ | _OVERSEE | _SUBSCRIBE,  # every row of the own city
    Role.EDITOR: _READ | _EDIT,  # all of the own city but deciding
    Role.COORDINATOR: _READ | _EDIT | _DECIDE | _ANSWER,
    Role.ADMIN: _READ
    | {
        P.API_CLIENTS_MANAGE,
        P.CALENDAR_SUBSCRIPTIONS_DELETE,
        P.CALENDAR_SUBSCRIPTIONS_READ,
        P.EXPORTS_CREATE,
        P.DIGEST_SUBSCRIPTIONS_DELETE,
        P.DIGEST_SUBSCRIPTIONS_READ,
        P.IMPORTS_CREATE,
        P.METRICS_READ,
        P.PARTNER_CITIES_CREATE,
        P.PARTNER_CITIES_UPDATE,
        P.PROCESSING_REGISTER_READ,
        P.TASKS_CANCEL,
        P.TASKS_READ,
        P.WEBHOOKS_DELETE,
        P.WEBHOOKS_READ,
    },
}
"""What a role may do. Where (on which records) is decided by the caller's relation to the row, in the database."""

STAFF = frozenset({Role.AUDITOR, Role.EDITOR, Role.COORDINATOR, Role.ADMIN})
"""Roles that see the private rows of their own city."""


class Relation(StrEnum):
    """How a caller stands to one record."""

    OWNER = "owner"
    MEMBER = "member"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of one request, as the database found it: the client plus, with OIDC, the person."""

    role: Role = Role.PUBLIC
    client_id: UUID | None = None
    name: str | None = None
    city_id: UUID | None = None
    scopes: frozenset[str] | None = None
    person_id: UUID | None = None
    expires_at: datetime | None = None

    @property
    def actor_id(self) -> UUID | None:
        """Who acts within the client: the person, or the client itself."""
        return self.person_id or self.client_id

    @property
    def key(self) -> str:
        """Tells this actor from every other: client and person; empty for the public."""
        return f"{self.client_id}:{self.actor_id}" if self.client_id else ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What role and key scopes allow."""
        held = PERMISSIONS[self.role]
        return held if self.scopes is None else frozenset(each for each in held if each in self.scopes)

    @property
    def own_city(self) -> UUID | None:
        """The city whose private records the actor works on; none for a partner, who has only shared ones."""
        return self.city_id if self.role in STAFF else None

    def may(self, permission: Permission) -> bool:
        """Tell whether role and key scopes allow `permission`."""
        return permission in self.permissions


ANYBODY = Actor()
