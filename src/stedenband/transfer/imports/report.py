"""What an import says of itself: one document of a run, or of all pieces of one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from stedenband.transfer.imports.corrections import column_of
from stedenband.transfer.imports.files import Asked
from stedenband.transfer.imports.order import Order
from stedenband.transfer.imports.outcome import MOST_TOLD, Report, Told
from stedenband.transfer.schemas import SEVERITIES, TAB
from stedenband.web.catalogs import translated
from stedenband.web.problems import safe

DONE = ("created", "changed", "left", "refused")


def document(order: Order, asked: Asked, report: Report, language: str) -> dict[str, Any]:
    """Return the report on a whole file."""
    return _whole(order, asked, [piece(order, report, language)], written=report.written)


def document_of_pieces(order: Order, asked: Asked, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Return the report on a file that was taken in pieces, of the line that each left."""
    return _whole(order, asked, map(orjson.loads, pieces), written=True)


def piece(order: Order, report: Report, language: str) -> dict[str, Any]:
    """Return what became of some rows, in a language; the sentences are as they are sent."""
    return {
        **report.counts,
        "records": [
            _present(row=each.row, done=each.done, id=_id(each, order), properties=list(each.properties))
            for each in report.records
        ],
        "findings": [
            _present(
                row=each.row,
                column=column_of(each.fault.steps) or None,
                value=each.fault.value,
                reason=safe(translated(each.fault.reason, language)),
                severity=each.fault.severity,
            )
            for each in report.findings
        ],
        "refusedRows": sorted(report.refused),
    }


def faults_of(pieces: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
    """Yield each row that was refused, in order, with what is wrong with it."""
    for each in pieces:
        found: dict[int, list[Mapping[str, Any]]] = {number: [] for number in each["refusedRows"]}
        for finding in each["findings"]:
            found.get(finding["row"], []).append(finding)
        yield from found.items()


def _whole(order: Order, asked: Asked, pieces: Iterable[Mapping[str, Any]], *, written: bool) -> dict[str, Any]:
    counts = dict.fromkeys(DONE, 0)
    records: list[Any] = []
    findings: list[Any] = []
    for each in pieces:
        for done in DONE:
            counts[done] += each[done]
        records = [*records, *each["records"]][:MOST_TOLD]
        findings = _ranked([*findings, *each["findings"]])[:MOST_TOLD]
    told = {name: TAB if value == "\t" else value for name, value in asked.told.items()}
    return {
        "resource": order.resource,
        "dryRun": order.dry_run,
        "written": written and not order.dry_run,
        **told,
        "guessed": sorted(asked.guessed),
        "columns": [_present(heading=heading, column=name) for heading, name in asked.columns()],
        "rows": sum(counts.values()),
        **counts,
        "records": records,
        "findings": findings,
    }


def _ranked(findings: Sequence[Any]) -> list[Any]:
    return sorted(findings, key=lambda each: (SEVERITIES.index(each["severity"]), each["row"]))


def _id(told: Told, order: Order) -> str | None:
    """Return the id of a record; one that a trial made is nobody's."""
    return None if order.dry_run and told.done == "created" else str(told.key)


def _present(**properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
