"""A person who is used wherever one can be used, and erased."""

from typing import Any

from tests.builders import OWN, PARTNER, Api, Reply, World
from tests.people.people import CONTACTS, LAWFUL, an_organization, merge, shared

GIVEN, FAMILY = "Zéphyrine", "Quäckenbüsch"
NAME = f"{GIVEN} {FAMILY}"
EMAIL, OTHER_EMAIL, PHONE = "zeph.quack@genk-proof.example", "z.q@private-proof.example", "+32470998877"
NOTE, SOURCE, FUNCTION = "Likes heliotrope ink", 'Her "visiting" card', "Bürgermästerin"
PURPOSE, JUDGED_AS = "Planning her zeppelin tour", "Preisrichterin"
VALUES = (GIVEN, FAMILY, NAME, EMAIL, OTHER_EMAIL, PHONE, "heliotrope", "visiting", FUNCTION, "zeppelin", JUDGED_AS)
REASON = {"reason": "subjectRequest", "fileNumber": "DPO/2026-17"}


def erase(api: Api, contact: Any, **headers: str) -> Reply:
    """Erase a person."""
    return api.post(f"{CONTACTS}/{contact['id']}/erasure", REASON, headers={"If-Match": "*", **headers})


def everywhere(world: World) -> Any:
    """Use a person wherever one can be used, and return the contact."""
    coordinator, editor = world.api(OWN), world.api(OWN, "editor")
    body = {
        "givenName": GIVEN,
        "familyName": FAMILY,
        "honorific": "Dr.",
        "function": FUNCTION,
        "note": NOTE,
        "source": SOURCE,
        "emails": [{"address": EMAIL}],
        "languages": ["fr"],
        "roles": [{"role": "coordinator", "cityLink": {"id": str(world.links["link"])}}],
        **LAWFUL,
        **shared(world),
        "purpose": PURPOSE,
    }
    contact = coordinator.post(CONTACTS, body, headers={"Idempotency-Key": "first"}).json
    twin = {
        "familyName": FAMILY,
        "phones": [{"number": PHONE}],
        "emails": [{"address": OTHER_EMAIL}],
        **LAWFUL,
        **shared(world),
    }
    copy = editor.post(CONTACTS, twin, headers={"Idempotency-Key": "second"}).json
    assert merge(coordinator, copy, contact).status_code == 200
    note = f"Ask {NAME.upper()} ({EMAIL})."
    links = f"/v1/cityLinks/{world.links['public']}"
    assert editor.patch(links, {"internalNote": note}).status_code == 200
    an_organization(editor, internalNote=f"{FAMILY} {GIVEN} knows them.")
    agreement = {
        "title": "Signed",
        "kind": "workProgram",
        "validFrom": "2031-01-01",
        "validTo": "2032-01-01",
        "signatories": [{"city": {"id": str(world.cities[OWN])}, "name": NAME, "function": "Mayor"}],
    }
    signed = editor.post(f"{links}/agreements", agreement, headers={"Idempotency-Key": "third"})
    assert signed.status_code == 201
    jury = [{"function": JUDGED_AS, "contact": {"id": contact["id"]}}]
    award = f"/v1/exchangeProjects/{world.projects['public']}"
    assert editor.patch(award, {"jury": jury}).status_code == 200
    path = f"{CONTACTS}/{contact['id']}"
    put_right = {"honorific": "Prof."}
    headers = {"If-Match": "*", "Idempotency-Key": "fourth"}
    assert coordinator.post(f"{path}/rectification", put_right, headers=headers).status_code == 200
    asked = coordinator.post("/v1/subjectAccess", {"email": EMAIL}, headers={"Idempotency-Key": "fifth"})
    assert asked.status_code == 201
    assert world.api(PARTNER).patch(path, {"function": FUNCTION + " "}).status_code == 200
    return contact
