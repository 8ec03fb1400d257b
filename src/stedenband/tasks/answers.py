"""What a caller is told of tasks: one by one, in pages, and where the work it asked for is."""

from collections.abc import Mapping
from http.client import ACCEPTED, NOT_MODIFIED
from typing import Any, cast
from uuid import UUID

import orjson
from flask import Response, current_app, request
from sqlalchemy.orm import Session

from stedenband.core.db import asked
from stedenband.tasks.models import Task
from stedenband.tasks.rules import Files
from stedenband.web.guard import end_visit, visit
from stedenband.web.links import base_address
from stedenband.web.problems import not_found
from stedenband.web.ranges import send_file

FILES = "stedenband.tasks"
"""Where an application keeps the folder of tasks."""
PREFERENCE = "respond-async"
"""RFC 7240: the caller would rather have a task than wait."""
SOON, LATE = 1, 30
"""Seconds after which to ask again: soon at first, later the longer it takes."""

COLUMNS = """
SELECT id, kind, state, result, problem, canceled_at IS NOT NULL AS canceled, rows_done, rows_total,
    extract(epoch FROM now() - started_at)::float AS seconds,
    to_char(timezone('UTC', created_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created,
    to_char(timezone('UTC', started_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started,
    to_char(timezone('UTC', ended_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended,
    to_char(timezone('UTC', now() + least(greatest(now() - created_at, :soon), :late)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        AS poll_after
FROM task
""".replace(":soon", f"interval '{SOON} s'").replace(":late", f"interval '{LATE} s'")
ONE = f"{COLUMNS} WHERE id = %(id)s::uuid"
LISTED = f"""{COLUMNS}
WHERE (%(before)s::uuid IS NULL OR id < %(before)s::uuid) AND (%(states)s::text[] IS NULL OR state = ANY (%(states)s))
ORDER BY id DESC LIMIT %(limit)s::integer
"""
WIRE = {"waiting": "processing", "running": "processing", "done": "done", "failed": "failed", "canceled": "failed"}
RESULTS = {"import": "imports", "export": "exports", "archive": "exports"}
"""Kind -> the collection that its result belongs to."""


def files() -> Files:
    """Return the folder of tasks of this application."""
    return cast("Files", current_app.extensions[FILES])


def found(key: UUID) -> Any:
    """Return a task that the caller sees; 404 when there is none."""
    rows = visit().rows(ONE, {"id": key}, named=True)
    if not rows:
        raise not_found()
    return rows[0]


def result_of(key: UUID, *kinds: str) -> Any:
    """Return a task of one of these kinds that the caller sees and that is done; 404 when there is none."""
    row = found(key)
    if row.state != "done" or row.kind not in kinds:
        raise not_found()
    return row


def sent(row: Any, file: str, media_type: str, name: str | None = None) -> Response:
    """Return a file of a task, or the part that the caller wants; `name`: as an attachment; 404 when it is gone."""
    end_visit()
    try:
        opened = (files().of(row.id) / file).open("rb")
    except FileNotFoundError:
        raise not_found() from None
    response = send_file(opened, f'"{row.id}-{file}"')
    if response.status_code != NOT_MODIFIED:
        response.content_type = media_type
        if name:
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def preferred() -> bool:
    """Tell whether the caller would rather have a task than wait (RFC 7240)."""
    wishes = ",".join(request.headers.getlist("Prefer")).lower().split(",")
    return any(wish.partition(";")[0].strip() == PREFERENCE for wish in wishes)


def listed(before: UUID | None, state: str | None, limit: int) -> list[Any]:
    """Return the caller's tasks, newest first."""
    states = None if state is None else [each for each, shown in WIRE.items() if shown == state]
    return visit().rows(LISTED, {"before": before, "states": states, "limit": limit}, named=True)


def document(row: Any) -> dict[str, Any]:
    """Return a task as it is sent."""
    state = WIRE[row.state]
    ended = state != "processing"
    address = f"{base_address()}/tasks/{row.id}"
    return _present(
        href=address,
        id=str(row.id),
        kind=row.kind,
        status=_present(state=state, pollAfter=None if ended else row.poll_after, completed=row.ended),
        progress=_progress(row, ended=ended),
        result=f"{base_address()}/{RESULTS[row.kind]}/{row.id}" if row.state == "done" else None,
        problem=row.problem,
        canceled=row.canceled,
        createdAt=row.created,
        startedAt=row.started,
    )


def accepted(session: Session, task: Task) -> Response:
    """Return what is told of work that was asked for: where to look how far it is."""
    [row] = asked(session, ONE, {"id": task.id}, named=True)
    item = document(row)
    headers = {"Location": item["href"], "Retry-After": str(SOON), "Preference-Applied": PREFERENCE}
    return Response(orjson.dumps(item), status=ACCEPTED, mimetype="application/json", headers=headers)


def _progress(row: Any, *, ended: bool) -> Mapping[str, Any]:
    shown = {"rows": row.rows_done, "ofRows": row.rows_total}
    if not ended and row.seconds and row.rows_done:
        shown["rowsPerSecond"] = round(row.rows_done / row.seconds)
        if row.rows_total is not None:
            shown["secondsLeft"] = round((row.rows_total - row.rows_done) * row.seconds / row.rows_done)
    return _present(**shown)


def _present(**properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
