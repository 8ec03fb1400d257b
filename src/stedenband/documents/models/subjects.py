"""What a document can be attached to: a kind more is a line here, a column with a key and an index, and a trigger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of record: its name on the wire, its table, the column of `document` that leads there, and its address.

    `title` is its column that names a record. The relationship of a document to it is called like the column without
    `_id`.
    """

    kind: str
    table: str
    column: str
    path: str
    title: str = "title"

    @property
    def relationship(self) -> str:
        """The name of the relationship."""
        return self.column.removesuffix("_id")


SUBJECTS = (
    Subject("agreement", "agreement", "agreement_id", "/cityLinks/{city_link_id}/agreements/{id}"),
    Subject("cityLink", "city_link", "subject_link_id", "/cityLinks/{id}"),
    Subject("decision", "decision", "decision_id", "/decisions/{id}", "subject"),
    Subject("delegation", "delegation", "delegation_id", "/delegations/{id}"),
    Subject("exchangeProject", "exchange_project", "exchange_project_id", "/exchangeProjects/{id}"),
    Subject("organization", "organization", "organization_id", "/organizations/{id}", "name"),
    Subject("policyPlan", "policy_plan", "policy_plan_id", "/policyPlans/{id}"),
)
SUBJECT_KINDS = tuple(each.kind for each in SUBJECTS)
COLUMNS = ", ".join(each.column for each in SUBJECTS)
TYPE = "CASE " + " ".join(f"WHEN {each.column} IS NOT NULL THEN '{each.kind}'" for each in SUBJECTS) + " ELSE NULL END"
ID = f"coalesce({COLUMNS})"
