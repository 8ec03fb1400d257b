"""Settings from the environment."""

import dataclasses
from pathlib import Path

import pytest
from environs import EnvError

from stedenband.config import Settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in dataclasses.fields(Settings):
        monkeypatch.delenv(f"STEDENBAND_{field.name.upper()}", raising=False)


def test_without_any_setting_it_is_an_installation_of_its_own_on_this_machine() -> None:
    assert Settings.from_environment() == Settings(data=Path("var").absolute())


def test_every_field_is_the_variable_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(
        data=Path("/srv/register"),
        host="::1",
        port=8123,
        public_url="https://register.example",
        workers=4,
        threads=16,
        database_url="postgresql://api@db/stedenband",
        owner_url="postgresql://owner@db/stedenband",
        postgres_bin=Path("/usr/lib/postgresql/18/bin"),
        log_level="DEBUG",
        oidc_issuer="https://login.example/realms/genk",
        oidc_audience="register",
        oidc_city_claim="groups",
        oidc_role_claim="realm_access.roles",
        oidc_cities='{"genk": "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"}',
        oidc_roles='{"sb-coordinator": "coordinator"}',
        client_limit=10,
        anonymous_limit=0,
        redis_url="redis://127.0.0.1:6379/1",
        trusted_proxies=2,
        cors_origins=("https://map.example.org", "http://localhost:5173", "https://[::1]:8443"),
    )
    for name, value in dataclasses.asdict(chosen).items():
        monkeypatch.setenv(f"STEDENBAND_{name.upper()}", ",".join(value) if name == "cors_origins" else str(value))
    assert Settings.from_environment() == chosen


def test_the_public_address_follows_host_and_port_and_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_PORT", "8123")
    assert Settings.from_environment().public_url == "http://127.0.0.1:8123"
    monkeypatch.setenv("STEDENBAND_PUBLIC_URL", "https://register.example/")
    assert Settings.from_environment().public_url == "https://register.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("WORKERS", "1.5"),
        ("LOG_LEVEL", "LOUD"),
        ("CLIENT_LIMIT", "-1"),
        ("TRUSTED_PROXIES", "one"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://map.example.org/"),
        ("CORS_ORIGINS", "https://map.example.org,https://*.example.org"),
        ("CORS_ORIGINS", "null"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"STEDENBAND_{name}", value)
    with pytest.raises(EnvError, match=f"STEDENBAND_{name}"):
        Settings.from_environment()
