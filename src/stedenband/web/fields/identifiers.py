"""Identifiers of organizations, and the addresses by which people are reached."""

import re
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from stedenband.core.identifiers import valid_enterprise_number, valid_iati_identifier
from stedenband.core.words import say
from stedenband.web.fields.base import refused
from stedenband.web.fields.texts import Pattern, Text


class EnterpriseNumber(Pattern):
    """A Belgian enterprise number (KBO/BCE): ten digits, the last two a check."""

    def __init__(self, **more: Any) -> None:
        """Describe it."""
        super().__init__(
            "Belgian enterprise number (KBO).",
            "[01][0-9]{9}",
            say("Give ten digits whose last two are 97 minus the rest of the first eight divided by 97 (KBO)."),
            check=valid_enterprise_number,
            **{"example": "0207201797", **more},
        )


class IatiIdentifier(Pattern):
    """An IATI organisation identifier: the code of a registration agency, a hyphen, the number there."""

    def __init__(self, **more: Any) -> None:
        """Describe it."""
        super().__init__(
            "IATI organisation identifier.",
            r"[A-Z]{2}-[!-%'-.0-9:->@-{}~]+",
            say(
                "Give an IATI organisation identifier such as BE-BCE_KBO-0207201797: the code of a registration agency"
                " (org-id.guide), a hyphen, and the number there, without spaces and without / & | ?."
            ),
            check=valid_iati_identifier,
            **{"example": "BE-BCE_KBO-0207201797", **more},
        )


class Email(Text):
    """An e-mail address, stored with its domain in lower case; nothing is asked of the network."""

    LONGEST = 254

    def __init__(self, description: str, **more: Any) -> None:
        """Bound the address at 254 characters (RFC 5321)."""
        super().__init__(description, self.LONGEST, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            address = validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            address = ""
        if not 0 < len(address) <= self.LONGEST:
            raise refused(say("Give an e-mail address alone, such as name@example.org."), formed="@" in text)
        return address

    def documented(self) -> dict[str, Any]:
        """Return the format."""
        return {"type": "string", "format": "email", "maxLength": self.LONGEST}


class Phone(Text):
    """A telephone number in its international form, stored as E.164: `+3289653600`."""

    FORM = re.compile(r"\+[0-9 ().\-/]+", re.ASCII)

    def __init__(self, description: str, **more: Any) -> None:
        """Bound what is sent at 40 characters; what is stored has at most 16."""
        super().__init__(description, 40, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            number = phonenumbers.parse(text, None) if self.FORM.fullmatch(text) else None
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise refused(
                say("Give a telephone number with its country, beginning with a plus sign, such as +32 89 65 36 00.")
            )
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
