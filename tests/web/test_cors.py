"""Pages of other origins: those of the list may call, and no others."""

import pytest

from stedenband.app import create_app
from stedenband.config import Settings
from tests.builders import Api, Reply

LISTED = "https://map.example.org"
OTHERS = (
    "https://map.example.org.evil.example",
    "https://mapXexample.org",
    "http://map.example.org",
    "https://MAP.example.org",
    "null",
    "*",
    "",
)
PUBLIC = "/v1/refData"
"""What anybody may read, and no database is asked for."""
NOWHERE = "postgresql://stedenband_api@/x?host=/nonexistent"


def api(*origins: str) -> Api:
    """Return an application that has no database: permission takes none."""
    return Api(create_app(Settings(database_url=NOWHERE, cors_origins=origins, anonymous_limit=1)).test_client())


def permission(caller: Api, origin: str, path: str = "/v1/apiClients") -> Reply:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,cookie,idempotency-key,if-match,range",
    }
    return caller.call("OPTIONS", path, headers=headers)


def test_a_page_of_the_list_may_send_its_key_and_everything_the_api_reads() -> None:
    caller = api("https://other.example", LISTED)
    for _ in range(3):
        answer = permission(caller, LISTED)
        assert (answer.status_code, answer.data) == (200, b""), "no key, no database, no limit"
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED
        assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
        assert set(allowed) == {"authorization", "content-type", "idempotency-key", "if-match", "range"}, "no cookie"
        assert answer.headers["Access-Control-Max-Age"] == "7200"
        assert "Origin" in answer.headers["Vary"].split(", ")


@pytest.mark.parametrize("origin", OTHERS)
@pytest.mark.parametrize("origins", [(), (LISTED,)])
def test_other_pages_get_nothing_that_a_browser_would_take_for_permission(
    origin: str, origins: tuple[str, ...]
) -> None:
    caller = api(*origins)
    for answer in (permission(caller, origin), caller.get(PUBLIC, headers={"Origin": origin})):
        assert answer.status_code < 300
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert ("Origin" in answer.headers.get("Vary", "").split(", ")) == bool(origins)


def test_a_page_of_the_list_reads_every_reply_and_its_headers() -> None:
    caller = api(LISTED)
    for path, status in ((PUBLIC, 200), ("/v1/apiClients", 429), ("/v1/nowhere", 429)):
        answer = caller.get(path, headers={"Origin": LISTED})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, LISTED)
        assert {"ETag", "Retry-After", "RateLimit", "Link"} <= set(
            answer.headers["Access-Control-Expose-Headers"].split(", ")
        )
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_reply_without_an_origin_is_kept_apart_from_those_with_one() -> None:
    answer = api(LISTED).get(PUBLIC)
    assert "Origin" in answer.headers["Vary"].split(", "), "or a cache would give a page what it may not read"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_options_without_a_page_are_answered_as_before() -> None:
    answer = api(LISTED).call("OPTIONS", "/v1/doc/openapi.json")
    assert (answer.status_code, sorted(answer.headers["Allow"].split(", "))) == (200, ["GET", "HEAD", "OPTIONS"])
