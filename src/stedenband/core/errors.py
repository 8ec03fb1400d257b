"""What may go wrong, as exceptions that carry their HTTP status and problem type (RFC 9457, Belgif `err-problem`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from stedenband.core.words import say

BELGIF = "urn:problem-type:belgif:"
OWN = "urn:problem-type:stedenband:"

Place = Literal["body", "query", "path", "header"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of the input: where it stands (`place`, `name`), what is wrong, and what was received."""

    place: Place
    name: str
    detail: str
    type: str = BELGIF + "input-validation:schemaViolation"
    title: str = "Input isn't valid with respect to schema"
    value: str | int | float | bool | None = None


class Problem(Exception):
    """The base of all: never raised itself."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = BELGIF + "internalServerError"
    title: ClassVar[str] = "Internal Server Error"

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
    title = "Bad Request"

    @classmethod
    def at(cls, place: Place, name: str, detail: str, **more: str | float | None) -> "BadRequest":
        """One issue at one named place."""
        return cls("The input message is incorrect", issues=[Issue(place, name, detail, **more)])  # type: ignore[arg-type]


class NoAccessToken(Problem):
    """A closed operation was called without a key."""

    status = 401
    type = BELGIF + "noAccessToken"
    title = "No Access Token"

    def __init__(self) -> None:
        """Ask for a key."""
        super().__init__(
            "This operation needs an API key: send it as 'Authorization: Bearer <key>'.",
            headers={"WWW-Authenticate": 'Bearer realm="stedenband"'},
        )


class InvalidAccessToken(Problem):
    """The key is malformed, unknown, revoked or expired, or its client is suspended; the reply does not say which."""

    status = 401
    type = BELGIF + "invalidAccessToken"
    title = "Invalid Access Token"

    def __init__(self) -> None:
        """Refuse the key."""
        super().__init__(
            "The API key is not valid. Ask the administrator of the installation for a new one.",
            headers={"WWW-Authenticate": 'Bearer realm="stedenband", error="invalid_token"'},
        )


class MissingPermission(Problem):
    """The role, or the relation to this record, does not allow the operation."""

    status = 403
    type = BELGIF + "missingPermission"
    title = "Missing Permission"


class ResourceNotFound(Problem):
    """There is no such record, or the caller may not see it: the two answer alike."""

    status = 404
    type = BELGIF + "resourceNotFound"
    title = "Resource Not Found"


class MethodNotAllowed(Problem):
    """The resource exists but not with this method; the `Allow` header lists those it has."""

    status = 405
    type = OWN + "methodNotAllowed"
    title = "Method Not Allowed"


class NotAcceptable(Problem):
    """None of the media types in `Accept` is offered here."""

    status = 406
    type = OWN + "notAcceptable"
    title = "Not Acceptable"


class Conflict(Problem):
    """The request is well formed but contradicts what is stored."""

    status = 409
    type = OWN + "conflict"
    title = "Conflict"


class RequestInProgress(Problem):
    """A request with the same idempotency key is still running."""

    status = 409
    type = OWN + "requestInProgress"
    title = "Request In Progress"

    def __init__(self) -> None:
        """Ask to repeat a little later."""
        super().__init__(
            "A request with this Idempotency-Key is still running. Repeat it after the seconds in Retry-After.",
            headers={"Retry-After": "1"},
        )


class ReplyNotKept(Problem):
    """The first reply held a secret, so it cannot be repeated."""

    status = 409
    type = OWN + "replyNotKept"
    title = "Reply Not Kept"


class Gone(Problem):
    """What was asked for existed once and will not come back."""

    status = 410
    type = OWN + "gone"
    title = "Gone"


class PreconditionFailed(Problem):
    """Somebody changed the record since the caller read it."""

    status = 412
    type = OWN + "preconditionFailed"
    title = "Precondition Failed"

    def __init__(self) -> None:
        """Ask to read again."""
        super().__init__(
            "The record has changed since you read it. Read it again, apply your change to what you find,"
            " and send that with the new ETag in If-Match."
        )


class PayloadTooLarge(Problem):
    """The body is over the limit."""

    status = 413
    type = BELGIF + "payloadTooLarge"
    title = "Payload Too Large"


class UnsupportedMediaType(Problem):
    """The body is in a format the operation does not read."""

    status = 415
    type = OWN + "unsupportedMediaType"
    title = "Unsupported Media Type"


class IdempotencyKeyReused(Problem):
    """The key was used before with another request."""

    status = 422
    type = OWN + "idempotencyKeyReused"
    title = "Idempotency Key Reused"

    def __init__(self) -> None:
        """Ask for a new key."""
        super().__init__(
            "This Idempotency-Key was used before with another request. Make a new key for each new request."
        )


class PreconditionRequired(Problem):
    """A change was sent without `If-Match`."""

    status = 428
    type = OWN + "preconditionRequired"
    title = "Precondition Required"

    def __init__(self) -> None:
        """Ask for the tag."""
        super().__init__(
            "Send the ETag of the record as you read it in the If-Match header, so that no change is lost."
        )


class TooManyRequests(Problem):
    """The caller used up what a rate limit allows."""

    status = 429
    type = BELGIF + "tooManyRequests"
    title = "Too Many Requests"

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
    title = "Request Header Fields Too Large"


class AddressTooLong(Problem):
    """The address is over the limit."""

    status = 414
    type = OWN + "addressTooLong"
    title = "URI Too Long"


class InternalError(Problem):
    """A fault of ours; the trace id finds it in the log."""


class ServiceUnavailable(Problem):
    """The database cannot answer just now; `Retry-After` says when to try again."""

    status = 503
    type = BELGIF + "serviceUnavailable"
    title = "Service Unavailable"

    def __init__(self, retry_after: int = 1) -> None:
        """Ask to come back after `retry_after` seconds."""
        super().__init__(
            "The service is busy or restarting. Repeat the request after the number of seconds in Retry-After;"
            " send the same Idempotency-Key, so that nothing is done twice.",
            headers={"Retry-After": str(retry_after)},
        )
