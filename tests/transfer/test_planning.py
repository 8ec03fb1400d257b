"""The plan of an import: each city once, each pair once, whichever end it is seen from."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from stedenband.transfer.gazetteer import Gazetteer
from stedenband.transfer.twinning.plan import Plan, PlannedCity, Quality, Severity
from stedenband.transfer.twinning.planning import plan
from stedenband.transfer.twinning.rows import parse

Line = Callable[..., str]
Planned = Callable[..., Plan]
BLAJ = ("46.175277777778", "23.914444444444", "20630")


def named(planned: Plan) -> dict[str, PlannedCity]:
    """Return the cities by name; of homonyms the last."""
    return {city.name: city for city in planned.cities}


def remarks(planned: Plan) -> list[tuple[int, str, str]]:
    """Return row, severity and reason of the findings."""
    return [(finding.row, finding.severity.value, finding.reason) for finding in planned.findings]


def test_a_row_makes_two_cities_and_their_link(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", "Francistown"))
    francistown, genk = sorted(result.cities, key=lambda city: city.name)
    assert (genk.geonames_id, genk.country_code, genk.timezone) == (2797670, "BE", "Europe/Brussels")
    assert (genk.latitude, genk.longitude, genk.population) == (50.966, 5.502, 66147)
    assert (francistown.geonames_id, francistown.timezone, francistown.population) == (933778, "Africa/Gaborone", None)
    assert [(link.first_key, link.second_key, link.rows) for link in result.links] == [
        ("be-genk@50.966,5.502", "bw-francistown@-21.174,27.512", (2,))
    ]
    assert not result.findings


def test_a_pair_seen_from_both_ends_is_one_link(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", "Gent"), row("Gent", "Genk"))
    assert (result.counts.rows, result.counts.cities, result.counts.links, result.counts.repeated) == (2, 2, 1, 1)
    assert remarks(result) == [(3, "repeated", "repeats the pair of row 2")]


def test_a_city_spelled_differently_at_the_other_end_is_the_same(planned: Planned, row: Line) -> None:
    result = planned(row("Gent", "Genk"), row("Genk", "Ghent"))
    assert (result.counts.cities, result.counts.links, result.counts.repeated) == (2, 1, 1)
    assert named(result)["Gent"].population == 257029
    assert remarks(result)[0] == (3, "doubtful", "'Ghent' is taken for 'Gent', 0.2 km away")


def test_homonyms_are_two_cities(planned: Planned, row: Line) -> None:
    result = planned(row("Bocholt (Limburg)", "Bocholt"))
    assert sorted((city.country_code, city.geonames_id) for city in result.cities) == [("BE", None), ("DE", 2947421)]
    assert result.counts.links == 1


def test_a_city_without_a_match_is_kept(planned: Planned, row: Line) -> None:
    nowhere = named(planned(row("Nowhere", "Genk")))["Nowhere"]
    assert (nowhere.geonames_id, nowhere.quality, nowhere.timezone) == (None, Quality.UNMATCHED, "Europe/Brussels")


def test_a_doubtful_city_is_kept_without_the_identifier(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", ("Heusden-Zolder", "Belgium", "51.028", "5.285", "")))
    doubtful = named(result)["Heusden-Zolder"]
    assert (doubtful.geonames_id, doubtful.quality) == (None, Quality.DOUBTFUL)
    assert result.counts.doubtful == 1
    [(number, severity, reason)] = remarks(result)
    assert (number, severity) == (2, "doubtful")
    assert reason.startswith("'Heusden-Zolder' may be GeoNames")


def test_a_self_link_is_refused_and_leaves_no_city(planned: Planned, row: Line) -> None:
    result = planned(row("Ghent", "Gent"))
    assert (result.cities, result.links, result.counts.rejected) == ((), (), 1)
    assert (2, "skipped", "links 'Ghent' with itself") in remarks(result)


def test_a_longer_name_nearby_is_kept_apart_and_doubtful(planned: Planned, row: Line) -> None:
    result = planned(row("Nowhere", "Genk"), row("Genk", ("Nowhere Municipality", "Belgium", "49.951", "5.151", "")))
    assert result.counts.links == 2
    assert remarks(result) == [(3, "doubtful", "'Nowhere Municipality' may be the same city as 'Nowhere' (row 2)")]


def test_the_better_fitting_city_keeps_the_place_of_geonames(planned: Planned, row: Line) -> None:
    longer = ("Genk Municipality", "Belgium", "50.97", "5.51", "")
    for lines in (
        (row("Genk", "Gent"), row(longer, "Gent")),
        (row(longer, "Gent"), row("Genk", "Gent")),
    ):
        result = planned(*lines)
        cities = named(result)
        assert cities["Genk"].geonames_id == 2797670
        assert (cities["Genk Municipality"].geonames_id, cities["Genk Municipality"].quality) == (None, "doubtful")
        assert any(reason.endswith("that is 'Genk'") for _, _, reason in remarks(result))


def test_a_state_that_is_no_more_gives_way_to_the_country_of_today(planned: Planned, row: Line) -> None:
    old, today = (row("Genk", ("Blaj", country, *BLAJ)) for country in ("Austrian Empire", "Romania"))
    for result in (planned(old, today), planned(today, old)):
        assert (result.counts.links, result.counts.repeated) == (1, 1)
        assert named(result)["Blaj"].country_code == "RO"


def test_the_country_of_today_may_be_told_by_neighbors_only(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", ("Fel", "Austria-Hungary", "46.3", "23.7", "")))
    assert named(result)["Fel"].country_code == "RO"
    assert remarks(result) == [(2, "doubtful", "'Fel' is taken to lie in RO: the country given is no more")]


def test_a_lost_country_without_neighbors_is_refused(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", ("Atlantis", "Austria-Hungary", "0", "0", "")))
    assert [(number, severity) for number, severity, _ in remarks(result)] == [(2, "skipped")]
    assert not result.cities


def test_a_city_given_to_the_whole_may_lie_in_a_territory(planned: Planned, row: Line) -> None:
    macau = ("Macau", "People's Republic of China", "22.1667", "113.55", "")
    assert named(planned(row("Genk", macau)))["Macau"].country_code == "MO"


def test_a_city_far_from_its_country_is_doubtful(planned: Planned, row: Line) -> None:
    result = planned(row("Genk", ("Swapped", "Belgium", "5.5", "50.9", "")), row("Genk", ("X", "Chad", "5", "50", "")))
    assert remarks(result) == [(2, "doubtful", "'Swapped' lies more than 300 km from every known city of BE")]


def test_the_rows_can_be_taken_one_by_one(gazetteer: Gazetteer, heading: str, row: Line) -> None:
    reading = parse(f"{heading}\n{row()}".encode())
    assert plan(reading, gazetteer, rows=iter(reading.rows)) == plan(reading, gazetteer)


ENDS = st.sampled_from(["Genk", "Gent", "Ghent", "Bocholt", "Bocholt (Limburg)", "Francistown", "Nowhere"])


@given(st.lists(st.tuples(ENDS, ENDS), max_size=12))
def test_every_row_is_a_link_a_repetition_or_rejected(
    planned: Planned, row: Line, pairs: list[tuple[str, str]]
) -> None:
    result = planned(*(row(*pair) for pair in pairs))
    counts = result.counts
    assert counts.rows == len(pairs) == counts.links + counts.repeated + counts.rejected
    assert counts.cities == len(result.cities) == counts.matched + counts.doubtful + counts.unmatched
    keys = {city.key for city in result.cities}
    assert len(keys) == len(result.cities)
    assert {key for link in result.links for key in (link.first_key, link.second_key)} == keys
    assert len({frozenset((link.first_key, link.second_key)) for link in result.links}) == counts.links
    told = [city.geonames_id for city in result.cities if city.geonames_id]
    assert len(told) == len(set(told))
    assert all(finding.severity in set(Severity) for finding in result.findings)
