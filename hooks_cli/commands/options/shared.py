"""Options that many verbs have, each declared once.

A verb gives the help text and, where its users type them, further flags: `shared.limit("At most this many (20).", "--top")`.
"""

from __future__ import annotations

from hooks_cli.model.verb import Option

AGENT = Option("agent", ("--agent-id", "--agent"), "The agent that speaks.", metavar="NAME")
CATEGORY = Option("category", ("--category",), "Only verbs with this word in their names: edit, task …", metavar="WORD")
SWARM_ID = Option("swarm_id", ("--swarm-id", "--swarm"), "The swarm that it belongs to.", metavar="ID")
REVEAL = Option(
    "reveal", ("--reveal",), "Show sealed values: on a terminal, or where your settings allow it.", "switch"
)
PASSWORD_FILE = Option(
    "password_file", ("--password-file", "--passphrase-file"), "The file that holds the passphrase.", metavar="PATH"
)
STRICT_TRACES = Option("strict", ("--strict",), "Refuse a file whose last line is cut.", "switch")
PROGRESS = Option(
    "progress",
    ("--progress",),
    "How far long work is, on standard error: auto (a bar on a terminal), plain (lines), off.",
    "optional",
    metavar="WAY",
)


def namespace(help: str = "Only in this namespace (a glob is allowed).") -> Option:
    """`--namespace N`."""
    return Option("namespace", ("--namespace", "-n", "--ns"), help, metavar="N")


def metadata(help: str = "A JSON object kept with it.") -> Option:
    """`--metadata JSON`."""
    return Option("metadata", ("--metadata",), help, metavar="JSON")


def memory_key(help: str = "The address at which it is kept for other agents.") -> Option:
    """`--memory-key KEY` of a hooks verb."""
    return Option("memory_key", ("--memory-key",), help, metavar="KEY")


def tags(help: str, *more: str) -> Option:
    """`--tags TAGS`, repeatable."""
    return Option("tags", ("--tags", "--tag", *more), help, "many", metavar="TAGS")


def session_id(help: str, *more: str, name: str = "session_id") -> Option:
    """`--session-id ID`; `name` is its key in `Call.values`."""
    return Option(name, ("--session-id", "--session", "-s", *more), help, metavar="ID")


def agent(help: str) -> Option:
    """`--agent-id NAME` of a verb that selects; `AGENT` says who calls."""
    return Option("agent", AGENT.flags, help, metavar="NAME")


def since(help: str, *more: str) -> Option:
    """`--since TIME`."""
    return Option("since", ("--since", *more), help, metavar="TIME")


def until(help: str, *more: str) -> Option:
    """`--until TIME`."""
    return Option("until", ("--until", *more), help, metavar="TIME")


def ttl(help: str, *more: str) -> Option:
    """`--ttl DURATION`."""
    return Option("ttl", ("--ttl", *more), help, metavar="DURATION")


def timeout(help: str = "End after this: seconds, or 5m.") -> Option:
    """`--timeout DURATION`."""
    return Option("timeout", ("--timeout",), help, metavar="DURATION")


def limit(help: str, *more: str) -> Option:
    """`--limit N`."""
    return Option("limit", ("--limit", "-l", *more), help, "integer", metavar="N")


def offset(help: str = "Leave out the first N.") -> Option:
    """`--offset N`."""
    return Option("offset", ("--offset",), help, "integer", metavar="N")


def exclude(help: str) -> Option:
    """`--exclude GLOB`, repeatable."""
    flags = ("--exclude", "--except", "--exclude-namespace", "--exclude-namespaces")
    return Option("exclude", flags, help, "many", metavar="GLOB")


def output(help: str, *more: str) -> Option:
    """`--output FILE`."""
    return Option("output", ("--output", "-o", *more), help, metavar="FILE")


def file(help: str) -> Option:
    """`--file PATH`."""
    return Option("file", ("--file", "-f"), help, metavar="PATH")


def force(help: str, *more: str) -> Option:
    """`--force`."""
    return Option("force", ("--force", *more), help, "switch")


def dry_run(help: str, *more: str) -> Option:
    """`--dry-run`."""
    return Option("dry_run", ("--dry-run", *more), help, "switch")


def count_only(help: str) -> Option:
    """`--count-only`."""
    return Option("count_only", ("--count-only", "--count"), help, "switch")


def detailed(help: str, *more: str) -> Option:
    """`--detailed`."""
    return Option("detailed", ("--detailed", "--verbose", *more), help, "switch")


def success(help: str) -> Option:
    """`--success`."""
    return Option("success", ("--success",), help, "switch")


def stdin(help: str = "Take the passphrase from standard input.") -> Option:
    """`--stdin`."""
    return Option("stdin", ("--stdin",), help, "switch")


# Whose call it is, and what a hooks verb keeps beside its own facts.
ATTRIBUTION = (session_id("The session that this belongs to."), AGENT)
KEPT = (memory_key(), metadata(), *ATTRIBUTION)
