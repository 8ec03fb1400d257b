"""Keys, numbers, days and moments."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import ValidationError

from stedenband.core.words import say
from stedenband.web.fields.base import Field, QueryText, refused

UUID_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
INSTANT_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
INTEGER_FORM = re.compile(r"-?[0-9]{1,18}", re.ASCII)
MOST_DECIMALS = 15
"""What a double holds of a coordinate; the square of a smaller number than that would be too small to compute with."""
DECIMAL_FORM = re.compile(rf"-?[0-9]{{1,3}}(\.[0-9]{{1,{MOST_DECIMALS}}})?", re.ASCII)
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2200, 12, 31)


def read_key(value: object) -> UUID:
    """Return the UUID that `value` spells in lower case."""
    if not isinstance(value, str) or not UUID_FORM.fullmatch(value):
        raise ValidationError(say("Give the id of a record: a UUID in lower case with four hyphens."))
    return UUID(value)


class Key(Field):
    """A record's id: a UUID in lower case."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "string", "format": "uuid"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> UUID:
        return read_key(value)

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return None if value is None else str(value)


class Integer(Field):
    """A whole number between two bounds; in a query, ASCII digits."""

    def __init__(self, description: str, least: int, most: int, **more: Any) -> None:
        """Bound the number."""
        super().__init__(description, **more)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> int:
        number = int(value) if isinstance(value, QueryText) and INTEGER_FORM.fullmatch(value) else value
        if not isinstance(number, int) or isinstance(number, bool) or not self.least <= number <= self.most:
            raise ValidationError(say("Give a whole number from {least} to {most}.", least=self.least, most=self.most))
        return number

    def documented(self) -> dict[str, Any]:
        """Return the bounds."""
        wide = "int32" if self.most < 2**31 else "int64"
        return {"type": "integer", "format": wide, "minimum": self.least, "maximum": self.most}


class Number(Field):
    """A number between two bounds, such as a coordinate in degrees."""

    def __init__(
        self, description: str, least: float, most: float, *, decimals: int = MOST_DECIMALS, **more: Any
    ) -> None:
        """Bound the number and its decimals."""
        super().__init__(description, **more)
        self.least = least
        self.most = most
        self.decimals = decimals

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> float:
        number = float(value) if isinstance(value, QueryText) and DECIMAL_FORM.fullmatch(value) else value
        if not isinstance(number, int | float) or isinstance(number, bool) or not self.least <= number <= self.most:
            raise ValidationError(
                say("Give a number from {least} to {most}.", least=f"{self.least:g}", most=f"{self.most:g}")
            )
        if round(number, self.decimals) != number:
            raise refused(say("Give a number of at most {most} decimals.", most=self.decimals))
        return float(number)

    def documented(self) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "number", "format": "double", "minimum": self.least, "maximum": self.most}


class Amount(Field):
    """An amount of money without its currency: a string of digits, at most two of them behind the point."""

    FORM = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?", re.ASCII)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Decimal:
        if not self.FORM.fullmatch(self.text_from(value)):
            raise ValidationError(
                say("Give an amount as a string of digits with at most two decimals, such as 2500.00.")
            )
        return Decimal(value)

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return None if value is None else f"{value:.2f}"

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "format": "number", "pattern": f"^{self.FORM.pattern}$"}


class Flag(Field):
    """True or false."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "boolean"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> bool:
        if isinstance(value, QueryText) and value in {"true", "false"}:
            return value == "true"
        if not isinstance(value, bool):
            raise ValidationError(say("Give true or false."))
        return value


class Date(Field):
    """A calendar day, YYYY-MM-DD, from 1900 to 2200."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "string", "format": "date"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> date:
        try:
            day = date.fromisoformat(value) if DATE_FORM.fullmatch(self.text_from(value)) else None
        except ValueError:
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            raise refused(say("Give a day as YYYY-MM-DD, from 1900-01-01 to 2200-12-31."), formed=day is not None)
        return day

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return value and value.isoformat()


class Instant(Field):
    """A moment: RFC 3339 with an offset, 1900 to 2200 after conversion to UTC, in whole seconds."""

    schema_type: ClassVar[Mapping[str, Any]] = {"type": "string", "format": "date-time"}

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> datetime:
        try:
            moment = self._moment(self.text_from(value))
        except (ValueError, OverflowError):
            moment = None
        if moment is None or not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise refused(
                say("Give a moment with its offset, such as 2026-02-01T09:30:00+02:00, from 1900 to 2200."),
                formed=bool(INSTANT_FORM.fullmatch(value)),
            )
        return moment

    @staticmethod
    def _moment(text: str) -> datetime | None:
        if not INSTANT_FORM.fullmatch(text):
            return None
        return datetime.fromisoformat(text.upper()).astimezone(UTC).replace(microsecond=0)

    def _serialize(self, value: Any, attr: Any, obj: Any, **_: Any) -> Any:
        return value and value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
