"""When a record says that it was changed."""

from sqlalchemy.orm import selectinload

from stedenband.cities.models import CityLink, CityLinkTheme
from stedenband.core.address import owner_session
from tests.builders import World


def test_a_part_that_is_sent_alone_leaves_the_record_as_it_is(world: World) -> None:
    with owner_session(world.database.owner_url) as session:
        link = session.get_one(CityLink, world.links["public"], options=[selectinload(CityLink.themes)])
        before = link.updated_at, link.version
        link.themes = [CityLinkTheme(code="waste")]
        session.flush()
        assert (link.updated_at, link.version) == before, "until it is touched"
