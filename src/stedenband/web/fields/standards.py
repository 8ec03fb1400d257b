"""Codes of international standards."""

from typing import Any, ClassVar

from stedenband.web.codes import COUNTRIES, CURRENCIES, LANGUAGES, Standard
from stedenband.web.fields.base import Field, refused


def read_code(value: object, standard: Standard) -> str:
    """Return `value` when it is a code of the standard."""
    if not isinstance(value, str) or value not in standard.codes:
        raise refused(standard.hint, formed=standard.formed(value))
    return str(value)


class StandardCode(Field):
    """A code of a standard; the contract gives its form and says where the list is."""

    standard: ClassVar[Standard]

    def __init__(self, description: str, **more: Any) -> None:
        """Describe the field in one sentence; which standard it follows is added."""
        where = f"{self.standard.standard}; listed in /refData/{self.standard.name}"
        super().__init__(f"{description.rstrip('.')} ({where}).", **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        return read_code(value, self.standard)

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "pattern": f"^{self.standard.form}$"}


class CountryCode(StandardCode):
    """A country or territory."""

    standard = COUNTRIES


class LanguageCode(StandardCode):
    """A language."""

    standard = LANGUAGES


class CurrencyCode(StandardCode):
    """A currency in use."""

    standard = CURRENCIES
