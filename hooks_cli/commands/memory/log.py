"""`memory log`: prints the project's journal."""

from __future__ import annotations

from hooks_cli.commands import store_access
from hooks_cli.commands.options import address_options, shared
from hooks_cli.errors import UsageError
from hooks_cli.features.journal import log as journal_log
from hooks_cli.features.watch import Feed
from hooks_cli.model.verb import Option, Positional, Verb
from hooks_cli.output import changes, theme
from hooks_cli.output.envelope import moment
from hooks_cli.output.listing import one_line
from hooks_cli.text import json_exact, trace_ids
from hooks_cli.text.escapes import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.journal.log_changes import Changes
    from hooks_cli.features.store_opening import Store
    from hooks_cli.model.verb import Call

DEFAULT_LIMIT = 50
# With --follow: number of earlier lines, and so many read at once.
FOLLOWED_FROM = 10
PORTION = 500
# The field of an event that says what it was about, the first that is there.
TELLING = ("message", "description", "file", "command", "task_id", "memory_key", "tool_name", "prompt")

VERB = Verb(
    "memory",
    "log",
    "Show the project's journal, newest first: hook calls, and what memory commands wrote.",
    options=(
        shared.session_id("Only this session."),
        shared.agent("Only this agent."),
        Option("verb", ("--verb",), "Only this verb: notify, post-edit, store, delete, gc …", metavar="VERB"),
        Option("trace", ("--trace",), "Only what this trace wrote: its id, or the beginning of it.", metavar="ID"),
        shared.since("From then on: 2h, today, yesterday, 2025-10-17 (days begin at midnight UTC)."),
        shared.until("Up to then: --since yesterday --until today is all of yesterday."),
        Option("before", ("--before",), "Before this revision: the next page.", "integer", metavar="REV"),
        shared.limit(f"At most this many lines ({DEFAULT_LIMIT})."),
        Option(
            "grep", ("--grep",), "Only lines whose verb, address, message or fields have this text.", metavar="TEXT"
        ),
        Option("patch", ("-p", "--patch"), "Below each line, what it changed in the entry.", "switch"),
        Option("stat", ("--stat",), "Below each line, how many lines of the entry it added and removed.", "switch"),
        Option("oneline", ("--oneline",), "Revision, verb, address and message alone.", "switch"),
        Option("reverse", ("--reverse",), "Oldest first.", "switch"),
        Option(
            "follow",
            ("--follow", "-f"),
            "Then print each new line as any process commits it, until Ctrl-C.",
            "switch",
        ),
    ),
    positionals=(Positional("pattern", "Only what wrote to addresses that fit this glob."),),
    strangers="note",
    examples=(
        "hooks-cli memory log --since 2h --session hyper-swarm-001",
        "hooks-cli memory log --follow --agent coder",
    ),
    details="With --follow and --json, one object a line.",
)


def run(call: Call, environment: Environment) -> int:
    """Print the lines, nothing when there are none. Raises UsageError (64) for a time or trace that is none."""
    wanted = journal_log.LogQuery(
        session=call.text("session_id"),
        agent=call.text("agent"),
        verb=call.text("verb"),
        pattern=call.text("pattern"),
        since=address_options.time_option(call, environment, "since"),
        until=address_options.time_option(call, environment, "until"),
        trace=_trace(call.text("trace")),
        before=call.integer("before", 0) if "before" in call.values else None,
    )
    if call.flag("follow"):
        return _follow(call, environment, wanted)
    store = store_access.for_reading(environment)
    limit = call.number("limit", DEFAULT_LIMIT)
    read = journal_log.oldest if call.flag("reverse") else journal_log.newest
    lines = [] if store is None else _read(call, store, read, wanted, limit + 1)
    more, lines = len(lines) > limit, lines[:limit]
    if call.format == "json":
        made = _changes(call, store)
        body = [_with_changes(call, line, made) for line in lines]
        environment.out(changes.json_object({"log": body, "truncated": more}))
    else:
        _show(call, environment, lines, store)
        if not lines and not more and call.format == "text":
            environment.err(f"hooks-cli: nothing in the journal{_range(wanted)} fits what was asked for")
        if more and lines and call.format == "text":
            environment.err(f"hooks-cli: there is more: --before {lines[-1].revision}, or --limit")
    return 0


def _range(wanted: journal_log.LogQuery) -> str:
    """The times that were looked at, as they were understood."""
    since = f" since {moment(wanted.since)}" if wanted.since is not None else ""
    return since + (f" until {moment(wanted.until)}" if wanted.until is not None else "")


def _read(
    call: Call,
    store: Store,
    read: Callable[[Store, journal_log.LogQuery, int], list[journal_log.Line]],
    wanted: journal_log.LogQuery,
    limit: int,
) -> list[journal_log.Line]:
    if not call.text("grep"):
        return read(store, wanted, limit)
    from hooks_cli.features.journal import log_changes

    return log_changes.matching(store, read, wanted, limit, call.text("grep"), oldest_first=call.flag("reverse"))


