"""The operator's commands for API keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from stedenband.access import rules
from stedenband.access.models import ROLES, ApiClient, ApiKey
from stedenband.config import Settings
from stedenband.core.address import owner_address, owner_session
from stedenband.core.refusal import Refusal
from stedenband.web.text import cleaned

CITIES = text("SELECT id, name, country_code FROM partner_city WHERE fold(name) = fold(:city) OR id::text = :city")
KEYS = text("""
    SELECT k.prefix, c.name, a.role, a.name, a.status, k.created_at, k.expires_at, k.revoked_at, k.last_used_at
    FROM api_key k JOIN api_client a ON a.id = k.api_client_id JOIN partner_city c ON c.id = a.city_id
    ORDER BY k.created_at, k.id
""")
LONGEST_NAME = 100


def _plain(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Return a name as it is stored."""
    try:
        return cleaned(value, LONGEST_NAME)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.group("keys")
def keys_group() -> None:
    """Make, list and revoke API keys."""


@keys_group.command()
@click.option("--city", required=True, help="The city the key is for: its name or its id.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the key may do.")
@click.option(
    "--name", required=True, callback=_plain, help="Whom the key is for: one person's function or one system."
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it holds; without this, until it is revoked.")
def create(city: str, role: str, name: str, days: int | None) -> None:
    """Make a key and print it, this once. A client of that name in that city and role gets a further key."""
    with _session() as session:
        city_id = city_called(session, city)
        client = session.scalar(select(ApiClient).filter_by(city_id=city_id, name=name, role=role, kind="key"))
        if client is None:
            client = ApiClient(city_id=city_id, name=name, role=role)
            session.add(client)
            session.flush()
        expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days) if days else None
        issued = rules.issue_key(session, client, expires_at=expires)
        session.commit()
    click.echo(issued.key)


@keys_group.command("list")
def list_keys() -> None:
    """List the clients and their keys, without the secrets."""
    table = Table("prefix", "city", "role", "client", "status", "created", "expires", "revoked", "last used")
    with _session() as session:
        for row in session.execute(KEYS):
            table.add_row(*("" if value is None else str(value) for value in row))
    Console(width=200).print(table)


@keys_group.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Revoke the key with this PREFIX (what stands between its first two underscores); it holds at once."""
    with _session() as session:
        key = session.scalar(select(ApiKey).filter_by(prefix=prefix))
        if key is None:
            raise Refusal(f"There is no key with the prefix {prefix!r}; 'stedenband keys list' shows them.")
        rules.revoke_key(key)
        session.commit()
    click.echo(f"The key {prefix} is revoked.")


@contextmanager
def _session() -> Iterator[Session]:
    with owner_address(Settings.from_environment()) as url, owner_session(url) as session:
        yield session


def city_called(session: Session, wanted: str) -> UUID:
    """Return the id of the one city with this name or id; refused when there is none, or several."""
    found = session.execute(CITIES, {"city": wanted}).all()
    if len(found) == 1:
        return UUID(str(found[0].id))
    if not found:
        raise Refusal(f"The register has no city {wanted!r}.")
    listed = ", ".join(f"{city.id} ({city.name}, {city.country_code})" for city in found)
    raise Refusal(f"Several cities are called {wanted!r}; give the id of one: {listed}.")
