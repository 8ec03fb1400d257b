"""/organizations."""

from sqlalchemy import func, select

from stedenband.cities.models import PartnerCity
from stedenband.core.access import Permission
from stedenband.people import rules
from stedenband.people.models import ORGANIZATION_KINDS, Organization
from stedenband.people.schemas import OrganizationSchema
from stedenband.web import fields
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words

ORGANIZATIONS = Resource(
    name="organizations",
    noun="organization",
    model=Organization,
    schema=OrganizationSchema,
    title="name",
    permissions={
        "read": Permission.ORGANIZATIONS_READ,
        "create": Permission.ORGANIZATIONS_CREATE,
        "update": Permission.ORGANIZATIONS_UPDATE,
        "delete": Permission.ORGANIZATIONS_DELETE,
    },
    filters=(
        by_words("find_organizations"),
        Filter(
            "kind",
            fields.Code("Kind (IATI OrganisationType).", ORGANIZATION_KINDS, example="22"),
            lambda organization, kinds: organization.kind == func.any(kinds),
            many=True,
        ),
        Filter(
            "city",
            fields.Key("The city where it is: its id.", example=fields.EXAMPLE_ID),
            lambda organization, keys: organization.partner_city_id.in_(
                select(PartnerCity.id).where(PartnerCity.id == func.any(keys))
            ),
            many=True,
        ),
        Filter(
            "cityLink",
            fields.Key("The link that it is shared in: its id.", example=fields.EXAMPLE_ID),
            lambda organization, keys: organization.city_link_id == func.any(keys),
            many=True,
        ),
        Filter(
            "enterpriseNumber",
            fields.EnterpriseNumber(),
            lambda organization, numbers: organization.enterprise_number == func.any(numbers),
            many=True,
        ),
        Filter(
            "iatiIdentifier",
            fields.IatiIdentifier(),
            lambda organization, identifiers: organization.iati_identifier == func.any(identifiers),
            many=True,
        ),
    ),
    sorts=(Sort("name", "name_sort"), Sort("kind", "kind"), Sort("updatedAt", "updated_at")),
    default_sort=("name",),
    rules=Rules(rules.create_organization, rules.change_organization, rules.delete_organization, together=True),
)