def _changes(call: Call, store: Store | None) -> Changes | None:
    """What --patch or --stat asks for."""
    if store is None or not (call.flag("patch") or call.flag("stat")):
        return None
    from hooks_cli.features.journal.log_changes import Changes

    return Changes(store)


def _with_changes(call: Call, line: journal_log.Line, made: Changes | None) -> dict[str, Any]:
    body = line_object(line)
    if made is not None:
        from hooks_cli.features.journal.log_changes import counts

        diff = made.of(line)
        if call.flag("patch"):
            body["diff"] = diff
        if call.flag("stat"):
            body["added"], body["removed"] = (None, None) if diff is None else counts(diff)
    return body


def _plain(call: Call, line: journal_log.Line, made: Changes | None) -> str:
    """The line, short with --oneline, and below it what it changed."""
    text = line_text(line)
    if call.flag("oneline"):
        revision, _, verb, _, *what = [*text.rstrip("\n").split("\t"), ""]
        text = " ".join([part for part in (revision, verb, *what) if part]) + "\n"
    diff = None if made is None else made.of(line)
    if diff is None:
        return text
    from hooks_cli.features.journal.log_changes import counts

    if call.flag("stat"):
        added, removed = counts(diff)
        text += f"    {one_line(line.address or '', 200)} | +{added} -{removed}\n"
    if call.flag("patch"):
        text += "".join([f"    {escaped(part)}\n" for part in diff])
    return text


def _show(call: Call, environment: Environment, lines: list[journal_log.Line], store: Store | None) -> None:
    made = _changes(call, store)
    if call.format != "text":
        environment.out("".join(changes.json_object(_with_changes(call, line, made)) for line in lines))
    elif made is not None or call.flag("oneline"):
        environment.out("".join(_plain(call, line, made) for line in lines))
    elif theme.on(call, environment):
        from hooks_cli.output.views import journal

        journal.show_log(theme.console(environment), lines, TELLING, environment.now())
    else:
        environment.out("".join(line_text(line) for line in lines))


def _follow(call: Call, environment: Environment, wanted: journal_log.LogQuery) -> int:
    """The last lines, then each as it comes, oldest first. Between two looks no transaction is open and no lock is held."""
    for name in ("before", "until", "reverse"):
        if name in call.values:
            raise UsageError(f"memory log: --follow and --{name} exclude each other.")
    feed = Feed(environment, "*", None)
    newest = feed.newest()
    limit = call.number("limit", FOLLOWED_FROM)
    wanted.before = newest + 1
    begun = _read(call, feed.store, journal_log.newest, wanted, limit)
    _show(call, environment, list(reversed(begun)), feed.store)
    wanted.before, wanted.after = None, newest
    try:
        while True:
            feed.mark()
            newest = feed.newest()
            lines = journal_log.oldest(feed.store, wanted, PORTION)
            told = lines
            if call.text("grep"):
                from hooks_cli.features.journal.log_changes import has_text

                told = [line for line in lines if has_text(line, call.text("grep"))]
            _show(call, environment, told, feed.store)
            environment.flush()
            if environment.streams.reader_gone:
                return 0
            if len(lines) == PORTION:
                wanted.after = lines[-1].revision
                continue
            wanted.after = max([newest, *[line.revision for line in lines]])
            feed.wait(None)
    finally:
        feed.close()


def _trace(text: str) -> str:
    wanted = trace_ids.searched(text) if text else ""
    if wanted is None:
        raise UsageError(
            f"--trace {text!r} is not a trace id.", hint="A trace id is 32 hexadecimal digits, or the first of them."
        )
    return wanted


def line_object(line: journal_log.Line) -> dict[str, Any]:
    """One line of the journal for programs."""
    trace, span = trace_ids.split(line.trace)
    return {
        "revision": line.revision,
        "at": moment(line.at),
        "verb": line.verb,
        "session_id": line.session,
        "agent": line.agent,
        "attribution": line.attribution,
        **({"guessed": True} if line.attribution == "guessed" else {}),
        "trace_id": trace,
        "span_id": span,
        "key": line.address,
        "key_version": line.version,
        "message": line.said,
        "fields": None if line.fields is None else json_exact.read(line.fields),
    }


def line_text(line: journal_log.Line) -> str:
    """One line of the journal for people: `r42 TAB time TAB verb TAB who TAB what`."""
    who = "/".join(one_line(word, 80) for word in (line.session_shown, line.agent) if word)
    what = "" if line.address is None else f"{one_line(line.address, 200)} v{line.version}"
    fields = {} if line.fields is None else json_exact.read(line.fields)
    for told in (line.said, *[fields.get(name) for name in TELLING]):
        if isinstance(told, str) and told and told != line.address:
            what = f"{what}  {one_line(told, 120)}".strip()
            break
    return "\t".join([f"r{line.revision}", moment(line.at), line.verb, who, what]).rstrip("\t") + "\n"
