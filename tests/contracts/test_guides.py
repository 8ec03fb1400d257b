"""What the guides tell is what happens: their calls are made, their addresses read, and their three languages agree."""

import csv
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.contracts.guides import STANDARD, Reader, blocks, brings
from tests.databases import TestServer, open_folder
from tests.serving import serving

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("nl", "fr", "en")
COORDINATOR = {language: (DOCS / f"coordinator.{language}.md").read_text() for language in LANGUAGES}
GUIDES = {**COORDINATOR, **{name: (DOCS / f"{name}.md").read_text() for name in ("following", "frontend", "importing")}}
PROGRAMS = Path(__file__).parents[2] / "clients" / "typescript" / "src"
ASKED = re.compile(r'Address, \[RelativePath = "([^"]+)", Query = (?:\[([^]]+)\]|query),.*?Bearer " & Key')
"""What Power Query asks for: the path, and the query where it stands there."""
VALUE = re.compile(r'(\w+) = "(.*?)"')
ADDRESS = re.compile(rf"{STANDARD}(/[^\s\"'`<>|…]*)")
SHOWN = re.compile(r"^\| (\d{3}) \| ([^|]+) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def reader(server: TestServer) -> Iterator[Reader]:
    """A reader at a server with the demo data."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with open_folder() as folder:
        server.copy_folder(folder / "var")
        with serving(folder / "var", "--demo", STEDENBAND_PORT=address.rpartition(":")[2]) as running:
            assert running.status("/readyz") == 200
            key = json.loads((folder / "var" / "demo-keys.json").read_text())["genk"]
            yield Reader(folder, address, key)


@pytest.mark.parametrize("guide", ["en", "following", "frontend", "importing"])
def test_the_calls_of_a_guide_do_what_it_says(reader: Reader, guide: str) -> None:
    for block, brought, statuses in reader.follow(GUIDES[guide]):
        told = f"{block.content}\nbrought\n{brought}\n{statuses}"
        assert brings(block.expected, brought), told
        assert all(each < "400" or each in block.expected for each in statuses), told


@pytest.mark.parametrize(("guide", "program"), [("following", "follow.ts"), ("importing", "import.ts")])
def test_the_program_in_typescript_is_the_one_that_is_compiled_and_run(guide: str, program: str) -> None:
    (shown,) = [block.content for block in blocks(GUIDES[guide]) if block.language == "typescript"]
    assert shown == (PROGRAMS / program).read_text()


def test_power_query_asks_for_what_it_takes_apart(reader: Reader) -> None:
    queries = [block.content for block in blocks(GUIDES["following"]) if block.language == "powerquery"]
    asked = [ASKED.findall(query)[0] for query in queries]
    table, feed = (fetched(reader, path, query) for path, query in asked)
    delimiter = re.findall(r'Delimiter = "(.)"', queries[0])
    heading, first = csv.reader(table.decode("utf-8-sig").splitlines()[:2], delimiter=delimiter[0])
    assert "href" in heading
    assert len(heading) == len(first)
    changes = json.loads(feed)
    columns = re.findall(r'\{("changedAt".*?)\}', queries[1])[0]
    assert set(json.loads(f"[{columns}]")) <= set(changes["items"][0])
    assert {"cursor", "items"} <= set(changes)


def fetched(reader: Reader, path: str, query: str) -> bytes:
    """Return what the reader gets; `query` as Power Query writes a record."""
    address = f"{reader.address}/{path}?{urlencode(VALUE.findall(query))}"
    with urlopen(Request(address, headers={"Authorization": f"Bearer {reader.key}"})) as reply:  # noqa: S310
        return bytes(reply.read())


def test_the_addresses_in_the_guides_answer(reader: Reader) -> None:
    prose = "".join(
        re.sub(r"^```(?:http|sh|js|python)\b.*?^```$", "", each, flags=re.DOTALL | re.MULTILINE)
        for each in GUIDES.values()
    )
    addresses = {address.rstrip(".,;:") for address in ADDRESS.findall(prose) if "{" not in address}
    assert len(addresses) > 10
    statuses = {address: status(reader, address) for address in addresses}
    assert {address: each for address, each in statuses.items() if each != 200} == {}


def status(reader: Reader, address: str) -> int:
    """Return the status of GET as the reader."""
    try:
        with urlopen(Request(reader.address + address, headers={"Authorization": f"Bearer {reader.key}"})) as reply:  # noqa: S310
            return int(reply.status)
    except HTTPError as refused:
        return refused.code


def test_the_three_guides_for_coordinators_are_one() -> None:
    """Same headings by level, same tables, same blocks but for the texts in the reader's own language."""
    for one in COORDINATOR.values():
        assert structure(one) == structure(COORDINATOR["en"])


def structure(guide: str) -> object:
    """Return what does not depend on the language of a guide."""
    headings = re.findall(r"^#+(?= )", guide, re.MULTILINE)
    rows = re.findall(r"^\|(?: `([^`]+)`)?", guide, re.MULTILINE)
    return headings, rows, [(each.language, each.name, each.content, each.expected) for each in blocks(guide)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_shown_as_they_are_sent(reader: Reader, language: str) -> None:
    with urlopen(f"{reader.address}/v1/refData/problemTypes?lang={language}") as reply:  # noqa: S310
        sent = {(each.get("status"), each["label"]) for each in json.load(reply)["items"]}
    shown = {(int(number), title) for number, title in SHOWN.findall(COORDINATOR[language])}
    assert len(shown) == 10
    assert shown <= sent
