"""/exchangeProjects."""

from typing import Any

from sqlalchemy import func, or_, select

from stedenband.cities.models import THEMES, CityLink, CityLinkMember, PartnerCity
from stedenband.core.access import Permission
from stedenband.policy.models import PolicyAction
from stedenband.policy.schemas import SDG_GOAL, SDG_TARGET
from stedenband.projects import rules
from stedenband.projects.models import (
    PROJECT_KINDS,
    PROJECT_LIFECYCLE,
    ExchangeProject,
    ProjectSdgGoal,
    ProjectSdgTarget,
    ProjectSector,
    ProjectTheme,
)
from stedenband.projects.schemas import ExchangeProjectSchema, ProjectTransitionSchema
from stedenband.web import fields
from stedenband.web.formats.geojson import point
from stedenband.web.resource import Filter, Resource, Rules, Sort
from stedenband.web.search import by_words


def any_of(column: str) -> Any:
    """Return a filter's clause: the column has one of the values."""
    return lambda project, values: getattr(project, column) == func.any(values)


def having(part: Any) -> Any:
    """Return a filter's clause: a part of the project has one of the codes."""
    return lambda project, codes: project.id.in_(select(part.exchange_project_id).where(part.code == func.any(codes)))


def serving(project: Any, keys: Any) -> Any:
    """Return the clause: the project serves one of these actions, as far as the caller sees them."""
    return project.policy_action_id.in_(select(PolicyAction.id).where(PolicyAction.id == func.any(keys)))


def serving_goal(project: Any, keys: Any) -> Any:
    """Return the clause: the project serves an action, seen by the caller, of one of these goals."""
    return project.policy_action_id.in_(select(PolicyAction.id).where(PolicyAction.policy_goal_id == func.any(keys)))


def in_link(project: Any, keys: Any) -> Any:
    """Return the clause: the project belongs to one of these links, as far as the caller sees them."""
    return project.city_link_id.in_(select(CityLink.id).where(CityLink.id == func.any(keys)))


def with_city(project: Any, keys: Any) -> Any:
    """Return the clause: one of these cities is a member of the project's link."""
    return project.city_link_id.in_(
        select(CityLinkMember.city_link_id)
        .join(PartnerCity, PartnerCity.id == CityLinkMember.partner_city_id)
        .where(PartnerCity.id == func.any(keys))
    )


def active_on(project: Any, day: Any) -> Any:
    """Return the clause: the project has begun by this day and has not ended before it."""
    return (project.start_date <= day) & or_(project.end_date.is_(None), project.end_date >= day)


EXCHANGE_PROJECTS = Resource(
    name="exchangeProjects",
    noun="exchange project",
    model=ExchangeProject,
    schema=ExchangeProjectSchema,
    permissions={
        "read": Permission.EXCHANGE_PROJECTS_READ,
        "create": Permission.EXCHANGE_PROJECTS_CREATE,
        "update": Permission.EXCHANGE_PROJECTS_UPDATE,
        "delete": Permission.EXCHANGE_PROJECTS_DELETE,
        "move": Permission.EXCHANGE_PROJECTS_MOVE,
    },
    filters=(
        by_words("find_exchange_projects"),
        Filter("kind", fields.Code("Kind.", PROJECT_KINDS), any_of("kind"), many=True),
        Filter("status", fields.Code("State.", PROJECT_LIFECYCLE.states), any_of("status"), many=True),
        Filter("theme", fields.Code("Theme.", THEMES, example="waste"), having(ProjectTheme), many=True),
        Filter(
            "sector",
            fields.ListedCode(
                "Sector.", "dacSectors", "dacSectorCategories", form="[0-9]{3}([0-9]{2})?", example="14050"
            ),
            having(ProjectSector),
            many=True,
        ),
        Filter("sdgGoal", SDG_GOAL, having(ProjectSdgGoal), many=True),
        Filter("sdgTarget", SDG_TARGET, having(ProjectSdgTarget), many=True),
        Filter(
            "policyAction",
            fields.Key("The action of a policy plan that it serves: its id.", example=fields.EXAMPLE_ID),
            serving,
            many=True,
        ),
        Filter(
            "policyGoal",
            fields.Key("The goal of a policy plan that it serves: its id.", example=fields.EXAMPLE_ID),
            serving_goal,
            many=True,
        ),
        Filter("cityLink", fields.Key("The link: its id.", example=fields.EXAMPLE_ID), in_link, many=True),
        Filter(
            "partnerCity",
            fields.Key("A city that is a member of its link: its id.", example=fields.EXAMPLE_ID),
            with_city,
            many=True,
        ),
        Filter("activeOn", fields.Date("Begun by this day and not ended before it.", example="2024-06-01"), active_on),
        Filter(
            "startDateFrom",
            fields.Date("Begins on or after.", example="2004-01-01"),
            lambda project, day: project.start_date >= day,
        ),
        Filter(
            "startDateTo",
            fields.Date("Begins on or before.", example="2026-12-31"),
            lambda project, day: project.start_date <= day,
        ),
        Filter(
            "endDateFrom",
            fields.Date("Ends on or after.", example="2004-01-01"),
            lambda project, day: project.end_date >= day,
        ),
        Filter(
            "endDateTo",
            fields.Date("Ends on or before.", example="2026-12-31"),
            lambda project, day: project.end_date <= day,
        ),
    ),
    sorts=(
        Sort("title", "title_sort"),
        Sort("startDate", "start_date", nullable=True),
        Sort("endDate", "end_date", nullable=True),
        Sort("status", "status"),
        Sort("kind", "kind"),
        Sort("updatedAt", "updated_at"),
    ),
    default_sort=("title",),
    lifecycle=PROJECT_LIFECYCLE,
    transition=ProjectTransitionSchema,
    rules=Rules(rules.create_project, rules.change_project, rules.delete_project, rules.move_project),
    geometry=point,
)
