"""What browsers are told with every reply."""

import pytest

from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import Api, World
from tests.contracts.operations import Operation, operations

MISSING = "0199f3a0-0000-7000-8000-000000000000"
WANTED = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}
OTHERS = ("/livez", "/readyz", "/metrics", "/v1/doc/openapi.yaml", "/nowhere", "/doc/nowhere")


class AnyId(dict[str, str]):
    """An id for every parameter of a path."""

    def __missing__(self, name: str) -> str:
        return MISSING


def assert_told(api: Api, method: str, path: str) -> None:
    answer = api.call(method, path)
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    assert "Strict-Transport-Security" not in answer.headers, "there is no HTTPS to insist on"


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_every_operation_tells_browsers_what_not_to_do(world: World, operation: Operation) -> None:
    assert_told(world.api(), operation.method, operation.address(AnyId()))


@pytest.mark.parametrize("path", OTHERS)
def test_so_does_everything_else(world: World, path: str) -> None:
    assert_told(world.api(), "GET", path)


def test_the_page_for_people_keeps_its_own_policy(world: World) -> None:
    answer = world.api().get("/doc")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_callers_by_https_stay_with_it() -> None:
    secure = Settings(database_url="postgresql://", public_url="https://register.example")
    answer = create_app(secure).test_client().get("/livez")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
