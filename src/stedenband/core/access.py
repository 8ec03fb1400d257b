"""Who may do what: permissions, roles, and the actor of a request."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Permission(StrEnum):
    """`resource:action`; an operation declares exactly one."""

    AGREEMENTS_CREATE = "agreements:create"
    AGREEMENTS_DELETE = "agreements:delete"
    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_UPDATE = "agreements:update"
    API_CLIENTS_MANAGE = "apiClients:manage"
    CHANGES_READ = "changes:read"
    CITY_LINKS_CLAIM = "cityLinks:claim"
    CITY_LINKS_CREATE = "cityLinks:create"
    CITY_LINKS_DELETE = "cityLinks:delete"
    CITY_LINKS_MERGE = "cityLinks:merge"
    CITY_LINKS_MOVE = "cityLinks:move"
    CITY_LINKS_READ = "cityLinks:read"
    CITY_LINKS_UPDATE = "cityLinks:update"
    METRICS_READ = "metrics:read"
    PARTNER_CITIES_CREATE = "partnerCities:create"
    PARTNER_CITIES_DELETE = "partnerCities:delete"
    PARTNER_CITIES_READ = "partnerCities:read"
    PARTNER_CITIES_UPDATE = "partnerCities:update"
    RECORDS_PUBLISH = "records:publish"


class Role(StrEnum):
    """What a caller is; `public` is everybody without a key."""

    PUBLIC = "public"
    PARTNER = "partner"
    AUDITOR = "auditor"
    EDITOR = "editor"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


P = Permission

_READ = frozenset({P.AGREEMENTS_READ, P.CHANGES_READ, P.CITY_LINKS_READ, P.PARTNER_CITIES_READ})
_SHARED = frozenset({P.AGREEMENTS_UPDATE, P.CITY_LINKS_UPDATE})
_EDIT = _SHARED | {
    P.AGREEMENTS_CREATE,
    P.CITY_LINKS_CREATE,
    P.CITY_LINKS_MOVE,
    P.PARTNER_CITIES_CREATE,
    P.PARTNER_CITIES_UPDATE,
}
_DECIDE = frozenset(
    {
        P.AGREEMENTS_DELETE,
        P.CITY_LINKS_CLAIM,
        P.CITY_LINKS_DELETE,
        P.CITY_LINKS_MERGE,
        P.PARTNER_CITIES_DELETE,
        P.RECORDS_PUBLISH,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PUBLIC: _READ,  # public rows
    Role.PARTNER: _READ | _SHARED,  # what is shared in the links of the partner city
    Role.AUDITOR: _READ,  # every row of the own city
    Role.EDITOR: _READ | _EDIT,  # all of the own city but deciding
    Role.COORDINATOR: _READ | _EDIT | _DECIDE,
    Role.ADMIN: _READ | {P.API_CLIENTS_MANAGE, P.METRICS_READ, P.PARTNER_CITIES_CREATE, P.PARTNER_CITIES_UPDATE},
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
    """The caller of one request, as the database found it."""

    role: Role = Role.PUBLIC
    client_id: UUID | None = None
    name: str | None = None
    city_id: UUID | None = None
    scopes: frozenset[str] | None = None

    @property
    def own_city(self) -> UUID | None:
        """The city whose private records the actor works on; none for a partner, who has only shared ones."""
        return self.city_id if self.role in STAFF else None

    def may(self, permission: Permission) -> bool:
        """Tell whether role and key scopes allow `permission`."""
        return permission in PERMISSIONS[self.role] and (self.scopes is None or permission in self.scopes)


ANYBODY = Actor()
