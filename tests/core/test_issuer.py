"""The settings of the issuer: read at the start, refused with a sentence that names the variable."""

from collections.abc import Callable
from uuid import UUID

import pytest

from stedenband.config import Settings
from stedenband.core.access import Role
from stedenband.core.issuer import Issuer, is_safe
from stedenband.core.refusal import Refusal

GENK = "0199f3a0-7c1e-7a52-9d6e-2f4b8c1d0e37"
GOOD = {
    "OIDC_ISSUER": "https://login.genk.be/realms/genk",
    "OIDC_AUDIENCE": "register",
    "OIDC_CITIES": f'{{"genk": "{GENK}"}}',
    "OIDC_ROLES": '{"sb-admin": "admin", "sb-coordinator": "coordinator"}',
}

Reader = Callable[..., Issuer | None]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Read the settings with these variables instead of the good ones; None: without."""

    def reader(**instead: str | None) -> Issuer | None:
        for name in ("OIDC_CITY_CLAIM", "OIDC_ROLE_CLAIM"):
            monkeypatch.delenv(f"STEDENBAND_{name}", raising=False)
        for name, value in {**GOOD, **instead}.items():
            if value is None:
                monkeypatch.delenv(f"STEDENBAND_{name}", raising=False)
            else:
                monkeypatch.setenv(f"STEDENBAND_{name}", value)
        return Settings.from_environment().issuer()

    return reader


def test_an_issuer_is_read_with_what_its_claims_mean(read: Reader) -> None:
    assert read() == Issuer(
        "https://login.genk.be/realms/genk",
        "register",
        "city",
        "roles",
        {"genk": UUID(GENK)},
        {"sb-admin": Role.ADMIN, "sb-coordinator": Role.COORDINATOR},
    )
    other = read(OIDC_CITY_CLAIM="groups", OIDC_ROLE_CLAIM="realm_access.roles")
    assert other
    assert (other.city_claim, other.role_claim) == ("groups", "realm_access.roles")


@pytest.mark.parametrize("empty", [None, ""])
def test_without_an_issuer_there_are_keys_only(read: Reader, empty: str | None) -> None:
    assert read(**dict.fromkeys(GOOD, empty)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", None),
        ("ISSUER", "http://login.genk.be"),
        ("ISSUER", "login.genk.be"),
        ("ISSUER", "https://"),
        ("ISSUER", "https://login.genk.be/?realm=genk"),
        ("ISSUER", "file:///etc/passwd"),
        ("AUDIENCE", None),
        ("AUDIENCE", ""),
        ("CITIES", None),
        ("CITIES", "{"),
        ("CITIES", "{}"),
        ("CITIES", '["genk"]'),
        ("CITIES", '{"genk": "Genk"}'),
        ("CITIES", '{"genk": 7}'),
        ("ROLES", None),
        ("ROLES", '{"everybody": "public"}'),
        ("ROLES", '{"boss": "mayor"}'),
        ("ROLES", '{"boss": ["admin"]}'),
        ("ROLES", "null"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(read: Reader, name: str, value: str | None) -> None:
    with pytest.raises(Refusal, match=f"STEDENBAND_OIDC_{name} is"):
        read(**{f"OIDC_{name}": value})


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.genk.be", True),
        ("https://login.genk.be:8443/realms/genk", True),
        ("http://localhost:8080/realms/genk", True),
        ("http://127.0.0.1:1", True),
        ("http://[::1]:8080", True),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost@evil.example", False),
        ("https://login.genk.be#x", False),
        ("https://[login", False),
        ("https://login.genk.be:port", False),
        ("https://login.genk.be\\@evil.example", False),
        ("https://lögin.genk.be", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_only_https_and_this_machine_are_safe(address: str, safe: bool) -> None:
    assert is_safe(address) is safe
