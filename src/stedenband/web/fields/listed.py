"""Codes of the lists that refData serves from a shipped source, such as IATI's."""

from re import fullmatch
from typing import Any

from stedenband.core.words import say
from stedenband.web.codelists import shipped
from stedenband.web.fields.base import Field, refused


class ListedCode(Field):
    """A code of one of the lists named; the contract gives its form and says where the lists are."""

    def __init__(self, description: str, *lists: str, form: str, **more: Any) -> None:
        """Name the lists under `/refData` and give the form (a regular expression) that their codes share."""
        where = " and ".join(f"/refData/{name}" for name in lists)
        super().__init__(f"{description.rstrip('.')} (listed in {where}).", **more)
        self.lists = lists
        self.form = form

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> str:
        text = self.text_from(value)
        if not any(text in shipped(name) for name in self.lists):
            formed = fullmatch(self.form, text) is not None
            raise refused(say("Give a code of the list /v1/refData/{list}.", list=self.lists[0]), formed=formed)
        return str(text)

    def documented(self) -> dict[str, Any]:
        """Return the form."""
        return {"type": "string", "pattern": f"^{self.form}$"}
