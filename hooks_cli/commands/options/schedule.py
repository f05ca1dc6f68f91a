"""`--schedule`: prints the cron(8) line that runs the command; this program has no scheduler.

The line names the program by its absolute path, since cron's PATH is short. What writes a file writes one with a dated name in the
program's own folder each time, and keeps the newest (`--keep`).
"""

from __future__ import annotations

import os
import shlex
import sys

from hooks_cli.commands.options import shared
from hooks_cli.errors import UsageError
from hooks_cli.model.verb import Option
from hooks_cli.system.installed_program import launcher_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.model.verb import Call

KEEP_OPTION = Option(
    "keep",
    ("--keep",),
    "Write into the program's own folder (or --dir) under a dated name, and keep the newest N of these files.",
    "integer",
    metavar="N",
)
# What names the one file of a call: each scheduled run has a new one.
_NAMES_OF_FILES = ("output", "backup", "name", "file", "words", "copies", "folder")
# What decides where the store and the settings are; cron's environment has none of it.
_VARIABLES = ("HOOKS_HOME", "HOOKS_STORE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_HINT = "Write hourly, daily, weekly, monthly, daily-3am, weekly-sunday-3am, 6h, or cron's own five fields."


def cron_times(when: str) -> str:
    """Cron's five fields for a time in words. Raises UsageError (64).

    >>> cron_times("daily-3am"), cron_times("weekly-sunday-3am"), cron_times("hourly"), cron_times("every 6h")
    ('0 3 * * *', '0 3 * * 0', '0 * * * *', '0 */6 * * *')
    >>> cron_times("0 2 * * 1"), cron_times("daily"), cron_times("weekly-friday-11pm"), cron_times("30m")
    ('0 2 * * 1', '0 3 * * *', '0 23 * * 5', '*/30 * * * *')
    """
    fields = when.split()
    if len(fields) == 5 and all(set(field) <= set("0123456789*/,-") for field in fields):
        return " ".join(fields)
    words = when.lower().replace("@", "").replace("every", "").replace("-", " ").replace("_", " ").split()
    found = {"minute": "0", "hour": "3", "month day": "*", "day": "*"}
    repeats = False
    for word in words:
        period = _period(word)
        fields_of = _time_of_day(word) if period is None else period
        if fields_of is None:
            raise UsageError(f"--schedule {when!r} is not a time that repeats.", hint=_HINT)
        found |= fields_of
        repeats |= period is not None
    if found["day"] == "*" and not _WEEKLY.isdisjoint(words):
        found["day"] = "0"
    if not repeats or not (_below(found["minute"], 60) and _below(found["hour"], 24)):
        raise UsageError(f"--schedule {when!r} is not a time that repeats.", hint=_HINT)
    return f"{found['minute']} {found['hour']} {found['month day']} * {found['day']}"


_WEEKLY = {"weekly", "week"}
# Cron's fields that a word for a period sets.
_PERIODS: dict[str, dict[str, str]] = {
    **{key: {} for key in ("daily", "nightly", "day", *_WEEKLY)},
    **{key: {"month day": "1"} for key in ("monthly", "month")},
    **{key: {"hour": "*"} for key in ("hourly", "hour")},
    "midnight": {"hour": "0"},
    **{day: {"day": str(number)} for number, day in enumerate(_DAYS)},
}


def _period(word: str) -> dict[str, str] | None:
    """The fields that say how often: daily, sunday, 6h, 30m; None for another word."""
    number, unit = word[:-1], word[-1]
    if number.isdigit() and unit in "mh" and 0 < int(number) < (60 if unit == "m" else 24):
        return {"minute": f"*/{number}", "hour": "*"} if unit == "m" else {"minute": "0", "hour": f"*/{number}"}
    return _PERIODS.get(word.rstrip("s") if word.rstrip("s") in _DAYS else word)


def _time_of_day(word: str) -> dict[str, str] | None:
    """The fields that say at which time: 3am, 11pm, 14:30; {} for `at`; None for another word."""
    if word == "at":
        return {}
    number, half = word[:-2], word[-2:]
    if half in ("am", "pm") and number.isdigit() and 1 <= int(number) <= 12:
        return {"hour": str(int(number) % 12 + (12 if half == "pm" else 0))}
    hour, colon, minute = word.partition(":")
    if colon and hour.isdigit() and minute.isdigit():
        return {"hour": str(int(hour)), "minute": str(int(minute))}
    return None


def _below(field: str, limit: int) -> bool:
    return not field.isdigit() or int(field) < limit


def answer(call: Call, environment: Environment, kept: str = "") -> int:
    """Print the line for cron; `kept` is the folder of the files that the command writes, "" when it writes none.

    Raises UsageError (64) for a time that is none, LauncherMissing (69).
    """
    times = cron_times(call.text("schedule"))
    words = [launcher_path(sys.argv[0]), call.verb.group, call.verb.name]
    if kept:
        from hooks_cli.features.backup.kept_copies import KEPT

        call.values.setdefault("keep", KEPT)
        folder = call.text("folder")
        kept = os.path.join(environment.cwd, folder) if folder else kept
        words += ["--dir", kept] if folder else []
    for option in call.verb.options:
        value = call.values.get(option.name)
        if (
            option.name == shared.SCHEDULE.name
            or value is None
            or value is False
            or (kept and option.name in _NAMES_OF_FILES)
        ):
            continue
        for one in value if isinstance(value, list) else [value]:
            words += [option.flags[0]] if one is True else [option.flags[0], str(one)]
    if not kept:
        words += [call.text(positional.name) for positional in call.verb.positionals if call.text(positional.name)]
    set_there = [
        f"{name}={shlex.quote(_absolute(environment, name))}" for name in _VARIABLES if environment.variables.get(name)
    ]
    # A percent sign ends a command in a crontab.
    line = f"{times} cd {shlex.quote(environment.project.root)} && {' '.join([*set_there, shlex.join(words)])}".replace(
        "%", "\\%"
    )
    if call.format == "text":
        environment.out(line + "\n")
        environment.err("hooks-cli: nothing was done now; put this line into your crontab (crontab -e)")
        if kept:
            environment.err(
                f"hooks-cli: the files get dated names in {kept}; the newest {call.values['keep']} are kept"
            )
    else:
        from hooks_cli.text.json_writer import object_text

        environment.out(object_text({"schema_version": "1", "schedule": {"cron": times, "line": line}}) + "\n")
    return 0


def _absolute(environment: Environment, name: str) -> str:
    """The path that a variable holds, from whichever folder cron starts."""
    return os.path.normpath(
        os.path.join(environment.cwd, environment.folders.named_path(name, environment.variables[name]))
    )
