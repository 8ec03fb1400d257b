"""The report of a visit as a document to read and to print."""

import re
import socket
import subprocess
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from stedenband.delegations.schemas.printing import write_pdf
from stedenband.documents.rules import Store
from tests.builders import DATA, OWN, PARTNER, STRANGER, Api, World
from tests.delegations.visits import DELEGATIONS, WHOLE, a_visit, traveler
from tests.documents.files import about, send
from tests.people.people import a_contact

REPORT = {"whatWasDone": "Saw the <landfill>.\nAnd more.", "results": "A joint plan.", "followUp": "A training."}
LEG = {
    "mode": "plane",
    "date": "2026-03-01",
    "from": {"name": "Brussels Airport", "latitude": 50.9, "longitude": 4.48},
    "to": {"name": "Francistown Airport", "latitude": -21.16, "longitude": 27.47},
    "persons": 2,
}
ITEM = {
    "title": "The landfill",
    "start": "2026-03-03T07:00:00Z",
    "end": "2026-03-03T09:30:00Z",
    "timezone": "Africa/Gaborone",
    "visibility": "public",
}


@pytest.fixture
def visit(fresh_world: World) -> Any:
    """A visit that everyone sees, with a program, a journey, two participants and a report."""
    api = fresh_world.api(OWN)
    contacts = [a_contact(api, familyName=f"Hidden {number}")["id"] for number in (1, 2)]
    made = a_visit(
        api,
        fresh_world,
        **WHOLE,
        visibility="public",
        participants=[traveler(each) for each in contacts],
        travelLegs=[LEG, {**LEG, "date": "2026-03-08", "mode": "train", "km": 10}],
        meetings=[{"contact": {"id": contacts[0]}, "summary": "A <plan> was made."}],
        followUps=[
            {"action": "Write & send it.", "dueDate": "2026-06-01", "city": {"id": str(fresh_world.cities[OWN])}},
            {"action": "Say thanks.", "done": True},
        ],
        report=REPORT,
    )
    for values in ({}, {"title": "Reception", "cancelled": True}):
        assert api.post(f"{made['href']}/programItems", {**ITEM, **values}).status_code == 201
    return made


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Verslag van een bezoek", "Wat er gedaan werd", "3 mrt 2026 09:00–11:30", "2 maart 2026")),
        ("fr", ("Rapport d’une visite", "Ce qui a été fait", "3 mars 2026 09:00–11:30", "2 mars 2026")),
        ("en", ("Report of a visit", "What was done", "3 Mar 2026 09:00–11:30", "March 2, 2026")),
    ],
)
def test_a_page_says_it_in_the_language_of_the_reader(
    fresh_world: World, visit: Any, language: str, words: tuple[str, ...]
) -> None:
    reply = fresh_world.api(OWN).get(visit["href"], headers={"Accept": "text/html", "Accept-Language": language})
    assert (reply.status_code, reply.mimetype, reply.headers["Content-Language"]) == (200, "text/html", language)
    assert "Accept-Language" in reply.headers["Vary"]
    assert "style-src 'sha256-" in reply.headers["Content-Security-Policy"]
    for word in (*words, "Saw the &lt;landfill&gt;.", "Reception (", ": 2<", "8.500,00" if language == "nl" else "500"):
        assert word in reply.text, word


def test_it_names_nobody(fresh_world: World, visit: Any) -> None:
    for who in (OWN, PARTNER):
        assert "Hidden" not in fresh_world.api(who).get(f"{visit['href']}?format=html").text


def test_meetings_and_actions_are_for_both_sides(fresh_world: World, visit: Any) -> None:
    told = (
        "Meetings",
        "A &lt;plan&gt; was made.",
        "Actions",
        "Write &amp; send it.</th><td>Genk</td><td>1 juni 2026<",
        "gedaan",
    )
    page = fresh_world.api(PARTNER).get(f"{visit['href']}?format=html&lang=nl").text
    for word in (told[1], *told[3:], "Gesprekken", "Afspraken"):
        assert word in page, word
    stranger = fresh_world.api(STRANGER).get(f"{visit['href']}?format=html&lang=en").text
    for word in told[:4]:
        assert word not in stranger, word


def test_whoever_does_not_see_the_report_reads_that_there_is_none(fresh_world: World, visit: Any) -> None:
    stranger = fresh_world.api(STRANGER)
    page = stranger.get(f"{visit['href']}?format=html&lang=en").text
    assert "There is no report yet." in page
    assert "A joint plan." not in page
    own = fresh_world.api(OWN)
    assert own.patch(visit["href"], {"reportPublishable": True}).status_code == 200
    page = stranger.get(f"{visit['href']}?format=html&lang=en").text
    assert "A joint plan." in page
    assert "There is no report yet." not in page


def test_a_bare_draft_has_a_page(fresh_world: World) -> None:
    made = a_visit(fresh_world.api(OWN), fresh_world)
    page = fresh_world.api(OWN).get(f"{made['href']}?format=html&lang=en").text
    assert "<h1>A visit</h1>" in page
    for absent in ("Program", "Journey", "Purpose", "Days"):
        assert f">{absent}<" not in page


