"""The demo data: what a newcomer sees after the first start."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.transfer import demo
from tests.builders import Api
from tests.databases import TestServer

PUBLIC = {"Genk – Cieszyn", "Genk – Francistown", "Genk – Isparta", "Genk – Troisdorf"}
CANDIDATE = "Demo: SDG partnership under study, Genk – Cieszyn"
SIGNED = {
    "Memorandum of understanding 2004",
    "Memorandum of understanding 2014–2019",
    "Memorandum of understanding 2020–2025",
}
DRAFT = "Demo: draft renewal 2026–2031"


@dataclass
class Demo:
    """A register with the demo data, loaded once for all tests of this file, which change nothing."""

    owner_url: str
    file: Path
    keys: dict[str, str]
    api: Api

    def as_(self, name: str | None) -> Api:
        return self.api.as_(self.keys[name] if name else None)


@pytest.fixture(scope="module")
def register(server: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    file = tmp_path_factory.mktemp("demo") / "demo-keys.json"
    with server.copy(worker_id) as database:
        app = create_app(Settings(database_url=database.api_url))
        yield Demo(database.owner_url, file, demo.load(database.owner_url, file), Api(app.test_client()))
        app.extensions["stedenband.database"].engine.dispose()


def test_each_caller_sees_what_it_should(register: Demo) -> None:
    genk = register.as_(None).get("/v1/partnerCities?q=genk").json["items"][0]["id"]
    expected = {
        None: (PUBLIC, SIGNED),
        "francistown": (PUBLIC, SIGNED | {DRAFT}),
        "genk": (PUBLIC | {CANDIDATE}, SIGNED | {DRAFT}),
        "genk-editor": (PUBLIC | {CANDIDATE}, SIGNED | {DRAFT}),
        "auditor": (PUBLIC | {CANDIDATE}, SIGNED | {DRAFT}),
    }
    assert set(expected) == {None, *register.keys}
    for name, (links, agreements) in expected.items():
        caller = register.as_(name)
        shown = caller.get(f"/v1/cityLinks?memberCity={genk}").json["items"]
        assert {link["title"] for link in shown} == links, name
        francistown = next(link for link in shown if link["kind"] == "cityLink")
        listed = caller.get(f"/v1/cityLinks/{francistown['id']}/agreements").json["items"]
        assert {agreement["title"] for agreement in listed} == agreements, name


def test_people_are_shown_to_those_who_may_know_them_and_are_marked_as_invented(register: Demo) -> None:
    names = {"genk": {"Ann", "Kabo", "Younes"}, "auditor": {"Ann", "Kabo", "Younes"}, "francistown": {"Ann", "Kabo"}}
    for name, known in names.items():
        people = register.as_(name).get("/v1/contacts").json["items"]
        assert {each["displayName"] for each in people} == {f"{first} Example (demo)" for first in known}
    (point,) = register.as_(None).get("/v1/contacts").json["items"]
    assert (point["function"], "displayName" in point) == ("North-South officer", False)
    counts = {"genk": 3, "francistown": 3, None: 2}
    for caller, count in counts.items():
        assert len(register.as_(caller).get("/v1/organizations").json["items"]) == count


def test_the_projects_of_the_link_are_shown_to_those_who_may_see_them_and_are_marked(register: Demo) -> None:
    counts = {"genk": 8, "auditor": 8, "francistown": 8, None: 7}
    for caller, count in counts.items():
        projects = register.as_(caller).get("/v1/exchangeProjects").json["items"]
        assert len(projects) == count, caller
        assert all("(demo)" in each["title"] for each in projects)
        people = [juror["name"] for each in projects for juror in each["jury"] if "name" in juror]
        assert all("Example (demo)" in name for name in people)
        assert bool(people) == (caller in {"genk", "auditor"})
    (award,) = register.as_(None).get("/v1/exchangeProjects?kind=award").json["items"]
    assert award["amount"] == {"value": "2500.00", "currency": "EUR"}
    assert [each["name"] for each in award["nominations"] if each["winner"]] == ["Ward A (demo)"]
    assert award["policyAction"]["title"].startswith("2.1 Demo: ")


def test_the_plan_of_genk_is_public_with_its_goals_and_actions(register: Demo) -> None:
    (plan,) = register.as_(None).get("/v1/policyPlans").json["items"]
    assert set(plan["mission"]) == {"nl", "fr", "en"}
    counts = {"goals": 2, "actions": 5}
    for below, count in counts.items():
        assert len(register.as_(None).get(f"{plan['href']}/{below}").json["items"]) == count
    served = register.as_(None).get("/v1/statistics/exchangeProjects?groupBy=policyGoal").json
    assert [group["record"]["title"][:7] for group in served["groups"]] == ["1 Demo:", "2 Demo:"]
    assert (served["total"], served["ungrouped"]) == (7, 0)


def test_three_projects_have_results_whose_last_period_is_open_to_the_partner(register: Demo) -> None:
    public, partner = register.as_(None), register.as_("francistown")
    projects = public.get("/v1/exchangeProjects?select=(title,results)").json["items"]
    with_results = [each for each in projects if each["results"]]
    assert len(with_results) == 3
    for each in with_results:
        (result,) = each["results"]
        (indicator,) = result["indicators"]
        assert all("(demo)" in text for text in (*result["title"].values(), *indicator["title"].values()))
        *known, last = indicator["periods"]
        assert all(period["actual"]["comment"]["en"].startswith("Demo:") for period in known)
        assert "actual" not in last
        assert partner.get(last["href"]).json["locked"] is False
    (waste,) = [each["results"][0]["indicators"][0] for each in with_results if each["title"].startswith("Waste")]
    targets = {
        day: public.get(f"{waste['href']}/series?asOf={day}").json["periods"][2]["target"]["value"]
        for day in ("2023-06-01", "2023-08-01")
    }
    assert targets == {"2023-06-01": "100", "2023-08-01": "120"}


def test_the_visits_are_public_with_invented_programs_and_one_is_planned(register: Demo) -> None:
    public, partner = register.as_(None), register.as_("francistown")
    visits = public.get("/v1/delegations?select=(title,arrival,direction,publishedReport,programItems)").json["items"]
    assert [(each["arrival"][:7], each["direction"]) for each in visits] == [
        ("2018-07", "inbound"), ("2018-11", "outbound"), ("2020-02", "outbound"),
    ]  # fmt: skip
    for each in visits:
        assert each["title"].endswith("(demo)")
        assert all(text.startswith("Demo:") for text in each["publishedReport"].values())
        assert len(each["programItems"]) == 3
        assert all("(demo)" in item["title"] for item in each["programItems"])
    (planned,) = partner.get("/v1/delegations?status=draft").json["items"]
    assert planned["title"].startswith("Planned")
    (row, *_) = public.get("/v1/statistics/travel?year=2018").json["rows"]
    assert (row["trips"], row["flights"]) == (1, 8)


def test_the_whole_register_is_public(register: Demo) -> None:
    public = register.as_(None)
    assert public.get("/v1/cityLinks?total=true").json["total"] == 445
    assert public.get("/v1/cityLinks?renewalDue=true").json["items"][0]["title"] == "Genk – Francistown"


def test_the_keys_stand_in_a_file_that_only_its_owner_reads(register: Demo) -> None:
    assert stat.S_IMODE(register.file.stat().st_mode) == 0o600
    assert json.loads(register.file.read_text()) == register.keys


def test_a_second_start_changes_nothing(register: Demo, tmp_path: Path) -> None:
    def last() -> str:
        return str(register.as_("genk").get("/v1/changes?pageSize=200").json["cursor"])

    before = last()
    assert demo.load(register.owner_url, register.file) == register.keys
    assert demo.load(register.owner_url, tmp_path / "elsewhere.json") == {}
    assert last() == before
