"""What personal data contacts hold: whose, for what, how long, on which grounds."""

from dataclasses import replace

from stedenband.core.privacy import Category, Ground, Personal, Retention
from stedenband.core.words import say

KEPT = Retention("P2Y", say("The day on which the contact was to be reviewed, when nobody did and no role is open."))
"""The retention job counts with this period."""

PEOPLE = say("People through whom cities and organizations keep up their partnerships.")
REACHING = say("Reaching the people through whom a partnership is kept up.")
GROUNDS = tuple(Ground)
"""Which of them holds is said for each person, in `lawfulBasis`."""

IDENTITY = Personal(Category.IDENTIFICATION, PEOPLE, REACHING, KEPT, GROUNDS, shared=True)
ADDRESS = Personal(Category.CONTACT_DETAILS, PEOPLE, REACHING, KEPT, GROUNDS, shared=True)
FUNCTION = Personal(
    Category.FUNCTION,
    PEOPLE,
    say("Knowing for whom and in which function a person speaks."),
    KEPT,
    GROUNDS,
    shared=True,
)
ROLE = Personal(
    Category.FUNCTION,
    PEOPLE,
    say("Knowing what a person is or was in a partnership."),
    KEPT,
    GROUNDS,
    identifying=False,
    shared=True,
)
LANGUAGE = Personal(
    Category.LANGUAGE,
    PEOPLE,
    say("Writing and speaking to people in their language."),
    KEPT,
    GROUNDS,
    identifying=False,
    shared=True,
)
REMARK = Personal(
    Category.FREE_TEXT, PEOPLE, say("Remembering where the data comes from and what was agreed."), KEPT, GROUNDS
)
BASIS = Personal(
    Category.LEGAL_BASIS,
    PEOPLE,
    say("Showing on which ground, for what and how long the data is kept (GDPR art. 5(2))."),
    KEPT,
    (Ground.LEGAL_OBLIGATION,),
    identifying=False,
)
STATED = replace(BASIS, category=Category.FREE_TEXT, identifying=True)
"""The purpose is written in words, which may name anybody."""
