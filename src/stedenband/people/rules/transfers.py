"""Grounds on which personal data goes to partner cities outside the European Economic Area (GDPR chapter V).

The database watches that no contact is shared without one (`check_transfer`), whichever comes last, the contact or the
member of the link. Where a ground ends, by the calendar or because it was changed, its city sees nobody any more.
"""

from typing import Any

from sqlalchemy.orm import Session

from stedenband.cities.models import PartnerCity
from stedenband.core.access import Actor
from stedenband.core.parts import assign, referred, store
from stedenband.people.models import TransferGround
from stedenband.people.rules.acts import record_act

Data = dict[str, Any]


def create_transfer_ground(session: Session, actor: Actor, data: Data) -> TransferGround:
    """Record a ground of the caller's city for one partner city; recording it is an act."""
    city = referred(session, PartnerCity, data.pop("city"), "city")
    ground = TransferGround(city_id=actor.city_id, partner_city_id=city.id)
    assign(ground, data)
    store(session, ground)
    record_act(session, "transferGround", ground.city_id, actor, subject=ground)
    return ground


def change_transfer_ground(session: Session, actor: Actor, ground: TransferGround, data: Data) -> None:
    """Correct a ground or end it; the partner city is told at once what it lost or has again."""
    assign(ground, data)
    record_act(session, "transferGround", ground.city_id, actor, subject=ground)
