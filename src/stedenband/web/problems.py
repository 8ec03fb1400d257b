"""Every error leaves as one problem document (RFC 9457, Belgif `err-problem`)."""

from http.client import INTERNAL_SERVER_ERROR
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, request
from werkzeug import exceptions as http

from stedenband.core.errors import (
    BadRequest,
    InternalError,
    Issue,
    MethodNotAllowed,
    PayloadTooLarge,
    Problem,
    ResourceNotFound,
    UnsupportedMediaType,
)
from stedenband.core.words import say
from stedenband.web import language
from stedenband.web.catalogs import translated
from stedenband.web.links import base_address
from stedenband.web.measures import PROBLEMS
from stedenband.web.text import CONTROL
from stedenband.web.trace import loggable

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger("stedenband.web")


def register(app: Flask) -> None:
    """Answer every exception with a problem."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(http.HTTPException, lambda error: respond(of_http(error)))
    app.register_error_handler(Exception, unexpected)


def respond(problem: Problem) -> Response:
    """Return the reply for a problem."""
    if problem.status >= INTERNAL_SERVER_ERROR:
        cause = problem.__cause__
        log.warning(
            "problem",
            trace=g.trace_id,
            status=problem.status,
            cause=type(cause).__name__,
            sqlstate=getattr(getattr(cause, "orig", cause), "sqlstate", None),
            exc_info=problem.status == INTERNAL_SERVER_ERROR,
        )
    PROBLEMS.labels(problem.type).inc()
    response = Response(orjson.dumps(document_of(problem)), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return language.label(response)


def document_of(problem: Problem) -> dict[str, Any]:
    """Return the document of a problem in the caller's language."""
    spoken = language.spoken()
    document: dict[str, Any] = {
        "type": problem.type,
        "href": f"{base_address()}/refData/problemTypes/{problem.type}",
        "title": translated(problem.title, spoken),
        "status": problem.status,
        "detail": safe(translated(problem.detail, spoken)),
        "instance": f"urn:uuid:{g.trace_id}",
    }
    if problem.issues:
        document["issues"] = [issue_document(issue, spoken) for issue in problem.issues]
    return document


def issue_document(issue: Issue, spoken: str) -> dict[str, Any]:
    """Return one issue in the caller's language; what has no value is left out."""
    document: dict[str, Any] = {
        "type": issue.type,
        "in": issue.place,
        "name": issue.name,
        "title": translated(issue.title, spoken),
        "detail": safe(translated(issue.detail, spoken)),
    }
    if issue.value is not None:
        document["value"] = issue.value
    return {name: value for name, value in document.items() if value != ""}


def unexpected(error: Exception) -> Response:
    """Log a fault of ours and answer without a word of it."""
    log.error("unexpected", exc_info=error, trace=g.trace_id, path=loggable(request.path), error=type(error).__name__)
    return respond(
        InternalError(say("Something went wrong on our side. Tell the administrator the value of 'instance'."))
    )


def of_http(error: http.HTTPException) -> Problem:
    """Return the problem for what Werkzeug found."""
    if isinstance(error, http.NotFound):
        return not_found()
    if isinstance(error, http.MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return MethodNotAllowed(say("Use one of: {methods}.", methods=allowed), headers={"Allow": allowed})
    if isinstance(error, http.RequestEntityTooLarge):
        return too_large()
    if isinstance(error, http.UnsupportedMediaType):
        return UnsupportedMediaType(say("Send the body in a media type that the contract names."))
    return BadRequest(say("The request cannot be read as HTTP."), issues=())


def not_found() -> ResourceNotFound:
    """Return the one answer for what is missing and for what the caller may not see."""
    return ResourceNotFound(say("There is no such resource, or you may not see it."))


def too_large(most: int = 1) -> PayloadTooLarge:
    """Return the answer for a body over the limit of so many mebibytes."""
    return PayloadTooLarge(say("Send a body of at most {most} MiB.", most=most))


def safe(text: str) -> str:
    """Return a text without characters that could not be sent."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
