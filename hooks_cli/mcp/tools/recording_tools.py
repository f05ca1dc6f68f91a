"""Tools of other programs that start something. This program starts nothing: it records what was asked, and says so.

Their answers have "recorded": true and "executed": false. What is read back (`swarm_status`, `task_status`, `agent_list`) is what was
recorded, by any agent of the project.
"""

from __future__ import annotations

from hooks_cli.errors import MissingArgument
from hooks_cli.features.journal.record import record
from hooks_cli.mcp.tools import answers
from hooks_cli.mcp.tools.arguments import AGENT, LIMIT, METADATA, SESSION
from hooks_cli.mcp.tools.hook_tools import MEMORY_KEY, draft_of, hook_call, kept, said
from hooks_cli.mcp.tools.memory_search import limit_of, tell_unknown
from hooks_cli.mcp.tools.tool import Argument, Tool
from hooks_cli.output.envelope import moment
from hooks_cli.text import json_exact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.features.journal.log import Line
    from hooks_cli.features.journal.overview import TaskRow
    from hooks_cli.mcp.tools.tool import Answer, Request, Run

_SWARM = Argument("swarm_id", "The swarm.")
EVENTS = ("agent-spawned",)
SWARM_EVENTS = ("swarm-init", "task-orchestrated")
# A longer event is not shown with what it says.
MOST_SAID = 2_000
SEARCHED_TASKS = 1_000
WATCHES_NOTHING = "What was recorded, newest first. hooks-cli runs no swarm and watches none."
NOT_EXECUTED = "Recorded for other agents to read. Nothing was started: hooks-cli starts no agents."


def _recording(verb: str, needed: str = "") -> Run:
    """The `run` of a tool that records the event `verb`; `needed` is the argument that it is about."""

    def run(request: Request) -> Answer:
        if needed and not request.given.get(needed):
            raise MissingArgument(verb=request.tool.name, what=f"the argument {needed}")
        fields = said(request)
        told = {name: value for name, value in fields.items() if name != "metadata"}
        draft = draft_of(request, json_exact.value_text({**told, **request.unknown}))
        recorded = record(request.open_store, request.environment, hook_call(request, verb, fields, draft))
        answer = kept(recorded)
        return {**answer, "executed": False, "id": f"{verb}-{recorded.revision}", "message": NOT_EXECUTED}

    return run


def recorded_events(request: Request) -> Answer:
    """The newest events of swarms and agents that were recorded in this project. Nothing is watched."""
    from hooks_cli.features.journal import log

    tell_unknown(request)
    fields: Answer = {"success": True, "executed": False, "untrusted": True, "message": WATCHES_NOTHING}
    if request.store is None:
        return {**fields, "events": [], "count": 0, "truncated": False}
    limit = limit_of(request)
    lines = [
        line
        for verb in (*EVENTS, *([] if request.tool.name == "agent_list" else SWARM_EVENTS))
        for line in log.newest(request.store, log.LogQuery(verb=verb), limit + 1)
    ]
    lines.sort(key=lambda line: -line.revision)
    return answers.with_items(fields, "events", lines[:limit], _event, 0, len(lines) > limit, request.tool.name)


def _event(line: Line) -> Answer:
    fields: Answer = {
        "event": line.verb,
        "revision": line.revision,
        "written_at": moment(line.at),
        "written_by": line.agent,
        "session_id": line.session,
    }
    if line.fields and len(line.fields) <= MOST_SAID:
        fields["said"] = json_exact.read(line.fields)
    return fields


def task_status(request: Request) -> Answer:
    """The tasks that pre-task and post-task recorded, newest first; with `task_id` those of that name."""
    from hooks_cli.features.journal import overview

    tell_unknown(request)
    name = request.text("task_id")
    fields: Answer = {"success": True, "untrusted": True, "task_id": name or None}
    if request.store is None:
        return {**fields, "tasks": [], "count": 0, "truncated": False}
    rows = overview.tasks(request.store, SEARCHED_TASKS if name else limit_of(request) + 1)
    rows = [row for row in rows if not name or row.name == name]
    limit = limit_of(request)
    return answers.with_items(fields, "tasks", rows[:limit], _task, 0, len(rows) > limit, request.tool.name)


def _task(row: TaskRow) -> Answer:
    return {
        "task_id": row.name,
        "state": row.state,
        "outcome": row.outcome,
        "description": (row.description or "")[: answers.LISTED_CHARACTERS],
        "session_id": row.session,
        "agent": row.agent,
        "opened_at": None if row.opened_at is None else moment(row.opened_at),
        "closed_at": None if row.closed_at is None else moment(row.closed_at),
        "events": row.events,
    }


def _about(*arguments: Argument) -> tuple[Argument, ...]:
    return (*arguments, MEMORY_KEY, METADATA, AGENT, SESSION)


TOOLS = (
    Tool(
        "swarm_init",
        "Record that a swarm begins. Starts nothing.",
        _about(
            Argument("topology", "hierarchical, mesh, ring, star …"),
            Argument("max_agents", "", "integer"),
            Argument("strategy"),
            _SWARM,
        ),
        _recording("swarm-init"),
        hooks=True,
    ),
    Tool(
        "agent_spawn",
        "Record that an agent was started elsewhere. Starts nothing.",
        _about(
            Argument("type", "coder, tester …", aliases="agent_type"),
            Argument("name", aliases="agent_name"),
            Argument("capabilities", "", "array"),
            Argument("task"),
            _SWARM,
        ),
        _recording("agent-spawned", "type"),
        hooks=True,
    ),
    Tool(
        "task_orchestrate",
        "Record that a task was given to agents. Starts nothing.",
        _about(
            Argument("task", of=("hooks", "task-orchestrated", "task"), aliases="description"),
            Argument("strategy", of=("hooks", "task-orchestrated", "strategy")),
            Argument("priority"),
            Argument("dependencies", "", "array"),
        ),
        _recording("task-orchestrated", "task"),
        hooks=True,
    ),
    Tool(
        "swarm_status",
        "Read what was recorded of swarms, agents and tasks.",
        (LIMIT, _SWARM),
        recorded_events,
        reads=True,
    ),
    Tool("agent_list", "Read which agents were recorded.", (LIMIT,), recorded_events, reads=True),
    Tool(
        "task_status",
        "Read the tasks that were recorded.",
        (Argument("task_id", aliases="id"), LIMIT),
        task_status,
        reads=True,
    ),
)
