"""Media types: what a request may send and what it may ask for."""

from urllib.parse import unquote_to_bytes

from flask import request

from stedenband.core.errors import BELGIF, INCORRECT, BadRequest, Issue, NotAcceptable, UnsupportedMediaType
from stedenband.core.words import say
from stedenband.web import language
from stedenband.web.text import echo

JSON = ("application/json",)
MERGE_PATCH = ("application/merge-patch+json", "application/json")


def accept(offered: tuple[str, ...] = JSON) -> None:
    """Refuse a caller that takes none of the offered types."""
    if "Accept" in request.headers and not request.accept_mimetypes.best_match(offered):
        raise NotAcceptable(say("This resource is offered as: {types}.", types=", ".join(offered)))


def sent_as(read: tuple[str, ...] = JSON) -> None:
    """Refuse a body in another type or character set than the operation reads."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in read or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(
            say("Send the body in UTF-8 as: {types}.", types=", ".join(read)), headers={"Accept": ", ".join(read)}
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(say("Send the body uncompressed."), headers={"Accept-Encoding": "identity"})


def readable_query() -> None:
    """Refuse a query string that is not UTF-8: decoding it leniently would change what was asked."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise BadRequest.at("query", "query", say("The query string is not valid UTF-8.")) from None


def no_query() -> None:
    """Refuse parameters where there are none but `lang`, which every operation takes."""
    readable_query()
    language.kept()
    for name in request.args:
        if name != language.PARAMETER:
            what = say("There is no such parameter here.")
            kind = BELGIF + "input-validation:unknownParameter"
            raise BadRequest(INCORRECT, issues=[Issue("query", str(echo(name)), what, kind, say("Unknown parameter"))])