def test_a_purpose_in_another_language_is_better_than_none(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    made = a_visit(api, fresh_world, purpose={"pt": "Para aprender."})
    assert "Para aprender." in api.get(f"{made['href']}?format=html").text


def test_the_same_page_is_printed_for_screen_readers_too(fresh_world: World, visit: Any) -> None:
    api = fresh_world.api(OWN)
    reply = api.get(f"{visit['href']}?lang=fr", headers={"Accept": "application/pdf"})
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf"), reply.text
    read = PdfReader(BytesIO(reply.data))
    text = "\n".join(page.extract_text() for page in read.pages)
    for word in ("Rapport d’une visite", "A joint plan.", "Brussels Airport", "Total"):
        assert word in text, word
    root: Any = read.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr", True)
    again = api.get(f"{visit['href']}?format=pdf&lang=fr", headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304, "the same report gives the same bytes"


def test_a_list_is_not_printed(fresh_world: World) -> None:
    assert fresh_world.api(OWN).get(f"{DELEGATIONS}?format=pdf").status_code == 406


WITHOUT = """
import sys
from io import BytesIO
from stedenband.core.errors import NotAcceptable, ServiceUnavailable
from stedenband.delegations.schemas import printing
if sys.argv[1] == "missing":
    sys.modules["weasyprint"] = None  # what Python finds where it is not installed
else:
    printing.TURN.acquire()
try:
    printing.write_pdf("<!doctype html><title>A page</title>", BytesIO())
except (NotAcceptable, ServiceUnavailable) as problem:
    print(problem.status)
"""


@pytest.mark.measured
@pytest.mark.parametrize(("state", "status"), [("missing", "406"), ("busy", "503")])
def test_a_server_that_cannot_print_now_says_so(state: str, status: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT, state], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == status


def test_a_page_fetches_nothing(tmp_path: Path) -> None:
    picture, told = tmp_path / "picture.svg", BytesIO()
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>Secret</text></svg>")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        images = "".join(f"<img alt='None' src='{each}'>" for each in (f"{address}/picture.png", picture.as_uri()))
        write_pdf(f"<!doctype html><title>A</title><link rel=stylesheet href='{address}/style.css'>{images}", told)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "Secret" not in PdfReader(told).pages[0].extract_text()


def attached(api: Api, visit: Any, file: bytes, name: str, visibility: str = "public") -> Any:
    """Attach a file to a visit and return its document."""
    said = about(visit["id"], "delegation", visibility=visibility, title={"en": f"This is {name}"})
    reply = send(api, said, file, name)
    assert reply.status_code == 201, reply.text
    return reply.json


def a_picture(color: str = "teal") -> bytes:
    """Return a picture."""
    out = BytesIO()
    Image.new("RGB", (1600, 1200), color).save(out, "PNG")
    return out.getvalue()


def test_pictures_stand_in_it_and_files_are_named(fresh_world: World, visit: Any) -> None:
    api = fresh_world.api(OWN)
    seen, hidden = attached(api, visit, a_picture(), "seen.png"), attached(api, visit, b"Inside.", "in.txt", "link")
    shown = api.get(f"{visit['href']}?select=(documents)").json["documents"]
    assert [(each["id"], each["fileName"], each["sha256"]) for each in shown] == [
        (each["id"], each["fileName"], each["sha256"]) for each in (hidden, seen)
    ]
    reply = api.get(f"{visit['href']}?format=html&lang=en")
    assert "img-src data:;" in reply.headers["Content-Security-Policy"]
    (found,) = re.findall('<figure><img src="data:image/webp;base64,([^"]+)" alt="This is seen.png">', reply.text)
    with Image.open(BytesIO(b64decode(found))) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1024, 768))
    assert f'<a href="{hidden["href"]}">in.txt</a>' in reply.text
    for heading in ("Pictures", "Files"):
        assert f"<h2>{heading}</h2>" in reply.text
    assert "in.txt" not in fresh_world.api(STRANGER).get(f"{visit['href']}?format=html").text
    printed = PdfReader(BytesIO(api.get(f"{visit['href']}?format=pdf&lang=en").data))
    assert {image.image.size for page in printed.pages for image in page.images if image.image} == {(1024, 768)}
    assert "This is seen.png" in "".join(page.extract_text() for page in printed.pages)


def test_a_picture_that_cannot_be_read_is_named(fresh_world: World, visit: Any) -> None:
    api = fresh_world.api(OWN)
    document = attached(api, visit, a_picture("navy"), "lost.png")
    Store(DATA / "documents").file(document["sha256"]).unlink()
    reply = api.get(f"{visit['href']}?format=html")
    assert (reply.status_code, "<figure>" in reply.text) == (200, False)
    assert f'<a href="{document["href"]}">lost.png</a>' in reply.text
