"""`POST /exchangeProjects/{exchangeProjectId}/periods/acts`: one act on many periods, with what came of it for each."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session

from stedenband.core.access import Relation
from stedenband.projects import rules
from stedenband.projects.routes.exchange_projects import EXCHANGE_PROJECTS
from stedenband.projects.routes.results import PERIODS
from stedenband.projects.rules import Outcome
from stedenband.web.conditional import reply, tag
from stedenband.web.guard import caller
from stedenband.web.idempotency import once
from stedenband.web.links import base_address
from stedenband.web.mount import address
from stedenband.web.problems import document_of
from stedenband.web.sight import find, permit


def act_on_periods(data: dict[str, Any], **ids: UUID) -> Response:
    """Approve, return, lock or unlock; the reply is the same whether all succeed or some fail."""

    def work(session: Session) -> Response:
        project, relation = find(session, EXCHANGE_PROJECTS, ids)
        permit(relation, Relation.OWNER)
        outcomes = rules.act_on_periods(session, caller(), project.id, data)
        counts = {name: sum(each.outcome == name for each in outcomes) for name in ("done", "failed")}
        items = [_shown(each, project.id) for each in outcomes]
        body = orjson.dumps({"act": data["act"], **counts, "items": items})
        return reply(body, tag(body))

    return once(work)


def _shown(outcome: Outcome, project: UUID) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "href": base_address() + address(PERIODS, outcome.key, project),
        "id": str(outcome.key),
        "outcome": outcome.outcome,
    }
    if outcome.version is not None:
        shown["version"] = outcome.version
    if outcome.problem:
        shown["problem"] = document_of(outcome.problem)
    return shown
