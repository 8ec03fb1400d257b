"""Who takes part in the machine, and what each may do: written down once more, apart from the code it checks."""

from dataclasses import dataclass

from tests.builders import OWN, PARTNER, STRANGER


@dataclass(frozen=True)
class Caller:
    """A client of a city in a role; without a city: the public."""

    role: str
    city: str | None = None

    def __str__(self) -> str:
        return f"{self.role} of {self.city}" if self.city else self.role

    def may(self, action: str) -> bool:
        """Tell whether the role does this to records at all."""
        return self.role in ROLES[action]

    @property
    def home(self) -> str | None:
        """The city whose private records the caller sees; a partner's client sees only what is shared."""
        return None if self.role == "partner" else self.city


ROLES = {
    "create": {"editor", "coordinator"},
    "change": {"partner", "editor", "coordinator"},
    "move": {"editor", "coordinator"},
    "delete": {"coordinator"},
    "publish": {"coordinator"},
}

CALLERS = (
    Caller("coordinator", OWN),
    Caller("editor", OWN),
    Caller("auditor", OWN),
    Caller("coordinator", PARTNER),
    Caller("partner", PARTNER),
    Caller("coordinator", STRANGER),
    Caller("public"),
)
WRITERS = tuple(caller for caller in CALLERS if caller.may("change"))
