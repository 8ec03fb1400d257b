"""What a row changes of a record: the merge patch between the document that is there and the one that is wanted."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from stedenband.core.words import say
from stedenband.transfer.imports.headings import ID, TITLE, folded
from stedenband.transfer.imports.reading import PLAIN
from stedenband.transfer.imports.wanted import NAMED, Fault, Steps, by_name, own_fields
from stedenband.web import fields
from stedenband.web.formats.columns import EACH, OTHER
from stedenband.web.formats.columns import LANGUAGES as COLUMNS_OF_TEXTS
from stedenband.web.schema import Schema
from stedenband.web.text import echo

FIXED = say("This is said when a record is made, and not changed here. Take the value of the export again.")


def filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new record is made of: what is not empty."""
    found = {name: _filled(value) for name, value in document.items() if name != OTHER}
    found |= {name: text for name, text in (document.get(OTHER) or {}).items() if text}
    return {name: value for name, value in found.items() if value is not None and value not in ({}, [])}


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return filled(value)
    return [_filled(each) for each in value] if isinstance(value, list) else value


def patch_of(schema: type[Schema], wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merge patch that makes of the document `there` the one `wanted`; without any difference, nothing."""
    known = by_name(schema)
    patch = {}
    for name, value in wanted.items():
        field, now = known[name], there.get(name)
        match field:
            case fields.Part() if isinstance(value, dict):
                below = patch_of(field.part, value, now or {})
            case fields.LocalizedText() if isinstance(value, dict):
                below = _texts(field, value, now or {})
            case _:
                if not same(field, value, now):
                    patch[name] = _sent(field, value)
                continue
        if below:
            patch[name] = None if _empties(below, now or {}) else below
    return patch


def _sent(field: Any, value: Any) -> Any:
    """Return a value as a patch has it: an emptied list is an empty one."""
    if isinstance(field, fields.Items | fields.Codes):
        return [_filled(each) for each in value] if isinstance(value, list) else [] if value is None else value
    return value


def _empties(patch: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Tell whether a patch leaves nothing of an object."""
    return all(value is None for value in patch.values()) and there.keys() <= patch.keys()


def _texts(field: fields.LocalizedText, wanted: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    texts = {language: text for language, text in wanted.items() if language != OTHER}
    if OTHER in wanted:
        texts |= {language: None for language in there if language not in COLUMNS_OF_TEXTS} | wanted[OTHER]
    return {
        language: text or None
        for language, text in texts.items()
        if not same(field.text, text or None, there.get(language))
    }


def same(field: Any, wanted: Any, there: Any) -> bool:
    """Tell whether two values of a field are one, however they are written; an empty list is as good as none."""
    match field:
        case fields.Items() if isinstance(wanted, list):
            return _same_items(field.item, wanted, there or [])
        case fields.Reference() if isinstance(wanted, dict):
            return _same_record(wanted, there or {})
        case fields.AnyReference() if isinstance(wanted, dict) and there:
            return all(wanted.get(name) == there.get(name) for name in ("type", ID))
    if not wanted and not there and not isinstance(wanted, int | float) and not isinstance(there, int | float):
        return True
    return wanted == there or (
        wanted is not None and there is not None and _meaning(field, wanted) == _meaning(field, there)
    )


def _same_items(schema: type[Schema], wanted: Sequence[Any], there: Sequence[Any]) -> bool:
    return len(wanted) == len(there) and all(
        isinstance(each, dict) and not patch_of(schema, each, now) for each, now in zip(wanted, there, strict=True)
    )


def _same_record(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Tell whether a reference is to the record that is referred to: by its id, and its title where one is given."""
    title = folded(str(there.get(TITLE, "")))
    if NAMED in wanted:
        return bool(title) and folded(wanted[NAMED]) == title
    return wanted.get(ID) == there.get(ID) and (TITLE not in wanted or folded(wanted[TITLE]) == title)


def _meaning(field: Any, value: Any) -> Any:
    """Return what the API would store; a number exactly as it was written is the same number with more zeros."""
    if isinstance(field, fields.Figure) and isinstance(value, str) and PLAIN.fullmatch(value):
        return Decimal(value)
    try:
        return field.deserialize(value)
    except ValidationError:
        return value


def without_fixed(
    schema: type[Schema], wanted: Mapping[str, Any], there: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return `wanted` without what only a new record says, and a fault for each of these that differs."""
    fixed = {name: field for name, field in own_fields(schema) if field.metadata.get("create_only")}
    faults = [
        Fault((name,), FIXED, echo(value))
        for name, value in wanted.items()
        if name in fixed and patch_of(schema, {name: value}, there)
    ]
    return {name: value for name, value in wanted.items() if name not in fixed}, faults


def losses(
    schema: type[Schema], patch: Mapping[str, Any], there: Mapping[str, Any], read: set[Steps]
) -> Iterator[Fault]:
    """Yield a fault for each list that a patch replaces without a column of it that holds something now."""
    for name, field in own_fields(schema):
        if isinstance(field, fields.Items) and patch.get(name) and there.get(name):
            for steps in _held(field.item, there[name], (name, EACH)):
                if not any(each[: len(steps)] == steps or each == steps for each in read):
                    column = ".".join(steps).replace(f".{EACH}", EACH)
                    yield Fault(
                        (name,),
                        say(
                            "A list is replaced as a whole, and its column {column} is missing."
                            " Add that column, or leave the list as it is.",
                            column=column,
                        ),
                    )


def _held(schema: type[Schema], items: Sequence[Mapping[str, Any]], within: Steps) -> Iterator[Steps]:
    """Yield the steps to what items hold and a client can write."""
    for name, field in own_fields(schema):
        values = [each[name] for each in items if name in each]
        if values and not field.dump_only:
            if isinstance(field, fields.Part):
                yield from _held(field.part, values, (*within, name))
            else:
                yield (*within, name)
