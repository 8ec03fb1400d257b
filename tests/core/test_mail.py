"""E-mail through a real server: TLS, who we are, what its answers mean, and what a message carries."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from stedenband.core import mail
from stedenband.core.mail import Letter, MailServer, Sent, ascii_address, read_mail_server, send, written
from stedenband.core.refusal import Refusal
from tests.mail import SENDER, Mailbox, mail_server

LETTER = Letter("office@genk.example", "Te doen: 1", "Één regel.\n", "nl", "https://links.example.org/v1/digests/dig_1")
PASSWORD = "p:ss/w@rd"  # noqa: S105 (of a test)
LOGIN = {"user": "register", "password": PASSWORD}


@pytest.fixture
def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose authority is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "mail" / "authority.pem"))
    return folder / "mail"


def server_at(mailbox: Mailbox) -> MailServer:
    found = read_mail_server(mailbox.url.replace(PASSWORD, "p%3Ass%2Fw%40rd"), SENDER)
    assert found
    return found


@pytest.mark.parametrize(
    ("settings", "secure"),
    [({}, "False"), ({"starttls": True, **LOGIN}, "True"), ({"implicit": True, **LOGIN}, "True")],
)
def test_a_message_arrives_over_tls_where_there_is_tls(trusted: Path, settings: dict[str, Any], secure: str) -> None:
    with mail_server(trusted, **settings) as mailbox:
        assert send(LETTER, server_at(mailbox)) is Sent.TAKEN
        [message] = mailbox.messages
    assert message["X-To"] == "office@genk.example"
    if not settings.get("implicit"):  # the server knows of its own TLS alone
        assert message["X-Secure"] == secure
    assert message["X-User"] == (settings.get("user") or "")
    assert message.get_content().strip() == "Één regel."


def test_a_message_says_that_a_machine_wrote_it_and_how_to_get_no_more(trusted: Path) -> None:
    with mail_server(trusted) as mailbox:
        send(LETTER, server_at(mailbox))
        [message] = mailbox.messages
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, LETTER.to, LETTER.subject)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == f"<{LETTER.unsubscribe}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"].endswith("@links.example.org>")
    assert message["Content-Language"] == "nl"
    assert message["Date"].datetime.utcoffset() is not None


def test_the_address_that_ends_it_is_never_broken_in_pieces() -> None:
    long = f"http://links.example.org/v1/digests/dig_{'0' * 200}/unsubscription"
    raw = written(Letter("a@example.org", "x", "x", "en", long), MailServer("h", 25, implicit=False, sender=SENDER))
    assert f"List-Unsubscribe: <{long}>\r\n".encode() in raw.as_bytes()
    assert raw["List-Unsubscribe-Post"] is None, "RFC 8058 takes https alone"


@pytest.mark.parametrize("field", ["to", "subject", "unsubscribe", "language"])
def test_no_header_gets_a_line_end(field: str) -> None:
    values = {"to": "a@example.org", "subject": "x", "text": "x", "language": "en", "unsubscribe": "https://x/"}
    server = MailServer("h", 25, implicit=False, sender=SENDER)
    assert isinstance(written(Letter(**values), server), EmailMessage)
    with pytest.raises(ValueError, match=r"linefeed|invalid|must be"):
        written(Letter(**{**values, field: "a@example.org\r\nBcc: everybody@example.org"}), server)


@pytest.mark.parametrize(
    ("behavior", "sent"),
    [("451 mail", Sent.POSTPONED), ("550 mail", Sent.POSTPONED), ("451 rcpt", Sent.POSTPONED), ("550 rcpt", Sent.REFUSED),
     ("451 data", Sent.POSTPONED), ("451 start", Sent.POSTPONED), ("550 start", Sent.REFUSED), ("554 data", Sent.REFUSED), ("drop", Sent.UNKNOWN), ("hang", Sent.UNKNOWN)],
)  # fmt: skip
def test_what_a_server_answers_means(trusted: Path, behavior: str, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.5)
    with mail_server(trusted) as mailbox:
        mailbox.behave(behavior)
        assert send(LETTER, server_at(mailbox)) is sent
        mailbox.behave("")
        assert send(LETTER, server_at(mailbox)) is Sent.TAKEN


def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(folder: Path) -> None:
    several: tuple[dict[str, Any], ...] = ({"starttls": True}, {"implicit": True})
    for number, settings in enumerate(several):
        with mail_server(folder / str(number), **settings) as mailbox:
            assert send(LETTER, server_at(mailbox)) is Sent.POSTPONED
            assert mailbox.messages == []


@pytest.mark.parametrize("settings", [{}, {"starttls": True}, {"implicit": True}])
def test_nothing_is_sent_in_the_clear_or_to_another_name_but_on_this_machine(
    trusted: Path, settings: dict[str, Any]
) -> None:
    with mail_server(trusted, "127.0.0.2", **settings) as mailbox:
        assert send(LETTER, server_at(mailbox)) is Sent.POSTPONED
        assert mailbox.messages == []


def test_nothing_is_sent_under_a_wrong_name_or_to_nobody(trusted: Path) -> None:
    with mail_server(trusted, starttls=True, **LOGIN) as mailbox:
        wrong = read_mail_server(f"smtp://register:wrong@localhost:{mailbox.port}", SENDER)
        nameless = read_mail_server(f"smtp://register@localhost:{mailbox.port}", SENDER)
        assert wrong
        assert nameless
        assert send(LETTER, wrong) is Sent.POSTPONED
        assert send(LETTER, nameless) is Sent.POSTPONED
        assert mailbox.messages == []
    assert send(LETTER, wrong) is Sent.POSTPONED, "there is no server any more"


@pytest.mark.parametrize(
    ("url", "host", "port", "implicit"),
    [("smtp://mail.example.org", "mail.example.org", 587, False), ("smtps://mail.example.org/", "mail.example.org", 465, True),
     ("smtp://[::1]:25", "::1", 25, False)],
)  # fmt: skip
def test_a_server_is_named_by_its_address(url: str, host: str, port: int, *, implicit: bool) -> None:
    found = read_mail_server(url, SENDER)
    assert found == MailServer(host, port, implicit, SENDER)


def test_without_an_address_there_is_no_server() -> None:
    assert read_mail_server(None, None) is None
    assert read_mail_server("", SENDER) is None


@pytest.mark.parametrize(
    "url",
    ["https://u:secret@mail.example.org", "smtp://", "smtp://u:secret@h:port", "smtp://u:secret@h:0", "smtp://u:secret@[::1",
     "smtp://u:secret@h/path", "smtp://u:secret@h?tls=no", "smtp://u:secret@h#a", "u:secret@h", "smtp://u:secrét@h"],
)  # fmt: skip
def test_another_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Refusal, match="STEDENBAND_SMTP_URL") as refused:
        read_mail_server(url, SENDER)
    assert "secr" not in str(refused.value)


@pytest.mark.parametrize(
    "sender", [None, "", "nobody", "a@b@c", "a@example.org\r\nBcc: b@example.org", "Name <a@example.org>"]
)
def test_a_sender_is_an_address(sender: str | None) -> None:
    with pytest.raises(Refusal, match="STEDENBAND_MAIL_FROM"):
        read_mail_server("smtp://localhost", sender)


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(MailServer("h", 25, implicit=False, sender=SENDER, user="u", password=PASSWORD))


@pytest.mark.parametrize(
    ("address", "written_as"),
    [("Office@Genk.example.org", "Office@genk.example.org"), ("a@münchen.example.org", "a@xn--mnchen-3ya.example.org"), ("ü@example.org", None)],
)  # fmt: skip
def test_an_address_is_written_as_every_server_reads_it(address: str, written_as: str | None) -> None:
    assert ascii_address(address) == written_as
