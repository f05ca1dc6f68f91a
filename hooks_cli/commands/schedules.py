"""--schedule: this program runs nothing by itself, so the answer is the line for cron(8) that does what was asked for."""

from __future__ import annotations

import shlex

from hooks_cli.cli.spec import Option
from hooks_cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.cli.spec import Call
    from hooks_cli.environment import Environment

OPTION = Option(
    "schedule",
    ("--schedule", "--cron"),
    "Do nothing now; print the line for cron: daily, weekly, hourly, daily-3am, weekly-sunday-3am, 6h, or cron's own five fields.",
    metavar="WHEN",
)
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
    minute, hour, day, month_day = "0", "3", "*", "*"
    known = False
    for word in words:
        if word in ("daily", "nightly", "day"):
            known = True
        elif word in ("weekly", "week"):
            day, known = ("0" if day == "*" else day), True
        elif word in ("monthly", "month"):
            month_day, known = "1", True
        elif word in ("hourly", "hour"):
            hour, known = "*", True
        elif word.rstrip("s") in _DAYS:
            day, known = str(_DAYS.index(word.rstrip("s"))), True
        elif word == "midnight":
            hour, known = "0", True
        elif word[:-1].isdigit() and word[-1] in "mh" and 0 < int(word[:-1]) < (60 if word[-1] == "m" else 24):
            minute, hour = (f"*/{word[:-1]}", "*") if word[-1] == "m" else ("0", f"*/{word[:-1]}")
            known = True
        elif word[-2:] in ("am", "pm") and word[:-2].isdigit() and 1 <= int(word[:-2]) <= 12:
            hour = str(int(word[:-2]) % 12 + (12 if word[-2:] == "pm" else 0))
        elif word.count(":") == 1 and word.replace(":", "").isdigit():
            hour, minute = (str(int(part)) for part in word.split(":"))
        elif word != "at":
            known = False
            break
    if not known or not (_below(minute, 60) and _below(hour, 24)):
        raise UsageError(f"--schedule {when!r} is no time that repeats.", hint=_HINT)
    return f"{minute} {hour} {month_day} * {day}"


def _below(field: str, limit: int) -> bool:
    return not field.isdigit() or int(field) < limit


def answer(call: Call, environment: Environment) -> int:
    """Print the line for cron. Raises UsageError (64) for a time that is none."""
    times = cron_times(call.text("schedule"))
    words = ["hooks-cli", call.verb.group, call.verb.name]
    for option in call.verb.options:
        value = call.values.get(option.name)
        if option.name == OPTION.name or value is None or value is False:
            continue
        for one in value if isinstance(value, list) else [value]:
            words += [option.flags[0]] if one is True else [option.flags[0], str(one)]
    words += [call.text(positional.name) for positional in call.verb.positionals if call.text(positional.name)]
    # A percent sign ends a command in a crontab.
    line = f"{times} cd {shlex.quote(environment.project_root)} && {shlex.join(words)}".replace("%", "\\%")
    if call.format == "text":
        environment.out(line + "\n")
        environment.err("hooks-cli: nothing was done now; put this line into your crontab (crontab -e)")
    else:
        from hooks_cli.model.json_text import object_text

        environment.out(object_text({"schema_version": "1", "schedule": {"cron": times, "line": line}}) + "\n")
    return 0
