"""Where the contract differs from a rule of the Belgian REST guide, and why: it says so itself, in `x-ignore-rules`."""

from collections.abc import Mapping

BASE_PATH = {"uri-format": "An installation is a host of its own, so the path begins at the version."}
SCOPE = {"cod-design": "A permission is written resource:action, as OAuth scopes are."}
BY_RANGE = {"stat-codes": "RFC 9110: a download over a bad line goes on where it broke off."}
DIFFERENT_STATUSES: Mapping[str, Mapping[str, str]] = {
    "206": BY_RANGE,
    "410": {"stat-codes": "A cursor of before a restore is gone for good; a 404 would invite a retry."},
    "416": BY_RANGE,
}
"""By status of a reply."""
UNLISTED_VERBS = ("act", "claim", "continue", "erase", "finish", "give", "rectify", "replay", "review", "unsubscribe")
UNLISTED_VERB = {
    "openapi-opid-verb": "It starts with the verb of the matter, which the list of the check does not hold."
}
BY_TUS = {"stat-codes-412-428-conditional": "tus 1.0.0: another version of the protocol is answered with 412."}
PIECES = {
    "doc-patch-merge-patch": "tus 1.0.0: PATCH adds bytes to a file.",
    "doc-patch-plain-json": "tus 1.0.0: PATCH adds bytes to a file.",
}
"""What the protocol of uploads says otherwise."""
REHEARSED = {"doc-patch-own-schema": "The dry run of a change takes exactly what the change itself takes."}
FOREIGN_ID = {
    "id-name-reference": "The identifier of a place in that register, under its name there; no record of ours."
}
DIFFERENT_PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "geonamesId": FOREIGN_ID,
    "personalData": {"jsn-naming-generic": "It is the term of the GDPR."},
    "wikidataId": FOREIGN_ID,
}
"""By name of a property."""
DIFFERENT_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "secret": {"sens-dat-path-parameter": "A phone that subscribes to a calendar can send nothing but an address."},
    "size": {"col-paging-names": "The size of a picture; there is no page."},
    "token": {"sens-dat-query-parameter": "It opens one file for ten minutes, where no header can be sent."},
    "language": {"multi-lang-parameter-name": "The languages of contacts and documents; that of the reply is `lang`."},
}
"""By name of a parameter."""


def told(differences: Mapping[str, Mapping[str, str]], name: str) -> dict[str, Mapping[str, str]]:
    """Return what to write beside a part of this name."""
    return {"x-ignore-rules": differences[name]} if name in differences else {}
