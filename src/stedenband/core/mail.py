"""E-mail by SMTP (RFC 5321): which server the settings name, what a message carries, and what came of sending it."""

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from smtplib import SMTP, SMTP_SSL, SMTPDataError, SMTPException, SMTPServerDisconnected
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from stedenband.core.issuer import LOOPBACK
from stedenband.core.refusal import Refusal

SECONDS = 10.0
"""For each step of the conversation with the server."""
TEMPORARY, PERMANENT = 400, 500
"""RFC 5321, 4.2.1: codes from 400 say that it may be tried again, from 500 that it may not."""
WHOLE_LINES = WIRE.clone(max_line_length=998)
"""RFC 5322, 2.1.1. A shorter line would be reached by breaking addresses in pieces, which no program reads."""


class Sent(StrEnum):
    """What came of sending a message."""

    TAKEN = "taken"
    POSTPONED = "postponed"
    """The server takes nothing now, or not this message: it may be sent again."""
    REFUSED = "refused"
    """The server will not take a message for this address."""
    UNKNOWN = "unknown"
    """The line broke when the message was under way: it may have arrived."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes messages, and from whom they come; `implicit`: TLS from the first byte (RFC 8314)."""

    host: str
    port: int
    implicit: bool
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in plain text; `unsubscribe`: the address that ends a subscription at a POST."""

    to: str
    subject: str
    text: str
    language: str
    unsubscribe: str


def read_mail_server(url: str | None, sender: str | None) -> MailServer | None:
    """Return the server that STEDENBAND_SMTP_URL names, None without one; raise Refusal, without repeating it."""
    if not url:
        return None
    address = ascii_address(sender or "")
    if address is None:
        raise Refusal("STEDENBAND_MAIL_FROM, the e-mail address that messages come from, is missing or not one.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is no number, a bracket that is not closed
        parts, port = urlsplit(""), None
    alone = not (parts.path.strip("/") or parts.query or parts.fragment)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not alone or port == 0:
        raise Refusal(
            "STEDENBAND_SMTP_URL is no address of a mail server: write smtps://user:password@host:465, or"
            " smtp://user:password@host:587, where TLS begins with STARTTLS."
        )
    implicit = parts.scheme == "smtps"
    user, password = (None if each is None else unquote(each) for each in (parts.username or None, parts.password))
    if not f"{user}{password}".isascii():
        raise Refusal("STEDENBAND_SMTP_URL: mail servers take user names and passwords of ASCII characters only.")
    return MailServer(parts.hostname, port or (465 if implicit else 587), implicit, address, user, password)


def ascii_address(address: str) -> str | None:
    """Return an address as every mail server reads it, its domain in punycode; None where it cannot be written so."""
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError:
        return None


def written(letter: Letter, server: MailServer) -> EmailMessage:
    """Return a letter as it is sent; what stands in its headers has no line ends, or ValueError is raised."""
    message = EmailMessage(policy=WHOLE_LINES)
    message["From"] = server.sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is announced to us
    message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    if letter.unsubscribe.startswith("https:"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message.set_content(letter.text, cte="quoted-printable")
    message["Content-Language"] = letter.language
    return message


def send(letter: Letter, server: MailServer) -> Sent:
    """Send a letter, once; TLS is checked against the names that the system trusts, and needed but on this machine."""
    content = written(letter, server).as_bytes()
    secure = ssl.create_default_context()
    try:
        smtp = _connect(server, secure)
    except (OSError, SMTPException):
        return Sent.POSTPONED
    try:
        _introduce(smtp, server, secure)
        return _hand_over(smtp, server.sender, letter.to, content)
    except (OSError, SMTPException):  # before the message was under way: `_hand_over` sees to what comes then
        return Sent.POSTPONED
    finally:
        with suppress(OSError, SMTPException):
            smtp.quit()
        smtp.close()


def _connect(server: MailServer, secure: ssl.SSLContext) -> SMTP:
    if server.implicit:
        return SMTP_SSL(server.host, server.port, timeout=SECONDS, context=secure)
    return SMTP(server.host, server.port, timeout=SECONDS)


def _introduce(smtp: SMTP, server: MailServer, secure: ssl.SSLContext) -> None:
    smtp.ehlo()
    if not server.implicit and (server.host not in LOOPBACK or smtp.has_extn("starttls")):
        smtp.starttls(context=secure)  # raises where the server has none
        smtp.ehlo()
    if server.user is not None:
        smtp.login(server.user, server.password or "")


def _hand_over(smtp: SMTP, sender: str, to: str, content: bytes) -> Sent:
    if smtp.mail(sender)[0] >= TEMPORARY:
        return Sent.POSTPONED  # whatever is wrong with the sender is no fault of the address
    code, _ = smtp.rcpt(to)
    if code < TEMPORARY:
        try:
            code, _ = smtp.data(content)
        except SMTPDataError as error:
            code = error.smtp_code
        except SMTPServerDisconnected:
            return Sent.UNKNOWN
    if code >= TEMPORARY:
        return Sent.REFUSED if code >= PERMANENT else Sent.POSTPONED
    return Sent.TAKEN
