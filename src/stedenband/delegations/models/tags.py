"""What personal data delegations hold: whose, for what and how long."""

from stedenband.core.privacy import WITH_RECORD, Category, Personal, Retention
from stedenband.core.words import say

TRAVELERS = say("People who take part in a delegation.")

CAPACITY = Personal(
    Category.FUNCTION,
    TRAVELERS,
    say("Accounting for who traveled, in which capacity."),
    WITH_RECORD,
    identifying=False,
    shared=True,
)
TRAVEL_DOCUMENT = Personal(
    Category.TRAVEL_DOCUMENT,
    TRAVELERS,
    say("Seeing to it that people can travel: passport, visa, vaccination, insurance and registration."),
    Retention("P90D", say("The return of the delegation, or its cancellation.")),
)
"""The function `forget_travel_documents` of the database counts with this period."""

REPORTED = Personal(
    Category.FREE_TEXT,
    say("People whom the report of a delegation mentions."),
    say("Reporting what a delegation did and what came of it."),
    WITH_RECORD,
    shared=True,
)

GIFT = Personal(
    Category.SIGNATURE,
    say("People who gave or received a gift during a visit."),
    say("Registering gifts that public servants give and receive."),
    WITH_RECORD,
    shared=True,
)
