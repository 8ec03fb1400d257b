"""What every field is: a value with a description and an audience."""

from collections.abc import Mapping
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow import ValidationError

from stedenband.core.words import Rule, Said, say


class Field(ma.fields.Field[Any]):
    """A value. `audience` says who sees it; `description` and `example` go into the contract."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "string"}

    def __init__(
        self,
        description: str,
        *,
        example: Any = None,
        audience: str = "public",
        create_only: bool = False,
        on_demand: bool = False,
        **more: Any,
    ) -> None:
        """Describe the field in one sentence; `on_demand`: it is sent where `select` names it."""
        metadata = {"description": description, "audience": audience, "create_only": create_only}
        metadata["on_demand"] = on_demand
        if example is not None:
            metadata["example"] = example
        super().__init__(metadata=metadata, **more)

    def documented(self) -> dict[str, Any]:
        """Return the JSON schema of the value."""
        return dict(self.schema_type)

    def text_from(self, value: object) -> str:
        """Return `value` when it is a string."""
        if not isinstance(value, str):
            raise ValidationError(say("Give a JSON string."))
        return value


def refused(said: Said, *, formed: bool = True) -> ValidationError:
    """Return what to raise for a value against a rule; `formed`: it does have the form that the contract asks for."""
    return ValidationError(Rule(said) if formed else said)


class QueryText(str):
    """A value from the query string, where every value is text."""

    __slots__ = ()


def present(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the properties without a value: absent, not null."""
    return {name: value for name, value in properties.items() if value is not None}
