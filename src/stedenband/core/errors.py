"""What may go wrong, as exceptions that carry their HTTP status and problem type (RFC 9457, Belgif `err-problem`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from stedenband.core.words import Rule, say

BELGIF = "urn:problem-type:belgif:"
ISSUE = BELGIF + "input-validation:"
OWN = "urn:problem-type:stedenband:"

Place = Literal["body", "query", "path", "header"]
INCORRECT = say("The input message is incorrect")
"""The detail of a problem whose `issues` say the rest."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of the input: where it stands (`place`, `name`), what is wrong, and what was received."""

    place: Place
    name: str
    detail: str
    kind: str = "schemaViolation"
    value: str | int | float | bool | None = None

    @property
    def type(self) -> str:
        """The URN of its kind."""
        return ISSUE + self.kind

    @property
    def title(self) -> str:
        """Its kind in words."""
        return ISSUE_TYPES[self.kind][0]


ISSUE_TYPES: Mapping[str, tuple[str, str]] = {
    "referencedResourceNotFound": (
        say("Referenced resource not found"),
        say("The record that the input refers to does not exist, or you may not see it. Check its id."),
    ),
    "rejectedInput": (
        say("Input is rejected"),
        say("The value breaks a rule of the register. Change it as 'detail' says."),
    ),
    "requiredInput": (say("Input is required"), say("Something that is required is missing. Add what 'name' says.")),
    "schemaViolation": (
        say("Input isn't valid with respect to schema"),
        say("The value does not have the form that the contract asks for. Change it as 'detail' says."),
    ),
    "unknownParameter": (
        say("Unknown parameter"),
        say("The operation does not have this parameter. Remove it, or check its spelling."),
    ),
}
"""The types of issues, below `input-validation:`, with their titles and what they mean."""


def kind_of(detail: str) -> str:
    """Return the kind of an issue about a value: its form, or, where `detail` is a `Rule`, what a rule asks for."""
    return "rejectedInput" if isinstance(detail, Rule) else "schemaViolation"


