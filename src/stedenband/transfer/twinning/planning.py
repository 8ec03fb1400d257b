"""From the rows of a file to the plan of an import: each city once, each pair once, whichever end it is seen from."""

from collections import Counter
from collections.abc import Iterable, Iterator

from stedenband.transfer.gazetteer import Gazetteer
from stedenband.transfer.twinning.drafts import DraftCities, DraftCity
from stedenband.transfer.twinning.plan import Counts, Finding, Plan, PlannedCity, PlannedLink, Quality, Severity
from stedenband.transfer.twinning.rows import Reading, RefusedRowError, Row


def plan(reading: Reading, gazetteer: Gazetteer, rows: Iterable[Row] | None = None) -> Plan:
    """Plan the import of `reading`.

    `rows` may be an iterable over `reading.rows` that shows progress; each row is taken from it once.
    """
    drafts = DraftCities(gazetteer)
    pairs: dict[frozenset[DraftCity], dict[int, tuple[DraftCity, DraftCity]]] = {}
    findings = list(reading.findings)
    for row in _definite_first(reading.rows if rows is None else rows):
        try:
            origin = drafts.city_of(row.origin, row.number)
            destination = drafts.city_of(row.destination, row.number)
        except RefusedRowError as refusal:
            findings.append(Finding(row.number, Severity.SKIPPED, str(refusal)))
            continue
        if origin is destination:
            findings.append(Finding(row.number, Severity.SKIPPED, f"links {origin.name!r} with itself"))
            continue
        origin.note(row.number, row.origin)
        destination.note(row.number, row.destination)
        pairs.setdefault(frozenset((origin, destination)), {})[row.number] = (origin, destination)
    cities = tuple(city.planned(gazetteer) for city in drafts.settled())
    links = tuple(sorted((_link(told) for told in pairs.values()), key=lambda link: link.rows))
    findings += drafts.findings
    findings += [repeated for link in links for repeated in _repeated(link)]
    findings.sort(key=lambda finding: (finding.row, finding.severity, finding.reason))
    return Plan(cities, links, tuple(findings), _counts(cities, links, findings))


def _definite_first(rows: Iterable[Row]) -> Iterator[Row]:
    """Put rows with a country that is no more last: other rows may tell which one it is today."""
    put_off = []
    for row in rows:
        if len(row.origin.countries) == len(row.destination.countries) == 1:
            yield row
        else:
            put_off.append(row)
    yield from put_off


def _link(told: dict[int, tuple[DraftCity, DraftCity]]) -> PlannedLink:
    rows = sorted(told)
    origin, destination = told[rows[0]]
    return PlannedLink(origin.key, destination.key, tuple(rows))


def _repeated(link: PlannedLink) -> Iterator[Finding]:
    first, *others = link.rows
    for row in others:
        yield Finding(row, Severity.REPEATED, f"repeats the pair of row {first}")


def _counts(cities: tuple[PlannedCity, ...], links: tuple[PlannedLink, ...], findings: list[Finding]) -> Counts:
    qualities = Counter(city.quality for city in cities)
    told = sum(len(link.rows) for link in links)
    rejected = sum(finding.severity is Severity.SKIPPED for finding in findings)
    return Counts(
        rows=told + rejected,
        cities=len(cities),
        matched=qualities[Quality.MATCHED],
        doubtful=qualities[Quality.DOUBTFUL],
        unmatched=qualities[Quality.UNMATCHED],
        links=len(links),
        repeated=told - len(links),
        rejected=rejected,
    )
