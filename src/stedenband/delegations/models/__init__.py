"""Delegations and their parts, as they are stored."""

from stedenband.delegations.models.delegation import (
    DAYS_TO_REPORT,
    DELEGATION_LIFECYCLE,
    DIRECTIONS,
    TRAVELED,
    Delegation,
    DelegationMove,
    DelegationProject,
)
from stedenband.delegations.models.participants import (
    CAPACITIES,
    CHECKED,
    CHECKLIST_STATES,
    PAYERS,
    Participant,
)
from stedenband.delegations.models.program import ProgramItem
from stedenband.delegations.models.records import GIFT_DIRECTIONS, FollowUp, Gift, Meeting
from stedenband.delegations.models.travel import BASES, TRAVEL_MODES, EmissionFactor, TravelLeg

__all__ = [
    "BASES",
    "CAPACITIES",
    "CHECKED",
    "CHECKLIST_STATES",
    "DAYS_TO_REPORT",
    "DELEGATION_LIFECYCLE",
    "DIRECTIONS",
    "GIFT_DIRECTIONS",
    "PAYERS",
    "TRAVELED",
    "TRAVEL_MODES",
    "Delegation",
    "DelegationMove",
    "DelegationProject",
    "EmissionFactor",
    "FollowUp",
    "Gift",
    "Meeting",
    "Participant",
    "ProgramItem",
    "TravelLeg",
]
