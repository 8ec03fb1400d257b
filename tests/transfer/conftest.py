"""What the tests of imports and exports share: small twinning files and a small gazetteer."""

from collections.abc import Callable

import pytest
from hypothesis import settings

from stedenband.transfer.gazetteer import Gazetteer, Place
from stedenband.transfer.positions import Position
from stedenband.transfer.twinning.plan import Plan
from stedenband.transfer.twinning.planning import plan
from stedenband.transfer.twinning.rows import parse

settings.register_profile("patient", deadline=None)  # the machine may be busy
settings.load_profile("patient")

HEADING = (
    "origincityLabel\torigincountry\toriginlat\toriginlong\toriginpopulation\t"
    "sistercityLabel\tdestinationlat\tdestinationlong\tdestinationpopulation\tdestination_countryLabel"
)
End = tuple[str, str, str, str, str]
"""Name, country, latitude, longitude, population."""

CITIES = {
    "Genk": ("Belgium", "50.966", "5.502", "66147"),
    "Gent": ("Belgium", "51.053", "3.722", ""),
    "Ghent": ("Belgium", "51.0537", "3.7250", "257029"),
    "Bocholt": ("Germany", "51.838", "6.615", "71443"),
    "Bocholt (Limburg)": ("Belgium", "51.1722", "5.5794", ""),
    "Francistown": ("Botswana", "-21.1736", "27.5125", ""),
    "Nowhere": ("Belgium", "49.95", "5.15", ""),
}

PLACES = (
    Place(2797670, "Genk", "BE", Position(50.965, 5.5001), 63666, "Europe/Brussels"),
    Place(2797656, "Gent", "BE", Position(51.05, 3.7167), 265086, "Europe/Brussels"),
    Place(2795100, "Ieper", "BE", Position(50.8511, 2.8857), 35089, "Europe/Brussels"),
    Place(2947421, "Bocholt", "DE", Position(51.8388, 6.6153), 71099, "Europe/Berlin"),
    Place(933778, "Francistown", "BW", Position(-21.17, 27.5078), 89979, "Africa/Gaborone"),
    Place(682729, "Blaj", "RO", Position(46.1753, 23.9144), 20630, "Europe/Bucharest"),
    Place(1821274, "Macau", "MO", Position(22.2006, 113.5461), 649335, "Asia/Macau"),
    Place(2795800, "Heusden", "BE", Position(51.0300, 5.2800), 31017, "Europe/Brussels"),
    Place(2783197, "Zolder", "BE", Position(51.0200, 5.3100), 17289, "Europe/Brussels"),
)


def line(origin: str | End = "Genk", destination: str | End = "Francistown") -> str:
    """Return one row, each end given in full or as the name of one of CITIES."""
    ours, theirs = (
        (end.partition(" (")[0], *CITIES[end]) if isinstance(end, str) else end for end in (origin, destination)
    )
    name, country, latitude, longitude, population = theirs
    return "\t".join((*ours, name, latitude, longitude, population, country))


@pytest.fixture(scope="session")
def heading() -> str:
    """The heading of a twinning file."""
    return HEADING


@pytest.fixture(scope="session")
def row() -> Callable[..., str]:
    """Make a row of a twinning file: see `line`."""
    return line


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """A gazetteer of a few places."""
    return Gazetteer(PLACES)


@pytest.fixture(scope="session")
def planned(gazetteer: Gazetteer) -> Callable[..., Plan]:
    """Plan the import of a file of these lines."""
    return lambda *lines: plan(parse("\n".join((HEADING, *lines)).encode()), gazetteer)
