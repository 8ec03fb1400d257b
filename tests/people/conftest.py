"""What tests of people can ask for."""

import pytest
from sqlalchemy import delete

from stedenband.core.address import owner_session
from stedenband.delegations.models import Gift, Meeting, Participant
from stedenband.people.models import Contact, Organization
from stedenband.projects.models import Juror, Nomination, ParticipatingOrganization
from tests.builders import World


@pytest.fixture
def fresh_world(fresh_world: World) -> World:
    """A world for this test alone, in which nobody is known yet."""
    with owner_session(fresh_world.database.owner_url) as session:
        for kind in (Gift, Meeting, Participant, Juror, Nomination, ParticipatingOrganization, Contact, Organization):
            session.execute(delete(kind))
        session.commit()
    return fresh_world
