"""Results to test with: a project that both sides of the link work on, made through HTTP in one line."""

from dataclasses import dataclass
from typing import Any

from tests.builders import OWN, PARTNER, Api, Reply, World

WOMEN = {"dimension": "sex", "category": "women", "value": "60"}


@dataclass
class Work:
    """A shared project with a result and an indicator; who works on it, and where."""

    world: World
    visibility: str = "link"
    own: str = ""
    """The address of an indicator of its own; none: that of the world."""

    @property
    def owner(self) -> Api:
        """The coordinator of the city that owns the project."""
        return self.world.api(OWN)

    @property
    def editor(self) -> Api:
        """An editor of that city."""
        return self.world.api(OWN, "editor")

    @property
    def partner(self) -> Api:
        """The coordinator in the partner city, who has only what is shared."""
        return self.world.api(PARTNER, "partner")

    @property
    def public(self) -> Api:
        """Somebody without a key."""
        return self.world.api()

    @property
    def project(self) -> str:
        """The address of the project."""
        return f"/v1/exchangeProjects/{self.world.projects[self.visibility]}"

    @property
    def indicator(self) -> str:
        """The address of the indicator that new periods belong to."""
        return self.own or f"{self.project}/indicators/{self.world.indicators[self.visibility]}"

    def apart(self, **more: Any) -> "Work":
        """Return the same work with an indicator of its own, so that the world may be shared."""
        return Work(self.world, self.visibility, self.new_indicator(**more).json["href"])

    def new_indicator(self, **more: Any) -> Reply:
        """Add an indicator to its result."""
        result = {"id": str(self.world.results[self.visibility])}
        body = {"result": result, "measure": "1", "title": {"en": "People"}, "dimensions": ["sex"]}
        return self.owner.post(f"{self.project}/indicators", {**body, **more})

    def new_period(self, year: int = 2023, indicator: str = "", **more: Any) -> Reply:
        """Add a period of a year."""
        key = (indicator or self.indicator).rpartition("/")[2]
        days = {"startDate": f"{year}-01-01", "endDate": f"{year}-12-31"}
        return self.owner.post(f"{self.project}/periods", {"indicator": {"id": key}, **days, **more})

    def open_period(self, year: int = 2023, indicator: str = "", **more: Any) -> str:
        """Add a period that is unlocked; return its address."""
        return str(self.new_period(year, indicator, locked=False, **more).headers["Location"])

    def pending(self, year: int = 2023, value: str = "41", **more: Any) -> str:
        """Add a period on which the partner has reported; return its address."""
        path = self.open_period(year, **more)
        assert self.partner.patch(path, {"report": {"value": value}}).status_code == 200
        assert self.partner.move(path, "pending").status_code == 200
        return path

    def act(self, act: str, paths: list[str], **more: Any) -> Reply:
        """Act on periods as the owner's coordinator, naming the versions they have now."""
        items = [self.item(path) for path in paths]
        return self.owner.post(f"{self.project}/periods/acts", {"act": act, "items": items, **more})

    def item(self, path: str) -> dict[str, Any]:
        """Return a period as an act names it."""
        return {"period": {"id": path.rpartition("/")[2]}, "version": self.owner.get(path).json["version"]}
