"""Tasks on the wire."""

from stedenband.tasks.models import TASK_KINDS, TASK_STATES
from stedenband.web import fields
from stedenband.web.schema import Schema

EXAMPLE_INSTANT = "2026-02-01T09:30:00Z"
MOST = 2**53 - 1


class TaskStatusSchema(Schema):
    """Where a task stands, as the Belgian REST guide has it (`lng-task`)."""

    state = fields.Code("Whether it is under way, done, or failed.", TASK_STATES, required=True, example="processing")
    poll_after = fields.Instant("Ask again after this; only while it is under way.", example=EXAMPLE_INSTANT)
    completed = fields.Instant("When it was done, or failed.", example=EXAMPLE_INSTANT)


class TaskProgressSchema(Schema):
    """How far a task is."""

    rows = fields.Integer("Rows that are done.", 0, MOST, required=True, example=42_000)
    of_rows = fields.Integer("Of how many, where that is known.", 0, MOST, example=100_000)
    rows_per_second = fields.Integer("Since it was begun.", 0, MOST, example=1_400)
    seconds_left = fields.Integer("Likely, at this rate.", 0, MOST, example=42)


class TaskIssueSchema(Schema):
    """One fault of what was asked."""

    place = fields.Text("Where it stands.", 10, data_key="in", example="query")
    name = fields.Text("The name of what is at fault.", 400, example="encoding")
    detail = fields.Text("What is wrong and what to do.", 4000, required=True, example="Confirm the encoding.")


class TaskProblemSchema(Schema):
    """Why a task failed: a problem document without an instance (RFC 9457)."""

    type = fields.Text("The type of the problem.", 200, required=True, example="urn:problem-type:belgif:badRequest")
    title = fields.Text("Its type in words.", 200, required=True, example="Bad Request")
    status = fields.Integer("The HTTP status that a request would have met.", 400, 599, required=True, example=400)
    detail = fields.Text("What is wrong and what to do.", 4000, required=True, example="The file has no rows.")
    issues = fields.Items("Each fault.", TaskIssueSchema, most=50)


class TaskSchema(Schema):
    """Long work that somebody asked for."""

    href = fields.Url(
        "The address of this task.",
        dump_only=True,
        required=True,
        example=f"{fields.EXAMPLE_BASE}/tasks/{fields.EXAMPLE_ID}",
    )
    id = fields.Key("The id of this task.", dump_only=True, required=True, example=fields.EXAMPLE_ID)
    kind = fields.Code("What is done.", TASK_KINDS, required=True, example="import")
    status = fields.Part("Where it stands.", TaskStatusSchema, required=True)
    progress = fields.Part("How far it is.", TaskProgressSchema, required=True)
    result = fields.Url(
        "What came of it, for 30 days; only when it is done.",
        example=f"{fields.EXAMPLE_BASE}/imports/{fields.EXAMPLE_ID}",
    )
    problem = fields.Part("Why it failed; only when it did.", TaskProblemSchema)
    canceled = fields.Flag("Whether somebody canceled it.", required=True, example=False)
    created_at = fields.Instant("When it was asked for.", required=True, example=EXAMPLE_INSTANT)
    started_at = fields.Instant("When it was begun.", example=EXAMPLE_INSTANT)


class TasksQuery(Schema):
    """Parameters of the list of tasks."""

    state = fields.Code("Only tasks in this state.", TASK_STATES)
    after = fields.Key("The cursor of the last page you have, taken from `next`; none: from the newest.")
    page_size = fields.Integer("Tasks per page.", 1, 200, load_default=50, example=50)
