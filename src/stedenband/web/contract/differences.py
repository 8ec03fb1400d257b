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
UNLISTED_VERBS = ("act", "claim", "erase", "give", "rectify", "review")
UNLISTED_VERB = {
    "openapi-opid-verb": "It starts with the verb of the matter, which the list of the check does not hold."
}
REHEARSED = {"doc-patch-own-schema": "The dry run of a change takes exactly what the change itself takes."}
FOREIGN_ID = {
    "id-name-reference": "The identifier of a place in that register, under its name there; no record of ours."
}
DIFFERENT_PROPERTIES: Mapping[str, Mapping[str, str]] = {"wikidataId": FOREIGN_ID, "geonamesId": FOREIGN_ID}
"""By name of a property."""
DIFFERENT_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "language": {"multi-lang-parameter-name": "The languages that a contact speaks; that of the reply is `lang`."},
}
"""By name of a parameter."""


def told(differences: Mapping[str, Mapping[str, str]], name: str) -> dict[str, Mapping[str, str]]:
    """Return what to write beside a part of this name."""
    return {"x-ignore-rules": differences[name]} if name in differences else {}
