"""Which language a caller reads: `lang=` before `Accept-Language`, Dutch for whoever names neither."""

from flask import Response, request

from stedenband.core.errors import BadRequest
from stedenband.core.words import Rule, say
from stedenband.web import codes
from stedenband.web.catalogs import LANGUAGES
from stedenband.web.text import echo

PARAMETER = "lang"
"""Every operation takes it, so no schema declares it."""


def kept() -> str | None:
    """Return the one language that localized texts keep, as `lang=` says; None: all. 400 when it is no language."""
    sent = request.args.getlist(PARAMETER)
    if len(sent) > 1:
        raise BadRequest.at("query", PARAMETER, say("Give this parameter once."))
    if sent and sent[0] not in codes.LANGUAGES.codes:
        hint = codes.LANGUAGES.hint
        detail = Rule(hint) if codes.LANGUAGES.formed(sent[0]) else hint
        raise BadRequest.at("query", PARAMETER, detail, value=echo(sent[0]))
    return sent[0] if sent else None


def spoken() -> str:
    """Return the language of sentences and labels in this reply: nl, fr or en."""
    try:
        asked = request.args.get(PARAMETER)
    except UnicodeDecodeError:  # the very fault that is about to be told
        asked = None
    return asked if asked in LANGUAGES else _accepted()


def _accepted() -> str:
    """Return the best of ours that `Accept-Language` names; a language stands for its regional forms."""
    ranked = sorted(request.accept_languages, key=lambda wish: -wish[1])
    primary = [(tag.partition("-")[0].lower(), quality) for tag, quality in ranked]
    refused = {tag.lower() for tag, quality in ranked if quality <= 0}
    welcome = [language for language in LANGUAGES if language not in refused] or [LANGUAGES[0]]
    for tag, quality in primary:
        if quality > 0 and (tag in welcome or tag == "*"):
            return welcome[0] if tag == "*" else tag
    return welcome[0]


def label(response: Response) -> Response:
    """Say in the headers of a reply which language it speaks."""
    response.headers["Content-Language"] = spoken()
    response.vary.add("Accept-Language")
    return response
