"""A city moves from one installation to another, with equal hashes."""

from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import text

from stedenband.changes.rules import check, seal
from stedenband.core.address import owner_session
from stedenband.transfer import demo
from tests.builders import OWN, World
from tests.changes.feed import wait_for_older_transactions
from tests.databases import TestServer
from tests.people.erasing import VALUES
from tests.transfer.archive.moving import UNSHARED, Installation, compared, entries, execute, lived_in, manifest, rows


def test_a_city_that_has_all_there_is_moves_with_equal_hashes(
    fresh_world: World, elsewhere: Installation, tmp_path: Path
) -> None:
    here, genk = lived_in(fresh_world), fresh_world.cities[OWN]
    there, back = tmp_path / "there.zip", tmp_path / "back.zip"
    written = here.export(genk, there)
    arrival = elsewhere.bring_in(there)
    again = elsewhere.export(genk, back)
    assert compared(back) == compared(there)
    assert (again.hash, again.rows, again.documents) == (written.hash, written.rows, written.documents)
    assert arrival.rows == written.rows
    assert arrival.documents == 1
    held = b"".join(entries(there).values())
    assert not [word for word in (*VALUES, UNSHARED) if word.encode() in held]
    (shell,) = [each for each in rows(there, "contact") if each["erased_at"] and not each["merged_into_id"]]
    assert (shell["given_name"], shell["note"]) == (None, None)


def test_genk_of_the_demo_data_moves_and_its_people_work_on(
    server: TestServer, worker_id: str, elsewhere: Installation, folder: Path, tmp_path: Path
) -> None:
    with server.copy(worker_id) as database:
        here = Installation(database, folder)
        keys = demo.load(database.owner_url, folder / "demo-keys.json")
        genk = city_of(here, "Genk")
        there, back = tmp_path / "there.zip", tmp_path / "back.zip"
        here.export(genk, there)
        with here.api(keys["genk"]) as api:
            reminders = api.get("/v1/reminders").json
            links = api.get(f"/v1/cityLinks?memberCity={genk}").json["items"]
            documents = {
                each["id"]: api.get(f"{each['href']}/content").data for each in api.get("/v1/documents").json["items"]
            }
    elsewhere.bring_in(there)
    elsewhere.export(genk, back)
    assert compared(back) == compared(there)
    assert manifest(back)["hash"] == manifest(there)["hash"]
    with elsewhere.api(elsewhere.key(genk)) as api:
        assert api.get(f"/v1/cityLinks?memberCity={genk}").json["items"] == links
        assert documents
        for key, content in documents.items():
            assert api.get(f"/v1/documents/{key}/content").data == content
        assert api.get("/v1/reminders").json == reminders
        found = {group["resource"]: group["items"] for group in api.get("/v1/search?q=francistown").json["groups"]}
        assert "Genk – Francistown" in {each["title"] for each in found["cityLinks"]}
        assert len(api.get("/v1/delegations").json["items"]) == 4
        (link,) = [each for each in links if each["kind"] == "cityLink"]
        (first, *_) = api.get(f"{link['href']}/history").json["items"]
        assert (first["operation"], first["changedBy"]) == ("created", "Import of an archive")
        assert api.patch(link["href"], {"title": "Genk and Francistown"}).status_code == 200


def test_the_seals_of_the_other_installation_hold(packed: Path, elsewhere: Installation) -> None:
    with owner_session(elsewhere.database.owner_url) as session:
        execute(elsewhere, "INSERT INTO organization (name, kind) VALUES ('Was here', '22')")
        wait_for_older_transactions(elsewhere.database)
        before = seal(session)
        elsewhere.bring_in(packed)
        wait_for_older_transactions(elsewhere.database)
        after = seal(session)
        assert before
        assert after
        assert after.number == before.number + 1
        found = check(session, before)
        acts = session.execute(text("SELECT transaction_id, actor_name FROM change GROUP BY 1, 2 ORDER BY 1")).all()
    assert found.faults == ()
    assert [act.actor_name for act in acts] == [None, "Import of an archive"]


def city_of(installation: Installation, name: str) -> UUID:
    with psycopg.connect(installation.database.owner_url) as connection:
        (found,) = connection.execute("SELECT id FROM partner_city WHERE name = %s", (name,)).fetchall()
    return UUID(str(found[0]))
