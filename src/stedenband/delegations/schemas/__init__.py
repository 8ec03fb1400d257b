"""What delegations look like on the wire."""

from stedenband.delegations.schemas.calendar import CALENDAR, NEEDED, PROGRAM, entries_of, entry_of
from stedenband.delegations.schemas.delegation import DelegationSchema, DelegationTransitionSchema
from stedenband.delegations.schemas.program import ProgramItemSchema
from stedenband.delegations.schemas.report import REPORT_PAGE, REPORT_PRINT
from stedenband.delegations.schemas.travel import EmissionFactorsSchema
from stedenband.delegations.schemas.warnings import WarningsSchema

__all__ = [
    "CALENDAR",
    "NEEDED",
    "PROGRAM",
    "REPORT_PAGE",
    "REPORT_PRINT",
    "DelegationSchema",
    "DelegationTransitionSchema",
    "EmissionFactorsSchema",
    "ProgramItemSchema",
    "WarningsSchema",
    "entries_of",
    "entry_of",
]
