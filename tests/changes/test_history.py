"""The history of one record: what changed, when and by whom, with the values that the reader may see."""

from typing import Any
from uuid import UUID

import psycopg

from tests.builders import BASE, OWN, PARTNER, STRANGER, Api, World


def history(api: Api, path: str) -> list[dict[str, Any]]:
    """Return a record's history, newest first."""
    return list(api.get(f"{path}/history?pageSize=200").json["items"])


def link(world: World, name: str = "public") -> str:
    """Return the path of a link."""
    return f"/v1/cityLinks/{world.links[name]}"


def recorded(world: World, record: UUID | str) -> list[tuple[Any, ...]]:
    """Return what stands in the record of change, as the owner of the database sees it."""
    with psycopg.connect(world.database.owner_url) as owner:
        query = "SELECT transaction_id, operation, version, fields FROM change WHERE record_id = %s ORDER BY sequence"
        return owner.execute(query, (record,)).fetchall()


def test_a_change_is_told_with_old_and_new_value_and_who_made_it(fresh_world: World) -> None:
    path = link(fresh_world)
    before = fresh_world.api(OWN).get(path).json["title"]
    fresh_world.api(OWN).patch(path, {"title": "Renamed"})
    newest = history(fresh_world.api(OWN, "auditor"), path)[0]
    assert newest["operation"] == "updated"
    assert newest["version"] == 2
    assert newest["changedBy"] == f"coordinator of {OWN}"
    assert newest["changes"] == {"title": {"old": before, "new": "Renamed"}}


def test_the_public_is_not_told_who_made_a_change(fresh_world: World) -> None:
    path = link(fresh_world)
    fresh_world.api(OWN).patch(path, {"title": "Renamed"})
    assert "changedBy" not in history(fresh_world.api(), path)[0]
    assert "changedBy" in history(fresh_world.api(PARTNER, "partner"), path)[0]


def test_values_from_before_publication_stay_hidden_from_the_public(fresh_world: World) -> None:
    path = link(fresh_world, "city")
    own = fresh_world.api(OWN)
    own.patch(path, {"title": "First draft", "summary": {"en": "A secret plan."}})
    own.patch(path, {"title": "Now public", "visibility": "public"})
    own.patch(path, {"title": "Corrected"})
    told = history(fresh_world.api(), path)
    assert [entry["changes"]["title"] for entry in told] == [
        {"old": "Now public", "new": "Corrected"},
        {"new": "Now public"},
    ]
    assert "secret" not in str(told)
    assert "First draft" not in str(told)
    assert "First draft" in str(history(own, path))


def test_values_from_before_sharing_stay_hidden_from_the_other_side(fresh_world: World) -> None:
    path = link(fresh_world, "city")
    own = fresh_world.api(OWN)
    own.patch(path, {"title": "First draft"})
    own.patch(path, {"title": "Shared", "visibility": "link"})
    told = history(fresh_world.api(PARTNER, "partner"), path)
    assert [entry["changes"]["title"] for entry in told] == [{"new": "Shared"}]
    assert "First draft" not in str(told)


def test_history_shows_a_note_to_the_own_staff_alone(fresh_world: World) -> None:
    path = link(fresh_world)
    fresh_world.api(OWN).patch(path, {"internalNote": "Be careful.", "endDate": "2030-01-01"})
    for city, role, shown in ((OWN, "auditor", True), (PARTNER, "partner", False), (None, "public", False)):
        changes = history(fresh_world.api(city, role), path)[0]["changes"]
        assert ("internalNote" in changes) == shown
        assert changes["endDate"] == {"new": "2030-01-01"}


def test_history_shows_the_reason_of_a_move_to_both_sides_alone(fresh_world: World) -> None:
    path = link(fresh_world, "register")
    decision = {"date": "2026-01-15", "body": "Council", "reference": "1"}
    assert fresh_world.api(OWN).post(f"{path}/claim", None, headers={"If-Match": "*"}).status_code == 200
    fresh_world.api(OWN).move(path, "ended", reason="No budget.", decision=decision)
    assert "No budget." in str(history(fresh_world.api(PARTNER, "partner"), path)[0])
    public = history(fresh_world.api(), path)[0]
    assert "No budget." not in str(public)
    assert public["changes"]["moves"]["new"][-1]["decision.reference"] == "1"


