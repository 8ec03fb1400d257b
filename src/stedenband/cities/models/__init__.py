"""Partner cities, city links and agreements, as they are stored."""

from stedenband.cities.models.agreement import (
    AGREEMENT_KINDS,
    AGREEMENT_STATUSES,
    Agreement,
    AgreementSignatory,
    AgreementTheme,
)
from stedenband.cities.models.city_link import (
    LINK_KINDS,
    LINK_LIFECYCLE,
    MEMBER_ROLES,
    CityLink,
    CityLinkMember,
    CityLinkMerge,
    CityLinkMove,
    CityLinkTheme,
)
from stedenband.cities.models.partner_city import TRAVEL_WARNINGS, PartnerCity, PartnerCityLanguage
from stedenband.cities.models.themes import THEMES

__all__ = [
    "AGREEMENT_KINDS",
    "AGREEMENT_STATUSES",
    "LINK_KINDS",
    "LINK_LIFECYCLE",
    "MEMBER_ROLES",
    "THEMES",
    "TRAVEL_WARNINGS",
    "Agreement",
    "AgreementSignatory",
    "AgreementTheme",
    "CityLink",
    "CityLinkMember",
    "CityLinkMerge",
    "CityLinkMove",
    "CityLinkTheme",
    "PartnerCity",
    "PartnerCityLanguage",
]
