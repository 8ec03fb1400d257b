"""E-mail about what is to be done: at most one a day, when there is something new, to whoever asked and sees it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from signal import SIGKILL
from typing import Any

import psycopg
import pytest

from stedenband.access.models import ApiClient
from stedenband.access.rules import issue_key
from stedenband.app import create_app
from stedenband.config import Settings
from stedenband.core.address import owner_session, worker_session
from stedenband.core.log import configure
from stedenband.insight.jobs import MOST_ATTEMPTS, MOST_IN_A_ROW, MOST_REFUSALS, send_digests
from stedenband.insight.rules import MOST
from tests.access.test_keys import everything
from tests.builders import BASE, OWN, PARTNER, Api, World, a_digest, a_project
from tests.jobs import add, states, work_off
from tests.mail import SENDER, Mailbox, mail_server
from tests.processes import until

DIGESTS = "/v1/digestSubscriptions"
OFFICE = {"label": "Office", "email": "office@genk.example"}
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=30)
SEND = """
import json, sys
import stedenband.models
from stedenband.config import Settings
from stedenband.core.address import worker_session
from stedenband.insight.jobs import send_digests
with worker_session(sys.argv[1]) as session:
    send_digests(session, Settings(**json.loads(sys.argv[2])))
"""


@dataclass
class Post:
    """A world and the mail server that its worker sends through."""

    world: World
    mailbox: Mailbox

    @property
    def settings(self) -> dict[str, Any]:
        return {"public_url": BASE, "smtp_url": self.mailbox.url, "mail_from": SENDER}

    def subscribe(self, api: Api | None = None, **values: Any) -> dict[str, Any]:
        made = (api or self.world.api(OWN)).post(DIGESTS, {**OFFICE, **values})
        assert made.status_code == 201, made.text
        return dict(made.json)

    def ends(self, on: date, title: str, **values: Any) -> None:
        """Make a project that ends on a day."""
        with owner_session(self.world.database.owner_url) as session:
            session.add(a_project(self.world, **{"visibility": "link", "title": title, "planned_end": on, **values}))
            session.commit()

    def work(self) -> None:
        with worker_session(self.world.database.worker_url) as session:
            send_digests(session, Settings(**self.settings))

    def tomorrow(self) -> None:
        """Let a day pass."""
        self.execute("UPDATE digest_subscription SET last_on = last_on - 1")

    def execute(self, sql: str, *values: object) -> None:
        with psycopg.connect(self.world.database.superuser_url) as connection:
            connection.execute(sql, values)

    def read(self, digest: dict[str, Any]) -> dict[str, Any]:
        return dict(self.world.api(OWN, "admin").get(digest["href"]).json)


@pytest.fixture
def post(fresh_world: World, folder: Path) -> Iterator[Post]:
    with mail_server(folder / "mail") as mailbox:
        yield Post(fresh_world, mailbox)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content())


def test_a_digest_says_in_its_language_what_the_list_says(post: Post) -> None:
    post.ends(SOON, "Opleiding; met, leestekens")
    made = post.subscribe(language="nl", kinds=["projectEnd"])
    post.work()
    [message] = post.mailbox.messages
    listed = post.world.api(OWN).get("/v1/reminders?kind=projectEnd&lang=nl").json["reminders"]
    body = text_of(message)
    assert message["X-To"] == "office@genk.example"
    assert message["Subject"] == f"Te doen: {len(listed)}"
    assert message["Content-Language"] == "nl"
    for each in listed:
        assert f"- {each['on']}  {each['summary']}\n  {each['href']}\n" in body.replace("\r\n", "\n")
    assert body.index("Te laat") < body.index("Te doen binnen 90 dagen") < body.index("Het project loopt af: Opleiding")
    assert f"{BASE}{made['href'].removeprefix(BASE)}" in body
    after = post.read(made)
    assert (after["lastOn"], after["outcome"], after["status"]) == (TODAY.isoformat(), "sent", "active")
    assert after["version"] == 1


def test_at_most_one_a_day_and_only_when_something_is_new(post: Post) -> None:
    post.subscribe()
    post.work()
    post.ends(SOON, "New today")
    post.work()
    assert len(post.mailbox.messages) == 1, "one a day"
    post.tomorrow()
    post.work()
    assert len(post.mailbox.messages) == 2
    assert "New today" in text_of(post.mailbox.messages[1])
    post.tomorrow()
    post.work()
    assert len(post.mailbox.messages) == 2, "nothing is new"


def test_nothing_is_sent_when_nothing_is_to_be_done(post: Post) -> None:
    made = post.subscribe(kinds=["delegationReport"])
    post.execute("UPDATE delegation SET status = 'closed' WHERE status = 'returned'")
    post.work()
    assert post.mailbox.messages == []
    assert "lastOn" not in post.read(made)


def test_who_reads_it_is_told_what_the_client_sees_today(post: Post) -> None:
    post.ends(SOON, "Private", visibility="city")
    post.ends(SOON, "Shared", city_link_id=post.world.links["link"])
    post.subscribe(post.world.api(OWN), email="own@genk.example")
    post.subscribe(post.world.api(PARTNER, "partner"), email="partner@francistown.example")
    suspended = post.world.clients[OWN, "editor"]
    post.subscribe(post.world.api(OWN, "editor"), email="suspended@genk.example")
    post.execute("UPDATE api_client SET status = 'suspended' WHERE id = %s", suspended)
    post.work()
    told = {str(message["X-To"]): text_of(message) for message in post.mailbox.messages}
    assert set(told) == {"own@genk.example", "partner@francistown.example"}
    assert all("Shared" in body for body in told.values())
    assert [to for to, body in told.items() if "Private" in body] == ["own@genk.example"]


def test_a_key_without_reviews_gets_none_and_one_without_reminders_no_e_mail(post: Post) -> None:
    scopes = ["reminders:read", "digestSubscriptions:create", "digestSubscriptions:read"]
    with owner_session(post.world.database.owner_url) as session:
        client = session.get_one(ApiClient, post.world.clients[OWN, "coordinator"])
        keys = [issue_key(session, client, scopes=each).key for each in (scopes, scopes[1:])]
        session.commit()
    post.subscribe(post.world.api().as_(keys[0]), kinds=["contactReview"])
    assert post.world.api().as_(keys[1]).post(DIGESTS, OFFICE).status_code == 403
    with owner_session(post.world.database.owner_url) as session:
        session.add(a_digest(post.world.clients[OWN, "coordinator"], scopes=["contacts:read"]))
        session.commit()
    post.work()
    assert post.mailbox.messages == []


def test_what_is_refused_for_now_is_sent_later_on_the_same_day(post: Post) -> None:
    made = post.subscribe()
    post.mailbox.behave("451 rcpt")
    post.work()
    assert (post.read(made)["outcome"], post.mailbox.messages) == ("postponed", [])
    post.mailbox.behave("")
    post.work()
    post.work()
    assert (post.read(made)["outcome"], len(post.mailbox.messages)) == ("sent", 1)


def test_it_is_tried_so_often_on_one_day(post: Post) -> None:
    made = post.subscribe()
    post.mailbox.behave("451 data")
    for _ in range(MOST_ATTEMPTS + 3):
        post.work()
    [(attempts,)] = rows(post, "SELECT attempts FROM digest_subscription")
    assert attempts == MOST_ATTEMPTS
    post.mailbox.behave("")
    post.work()
    assert post.mailbox.messages == []
    post.tomorrow()
    post.work()
    assert (post.read(made)["outcome"], rows(post, "SELECT attempts FROM digest_subscription")) == ("sent", [(1,)])


def test_a_server_that_takes_nothing_is_not_asked_again_and_again(post: Post) -> None:
    for number in range(MOST_IN_A_ROW + 2):
        post.subscribe(email=f"office{number}@genk.example")
    post.mailbox.behave("451 mail")
    begun = "SELECT count(*) FROM digest_subscription WHERE attempts > 0"
    for count in (MOST_IN_A_ROW, MOST_IN_A_ROW + 2):
        post.work()
        assert rows(post, begun) == [(count,)], "those that were not begun come first"
    post.mailbox.behave("")
    post.work()
    assert len(post.mailbox.messages) == MOST_IN_A_ROW + 2


def test_an_address_that_is_refused_day_after_day_is_given_up(post: Post) -> None:
    made = post.subscribe()
    post.mailbox.behave("550 rcpt")
    for day in range(MOST_REFUSALS):
        assert post.read(made)["status"] == "active", day
        post.work()
        post.work()
        assert post.read(made)["outcome"] == "refused"
        post.tomorrow()
    after = post.read(made)
    assert (after["status"], after["reason"], after["version"]) == ("disabled", "refused", 2)
    post.mailbox.behave("")
    post.work()
    assert post.mailbox.messages == []


def test_a_day_on_which_it_arrives_ends_the_count(post: Post) -> None:
    made = post.subscribe()
    for behavior in ("550 data", "", "550 data", "550 data"):
        post.ends(SOON, f"New: {behavior} again")
        post.mailbox.behave(behavior)
        post.work()
        post.tomorrow()
    assert post.read(made)["status"] == "active"


def test_what_may_have_arrived_is_not_sent_again_on_that_day(post: Post) -> None:
    made = post.subscribe()
    post.mailbox.behave("drop")
    post.work()
    post.mailbox.behave("")
    post.work()
    assert (post.read(made)["outcome"], len(post.mailbox.messages)) == ("begun", 1)
    post.tomorrow()
    post.work()
    assert (post.read(made)["outcome"], len(post.mailbox.messages)) == ("sent", 2)


def test_two_workers_send_one(post: Post) -> None:
    for number in range(4):
        post.subscribe(email=f"office{number}@genk.example")
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: post.work(), range(4)))
    assert sorted(str(each["X-To"]) for each in post.mailbox.messages) == [f"office{n}@genk.example" for n in range(4)]


@pytest.mark.measured
def test_a_worker_that_is_killed_while_it_sends_sends_no_second_one_that_day(post: Post) -> None:
    made = post.subscribe()
    post.mailbox.behave("hang")
    arguments = [post.world.database.worker_url, json.dumps(post.settings)]
    killed = subprocess.Popen([sys.executable, "-c", SEND, *arguments])
    until(lambda: post.read(made).get("outcome") == "begun")
    killed.send_signal(SIGKILL)
    killed.wait()
    post.mailbox.behave("")
    post.work()
    assert post.mailbox.messages == []
    post.tomorrow()
    post.work()
    assert len(post.mailbox.messages) == 1


def test_whoever_reads_it_ends_it_without_a_key(post: Post) -> None:
    made = post.subscribe()
    post.work()
    address = str(post.mailbox.messages[0]["List-Unsubscribe"]).strip("<>")
    anybody = post.world.api()
    assert anybody.get(address).status_code == 405, "a program that looks at links ends nothing"
    for _ in range(2):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = anybody.call("POST", address, data=b"List-Unsubscribe=One-Click", headers=form)
        assert answer.status_code == 204, answer.text
    after = post.read(made)
    assert (after["status"], after["reason"]) == ("disabled", "unsubscribed")
    post.ends(SOON, "New")
    post.tomorrow()
    post.work()
    assert len(post.mailbox.messages) == 1
    history = post.world.api(OWN, "admin").get(f"{made['href']}/history").json["items"]
    assert [each["operation"] for each in history] == ["updated", "created"]
    for wrong in ("dig_never", "dig_", "x", f"dig_{'0' * 64}", "dig_é"):
        assert anybody.call("POST", f"/v1/digests/{wrong}/unsubscription").status_code == 404


def test_one_that_is_deleted_is_sent_no_more(post: Post) -> None:
    made = post.subscribe()
    assert post.world.api(OWN).call("DELETE", made["href"]).status_code == 204
    post.work()
    assert post.mailbox.messages == []


def test_the_address_and_the_secret_stand_in_no_log_and_in_no_history(post: Post) -> None:
    written = StringIO()
    made = post.subscribe(email="jane.doe@genk.example")
    configure("DEBUG", written)
    try:
        for behavior in ("451 rcpt", "drop"):
            post.mailbox.behave(behavior)
            post.work()
        address = str(post.mailbox.messages[0]["List-Unsubscribe"]).strip("<>")
        post.world.api().call("POST", address)
    finally:
        configure()
    secret = address.split("/")[-2]
    assert written.getvalue().count("digest postponed") == 1
    assert "digest may have arrived" in written.getvalue()
    assert "/v1/digests/dig_…/unsubscription" in written.getvalue()
    for hidden in ("jane.doe", secret, secret[4:20]):
        assert hidden not in written.getvalue()
    with psycopg.connect(post.world.database.superuser_url) as connection:
        changes = str(connection.execute("SELECT * FROM change WHERE table_name = 'digest_subscription'").fetchall())
    assert "jane.doe" not in changes
    assert secret[4:] not in changes
    assert secret not in post.world.api(OWN, "admin").get(made["href"]).text
    assert made["email"] == "jane.doe@genk.example"


@pytest.mark.parametrize(
    "email", ["office", "a@b", "Office <a@example.org>", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "ü@example.org", "a@127.0.0.1", 7, None, ""],
)  # fmt: skip
def test_what_is_no_address_is_refused_by_name(post: Post, email: Any) -> None:
    answer = post.world.api(OWN).post(DIGESTS, {**OFFICE, "email": email})
    assert (answer.status_code, answer.json["issues"][0]["name"]) == (400, "email")


def test_an_international_domain_is_written_in_punycode(post: Post) -> None:
    made = post.subscribe(email="office@MÜNCHEN.example")
    assert made["email"] == "office@münchen.example"
    post.work()
    assert post.mailbox.messages[0]["X-To"] == "office@xn--mnchen-3ya.example"


def test_the_language_is_that_of_the_request_where_none_is_given(post: Post) -> None:
    made = post.world.api(OWN).post(DIGESTS, OFFICE, headers={"Accept-Language": "fr"}).json
    assert made["language"] == "fr"


def test_a_client_has_so_many(post: Post) -> None:
    for number in range(MOST):
        post.subscribe(email=f"office{number}@genk.example")
    refused = post.world.api(OWN).post(DIGESTS, OFFICE)
    assert (refused.status_code, str(MOST) in refused.json["detail"]) == (409, True)


def test_an_installation_without_a_mail_server_takes_none_and_sends_none(post: Post) -> None:
    app = create_app(Settings(database_url=post.world.database.api_url, public_url=BASE))
    api = World(post.world.database, app, keys=post.world.keys).api(OWN)
    assert api.post(DIGESTS, OFFICE).status_code == 409
    app.extensions["stedenband.database"].engine.dispose()
    post.subscribe()
    with worker_session(post.world.database.worker_url) as session:
        send_digests(session, Settings(public_url=BASE))
    assert post.mailbox.messages == []


def test_the_worker_does_it_by_itself(post: Post, folder: Path) -> None:
    add(post.world.database, "digest")
    work_off(post.world.database, folder)
    assert states(post.world.database) == []


def test_it_is_its_clients_own_and_goes_with_the_client(post: Post) -> None:
    made = post.subscribe()
    for stranger in (post.world.api(OWN, "editor"), post.world.api(PARTNER)):
        assert stranger.get(made["href"]).status_code == 404
        assert stranger.call("DELETE", made["href"]).status_code == 404
    assert post.world.api(OWN, "admin").call("DELETE", made["href"]).status_code == 204
    assert "office@genk.example" not in str(everything(post.world))


def rows(post: Post, sql: str) -> list[Any]:
    with psycopg.connect(post.world.database.superuser_url) as connection:
        return connection.execute(sql).fetchall()
