"""Media types: what a request may send and what it may ask for."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import cast
from urllib.parse import unquote_to_bytes

from flask import g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from stedenband.core.errors import INCORRECT, BadRequest, Issue, NotAcceptable, UnsupportedMediaType
from stedenband.core.words import say
from stedenband.web import language
from stedenband.web.formats.table import FORMATS, JSON, Format, Representation
from stedenband.web.text import echo

JSON_ONLY = ("application/json",)
MERGE_PATCH = ("application/merge-patch+json", "application/json")
PARAMETER = "format"
"""The query parameter that wins over `Accept`, for clients that cannot set headers."""


def choose(offers: Sequence[Representation] = (), *, alone: bool = False) -> None:
    """Choose the format of the reply among JSON (unless `alone`) and `offers`; refuse who takes none of them (406)."""
    readable_query()
    formats = (*(() if alone else (JSON,)), *(each.format for each in offers))
    wanted = _named(formats) if PARAMETER in request.args else _accepted(formats)
    if wanted is None:
        listed = ", ".join(f"{each.media_type} ({PARAMETER}={each.name})" for each in formats)
        raise NotAcceptable(say("This resource is offered as: {types}.", types=listed))
    g.representation = next((each for each in offers if each.format == wanted), None)


def chosen() -> Representation | None:
    """Return the representation that the caller gets; None: JSON."""
    return cast("Representation | None", g.get("representation"))


def _named(formats: Collection[Format]) -> Format | None:
    """Return the format that `format=` names, None when it is not offered here; 400 when there is no such format."""
    names = request.args.getlist(PARAMETER)
    if len(names) > 1:
        raise BadRequest.at("query", PARAMETER, say("Give this parameter once."))
    wanted = FORMATS.get(names[0])
    if wanted is None:
        known = ", ".join(FORMATS)
        raise BadRequest.at("query", PARAMETER, say("Give one of: {values}.", values=known), value=echo(names[0]))
    return wanted if wanted in formats else None


def _accepted(formats: tuple[Format, ...]) -> Format | None:
    """Return the format that `Accept` prefers: by quality, then by the more specific range, then the first."""
    sent = request.environ.get("HTTP_ACCEPT")
    return formats[0] if sent is None else _preferred(sent, formats)


@lru_cache(1024)
def _preferred(accept: str, formats: tuple[Format, ...]) -> Format | None:
    sent = [
        (each.partition(";")[0].strip().lower(), quality) for each, quality in parse_accept_header(accept, MIMEAccept)
    ]
    best = max(formats, key=lambda each: _quality(each.media_type, sent))
    return best if _quality(best.media_type, sent)[0] > 0 else None


def _quality(media_type: str, sent: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Return the quality of a media type and how specific the range is that says so; parameters are not compared."""
    ranges = {media_type: 2, f"{media_type.partition('/')[0]}/*": 1, "*/*": 0}
    found = [(ranges[name], quality) for name, quality in sent if name in ranges]
    specific, quality = max(found, default=(0, 0.0))
    return quality, specific


def sent_as(read: tuple[str, ...] = JSON_ONLY) -> None:
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
    sent = request.query_string
    if sent.isascii() and b"%" not in sent:
        return
    try:
        unquote_to_bytes(sent).decode()
    except UnicodeDecodeError:
        raise BadRequest.at("query", "query", say("The query string is not valid UTF-8.")) from None


def no_query(but: Collection[str] = (PARAMETER,)) -> None:
    """Refuse parameters where there are none `but` these and `lang`, which every operation takes."""
    readable_query()
    language.kept()
    for name in (each for each in request.args if each not in {*but, language.PARAMETER}):
        what = say("There is no such parameter here.")
        raise BadRequest(INCORRECT, issues=[Issue("query", str(echo(name)), what, "unknownParameter")])