class Problem(Exception):
    """The base of all: never raised itself."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = BELGIF + "internalServerError"
    title: ClassVar[str] = say("Internal Server Error")
    meaning: ClassVar[str] = say("A fault of ours. Tell the administrator the value of 'instance'.")
    """What it means and what to do, for whoever looks the type up."""

    def __init__(self, detail: str, *, issues: Sequence[Issue] = (), headers: Mapping[str, str] | None = None) -> None:
        """Say in `detail` what is wrong and what to do; `headers` go out with the reply."""
        super().__init__(detail)
        self.detail = detail
        self.issues = tuple(issues)
        self.headers = dict(headers or {})


class BadRequest(Problem):
    """The input is not what the contract says."""

    status = 400
    type = BELGIF + "badRequest"
    title = say("Bad Request")
    meaning = say("The input is not what the contract says. Put right what 'issues' names and send the request again.")

    @classmethod
    def at(cls, place: Place, name: str, detail: str, *, value: str | float | None = None) -> "BadRequest":
        """One issue at one named place."""
        return cls(INCORRECT, issues=[Issue(place, name, detail, kind_of(detail), value)])


class NoAccessToken(Problem):
    """A closed operation was called without a key."""

    status = 401
    type = BELGIF + "noAccessToken"
    title = say("No Access Token")
    meaning = say("The operation needs a key and none was sent. Send one in the header Authorization.")

    def __init__(self) -> None:
        """Ask for a key."""
        super().__init__(
            say("This operation needs an API key: send it as 'Authorization: Bearer <key>'."),
            headers={"WWW-Authenticate": 'Bearer realm="stedenband"'},
        )


class InvalidAccessToken(Problem):
    """The key or token is malformed, unknown, revoked or expired, or its client suspended; the reply says not which."""

    status = 401
    type = BELGIF + "invalidAccessToken"
    title = say("Invalid Access Token")
    meaning = say(
        "The key is malformed, unknown, revoked or expired, or its client is suspended."
        " Ask the administrator for a new one."
    )

    def __init__(
        self, detail: str = say("The API key is not valid. Ask the administrator of the installation for a new one.")
    ) -> None:
        """Refuse the key, or what `detail` names."""
        super().__init__(
            detail,
            headers={"WWW-Authenticate": 'Bearer realm="stedenband", error="invalid_token"'},
        )


class MissingPermission(Problem):
    """The role, or the relation to this record, does not allow the operation."""

    status = 403
    type = BELGIF + "missingPermission"
    title = say("Missing Permission")
    meaning = say(
        "Your role, or your city's relation to the record, does not allow this."
        " Ask a coordinator of the city that owns it."
    )


class ResourceNotFound(Problem):
    """There is no such record, or the caller may not see it: the two answer alike."""

    status = 404
    type = BELGIF + "resourceNotFound"
    title = say("Resource Not Found")
    meaning = say(
        "There is no such resource, or you may not see it: the two answer alike. Check the address and the key."
    )


class MethodNotAllowed(Problem):
    """The resource exists but not with this method; the `Allow` header lists those it has."""

    status = 405
    type = OWN + "methodNotAllowed"
    title = say("Method Not Allowed")
    meaning = say("The resource does not have this method. Use one that the header Allow lists.")


class NotAcceptable(Problem):
    """None of the media types in `Accept` is offered here."""

    status = 406
    type = OWN + "notAcceptable"
    title = say("Not Acceptable")
    meaning = say("The reply is not offered in a media type that you accept. Accept one that 'detail' lists.")


class Conflict(Problem):
    """The request is well formed but contradicts what is stored."""

    status = 409
    type = OWN + "conflict"
    title = say("Conflict")
    meaning = say(
        "The request contradicts what is stored."
        " Read the record again, resolve what 'detail' says and repeat the request."
    )


class RequestInProgress(Problem):
    """A request with the same idempotency key is still running."""

    status = 409
    type = OWN + "requestInProgress"
    title = say("Request In Progress")
    meaning = say("The same request is still running. Repeat it after the number of seconds in Retry-After.")

    def __init__(self) -> None:
        """Ask to repeat a little later."""
        super().__init__(
            say("A request with this Idempotency-Key is still running. Repeat it after the seconds in Retry-After."),
            headers={"Retry-After": "1"},
        )


class ReplyNotKept(Problem):
    """The first reply held a secret, so it cannot be repeated."""

    status = 409
    type = OWN + "replyNotKept"
    title = say("Reply Not Kept")
    meaning = say(
        "The request was carried out before, and its reply held a secret that is not kept."
        " Make a new one if you have lost it."
    )


class Gone(Problem):
    """What was asked for existed once and will not come back."""

    status = 410
    type = OWN + "gone"
    title = say("Gone")
    meaning = say("What you ask for existed once and will not come back. Begin anew as 'detail' says.")


class PreconditionFailed(Problem):
    """Somebody changed the record since the caller read it."""

    status = 412
    type = OWN + "preconditionFailed"
    title = say("Precondition Failed")
    meaning = say(
        "Somebody changed the record since you read it. Read it again and apply your change to what you find."
    )

    def __init__(self) -> None:
        """Ask to read again."""
        super().__init__(
            say(
                "The record has changed since you read it. Read it again, apply your change to what you find,"
                " and send that with the new ETag in If-Match."
            )
        )


class OtherProtocol(Problem):
    """An upload in pieces speaks another version of its protocol."""

    status = 412
    type = OWN + "otherProtocol"
    title = say("Other Protocol")
    meaning = say("Uploads in pieces speak tus 1.0.0. Send the header Tus-Resumable with that version.")

    def __init__(self) -> None:
        """Name the version."""
        super().__init__(say("Send the header Tus-Resumable with the value 1.0.0."), headers={"Tus-Version": "1.0.0"})


class PayloadTooLarge(Problem):
    """The body is over the limit."""

    status = 413
    type = BELGIF + "payloadTooLarge"
    title = say("Payload Too Large")
    meaning = say("The body is over the limit. Send less at once.")


class UnsupportedMediaType(Problem):
    """The body is in a format the operation does not read."""

    status = 415
    type = OWN + "unsupportedMediaType"
    title = say("Unsupported Media Type")
    meaning = say(
        "The body is in a media type, character set or coding that is not read here. Send it as 'detail' says."
    )


class RangeNotSatisfiable(Problem):
    """The part that `Range` names lies behind the end."""

    status = 416
    type = OWN + "rangeNotSatisfiable"
    title = say("Range Not Satisfiable")
    meaning = say("The part that Range names lies behind the end. Ask without Range for the size, or for all of it.")


class IdempotencyKeyReused(Problem):
    """The key was used before with another request."""

    status = 422
    type = OWN + "idempotencyKeyReused"
    title = say("Idempotency Key Reused")
    meaning = say("The Idempotency-Key belongs to another request. Make a new key for each new request.")

    def __init__(self) -> None:
        """Ask for a new key."""
        super().__init__(
            say("This Idempotency-Key was used before with another request. Make a new key for each new request.")
        )


class PreconditionRequired(Problem):
    """A change was sent without `If-Match`."""

    status = 428
    type = OWN + "preconditionRequired"
    title = say("Precondition Required")
    meaning = say("A change was sent without If-Match. Send the ETag of the record as you read it.")

    def __init__(self) -> None:
        """Ask for the tag."""
        super().__init__(
            say("Send the ETag of the record as you read it in the If-Match header, so that no change is lost.")
        )


class TooManyRequests(Problem):
    """The caller used up what a rate limit allows."""

    status = 429
    type = BELGIF + "tooManyRequests"
    title = say("Too Many Requests")
    meaning = say("You have used up what a rate limit allows. Go on after the number of seconds in Retry-After.")

    def __init__(self, retry_after: int) -> None:
        """Ask to come back after `retry_after` seconds."""
        super().__init__(
            say(
                "You have sent more requests than are allowed in a minute. Go on after the number of seconds in"
                " Retry-After; RateLimit tells how many are left."
            ),
            headers={"Retry-After": str(retry_after)},
        )


class HeaderFieldsTooLarge(Problem):
    """A header or the address is over the limit."""

    status = 431
    type = OWN + "headerFieldsTooLarge"
    title = say("Request Header Fields Too Large")
    meaning = say("A header is over the limit. Shorten it.")


class AddressTooLong(Problem):
    """The address is over the limit."""

    status = 414
    type = OWN + "addressTooLong"
    title = say("URI Too Long")
    meaning = say("The address is over the limit. Shorten the query.")


class InternalError(Problem):
    """A fault of ours; the trace id finds it in the log."""


class ServiceUnavailable(Problem):
    """The database cannot answer just now; `Retry-After` says when to try again."""

    status = 503
    type = BELGIF + "serviceUnavailable"
    title = say("Service Unavailable")
    meaning = say("The service is busy or restarting. Repeat the request after the number of seconds in Retry-After.")

    def __init__(self, retry_after: int = 1) -> None:
        """Ask to come back after `retry_after` seconds."""
        super().__init__(
            say(
                "The service is busy or restarting. Repeat the request after the number of seconds in Retry-After;"
                " send the same Idempotency-Key, so that nothing is done twice."
            ),
            headers={"Retry-After": str(retry_after)},
        )
