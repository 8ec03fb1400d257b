"""Either wall alone: the database without the application's checks, and the application without the database's.

The access matrix is asked again for everything that it says is refused, once with every check of role and relation in
the application switched off, and once over a connection that passes by every policy. Only a test can do either.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event, literal

from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core import db
from stedenband.core.access import PERMISSIONS, Actor, Permission, Relation, Role
from stedenband.core.records import Owned
from stedenband.web import sight
from tests.builders import BASE, DATA, MAIL_FROM, SMTP_URL, Reply
from tests.contracts.access_records import Stage, Subject, cells, kind_of
from tests.contracts.access_requests import Asking
from tests.contracts.access_rules import RULES, Caller, Rule, expected, sees
from tests.contracts.state import state_of

pytestmark = pytest.mark.no_cover
"""What these ask for is counted elsewhere, one by one; here it would take twice as long again."""
PREVENTED = frozenset({400, 403, 404, 409, 412})
"""How a write ends that the database does not let happen."""
LISTS = ("items", "reminders", "warnings")
"""What a reply lists that is empty where nothing is seen."""
WITHOUT_ROWS = {
    "/metrics",
    "/v1/processingRegister",
    "/v1/imports/corrections",
    "/v1/imports/templates/<collection>",
}
"""What shows no record of anybody: the application alone says who reads it."""
WARNINGS = "/v1/delegations/<delegationId>/warnings"
OF_ROWS_SEEN = {("/v1/reminders", "admin"), (WARNINGS, "admin"), (WARNINGS, "auditor")}
"""What is made of records that its caller reads anyway: again the application alone says so."""
OF_COLUMNS = {
    "rename", "annotate", "extend", "unshare", "publish", "appoint", "grant", "reorder", "promise", "lock", "unlock", "retain",
}  # fmt: skip
"""Acts on a record that the caller may change, refused for the columns that they touch: the database alone knows."""

OF_PARENTS = "drafted"
"""What is added to a record that is public is public at once, which takes more: again only the database knows."""


def refused(stage: Stage, rule: Rule) -> Iterator[tuple[str, Caller, Subject, int]]:
    """Give every standing and caller whom the table refuses, with a key that holds."""
    kind = kind_of(rule.path)
    for name, caller in cells(rule):
        subject = stage.subject(kind, name)
        names_record = kind not in {"", "name", "codeList", "itemCode", "collection"}
        status = expected(rule, caller, subject.facts, names_record=names_record)
        if status in {401, 403} and not caller.refused:
            yield name, caller, subject, status


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application allow every role everything on every record it finds."""
    monkeypatch.setattr(sight, "_one", sight._one.__wrapped__)  # noqa: SLF001 (kept, it would outlive the fixture)
    for role in Role:
        monkeypatch.setitem(PERMISSIONS, role, frozenset(Permission))
    monkeypatch.setattr(Owned, "relation", classmethod(lambda _cls: literal(Relation.OWNER.value)))
    monkeypatch.setattr(Actor, "own_city", property(lambda actor: actor.city_id))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.path not in WITHOUT_ROWS], ids=str)
def test_the_database_alone_hides_and_protects_everything(stage: Stage, rule: Rule, unguarded: None) -> None:
    wrong = []
    with psycopg.connect(stage.world.database.owner_url, autocommit=True) as owner:
        asked = [each for each in refused(stage, rule) if (rule.path, each[1].role) not in OF_ROWS_SEEN]
        stage.prepare()
        before = state_of(owner)
        for name, caller, subject, _ in asked:
            answer = Asking(stage, rule, caller, subject).send()
            if not (hidden(answer) if rule.method == "GET" else prevented(answer, caller, subject)):
                wrong.append(f"{caller} asks {rule} of {name!r}: {answer.status_code} {answer.text[:200]}")
        assert not wrong, "\n".join(wrong)
        assert state_of(owner) == before


def hidden(answer: Reply) -> bool:
    """Tell whether a reply shows no record: it is a refusal, or a list without any."""
    lists = [answer.json.get(name) for name in LISTS] if answer.status_code == 200 else []
    return answer.status_code in {401, 403, 404} or [] in lists


def prevented(answer: Reply, caller: Caller, subject: Subject) -> bool:
    """Tell whether a write was refused, or each of several; one of a hidden record as if there were none."""
    unseen = subject.facts is not None and not sees(caller, subject.facts)
    done_to_none = answer.status_code == 200 and 0 in {answer.json.get("done"), answer.json.get("created")}
    return answer.status_code == 404 if unseen else answer.status_code in PREVENTED or done_to_none


@pytest.fixture(scope="module")
def unwalled(stage: Stage) -> Iterator[Stage]:
    """The matrix over a connection of the superuser, whom no policy binds."""
    url = stage.world.database.superuser_url
    app = create_app(
        Settings(
            data=DATA,
            database_url=url,
            public_url=BASE,
            client_limit=0,
            anonymous_limit=0,
            smtp_url=SMTP_URL,
            mail_from=MAIL_FROM,
        )
    )
    engine = app.extensions["stedenband.database"].engine
    event.remove(engine, "connect", db._refuse_unsafe)  # noqa: SLF001 (the one thing that stands in the way)
    with closing(Stage(replace(stage.world, app=app))) as made:
        yield made
    engine.dispose()


def test_a_superuser_sees_what_the_policies_hide(unwalled: Stage) -> None:
    """So the refusals below are the application's own."""
    links = unwalled.api(Caller()).get("/v1/cityLinks?pageSize=200").json["items"]
    assert {link["visibility"] for link in links} == {"city", "link", "public"}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_application_alone_refuses_what_is_above_a_role(unwalled: Stage, rule: Rule) -> None:
    """A closed operation looks at no record, so there it is asked of one."""
    wrong, asked = [], set()
    for name, caller, subject, status in refused(unwalled, rule):
        ground = rule.grounds[caller.role]
        if ground == "-" and caller in asked:
            continue
        asked.add(caller)
        if rule.act in OF_COLUMNS and ground != "-" and not (rule.act == "publish" and ground == "no"):
            continue
        if ground == OF_PARENTS and subject.facts and subject.facts.visibility == "public":
            continue
        answer = Asking(unwalled, rule, caller, subject).send()
        if answer.status_code != status:
            wrong.append(f"{caller} asks {rule} of {name!r}: {answer.status_code}, not {status}")
        if answer.status_code < 300:
            unwalled.use_up(kind_of(rule.path), name)
    assert not wrong, "\n".join(wrong)
