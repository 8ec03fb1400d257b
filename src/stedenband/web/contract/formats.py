"""What the contract says of formats: the parameter, the media types with an example each, and parts of downloads."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import orjson

from stedenband.web.contract.differences import DIFFERENT_STATUSES, told
from stedenband.web.contract.examples import Spec
from stedenband.web.contract.inputs import header_parameter
from stedenband.web.formats.geojson import example_feature
from stedenband.web.formats.table import JSON, Representation, Subject
from stedenband.web.negotiation import PARAMETER

RANGE = header_parameter("Range", "The part of a file that is still missing; the answer is 206.", "bytes=65536-")
IF_RANGE = header_parameter(
    "If-Range",
    "The ETag of the part one has: when the file is another by now, all of it is sent.",
    '"9f86d081884c7d659a2f"',
)
VARY: Spec = {"description": "The format hangs on `Accept`.", "schema": {"type": "string", "example": "Accept"}}
PART: Spec = {
    "description": "The part of a file that `Range` names.",
    "headers": {
        "Content-Range": {
            "description": "Which bytes these are, of how many.",
            "schema": {"type": "string", "example": "bytes 65536-99999/100000"},
        }
    },
}


def parameters_of(facts: Mapping[str, Any]) -> list[Spec]:
    """Return `format` where more than JSON is offered, and the headers that ask for a part of an export."""
    offers: tuple[Representation, ...] = tuple(facts["offers"])
    names = [*([] if facts.get("alone") else [JSON.name]), *(each.format.name for each in offers)]
    parameter = {
        "name": PARAMETER,
        "in": "query",
        "description": "The format of the reply; it wins over `Accept`, for clients that cannot set headers."
        + (" All but json are complete: they take no paging." if is_exported(facts) else ""),
        "required": False,
        "schema": {"type": "string", "enum": names, "example": names[0]},
    }
    return ([parameter] if offers else []) + ([RANGE, IF_RANGE] if is_exported(facts) else [])


def contents(facts: Mapping[str, Any], example: Any) -> Spec:
    """Return the media types of a reply beside JSON; `example` is that of the JSON reply."""
    documents = example["items"] if facts.get("list") else [example]
    found: Spec = {}
    for each in facts["offers"]:
        schema = dict(each.format.schema or {})
        shown = {} if schema.get("format") == "binary" else {"example": _written(each, facts, documents)}
        found.setdefault(each.format.media_type, {"schema": schema, **shown})
    return found


def headers_of(facts: Mapping[str, Any]) -> Spec:
    """Return what a reply in several formats says of itself."""
    return {"Vary": VARY} if facts["offers"] else {}


def partial_responses(facts: Mapping[str, Any]) -> Spec:
    """Return the replies to a request for a part of an export."""
    return {"206": PART | told(DIFFERENT_STATUSES, "206")} if is_exported(facts) else {}


def is_exported(facts: Mapping[str, Any]) -> bool:
    """Tell whether a file is sent: one that is kept, or all records in a format; changes have pages in each."""
    return bool("file" in facts or (facts.get("list") and facts["offers"] and not facts.get("paged")))


def _written(representation: Representation, facts: Mapping[str, Any], documents: list[Any]) -> Any:
    """Return what the representation's own writer makes of the example."""
    single = not facts.get("list")
    out = BytesIO()
    features = [example_feature(each) if representation.features else each for each in documents]
    subject = Subject("example", facts["returns"], "http://127.0.0.1:8000/v1", single=single)
    representation.write(subject, map(orjson.dumps, features), out)
    text = out.getvalue().decode()
    return orjson.loads(text) if (representation.format.schema or {}).get("type") == "object" else text
