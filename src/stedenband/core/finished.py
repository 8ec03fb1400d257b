"""Finished SQL: a statement as the text that psycopg sends and PostgreSQL prepares, made once and kept by its maker."""

from typing import Any

from sqlalchemy import SelectBase
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg


class Constants(PGCompiler_psycopg):
    """Writes our own constants into the text; what comes from a request is a named parameter and stays one."""

    def visit_bindparam(self, bindparam: Any, **more: Any) -> Any:  # type: ignore[override]
        """Write an anonymous value out."""
        inherited: Any = super().visit_bindparam
        return inherited(bindparam, **more | ({"literal_binds": True} if bindparam.unique else {}))


class Dialect(PGDialect_psycopg):
    """psycopg's dialect with that compiler."""

    statement_compiler = Constants
    supports_statement_cache = True


DIALECT = Dialect()  # type: ignore[no-untyped-call]


def finished(statement: SelectBase) -> str:
    """Return the text of a statement, with psycopg's named parameters."""
    return str(statement.compile(dialect=DIALECT))
