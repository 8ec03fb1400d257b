"""Whatever stands in a row, it becomes a record or a list of faults; the import never breaks."""

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stedenband.transfer.imports.headings import headings_of
from tests.builders import OWN, World
from tests.transfer.imports.sending import BY_NAME, NDJSON, WRITABLE, csv_of, take_in

HOSTILE = (
    "", " ", "x", "\0", "\u202e", "|", "||", "\\", "a|b|c", "{", "{}", "[]", "[1,2]", '{"de":1}', '{"de":null}', '{"xx":"y"}',
    "null", "NaN", "1e400", "-1", "9" * 400, "1,5", "true", "ja", "0001-01-01", "31/12/9999", "2004-02-30", "2026-02-01T09:30:00Z",
    "9999-12-31T23:59:59-23:59", "=1+1", "'=1", "'", "nl", "BE", "Genk", "Francistown|Genk", "00000000-0000-0000-0000-000000000000",
    "x" * 5000, "é" * 300, "😀", "https://x.example", "+3289653600", "a@example.org", "*", "city", "public", "1", "3",
)  # fmt: skip
VALUES = st.sampled_from(HOSTILE) | st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | VALUES.filter(lambda text: text.isprintable()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("id", "title", "nl", "de", "value", "x")), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PATIENT = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def parent_of(world: World, name: str) -> Any:
    """Return a record below which records of a collection stand."""
    above = BY_NAME[name].parent
    return world.api(OWN).get(f"/v1/{above.name}").json["items"][0]["id"] if above else None


@pytest.mark.parametrize("name", WRITABLE)
def test_any_cells_are_records_or_faults(world: World, name: str) -> None:
    columns = [each.name for each in headings_of(BY_NAME[name]) if each.read]
    known = world.api(OWN, "admin" if name == "apiClients" else "coordinator")
    role = "admin" if name == "apiClients" else "coordinator"
    parent = parent_of(world, name)
    above = BY_NAME[name].parent
    path = f"/v1/{above.name}/{parent}/{name}" if above else f"/v1/{name}"
    ids = [each["id"] for each in known.get(path).json["items"]][:3]

    chosen = st.lists(st.sampled_from(columns), min_size=1, max_size=6, unique=True)
    cells = chosen.flatmap(
        lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, VALUES)), min_size=1, max_size=3)
    )

    @PATIENT
    @given(cells, st.sampled_from(["", *ids]))
    def check(rows: list[dict[str, str]], key: str) -> None:
        if key:
            rows = [{**row, "id": key, "version": "*"} for row in rows]
        told = [{key: str(value).encode("utf-8", "replace").decode() for key, value in row.items()} for row in rows]
        report = take_in(world, name, csv_of(told), role=role, dry=True, parent=parent)
        assert report.rows <= len(rows)

    check()


@pytest.mark.parametrize("name", WRITABLE)
def test_any_documents_are_records_or_faults(world: World, name: str) -> None:
    properties = sorted({each.steps[0] for each in headings_of(BY_NAME[name])})
    role = "admin" if name == "apiClients" else "coordinator"
    parent = parent_of(world, name)

    @PATIENT
    @given(st.lists(st.dictionaries(st.sampled_from(properties), JSON, max_size=5), min_size=1, max_size=3))
    def check(documents: list[dict[str, Any]]) -> None:
        lines = b"\n".join(orjson.dumps(each, option=orjson.OPT_NON_STR_KEYS) for each in documents if _is_json(each))
        assert take_in(world, name, lines, NDJSON, role=role, dry=True, parent=parent).rows <= len(documents)

    check()


def _is_json(document: Any) -> bool:
    try:
        orjson.dumps(document)
    except (TypeError, orjson.JSONEncodeError):
        return False
    return True
