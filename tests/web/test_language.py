"""Callers are spoken to in their language: `lang=` before Accept-Language, Dutch for whoever names neither."""

from typing import Any

import pytest

from stedenband.core.words import say
from stedenband.web.catalogs import translated
from tests.builders import OWN, World

NOWHERE = "/v1/nowhere"
TITLES = {"nl": "Niet gevonden", "fr": "Ressource introuvable", "en": "Resource Not Found"}


@pytest.mark.parametrize(
    ("accepted", "language"),
    [ ("", "nl"), ("*", "nl"), ("nl", "nl"), ("fr", "fr"), ("en", "en"), ("de", "nl"), ("FR", "fr"), ("fr-BE", "fr"), ("nl-BE,fr;q=0.8", "nl"), ("en-US,en;q=0.9,fr;q=0.8", "en"), ("fr;q=0.3, en;q=0.7", "en"), ("de, *;q=0.1", "nl"), ("de, fr;q=0.1, en;q=0", "fr"), ("nl;q=0", "fr"), ("nl;q=0, *", "fr"), ("nl;q=0, fr;q=0, en;q=0", "nl"), ("fr;q=nan, en;q=0.1", "en"), ("\xe9;q=x", "nl") ],
)  # fmt: skip
def test_the_best_of_our_languages_is_spoken(world: World, accepted: str, language: str) -> None:
    answer = world.api().get(NOWHERE, headers={"Accept-Language": accepted})
    assert answer.json["title"] == TITLES[language]
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(("asked", "language"), [("nl", "nl"), ("fr", "fr"), ("pt", "en"), ("tlh", "en")])
def test_lang_is_stronger_and_a_language_we_do_not_speak_leaves_the_rest(
    world: World, asked: str, language: str
) -> None:
    assert world.api().get(f"{NOWHERE}?lang={asked}").json["title"] == TITLES[language]


@pytest.mark.parametrize("query", ["lang=", "lang=zz", "lang=NL", "lang=nl-BE", "lang=nl&lang=fr", "lang=%00"])
@pytest.mark.parametrize("path", ["/v1/cityLinks", "/v1/health", "/v1/changes"])
def test_what_is_no_language_is_refused_by_name(world: World, path: str, query: str) -> None:
    answer = world.api().get(f"{path}?{query}")
    assert answer.status_code == 400
    assert [(each["in"], each["name"]) for each in answer.json["issues"]] == [("query", "lang")]


def test_a_query_that_cannot_be_read_is_refused_in_the_callers_language(world: World) -> None:
    broken = {"QUERY_STRING": "lang=nl&\xff"}
    answer = world.api().get("/v1/health", headers={"Accept-Language": "fr"}, environ_overrides=broken)
    assert answer.json["issues"][0]["detail"] == "La chaîne de requête n’est pas de l’UTF-8 valide."


def test_every_operation_takes_lang(world: World) -> None:
    link = f"/v1/cityLinks/{world.links['public']}"
    for path in ("/v1/cityLinks", link, f"{link}/agreements", f"{link}/history", "/v1/changes", "/v1/health"):
        assert world.api().get(f"{path}?lang=pt").status_code == 200
    refused = world.api(OWN).call("POST", f"{link}/transitions?lang=fr", json={"to": "x"}, headers={"If-Match": "*"})
    assert refused.json["issues"][0]["detail"].startswith("Indiquez l’un de ces codes : candidate, ")


def issues(world: World, path: str, body: Any) -> list[tuple[str, str]]:
    answer = world.api(OWN).post(path, body, headers={"Accept-Language": "nl"})
    return [(issue["title"], issue["detail"]) for issue in answer.json["issues"]]


def test_what_fields_rules_and_constraints_say_is_translated(world: World) -> None:
    schema, rule = "Invoer niet geldig volgens het schema", "Invoer geweigerd"
    assert issues(world, "/v1/partnerCities", {"name": "\x00", "countryCode": "ZZ", "population": 1, "x": 1}) == [
        (rule, "Verwijder stuurtekens, surrogaten en tekens die de schrijfrichting veranderen."),
        (rule, "Geef de code van een land: twee hoofdletters, zoals BE (zie /v1/refData/countries)."),
        (schema, "Geef een JSON-object."),
        (rule, "Deze eigenschap bestaat hier niet of kan niet worden geschreven."),
    ]  # fmt: skip
    assert issues(world, "/v1/partnerCities", {"name": None}) == [
        (schema, "Deze eigenschap kan niet null zijn."),
        ("Invoer verplicht", "Deze eigenschap is verplicht."),
    ]
    once = {"city": {"id": str(world.cities[OWN])}}
    link = {"kind": "twinning", "members": [once, once]}
    assert issues(world, "/v1/cityLinks", link) == [(rule, "Noem elke stad één keer.")]
    broken = f"/v1/cityLinks/{world.links['public']}/agreements"
    agreement = {"title": "A", "kind": "renewal", "validFrom": "2020-01-02", "validTo": "2020-01-01"}
    assert issues(world, broken, agreement) == [(rule, "De einddatum van een overeenkomst ligt na de begindatum.")]


def test_a_sentence_within_a_sentence_is_translated_with_it() -> None:
    final = say(
        "A record that is '{state}' cannot become '{to}'. Moves open from here: {allowed}.",
        state="ended",
        to="active",
        allowed=say("none: it is final"),
    )
    assert translated(final, "nl").endswith("Mogelijke overgangen: geen: dit is de eindstatus.")
    assert translated(final, "en").endswith("Moves open from here: none: it is final.")
    assert translated("What nobody has translated.", "fr") == "What nobody has translated."


def test_a_problem_names_the_page_of_its_type(world: World) -> None:
    problem = world.api().get(NOWHERE).json
    assert problem["href"] == f"http://127.0.0.1:8000/v1/refData/problemTypes/{problem['type']}"
