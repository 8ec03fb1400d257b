"""What the callers of the machine send: few values, so that they meet again."""

from typing import Any

from hypothesis import strategies as st

from tests.builders import OWN, PARTNER, STRANGER
from tests.machine.callers import CALLERS, WRITERS

Strategies = dict[str, st.SearchStrategy[Any]]

DECISION = {"date": "2026-01-15", "body": "City council", "reference": "GR/2026/1"}

callers = st.sampled_from(CALLERS)
writers = st.sampled_from((*WRITERS, *WRITERS, CALLERS[0], *CALLERS))
visibilities = st.sampled_from(("city", "link", "public"))
words = st.sampled_from(("Alpha", "Beta", "Gamma"))
notes = st.sampled_from(("For our staff.", "Also ours."))
others = st.sampled_from(((OWN, PARTNER), (PARTNER, OWN), (OWN, STRANGER), (OWN, PARTNER, STRANGER)))
tags = st.sampled_from(("current", "current", "current", "any", "stale", "of another representation", "none"))
which = st.integers(0, 10_000)
statuses = st.sampled_from(("candidate", "exploring", "active", "dormant", "ended"))
said = st.fixed_dictionaries(
    {}, optional={"decision": st.just(DECISION), "reason": st.sampled_from(("Both agreed.", "No activity."))}
)
MOVE = st.fixed_dictionaries(
    {"to": statuses}, optional={"decision": st.just(DECISION), "reason": st.just("No activity.")}
)
texts = words.map(lambda word: {"en": word})
themes = st.lists(st.sampled_from(("waste", "youth", "water")), unique=True).map(sorted)
link_kinds = st.sampled_from(("twinning", "network"))

LINK: Strategies = {"themes": themes, "summary": texts, "internalNote": notes, "visibility": visibilities}
NEW_LINK = st.fixed_dictionaries({"kind": link_kinds, "members": others}, optional=LINK | {"status": statuses})
AGREEMENT: Strategies = {
    "themes": themes,
    "internalNote": notes,
    "visibility": visibilities,
    "signedOn": st.just("2000-02-01"),
}


def of_years(first: int, long: int) -> dict[str, str]:
    """Return the period from the beginning of one year to the end of another."""
    return {"validFrom": f"{first}-01-01", "validTo": f"{first + long}-12-31"}


PERIODS = st.builds(of_years, st.integers(2001, 2012) | st.sampled_from((2030, 2040)), st.integers(0, 4))
NEW_AGREEMENT = st.builds(
    lambda made, period: made | period,
    st.fixed_dictionaries({"title": words, "kind": st.just("renewal")}, optional=AGREEMENT),
    PERIODS,
)
ORGANIZATION: Strategies = {"community": words, "internalNote": notes, "visibility": visibilities}
CITY: Strategies = {"subdivision": words, "visibility": st.sampled_from(("city", "public"))}
CHANGES: dict[str, Strategies] = {
    "cityLinks": LINK
    | {
        "title": words,
        "kind": link_kinds,
        "members": others,
        "startDate": st.sampled_from(("2004-06-24", "2030-01-01")),
    },
    "agreements": AGREEMENT | {"title": words},
    "organizations": ORGANIZATION,
    "partnerCities": CITY,
}
REMOVABLE = {"summary", "internalNote", "themes", "startDate", "signedOn", "community", "subdivision"}
