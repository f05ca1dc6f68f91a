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
# Answered by `options.schedule`.
SCHEDULE = Option(
    "schedule",
    ("--schedule", "--cron"),
    "Do nothing now; print the line for cron: daily, weekly, hourly, daily-3am, weekly-sunday-3am, 6h, or cron's own five fields.",
    metavar="WHEN",
)


class Shared:
    """An option that a verb declares with a help text of its own, and with more flags where its users type them."""

    __slots__ = ("flags", "help", "kind", "metavar", "name")

    def __init__(
        self, name: str, flags: tuple[str, ...], kind: str = "text", metavar: str = "", help: str = ""
    ) -> None:
        self.name = name
        self.flags = flags
        self.kind = kind
        self.metavar = metavar
        self.help = help

    def __call__(self, help: str = "", *more: str, name: str = "") -> Option:
        """The declaration; `name` is its key in `Call.values` where that is another one."""
        return Option(name or self.name, self.flags + more, help or self.help, self.kind, self.metavar)


namespace = Shared(
    "namespace", ("--namespace", "-n", "--ns"), "text", "N", "Only in this namespace (a glob is allowed)."
)
metadata = Shared("metadata", ("--metadata",), "text", "JSON", "A JSON object kept with it.")
memory_key = Shared("memory_key", ("--memory-key",), "text", "KEY", "The address at which it is kept for other agents.")
tags = Shared("tags", ("--tags", "--tag"), "many", "TAGS")
session_id = Shared("session_id", ("--session-id", "--session", "-s"), "text", "ID")
agent = Shared("agent", AGENT.flags, "text", "NAME")
since = Shared("since", ("--since",), "text", "TIME")
until = Shared("until", ("--until",), "text", "TIME")
ttl = Shared("ttl", ("--ttl",), "text", "DURATION")
timeout = Shared("timeout", ("--timeout",), "text", "DURATION", "End after this: seconds, or 5m.")
limit = Shared("limit", ("--limit", "-l"), "integer", "N")
offset = Shared("offset", ("--offset",), "integer", "N", "Leave out the first N.")
exclude = Shared("exclude", ("--exclude", "--except", "--exclude-namespace", "--exclude-namespaces"), "many", "GLOB")
output = Shared("output", ("--output", "-o"), "text", "FILE")
file = Shared("file", ("--file", "-f"), "text", "PATH")
force = Shared("force", ("--force",), "switch")
dry_run = Shared("dry_run", ("--dry-run",), "switch")
count_only = Shared("count_only", ("--count-only", "--count"), "switch")
detailed = Shared("detailed", ("--detailed", "--verbose"), "switch")
# Read by `hooks._ended.success`.
success = Shared("success", ("--success",), "optional", "[WORD]")
stdin = Shared("stdin", ("--stdin",), "switch", "", "Take the passphrase from standard input.")

METRICS_FILE = Option(
    "metrics_file",
    ("--metrics-file", "--output-path", "--export-path", "--export-file"),
    "Where to write the figures (implies --export-metrics).",
    metavar="FILE",
)
STORE_PATH = Option(
    "store_path", ("--path",), "Use the store FILE.db for this call, inside the project.", metavar="FILE", hidden=True
)

# The text of the entry that `--memory-key` names, for every hooks verb that has it; of several the first is the entry's.
ENTRY_TEXTS = tuple(
    [
        Option(name, flags, "The text that is kept at --memory-key.", metavar="TEXT", hidden=name != "value")
        for name, flags in (
            ("value", ("--value",)),
            ("data", ("--data",)),
            ("content", ("--content",)),
            ("results", ("--results", "--result")),
            ("message", ("--message",)),
            ("context", ("--context",)),
            ("change_summary", ("--change-summary",)),
            ("description", ("--description",)),
        )
    ]
)
ENTRY_TEXT_FLAGS = tuple([flag for option in ENTRY_TEXTS for flag in option.flags])


def with_entry_texts(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options of a hooks verb that has --memory-key, and those of `ENTRY_TEXTS` whose flags and names it has no other use for."""
    names = {option.name for option in options}
    flags = {flag for option in options for flag in option.flags}
    more = []
    for option in ENTRY_TEXTS:
        own = tuple([flag for flag in option.flags if flag not in flags])
        if option.name not in names and own:
            same = own == option.flags
            more.append(option if same else Option(option.name, own, option.help, metavar="TEXT", hidden=True))
    return (*options, *more)


# Whose call it is, and what a hooks verb keeps beside its own facts.
ATTRIBUTION = (session_id("The session that this belongs to."), AGENT)
KEPT = (memory_key(), metadata(), *ATTRIBUTION)
