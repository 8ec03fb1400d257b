"""What `q` finds and what it does not, the same on every collection."""

from collections.abc import Iterator

import psycopg
import pytest

from stedenband.core.address import owner_session
from stedenband.people.models import ORGANIZATION_KINDS, Contact, Organization
from tests.builders import OWN, PARTNER, STRANGER, World, a_city, a_link, an_agreement, world_in
from tests.databases import TestServer

NAMES = (
    "'s-Hertogenbosch", "Saint-Étienne", "São Paulo", "L'Aquila", "Gent", "Mons", "Évreux", "Villeneuve-d’Ascq",
    "Santo Antão", "Łódź", "Praha 10", "Ostend",
)  # fmt: skip

FINDS = """
genk                    Genk
GENK                    Genk
gen                     Genk, Gent
ge                      Genk, Gent
francis                 Francistown
hertogenbosch           's-Hertogenbosch
's-hertogenbosch        's-Hertogenbosch
s hertogenbosch         's-Hertogenbosch
shertogenbosch          's-Hertogenbosch
’s‑Hertogenbosch        's-Hertogenbosch
saint etienne           Saint-Étienne
Saint-Etienne           Saint-Étienne
SAINTETIENNE            Saint-Étienne
etienne saint           Saint-Étienne
e\u0301tienne           Saint-Étienne
sao paulo               São Paulo
saopaulo                São Paulo
são                     São Paulo
laquila                 L'Aquila
l’aquila                L'Aquila
aquila                  L'Aquila
villeneuve d ascq       Villeneuve-d’Ascq
villeneuvedascq         Villeneuve-d’Ascq
antao                   Santo Antão
lodz                    Łódź
praha 10                Praha 10
Oostende                Ostend
"""
"""As written, by the beginning of every word, and by the words that a name has in other languages."""

FORGIVES = """
franistown              Francistown
francisttown            Francistown
franciztown             Francistown
francitsown             Francistown
gnek                    Genk
gemk                    Genk
genkk                   Genk
geent                   Gent
saint-etiene            Saint-Étienne
sao paolo               São Paulo
hertogenbos'ch          -
hertogenbossch          's-Hertogenbosch
monts                   Mons
oostnde                 Ostend
"""
"""One letter left out, doubled, wrong, or two swapped; but in a word of three letters or fewer."""

FINDS_NOT = """
enk                     -
Kgen                    -
gne                     -
frncstwn                -
praha 11                -
genk francistown        -
%                       -
_                       -
*                       -
g_nk                    -
gen%k                   -
:*                      -
'                       -
\\                      -
genk & praha            -
genk | praha            -
!genk                   Genk
(genk                   Genk
"""
"""Two mistakes, another first letter, other numbers, and what other search machines take for operators."""


def rows(table: str) -> list[tuple[str, list[str]]]:
    """Return query and names of each line."""
    pairs = [line.split("  ", 1) for line in table.strip("\n").splitlines()]
    return [(query, [name.strip() for name in names.split(",") if name.strip() != "-"]) for query, names in pairs]


@pytest.fixture(scope="module")
def register(server: TestServer, worker_id: str) -> Iterator[World]:
    """A world with cities whose names are hard to type."""
    with server.copy(worker_id) as database, world_in(database) as world:
        with owner_session(database.owner_url) as session:
            for name in NAMES:
                more = {"names": {"nl": "Oostende"}} if name == "Ostend" else {}
                session.add(a_city(name=name, **more))
            session.commit()
        yield world


def names(world: World, query: str, city: str | None = None) -> list[str]:
    """Return the names of the cities found."""
    items = world.api(city).get("/v1/partnerCities", query_string={"q": query}).json["items"]
    return [item["name"] for item in items]


@pytest.mark.parametrize(("query", "found"), [*rows(FINDS), *rows(FORGIVES), *rows(FINDS_NOT)])
def test_cities_are_found_by_their_names(register: World, query: str, found: list[str]) -> None:
    assert names(register, query) == found


@pytest.mark.parametrize(
    "query",
    ["a" * 200, "é" * 200, "ab " * 60, "x y " * 50, "a\u0301\u0316 b", "abcdefghijklmnopqrst " * 9],
)
def test_no_words_cost_much(register: World, query: str) -> None:
    """Of 200 characters all there is to look for follows, however they are divided."""
    for path in ("partnerCities", "cityLinks", "search"):
        assert register.api(OWN).get(f"/v1/{path}", query_string={"q": query}).status_code == 200


def test_links_are_found_by_title_summary_and_the_names_of_their_members(fresh_world: World) -> None:
    api = fresh_world.api(OWN)
    body = {"kind": "network", "title": "Afval en onderwijs", "summary": {"fr": "Déchets et éducation"}}
    members = [{"city": {"id": str(fresh_world.cities[name])}} for name in (OWN, STRANGER)]
    assert api.post("/v1/cityLinks", {**body, "members": members}).status_code == 201

    def found(query: str) -> int:
        return int(api.get("/v1/cityLinks", query_string={"q": query, "total": "true"}).json["total"])

    assert found("afval") == found("dechet") == found("dechetts") == found("onderwijs elsewhere") == 1
    assert found("onderwjis elsewere") == 1, "a mistake in the title, another in the name of a member"
    assert found("francistown") == found("franistown") == 4
    assert found("afval francistown") == 0


