"""The purpose of a contact and the function of a juror tell of people: they go with them, and no change says them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ROLES = "stedenband_api, stedenband_worker"
OF_A_CONTACT = (
    "given_name", "family_name", "honorific", "display_name", "function", "function_mailbox", "source", "note",
    "name_sort", "search",
)  # fmt: skip
"""The personal columns, as 0010 has them."""
OF_AN_ERASED = "given_name, family_name, honorific, function, function_mailbox, source, note"
BRIEF = ("ban-drop-constraint", "ban-drop-not-null", "constraint-missing-not-valid")
VERBS = (
    ("INSERT", "NEW TABLE AS added"),
    ("UPDATE", "NEW TABLE AS added OLD TABLE AS removed"),
    ("DELETE", "OLD TABLE AS removed"),
)


def upgrade() -> None:
    """Take purposes and functions out of the record of change, and purposes from those who were erased."""
    _record((*OF_A_CONTACT, "purpose"), "name,function")
    op.execute(
        """
        UPDATE change SET fields = fields || '{"purpose": null}'
        WHERE table_name = 'contact' AND fields -> 'purpose' <> 'null'
        """
    )
    op.execute(
        """
        UPDATE change SET fields = fields || jsonb_build_object('jury', jsonb_build_array(
            without(fields -> 'jury' -> 0, ARRAY['function']), without(fields -> 'jury' -> 1, ARRAY['function'])
        )) WHERE table_name = 'exchange_project' AND jsonb_typeof(fields -> 'jury') = 'array'
        """
    )
    op.execute(f"GRANT UPDATE (function) ON exchange_project_juror TO {ROLES}")
    _brief("ALTER TABLE contact ALTER COLUMN purpose DROP NOT NULL")
    op.execute(
        """
        UPDATE contact SET purpose = NULL, version = version + 1, updated_at = date_trunc('second', now())
        WHERE erased_at IS NOT NULL
        """
    )
    _check("purpose_given", "purpose IS NOT NULL OR num_nonnulls(merged_into_id, erased_at) > 0")
    _erased(f"{OF_AN_ERASED}, purpose")


def downgrade() -> None:
    """Record them again; what was taken away stays away."""
    _erased(OF_AN_ERASED)
    op.drop_constraint(op.f("ck_contact_purpose_given"), "contact")
    op.execute(sa.text("UPDATE contact SET purpose = '…', version = version + 1 WHERE purpose IS NULL"))
    op.alter_column("contact", "purpose", nullable=False)
    op.execute(f"REVOKE UPDATE (function) ON exchange_project_juror FROM {ROLES}")
    _record(OF_A_CONTACT, "name")


def _record(contact: tuple[str, ...], juror: str) -> None:
    """Say which values the record of change leaves out."""
    listed = ", ".join(f"'{column}'" for column in contact)
    op.execute("DROP TRIGGER change ON contact")
    op.execute(
        "CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON contact"
        f" FOR EACH ROW EXECUTE FUNCTION record_change({listed})"
    )
    for verb, references in VERBS:
        op.execute(f"DROP TRIGGER change_{verb.lower()} ON exchange_project_juror")
        op.execute(
            f"CREATE TRIGGER change_{verb.lower()} AFTER {verb} ON exchange_project_juror REFERENCING {references} FOR"
            " EACH STATEMENT EXECUTE FUNCTION"
            f" record_parts('jury', 'exchange_project', 'exchange_project_id', '{juror}')"
        )


def _erased(columns: str) -> None:
    """Say what an erased contact lacks."""
    _brief("ALTER TABLE contact DROP CONSTRAINT ck_contact_erased")
    _check("erased", f"erased_at IS NULL OR (visibility = 'city' AND num_nonnulls({columns}) = 0)")


def _check(name: str, condition: str) -> None:
    _brief(f"ALTER TABLE contact ADD CONSTRAINT ck_contact_{name} CHECK ({condition})")


def _brief(statement: str) -> None:
    """Run what squawk finds slow or unsafe: the table holds thousands of rows, and nothing that held is lost."""
    op.execute(f"-- squawk-ignore {', '.join(BRIEF)}\n{statement}")