def test_one_request_is_one_entry(fresh_world: World) -> None:
    path = link(fresh_world)
    before = len(recorded(fresh_world, fresh_world.links["public"]))
    members = [{"city": {"id": str(fresh_world.cities[name])}, "role": "lead"} for name in (PARTNER, OWN)]
    body = {"title": "Renamed", "themes": ["waste", "water"], "members": members, "summary": {"en": "All."}}
    assert fresh_world.api(OWN).patch(path, body).status_code == 200
    rows = recorded(fresh_world, fresh_world.links["public"])[before:]
    assert [row[1] for row in rows] == ["updated"]
    assert set(rows[0][3]) == {"title", "themes", "members", "summary"}


def test_a_new_record_is_one_entry_that_says_created(fresh_world: World) -> None:
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, PARTNER)]
    made = fresh_world.api(OWN).post(
        "/v1/cityLinks", {"kind": "sdgPartnership", "members": members, "themes": ["waste"]}
    )
    assert [row[1:3] for row in recorded(fresh_world, made.json["id"])] == [("created", 1)]
    (entry,) = history(fresh_world.api(OWN), made.headers["Location"].removeprefix(BASE))
    assert entry["operation"] == "created"
    assert entry["changes"]["themes"] == {"old": [], "new": ["waste"]}


def test_a_part_without_an_address_moves_the_version_of_its_record(fresh_world: World) -> None:
    path = link(fresh_world)
    version = fresh_world.api(OWN).get(path).json["version"]
    reply = fresh_world.api(OWN).patch(path, {"themes": ["peace"]})
    assert reply.json["version"] == version + 1
    newest = history(fresh_world.api(), path)[0]
    assert newest["version"] == version + 1
    assert newest["changes"] == {"themes": {"old": [], "new": ["peace"]}}


def test_a_part_with_an_address_does_not_move_the_version_of_its_parent(fresh_world: World) -> None:
    path = link(fresh_world)
    version = fresh_world.api(OWN).get(path).json["version"]
    body = {"title": "Work program", "kind": "workProgram", "validFrom": "2020-01-01", "validTo": "2020-12-31"}
    assert fresh_world.api(OWN).post(f"{path}/agreements", body).status_code == 201
    assert fresh_world.api(OWN).get(path).json["version"] == version


def test_a_change_of_nothing_is_no_entry(fresh_world: World) -> None:
    path = link(fresh_world)
    before = fresh_world.api(OWN).get(path)
    reply = fresh_world.api(OWN).patch(path, {"title": before.json["title"], "themes": []})
    assert reply.headers["ETag"] == before.headers["ETag"]
    assert len(history(fresh_world.api(OWN), path)) == 1


def test_the_name_of_a_signatory_is_never_recorded(fresh_world: World) -> None:
    own = fresh_world.api(OWN)
    city = {"id": str(fresh_world.cities[OWN])}
    path = f"{link(fresh_world)}/agreements/{fresh_world.agreements['public']}"
    for name in ("Zebedeus Voorbeeld", "Zebedeus Anders", None):
        signatory = {"city": city, "function": "Mayor"} | ({"name": name} if name else {})
        assert own.patch(path, {"signatories": [signatory]}).status_code == 200
    newest = history(own, path)[0]
    assert "signatories" in newest["changes"]
    with psycopg.connect(fresh_world.database.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM change WHERE change::text LIKE '%Zebedeus%'").fetchone() == (0,)


def test_history_comes_in_pages(fresh_world: World) -> None:
    path = link(fresh_world)
    own = fresh_world.api(OWN)
    for number in range(3):
        own.patch(path, {"title": f"Title {number}"})
    whole = history(own, path)
    paged = []
    following: str | None = f"{path}/history?pageSize=1"
    while following:
        page = own.get(following).json
        paged += page["items"]
        following = page.get("next")
    assert paged == whole
    assert own.get(f"{path}/history?after=x").status_code == 400


def test_who_does_not_see_a_record_does_not_see_its_history(fresh_world: World) -> None:
    for api in (fresh_world.api(), fresh_world.api(STRANGER)):
        assert api.get(f"{link(fresh_world, 'link')}/history").status_code == 404
