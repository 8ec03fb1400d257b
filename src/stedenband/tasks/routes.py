"""Tasks over HTTP: looked at, and canceled; they are made by what takes long."""

from http.client import SEE_OTHER
from typing import Any
from uuid import UUID

import orjson
from flask import Flask, Response
from sqlalchemy import update
from sqlalchemy.orm import Session

from stedenband.changes.feed.pages import page, subject
from stedenband.config import Settings
from stedenband.core.access import Permission
from stedenband.core.db import asked
from stedenband.core.records import NOW
from stedenband.tasks.answers import FILES, ONE, document, found, listed
from stedenband.tasks.models import TASK_KINDS, TASK_STATES, Task
from stedenband.tasks.rules import FOLDER, Files
from stedenband.tasks.schemas import TaskSchema, TasksQuery
from stedenband.web.conditional import reply, tag
from stedenband.web.declare import StrictBlueprint, declare
from stedenband.web.formats.offers import EXPORTS
from stedenband.web.idempotency import once
from stedenband.web.problems import not_found

CODE_LISTS = {"taskKinds": TASK_KINDS, "taskStates": TASK_STATES}


def install(app: Flask, settings: Settings) -> None:
    """Give the application the folder of tasks; nothing is made on the disk before it is needed."""
    app.extensions[FILES] = Files(settings.data / FOLDER)


def list_tasks(query: dict[str, Any]) -> Response:
    """Return one's own tasks, newest first."""
    size = query["page_size"]
    rows = listed(query.get("after"), query.get("state"), size + 1)
    following = str(rows[size - 1].id) if len(rows) > size else None
    return page(subject(TaskSchema, "tasks"), [document(row) for row in rows[:size]], size, following, {})


def read_task(**ids: UUID) -> Response:
    """Return where a task stands; one that is done leads to what came of it."""
    item = document(found(ids["taskId"]))
    body = orjson.dumps(item)
    response = reply(body, tag(body))
    response.headers["Cache-Control"] = "no-store"
    if "result" in item:
        response.status_code = SEE_OTHER
        response.headers["Location"] = item["result"]
    return response


def cancel_task(**ids: UUID) -> Response:
    """Have a task stop: before it begins, or after the rows that are being done; what is done stays."""

    def work(session: Session) -> Response:
        asking = update(Task).where(Task.id == ids["taskId"], Task.ended_at.is_(None)).values(canceled_at=NOW)
        session.execute(asking)
        rows = asked(session, ONE, {"id": ids["taskId"]}, named=True)
        if not rows:
            raise not_found()
        return Response(orjson.dumps(document(rows[0])), mimetype="application/json")

    return once(work)


blueprint = StrictBlueprint("tasks", __name__, url_prefix="/v1", description="Long work, and how far it is")
declare(
    blueprint,
    "/tasks",
    "GET",
    "list_tasks",
    Permission.TASKS_READ,
    list_tasks,
    summary="List one's own tasks, newest first",
    query=TasksQuery,
    returns=TaskSchema,
    offers=EXPORTS,
    facts={"list": True, "paged": True},
)
declare(
    blueprint,
    "/tasks/<uuid:taskId>",
    "GET",
    "read_task",
    Permission.TASKS_READ,
    read_task,
    summary="Read how far a task is; one that is done leads to what came of it",
    returns=TaskSchema,
    facts={"leads": True},
)
declare(
    blueprint,
    "/tasks/<uuid:taskId>/cancellation",
    "POST",
    "cancel_task",
    Permission.TASKS_CANCEL,
    cancel_task,
    summary="Have a task stop; what is done stays",
    returns=TaskSchema,
    facts={"status": 200},
)
