"""One operation as its route declares it."""

from dataclasses import dataclass

from stedenband.web.contract.examples import Spec


@dataclass(frozen=True)
class Declared:
    """The path below `/v1`, what flask-smorest wrote, parameters of the path, and the schema of the reply, if any.

    `part` is the schema of what comes with a file.
    """

    path: str
    operation: Spec
    shared: list[Spec]
    reference: Spec | None
    part: Spec | None = None

    @property
    def facts(self) -> Spec:
        """What `declare` told the contract."""
        facts: Spec = self.operation["x-facts"]
        return facts

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return str(self.facts["method"])

    @property
    def body(self) -> Spec | None:
        """The body that it takes."""
        return self.operation.get("requestBody")
