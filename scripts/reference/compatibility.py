"""docs/compatibility.md: what becomes of command lines that were written for claude-flow. Made from the same tables that decide it."""

from __future__ import annotations

from collections.abc import Iterable

from hooks_cli.cli.foreign_options import HOOKS, MEMORY, MEMORY_WORDS
from hooks_cli.cli.foreign_verbs import TABLES
from hooks_cli.model.verb import FORMAT_WORDS, Verb
from hooks_cli.model.write_conditions import ABSENT, APPEND, DONE_ANYWAY, DRY_RUN, KEEP, KNOWN, VERSION

MADE = "<!-- Made by scripts/make-reference from scripts/reference/compatibility.py and the tables it names; change those. -->"
INTRO = """\
# Compatibility with claude-flow's commands

Prompts, settings files and scripts call `claude-flow hooks …` and `claude-flow memory …`, also as `npx claude-flow@alpha …` (see
`hooks-cli shims install`). They run here as they are written. `scripts/compat` shows it: it runs a corpus of real command lines through
the installed program, says what became of each, and reads a sample of the stored values back. Of 3,456 different lines, 9,203 with their
repetitions, 99.6 % of those with arguments are kept, answered, or find nothing; 1.1 % of all name a verb without any argument and are told
what it needs. What is refused: a value or key that is not there, an address with `..`, and options that choose what a deletion, a
collection or an import would take in ways that are not there.

## How a line is read

- `--name value` and `--name=value` are the same, and so are `--camelCase` and `--camel-case`. A switch stands bare or takes `true`,
  `false`, `yes`, `no`, `on`, `off`, `1` or `0`. A value may begin with a dash. `--` ends the options.
- `memory store k a b c` keeps `a b c`. `memory store k` takes the value from standard input when something is piped in.
  `memory store --content TEXT --type discovery` without a key makes one of the type (or `--category`) and the value's
  digest, and says which. `memory get N KEY` reads `N/KEY`.
- `--namespace N --key K` is the address `N/K`; `default` is none, `all` is everything.
- A verb that needs an argument and gets none at all (`memory store`) says what it needs, and exits 64.
- `--format` takes `text`, `json` and `ndjson`; {formats}.

## Hooks verbs

A hooks verb requires nothing and refuses nothing that it can keep:

- A value that is missing or empty (`--file ""`, as settings files with unset variables produce) is taken from the agent's event, when
  one waits as JSON on standard input: `session_id`, `prompt`, `message`, `tool_input.file_path`, `tool_input.command`,
  `tool_input.pattern`. A pipe that stays silent is not waited for, and a verb that was told all it needs does not look.
  What is missing after that is recorded as missing, with one line on stderr.
- An option that nobody knows is recorded with the event, with one line on stderr. `--strict` makes it an error (64).
- Metadata that is not JSON is refused (65) with the place of the error, but for placeholders that no shell filled in: they are kept
  as text. An address that is none refuses the entry and keeps the event (65).
- With `--fail-open` or `HOOKS_FAIL_OPEN=1` the exit code is 0 whatever happens, and one line on stderr says what did. A call that could
  not be kept is queued beside the store, sealed with the store's key and synced; standard output says `queued`. The next command takes
  it in, once, with the time at which it was made. Without a key nothing can be queued: the line says that the call is dropped.
  Calls that can never be taken in are set aside in `memory.db.queue-refused`.
- An option that says when the entry of `--memory-key` is not to be written is obeyed where that is known, else the entry is not written;
  the event is kept, the exit code is 0, and one line says so (see below). With `--json` the answer has `"stored": false`.

These options belong to another program's inner life. They are recorded as attributes of the event, without a word:
"""
MEMORY_INTRO = """
## Options that say when not to write

An option whose name says "do not", "only if" or "add to" is obeyed or refused (64), and never kept as metadata beside a value that was
written all the same. `memory store` (so also `memory usage --action store` and `hooks memory-store`) obeys:

| asks for | also spelled | answer where it is not written |
|---|---|---|
{conditions}

`memory append`, `patch`, `delete` and `revert` obey the first row and refuse the others (64). A line of `--batch` may have `if_version`
(or `cas`) and `if_not_exists`; of the options `--batch` obeys the first two rows, and refuses the others. `--no-clobber=false` takes
the option back, `--overwrite` alone is what is done anyway. All other names that begin with a word like `no-`, `dont-`, `never-`,
`skip-`, `only-`, `if-`, `unless-`, `dry-`, `append-`, `prepend-`, `merge-`, or have `if`, `unless`, `existing` or `overwrite` in them,
are refused; what is meant as a field goes into `--metadata`.

A hooks verb with `--memory-key` obeys the first three rows. For all the others it writes no entry, but where the name says that
something else is not done (`--skip-tests`, `--no-verify`), or stands in the table of the hooks verbs above. `--update-memory false` and
its like write none either.

## Memory verbs

What becomes of an option that a memory verb does not declare depends on what would be wrong without it:

| verb | an option that nobody knows |
|---|---|
{strangers}
| all others | is an error (64) with a suggestion: what removes, replaces or takes in must not guess |

Each is told with one line on stderr. `--strict` makes all of them errors, and so is everywhere what is a slip of a declared option
(`--namespcae`, one or two letters off): it must not store something elsewhere. Where `memory store` cannot tell whether the next word
is the option's value or the key, it stores nothing (64).

These belong to another program's inner life. They are accepted with one line on stderr that they have no effect, unless the verb
declares an option of that name (see [reference.md](reference.md)), which then does what it says:
"""
# What `memory store` obeys: the option as it is declared, and the answer where nothing is written.
CONDITIONS = {
    VERSION: ("`--if-version N`, `--cas N`", "76, and which version is there"),
    ABSENT: ("`--if-not-exists` (`--if-version 0`)", "76, and which version is there"),
    KEEP: (
        "`--no-clobber`, `--skip-existing`",
        '0, `Kept: KEY (version N), nothing stored`; as JSON `"stored": false`',
    ),
    APPEND: ("`--append`", "is `memory append`, and takes what that takes"),
    DRY_RUN: ("`--dry-run`", '0, `Would store: KEY (version N, 12 B)`; as JSON `"stored": false` and `would_store`'),
}
# What is said of the verbs by their `Verb.strangers`.
STRANGERS = {
    "metadata": "becomes a field of the entry's metadata: `--impact-score 0.9` is `impact_score`, a bare one is true",
    "narrow": "narrows by that field, so that what was stored with it is found with it: `--impact-score 0.9`, `--min-impact 0.5`, "
    "`--impact-gt 0.5`, `--reviewed-only`. Another bare one has no effect, and leaves nothing out",
    "note": "has no effect: what is shown is whole without it",
}
FAMILY = """
So are all options with one of these words in their names: {words}.

`memory store` keeps `--type`, `--category`, `--domain`, `--title`, `--confidence`, `--scope`, `--partition`, `--owner`,
`--access-level`, `--cognitive-pattern`, `--priority` and `--status` as fields of the entry's metadata (`access_level`,
`cognitive_pattern`); what `--metadata` says itself wins. `memory search`, `memory list` and `memory export` narrow by most of them.

`--filter` takes `field:value`, `field>0.8`, `field!=value`, `field~part`, several with commas or `AND` (all must hold), or a JSON object
(`{{"tags": ["ai"], "createdAfter": "2024-01-01", "score": {{"$gt": 0.8}}}}`). A field is one of the metadata, or `key`, `namespace`,
`tags`, `agent`, `session`, `event`, `size`, `created`, `value`. Words alone are looked for. `--between A B` are two times;
`--group-by FIELD` prints how many there are of each instead.

Placeholders in `--metadata` that no shell filled in, in the place of a value (`{{"score": ${{SCORE}}}}` within single quotes,
`{{"sources": N}}`), are kept as text, with one line on stderr; other text that is not JSON is refused (65).

Words behind an arrow, a dash or another sign (`memory stats → Shows the figures`) are prose and no arguments, for `memory list`,
`recall`, `stats`, `status`, `init` and `usage`. The rest of a usage line (`memory recall KEY [--namespace N]`, `memory list [options]`) is
dropped with one line on stderr by the verbs that show something, and by `store` where `--value` gave the value; a verb that removes,
replaces or takes in refuses it (64).

`memory recall GLOB --filter … --tags … --agent … --since …` is `memory list` of that glob; `memory retrieve --query TEXT` without a key is
`memory search`. `--ttl 0` means no time limit.

`hooks memory …`, `hooks memory-store`, `hooks memory:retrieve` and the like are the memory's verbs; `--memory-key` is `--key` there.
`memory retrieve … --value-only` prints values alone, also with `--format json`. No namespace has to be made: `memory namespace create
N` says so, `memory namespace list` lists them. Where nothing was ever at `N/N/K`, `memory get --namespace N --key N/K` is `N/K`, and
the other way about: lines say a namespace twice when they store, and once when they ask. One line on stderr tells which it is.

`memory store-pattern --task T --output O --reward R --success B` keeps how a task was gone about, at `patterns/<digest>`, one address for a
task of a session; `memory search-patterns T --k=5 --min-reward=0.85 --only-failures` finds it by words and outcome, and
`memory get-pattern-stats T` counts how those that fit went.

`memory backup --namespace N` copies a part: compressed, sealed with the store's key or a passphrase, taken back by `memory restore`.
`--schedule WHEN` of `memory backup` and `memory gc` does nothing now and prints the line for cron. `--compress` of a whole copy has no
effect: what is encrypted does not shrink.
"""
FOREIGN = """
## Verbs of claude-flow's own

These are not here (64). Who calls one is told what comes nearest; to have claude-flow's, past the shim: `npm exec claude-flow@alpha -- …`.

| verbs | what they do there | nearest here |
|---|---|---|
"""
USAGE = """
## memory usage

`memory usage --action WORD …` is the verb in the second column, with that verb's options; without `--action` it prints figures:

| --action | is |
|---|---|
"""


