"""Texts, codes and addresses."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from marshmallow import ValidationError

from stedenband.core.identifiers import holds_register_number
from stedenband.core.parts import Merge
from stedenband.core.words import Said, say
from stedenband.web.codes import LANGUAGES
from stedenband.web.fields.base import Field, refused
from stedenband.web.text import cleaned


class Text(Field):
    """Plain text of at most `longest` code points; with `lines`, of several lines."""

    def __init__(self, description: str, longest: int, *, lines: bool = False, **more: Any) -> None:
        """Bound the text."""
        super().__init__(description, **more)
        self.longest = longest
        self.lines = lines

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        try:
            return cleaned(self.text_from(value), self.longest, lines=self.lines)
        except ValueError as error:
            raise refused(error.args[0], formed=1 <= len(value) <= self.longest) from None

    def documented(self) -> dict[str, Any]:
        """Return the bounds."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


class Figure(Text):
    """A decimal number exactly as it was written, or words where something is not measured in numbers."""


class Remark(Text):
    """Plain text that may be about people, in which no national register number may stand."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if holds_register_number(text):
            raise refused(say("Leave national register numbers out: they are not kept here."))
        return text


class Pattern(Text):
    """Text of one form, such as an identifier; `check` may look further (check digits)."""

    def __init__(self, description: str, form: str, hint: Said, *, check: Any = None, **more: Any) -> None:
        """Give the regular expression (ASCII) and, for the caller, what it means."""
        super().__init__(description, 200, **more)
        self.form = re.compile(form, re.ASCII)
        self.hint = hint
        self.check = check

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        formed = bool(self.form.fullmatch(text))
        if not formed or (self.check and not self.check(text)):
            raise refused(self.hint, formed=formed)
        return text

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "pattern": f"^{self.form.pattern}$", "maxLength": self.longest}


class Code(Field):
    """One of a closed list of codes."""

    def __init__(self, description: str, codes: Sequence[str], **more: Any) -> None:
        """List the codes."""
        super().__init__(description, **{"example": codes[0], **more})
        self.codes = tuple(codes)

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if self.text_from(value) not in self.codes:
            raise ValidationError(say("Give one of: {codes}.", codes=", ".join(self.codes)))
        return str(value)

    def documented(self) -> dict[str, Any]:
        """Return the list."""
        return {"type": "string", "enum": list(self.codes)}


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the IANA time zone database, read once: finding them takes a third of a second."""
    return frozenset(available_timezones())


class TimeZone(Field):
    """A name of the IANA time zone database."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        if self.text_from(value) not in time_zones():
            raise refused(say("Give a name of the IANA time zone database, such as Africa/Gaborone."))
        return str(value)


class Url(Text):
    """An absolute http or https address."""

    FORM = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][!-~]*)?", re.ASCII)

    def __init__(self, description: str, **more: Any) -> None:
        """Bound the address at 2,000 characters."""
        super().__init__(description, 2000, **more)

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not self.FORM.fullmatch(text):
            raise ValidationError(say("Give an absolute address that begins with https:// or http://, in ASCII."))
        return text

    def documented(self) -> dict[str, Any]:
        """Return the format."""
        pattern = f"^{self.FORM.pattern}$"
        return {"type": "string", "format": "uri", "pattern": pattern, "maxLength": self.longest}


def _language(key: str) -> str:
    """Return the code of a language; OpenAPI 3.0 has no word for the form of keys, so the contract allows any."""
    if key not in LANGUAGES.codes:
        raise refused(LANGUAGES.hint)
    return key


class LocalizedText(Field):
    """One text in several languages: `{"nl": "…", "en": "…"}`, keys ISO 639-1."""

    each: ClassVar[type[Text]] = Text

    def __init__(self, description: str, longest: int, *, lines: bool = False, **more: Any) -> None:
        """Bound the texts."""
        super().__init__(description, **more)
        self.text = self.each("A text.", longest, lines=lines)
        self.patching = False

    def for_patch(self) -> None:
        """Read a merge patch from now on: a language that is null goes, one that is absent stays."""
        self.text = self.each("A text.", self.text.longest, lines=self.text.lines, allow_none=True)
        self.patching = True

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            raise ValidationError(say("Give a JSON object of language codes and texts, with at least one."))
        texts = {_language(key): self.text.deserialize(text) for key, text in value.items()}
        return Merge(texts) if self.patching else texts

    def documented(self) -> dict[str, Any]:
        """Return a map of texts by language."""
        return {
            "title": "LocalizedText",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "minLength": 1, "maxLength": self.text.longest},
        }


class LocalizedRemark(LocalizedText):
    """One text in several languages that may be about people; no national register number may stand in it."""

    each = Remark
