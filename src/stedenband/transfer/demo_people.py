"""People of the demo data: organizations known from public sources, and persons who are all invented."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from stedenband.people.models import (
    Contact,
    ContactEmail,
    ContactLanguage,
    ContactPhone,
    ContactRole,
    Organization,
    TransferGround,
)

PURPOSE = "Demo: working on the link of Genk and Francistown."
INVENTED = "Demo: this person is invented."
GROUND = "Demo: this ground is invented."


def fill(session: Session, link: UUID, genk: UUID, francistown: UUID) -> None:
    """Add, for Genk, who takes part in its link: three organizations and three persons, one for each audience."""
    association, council, youth = (
        Organization(city_id=genk, **values)
        for values in (
            {
                "name": "Vereniging van Vlaamse Steden en Gemeenten",
                "names": {"en": "Association of Flemish Cities and Municipalities", "nl": "VVSG"},
                "kind": "15",
                "website": "https://www.vvsg.be",
                "summary": {"en": "Shares vision on links between cities at conferences."},
                "visibility": "public",
            },
            {
                "name": "Francistown City Council",
                "kind": "11",
                "partner_city_id": francistown,
                "city_link_id": link,
                "summary": {"en": "Works with Genk on waste, education and youth."},
                "visibility": "public",
            },
            {
                "name": "Youth council of Genk (demo)",
                "kind": "22",
                "partner_city_id": genk,
                "city_link_id": link,
                "functional_mailbox": "youth@genk.example.org",
                "community": "Young people of Genk",
                "internal_note": "Demo: this organization is invented.",
                "visibility": "link",
            },
        )
    )
    ground = TransferGround(
        city_id=genk,
        partner_city_id=francistown,
        kind="bindingInstrument",
        reference=GROUND,
        valid_from=date(2020, 1, 1),
    )
    session.add_all((association, council, youth, ground))
    session.flush()
    for name, function, mailbox, number, visibility, organization, role in (
        ("Ann", "North-South officer", "north-south@genk.example.org", "+3289653600", "public", None, "coordinator"),
        ("Kabo", "Coordinator of the link", None, "+2672411110", "link", council, "contactPoint"),
        ("Younes", "Chair", None, "+3289653601", "city", youth, "boardMember"),
    ):
        target = {"organization_id": organization.id} if organization else {"city_link_id": link}
        session.add(
            Contact(
                city_id=genk,
                city_link_id=link,
                given_name=name,
                family_name="Example (demo)",
                function=function,
                function_mailbox=mailbox,
                partner_city_id=genk if organization is None else organization.partner_city_id,
                organization_id=organization and organization.id,
                lawful_basis="publicTask",
                purpose=PURPOSE,
                source=INVENTED,
                review_on=date(2027, 1, 1),
                visibility=visibility,
                emails=[ContactEmail(address=f"{name.lower()}@people.example.org", position=0)],
                phones=[ContactPhone(number=number, position=0)],
                languages=[ContactLanguage(code="en")],
                roles=[ContactRole(role=role, **target)],
            )
        )
    session.flush()