def page(usage_actions: dict[str, str], verbs: Iterable[Verb]) -> str:
    """The document, from `memory usage`'s actions and the declared verbs."""
    by_meaning = {
        meant: [word for word in FORMAT_WORDS if FORMAT_WORDS[word] == meant] for meant in FORMAT_WORDS.values()
    }
    formats = "; ".join(
        ", ".join(f"`{word}`" for word in words) + f" mean {meant}" for meant, words in by_meaning.items()
    )
    parts = [
        MADE,
        "",
        INTRO.format(formats=formats),
        *_rows("about", HOOKS),
        MEMORY_INTRO.format(strangers=_strangers(verbs), conditions=_conditions()),
        *_rows("about", MEMORY),
    ]
    parts.append(FAMILY.format(words=", ".join(f"`{word}`" for word in MEMORY_WORDS)))
    parts.append(FOREIGN.rstrip("\n"))
    parts += [
        f"| {', '.join(f'`{group} {word}`' for word in words.split())} | {does} | {here} |"
        for group, table in TABLES.items()
        for does, here, words in table
    ]
    parts.append(USAGE.rstrip("\n"))
    parts += [f"| `{word}` | `memory {verb}` |" for word, verb in usage_actions.items()]
    return "\n".join(parts) + "\n"


def _strangers(verbs: Iterable[Verb]) -> str:
    rows, known = [], list(verbs)
    for kind, told in STRANGERS.items():
        names = sorted(f"`{verb.title}`" for verb in known if verb.strangers == kind)
        rows.append(f"| {', '.join(names)} | {told} |")
    return "\n".join(rows)


def _conditions() -> str:
    rows = []
    for kind, (asked, answer) in CONDITIONS.items():
        others = [f"`--{name}`" for name in KNOWN[kind].split() if f"`--{name}`" not in asked.replace(" N", "")]
        others += [f"`--{name}=false`" for name in DONE_ANYWAY.get(kind, "").split()]
        rows.append(f"| {asked} | {', '.join(sorted(others))} | {answer} |")
    return "\n".join(rows)


def _rows(head: str, table: dict[str, tuple[str, str]]) -> list[str]:
    rows = [f"| {head} | switches | with a value |", "|---|---|---|"]
    for about, names in table.items():
        rows.append(f"| {about} | " + " | ".join(_flags(text) for text in names) + " |")
    return rows


def _flags(text: str) -> str:
    return ", ".join(f"`--{name}`" for name in sorted(text.split()))
