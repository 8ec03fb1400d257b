"""Every example of the contract is what its schema says; those of requests are sent in test_schemathesis."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from stedenband.core.errors import Problem
from tests.contracts.operations import contract, operations

Content = tuple[str, dict[str, Any]]


def contents() -> Iterator[Content]:
    """Give the media types of every request and reply, each with a name."""
    for operation in operations():
        for kind, content in operation.spec.get("requestBody", {}).get("content", {}).items():
            yield f"{operation} {kind}", content
        for status, reply in operation.spec["responses"].items():
            for kind, content in reply.get("content", {}).items():
                yield f"{operation} {status} {kind}", content


BINARY = ("spreadsheetml.sheet", "application/pdf", "*/*")
"""Media types whose bytes are no text that a contract could show."""


def test_every_request_and_reply_has_an_example() -> None:
    without = [name for name, content in contents() if "example" not in content and not name.endswith(BINARY)]
    assert not without


def test_every_example_is_what_its_schema_says() -> None:
    wrong = []
    validators: dict[str, Any] = {}
    for name, content in contents():
        if "example" in content:
            validator = validators.setdefault(
                str(content["schema"]), OAS30Validator(content["schema"], format_checker=oas30_format_checker)
            )
            wrong += [
                f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(content["example"])
            ]
    assert not wrong


def resolved(reply: dict[str, Any]) -> dict[str, Any]:
    """Return a reply, which many operations may share."""
    name = reply.get("$ref", "").rpartition("/")[2]
    return dict(contract()["components"]["responses"][name]) if name else reply


@pytest.mark.parametrize("status", sorted({str(kind.status) for kind in Problem.__subclasses__()}))
def test_an_example_of_a_problem_has_the_type_of_its_status(status: str) -> None:
    types = {kind.type for kind in Problem.__subclasses__() if str(kind.status) == status}
    shown = {
        content["example"]["type"]
        for item in contract()["paths"].values()
        for operation in item.values()
        for content in resolved(operation["responses"].get(status, {})).get("content", {}).values()
        if "type" in content.get("example", ())
    }
    assert shown <= types
