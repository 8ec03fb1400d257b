"""What Schemathesis has to know beside the contract; it loads this file, as schemathesis.toml says (docs/adr/0019).

OpenAPI, or the Belgian guide, does not let the contract say everything that the service promises. What it leaves out is
put in here, so that what counts as allowed input gets past the parser, and what counts as wrong is wrong.
"""

from collections.abc import Iterator
from typing import Any

import schemathesis

from stedenband.documents.models import MEDIA_TYPES
from stedenband.web import codes
from stedenband.web.contract.inputs import FORM_OF_A_FILE
from stedenband.web.schema import RECEIVED

AS_THEY_ARE = [each for each in MEDIA_TYPES if not each.startswith(("image/", "text/"))]
"""The kinds of files that it has no bytes of its own for: any bytes are sent."""
schemathesis.serializer.alias(
    ["application/offset+octet-stream", "application/x-ndjson", *AS_THEY_ARE], "application/octet-stream"
)

OF_FORM = ("input-validation:schemaViolation", "input-validation:unknownParameter")
"""The kinds of issues that say: this is not what the contract asks for."""
OF_PAGES = ("after", "pageSize", "total", "embed")
"""Parameters that only JSON takes: the other formats are complete."""
STANDARDS = {f"^{each.form}$": each.codes for each in (codes.COUNTRIES, codes.LANGUAGES, codes.CURRENCIES)}


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Say that unknown properties are refused (rule addi-prop forbids to), and list the codes (rule oas-enum)."""
    for name, schema in raw_schema["components"]["schemas"].items():
        if name.endswith(RECEIVED):
            schema["additionalProperties"] = False
    for schema in _schemas(raw_schema["paths"]), _schemas(raw_schema["components"]):
        for each in schema:
            if each.get("title") == FORM_OF_A_FILE:
                each["additionalProperties"] = False
            if each.get("pattern") in STANDARDS:
                each["enum"] = list(STANDARDS[each["pattern"]])


def _schemas(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _schemas(below)


@schemathesis.hook
def before_call(_context: Any, case: Any, _arguments: Any) -> None:
    """Make allowed input fit: parameters that go together, the version that is there, a key that is new."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.query.get("format", "json") != "json":
        case.query = {name: value for name, value in case.query.items() if name not in OF_PAGES}
    case.query.pop("after", None)  # a cursor comes from a page
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = case.id


@schemathesis.check
def allowed_input_is_no_violation(_context: Any, response: Any, case: Any) -> None:
    """Refuse a reply that calls a violation of the contract what the contract allows.

    Allowed input may break a rule of the register, and is answered with 400 as well: the kind of the issue tells.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:  # noqa: PLR2004
        return
    issues = response.json().get("issues", [])
    wrong = [each for each in issues if each["type"].endswith(OF_FORM)]
    assert issues, "400 without an issue"  # noqa: S101 (this is how a check speaks)
    assert not wrong, f"The contract allows it: {wrong}"  # noqa: S101
