"""Settings from the environment."""

import dataclasses
import os
from pathlib import Path

import pytest
from environs import EnvError

from stedenband.config import FILE, Settings
from stedenband.core.refusal import Refusal


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in dataclasses.fields(Settings):
        monkeypatch.delenv(f"STEDENBAND_{field.name.upper()}", raising=False)
    monkeypatch.delenv(FILE, raising=False)


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
        worker_url="postgresql://worker@db/stedenband",
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
        largest_document=20,
        documents_quota=0,
        smtp_url="smtps://register:password@mail.example:465",
        mail_from="register@links.example",
        secret="a secret of thirty-two characters",  # noqa: S106
        cors_origins=("https://map.example.org", "http://localhost:5173", "https://[::1]:8443"),
    )
    for name, value in dataclasses.asdict(chosen).items():
        monkeypatch.setenv(f"STEDENBAND_{name.upper()}", ",".join(value) if name == "cors_origins" else str(value))
    assert Settings.from_environment() == chosen
    assert set(chosen.variables().items()) <= set(os.environ.items())
    assert len(chosen.variables()) == len(dataclasses.fields(Settings))


def test_a_mail_server_that_is_none_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_SMTP_URL", "smtp://register:password@mail.example")
    with pytest.raises(Refusal, match="STEDENBAND_MAIL_FROM") as refused:
        Settings.from_environment()
    assert "password" not in str(refused.value)


def test_a_file_may_hold_settings_below_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings"
    file.write_text(
        "# What this installation chose\n\n"
        "STEDENBAND_WORKERS=4\n"
        "export STEDENBAND_OIDC_CITY_CLAIM = groups  # as the shell writes it\n"
        "STEDENBAND_CORS_ORIGINS='https://map.example.org,https://genk.example'\n"
        "STEDENBAND_THREADS=2\n"
    )
    monkeypatch.setenv(FILE, str(file))
    monkeypatch.setenv("STEDENBAND_THREADS", "16")
    read = Settings.from_environment()
    assert (read.workers, read.threads, read.oidc_city_claim) == (4, 16, "groups")
    assert read.cors_origins == ("https://map.example.org", "https://genk.example")
    assert "STEDENBAND_WORKERS" not in os.environ, "a later reading starts from the environment again"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("STEDENBAND_WORKERS=4\nSTEDENBAND_WORKER=4\n", "line 2: there is no setting STEDENBAND_WORKER"),
        ("PATH=/bin\n", "line 1: there is no setting PATH"),
        (f"{FILE}=other\n", "line 1: there is no setting STEDENBAND_SETTINGS"),
        ("\nSTEDENBAND_WORKERS\n", "line 2: this cannot be read; write NAME=value"),
        ("STEDENBAND_HOST='::1\n", "line 1: this cannot be read"),
        (b"\xff", "cannot be read: 'utf-8' codec"),
        (None, "cannot be read: .*No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    text: str | bytes | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv(FILE, str(file))
    with pytest.raises(Refusal, match=reason):
        Settings.from_environment()


def test_the_public_address_follows_host_and_port_and_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_PORT", "8123")
    assert Settings.from_environment().public_url == "http://127.0.0.1:8123"
    monkeypatch.setenv("STEDENBAND_PUBLIC_URL", "https://register.example/")
    assert Settings.from_environment().public_url == "https://register.example"


def test_the_public_address_names_the_port_that_was_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_PORT", "0")
    monkeypatch.setenv("STEDENBAND_HOST", "::1")
    assert Settings.from_environment().at(8123).public_url == "http://[::1]:8123"
    assert Settings.from_environment().at(8123).port == 8123
    monkeypatch.setenv("STEDENBAND_PUBLIC_URL", "https://register.example")
    assert Settings.from_environment().at(8123).public_url == "https://register.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("WORKERS", "1.5"),
        ("WORKERS", "0"),
        ("THREADS", "0"),
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


@pytest.mark.parametrize(
    "value",
    ["postgres://u:secret@host/0", "secret", "redis://u:secret@host:port", "redis://u:secret@[::1", "mongodb://h"],
)
def test_an_address_that_is_no_redis_is_refused_without_being_repeated(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEDENBAND_REDIS_URL", value)
    with pytest.raises(EnvError, match=r"STEDENBAND_REDIS_URL.*rediss://") as refused:
        Settings.from_environment()
    assert value not in str(refused.value)


@pytest.mark.parametrize("value", ["rediss://user:secret@redis.example:6380/1", "redis+unix:///run/redis.sock", ""])
def test_an_address_of_a_redis_is_taken(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_REDIS_URL", value)
    assert Settings.from_environment().redis_url == (value or None)


def test_a_secret_that_could_be_guessed_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEDENBAND_SECRET", "")
    assert Settings.from_environment().secret is None
    monkeypatch.setenv("STEDENBAND_SECRET", "hunter2")
    with pytest.raises(EnvError, match="too short") as refused:
        Settings.from_environment()
    assert "hunter2" not in str(refused.value)