def test_agreements_and_clients_are_found_by_title_and_name(fresh_world: World) -> None:
    path = f"/v1/cityLinks/{fresh_world.links['public']}/agreements"
    title = f"Agreement {2010}"

    def titles(city: str | None, query: str) -> list[str]:
        items = fresh_world.api(city).get(path, query_string={"q": query}).json["items"]
        return [item["title"] for item in items]

    assert titles(OWN, "agrement 2010") == titles(OWN, "2010") == [title]
    assert titles(None, "2010") == []
    assert titles(OWN, "2011") == []
    clients = fresh_world.api(OWN, "admin").get("/v1/apiClients", query_string={"q": "cordinator genk"}).json["items"]
    assert [client["name"] for client in clients] == ["coordinator of Genk"]


def test_words_narrow_what_other_filters_leave_and_keep_the_order_asked_for(register: World) -> None:
    page = register.api().get("/v1/partnerCities?q=ge&sort=-name&pageSize=1&total=true").json
    assert ([item["name"] for item in page["items"]], page["total"]) == (["Gent"], 2)
    assert [item["name"] for item in register.api().get(page["next"]).json["items"]] == ["Genk"]
    assert register.api().get("/v1/partnerCities?q=francis&country=BE").json["items"] == []


def test_a_hidden_record_changes_nothing_of_what_others_find(fresh_world: World) -> None:
    """Not even whether mistakes are forgiven: a hidden "Gnek" has the word as written, and is not there."""
    asked = [("partnerCities", "gnek"), ("partnerCities", "ge"), ("cityLinks", "gnek"), ("cityLinks", "franistown")]
    asked += [("search", query) for query in ("gnek", "franistown", "genk", "agrement", "agreement 1990")]
    strangers = ((None, "public"), (STRANGER, "coordinator"), (PARTNER, "partner"), (PARTNER, "coordinator"))

    def answers() -> list[bytes]:
        return [
            fresh_world.api(*who).get(f"/v1/{path}", query_string={"q": query}).data
            for path, query in asked
            for who in strangers
        ]

    with owner_session(fresh_world.database.owner_url) as session:
        own = fresh_world.cities[OWN]
        hidden = a_city(name="Quiet", visibility="city", city_id=own)
        session.add(hidden)
        session.flush()
        fresh_world.cities["hidden"] = hidden.id
        public = {"visibility": "public", "kind": "network", "city_id": own, "cities": (OWN, "hidden")}
        session.add(a_link(fresh_world, **public))
        session.commit()
        before = answers()
        hidden.name = "Gnek Franistown Agrement"
        session.add(a_link(fresh_world, title="Gnek", city_id=own, cities=(OWN, "hidden")))
        session.add(an_agreement(fresh_world.links["public"], own, "city", 1990))
        session.commit()
    assert names(fresh_world, "gnek", OWN) == ["Gnek Franistown Agrement"], "whoever sees it finds it"
    assert len(fresh_world.api(OWN).get("/v1/cityLinks?q=gnek").json["items"]) == 2
    assert answers() == before


def test_a_persons_name_is_found_by_those_alone_who_may_know_it(fresh_world: World) -> None:
    found = "SELECT count(*) FROM contact WHERE id IN (SELECT find_contacts(%s))"
    person = {"given_name": "Ann", "family_name": "Example-Peeters", "function": "Harbor master"}
    with owner_session(fresh_world.database.owner_url) as session:
        own = fresh_world.cities[OWN]
        grounds = {"lawful_basis": "publicTask", "purpose": "The link."}
        session.add(Contact(**person, **grounds, city_id=own, visibility="public"))
        session.add(Contact(family_name="Without function", **grounds, city_id=own))
        session.commit()
    for who, known in (((OWN, "editor"), 1), ((PARTNER, "editor"), 0), ((STRANGER, "admin"), 0)):
        with psycopg.connect(fresh_world.database.api_url) as connection:
            connection.execute("SELECT FROM enter(%s, %s)", fresh_world.credential(*who))
            for words in ("ann peeters", "petters", "examplepeeters", "ann harbor"):
                assert connection.execute(found, [words]).fetchone() == (known,), (who, words)
            for words in ("harbor", "harbour master", "harbormaster"):
                assert connection.execute(found, [words]).fetchone() == (1,), (who, words)


def test_organizations_are_found_by_name_and_community(fresh_world: World) -> None:
    with owner_session(fresh_world.database.owner_url) as session:
        session.add(Organization(name="Wereldwinkel Genk", community="Vrijwilligers", kind=ORGANIZATION_KINDS[0]))
        session.commit()
    with psycopg.connect(fresh_world.database.owner_url) as connection:
        for words in ("wereld", "werldwinkel", "genk vrijwiligers"):
            assert connection.execute("SELECT count(*) FROM find_organizations(%s)", [words]).fetchone() == (1,), words
