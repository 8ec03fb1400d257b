"""What stands only in a query."""

import re
from typing import Any

from marshmallow import ValidationError

from stedenband.core.words import say
from stedenband.web.fields.base import Field, refused

BOUNDS = ((-90, 90), (-180, 180), (1, 20_038))
"""Degrees north, degrees east, and kilometers up to half the globe's girth."""


class Near(Field):
    """A circle on the globe in a query: `latitude,longitude,kilometers` in decimal degrees and kilometers."""

    FORM = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,15})?),(-?[0-9]{1,3}(?:\.[0-9]{1,15})?),([0-9]{1,5})", re.ASCII)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[float]:
        found = self.FORM.fullmatch(self.text_from(value))
        circle = [float(part) for part in found.groups()] if found else []
        if not found or any(not least <= part <= most for part, (least, most) in zip(circle, BOUNDS, strict=True)):
            hint = say("Give latitude,longitude,kilometers, such as 50.965,5.5,25 (at most 20038 km).")
            raise refused(hint, formed=bool(found))
        return circle

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "pattern": f"^{self.FORM.pattern}$".replace("(?:", "(")}


class Repeated(Field):
    """A repeatable query parameter: several values are joined with OR."""

    def __init__(self, value: Field, *, most: int = 50) -> None:
        """Give the field that reads one value."""
        super().__init__(value.metadata["description"], example=value.metadata.get("example"))
        self.value = value
        self.most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> list[Any]:
        if len(value) > self.most:
            raise ValidationError(say("Repeat this parameter at most {most} times.", most=self.most))
        return [self.value.deserialize(item) for item in value]

    def documented(self) -> dict[str, Any]:
        """Return an array."""
        return {"type": "array", "items": self.value.documented(), "maxItems": self.most}
