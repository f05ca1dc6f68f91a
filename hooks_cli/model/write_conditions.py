"""Options that make a write conditional (`--if-not-exists`, …): obeyed or refused, never kept as metadata.

A verb declares those that it obeys; their other names are here. What the tables do not know is judged by its name, so that
`--skip-unchanged` is refused and not recorded beside a value that was written anyway. Loaded only when an option is met
that is not declared.
"""

from __future__ import annotations

# What an option asks for. The names of the first five are those of the options of `memory store`.
VERSION, ABSENT, KEEP, APPEND, DRY_RUN = "if_version", "if_absent", "keep_existing", "append", "dry_run"
REFUSED = "refused"  # not supported here
OFF = "off"  # it says what is done anyway (`--overwrite`), or takes another one back (`--no-clobber=false`)

KNOWN = {
    VERSION: "cas if-version if-match if-revision if-current if-current-version expected-version expect-version expected-revision "
    "expected-current-version version-check match-version compare-version compare-and-set compare-and-swap check-and-set",
    ABSENT: "if-not-exists if-not-exist if-not-exits if-absent if-missing if-new if-none if-empty if-unset if-none-match "
    "only-if-not-exists only-if-absent only-if-missing only-if-new only-new new-only create-only only-create insert-only add-only "
    "put-if-absent set-if-absent set-nx setnx nx no-overwrite never-overwrite dont-overwrite do-not-overwrite not-overwrite no-replace "
    "dont-replace do-not-replace fail-if-exists error-if-exists fail-on-exists unless-exists must-not-exist write-once",
    KEEP: "no-clobber noclobber skip-existing skip-if-exists skip-if-existing skip-if-present skip-existing-keys keep-existing "
    "ignore-existing ignore-if-exists preserve-existing",
    APPEND: "append append-to append-value append-mode",
    DRY_RUN: "dry-run dryrun dry simulate pretend what-if whatif just-print",
}
# What is done anyway; with `false` it says "do not".
DONE_ANYWAY = {
    ABSENT: "overwrite replace clobber allow-overwrite allow-replace overwrite-existing replace-existing",
    REFUSED: "upsert update write store save put set persist commit keep-value store-value save-value write-value memory-store "
    "store-memory save-memory write-memory update-memory update-agent-memory save-to-memory store-in-memory store-results save-results",
}  # fmt: skip

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
# A name is judged by its words: by the first, by any, by the first with one of the others, by the first with the last.
_BEGINNINGS = (
    "no not dont don never without disable skip ignore omit suppress if unless only dry noop append prepend merge concat concatenate "
    "increment incr decrement cas nx xx"
)
_ANYWHERE = "if unless clobber overwrite existing exists exist absent append prepend upsert noop"
_EXPECTATIONS = "expect expected must require required assert ensure match"
_EXPECTED = "version revision rev etag hash digest checksum sha value"
_WRITES = "create insert add update write validate check test read preview plan verify print show"
_WAYS = "only first"
# In a hooks call these are about something else than its entry, whatever is not done with it.
_ELSEWHERE = (
    "test tests testing lint linting verify verification validate validation check checks hook hooks cache color colour format formatting "
    "build ci deps dependencies install suggestions backup summary metrics telemetry prompt confirm warnings errors docs review safety "
    "network daemon spawn agents interactive emoji banner progress wait"
)


def meaning(name: str, value: str) -> str:
    """What an option (kebab case, without dashes) asks for: one of the words above, "" when it is none that holds a write back.

    `value` is "" or "true" for one that stands bare.

    >>> meaning("cas", "3"), meaning("create-only", ""), meaning("overwrite", "false"), meaning("skip-unchanged", "true")
    ('if_version', 'if_absent', 'if_absent', 'refused')
    >>> meaning("no-clobber", "false"), meaning("overwrite", ""), meaning("team", "core"), meaning("overwritten-by", "ada")
    ('off', 'off', '', '')
    """
    name = name.replace("_", "-")
    value = value.strip().lower()
    for kind, names in DONE_ANYWAY.items():
        if _in(names, name):
            return kind if value in _FALSE else OFF if value in _TRUE or (not value and kind == ABSENT) else ""
    for kind, names in KNOWN.items():
        if _in(names, name):
            if kind == VERSION:
                return VERSION if number_of(value) is not None else REFUSED
            return OFF if value in _FALSE else kind if value in ("", "*", *_TRUE) else REFUSED
    if not _holds_back(name.split("-")):
        return ""
    return OFF if value in ("false", "no", "off") else REFUSED


def known(name: str) -> str:
    """The kind of an option of the tables that asks for something when it stands bare or has a value; "" for any other."""
    return next((kind for kind, names in KNOWN.items() if _in(names, name.replace("_", "-"))), "")


def is_done_anyway(name: str) -> bool:
    """Whether an option (kebab case, without dashes) names what is done without it, so that only `false` asks for something."""
    return any(_in(names, name.replace("_", "-")) for names in DONE_ANYWAY.values())


def number_of(value: str) -> int | None:
    """The version that a condition names: `3`, `"3"`, `v3`; None for any other text.

    >>> number_of("3"), number_of('"12"'), number_of("v7"), number_of("*"), number_of("-1")
    (3, 12, 7, None, None)
    """
    digits = value.strip().strip("\"'").removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def of_hook(unknown: list[tuple[str, str]], foreign: list[str]) -> tuple[int | None, str, str]:
    """What the options of a hooks call say of its entry: (the version that must be current, why it is not written, the option).

    `unknown` and `foreign` are the call's; without a condition it is (None, "", "").
    """
    version, flag = None, ""
    for typed, value in unknown:
        name = _kebab(typed)
        kind = "" if typed == "argument" else meaning(name, value)
        if kind == REFUSED and (_is_elsewhere(name) or (f"--{typed}" in foreign and not is_done_anyway(name))):
            continue
        if kind in (ABSENT, KEEP):
            version, flag = 0, f"--{typed}"
        elif kind == VERSION:
            version, flag = number_of(value), f"--{typed}"
        elif kind == DRY_RUN:
            return None, "it would be stored", f"--{typed}"
        elif kind == APPEND:
            return None, "a hooks verb adds to no entry (memory append does)", f"--{typed}"
        elif kind == REFUSED:
            why = "it says not to store" if is_done_anyway(name) else "it may say not to store, and is not known"
            return None, why, f"--{typed}"
    return version, "", flag


def _holds_back(words: list[str]) -> bool:
    """Whether the words of an option's name say "do not", "only if" or "add to"."""
    first = words[0]
    if _in(_BEGINNINGS, first) or words[:2] == ["do", "not"] or any(_in(_ANYWHERE, word) for word in words):
        return True
    if _in(_EXPECTATIONS, first) and any(_in(_EXPECTED, word) for word in words[1:]):
        return True
    return _in(_WAYS, words[-1]) and _in(_WRITES, first)


def _in(words: str, word: str) -> bool:
    return word in words.split(" ")


def _is_elsewhere(name: str) -> bool:
    """Whether an option says "do not" of something that is none of the memory's."""
    first, _, rest = name.partition("-")
    return _in("no skip without disable dont ignore suppress", first) and _in(_ELSEWHERE, rest.partition("-")[0])


def _kebab(name: str) -> str:
    """`ifNotExists` as `if-not-exists`."""
    return "".join(["-" + letter.lower() if letter.isupper() else letter for letter in name]).lstrip("-")
