"""An export is a valid import: sent back unchanged it changes nothing, an edited cell changes one record."""

import pytest

from stedenband.transfer.imports.files import Format, Manner
from tests.builders import World
from tests.transfer.imports.sending import WRITABLE, exports, take_in

FORMATS: list[Format] = ["csv", "xlsx", "ndjson"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", WRITABLE)
def test_an_export_sent_back_changes_nothing(world: World, name: str, form: Format) -> None:
    role = "admin" if name == "apiClients" else "coordinator"
    rows = 0
    for data in exports(world, name, form, role):
        if form == "ndjson" and not data:
            continue
        report = take_in(world, name, data, Manner(form), role=role)
        assert [(each.row, each.fault) for each in report.findings] == []
        assert report.counts == {"created": 0, "changed": 0, "left": report.rows, "refused": 0}
        rows += report.rows
    assert rows
