"""Reads the settings files: TOML, key names, what a project may not set. Runs only if the cache is stale.

The user's file is trusted, so it must be the user's (no other user may write it) and right: a mistake in it is an error (78), an
unknown key one line. The project's file is not trusted: `config.KEYS` says for each key what it may do, everything else is left out
with one line; when it is broken that is `Settings.problem`, and what could be read of it still counts, because it may tighten.
"""

from __future__ import annotations

import os
import re
import time
import tomllib
from stat import S_ISREG

from hooks_cli.errors import ConfigError, HooksError, PermissionRefused
from hooks_cli.settings import settings as settings_keys
from hooks_cli.settings.project_retention import Own
from hooks_cli.settings.settings import FIELDS, KEYS, PROJECT, STRICTER, TABLES, USER, Settings
from hooks_cli.settings.values import Wrong, checked, glob_refusal, shown
from hooks_cli.text.edit_distance import near

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from hooks_cli.settings.settings import Value

    Rule = tuple[str | tuple[str, ...], str]  # kind, trust

SIZE_LIMIT = 256 * 1024
WARNING_LIMIT = 10
ENTRY_LIMIT = 1000  # what one file may hold, so that a hostile one cannot make every command slow
NAMES_LIMIT = (
    16 * 1024
)  # and all names in it together, in characters: globs are names, and each write is compared with them
DOT_LIMIT = 100
YOUNG_NS = 100_000_000
ENCRYPTION_KEY = "memory.security.encryption_key"
KEY_SOURCES = ("encryption_key", "key_file", "key_command")
KEY_REFERENCE = "${MEMORY_ENCRYPTION_KEY}"
# Of a project's file, since each write and each collection may go through them: rows of one table, and the text of a version.
ROW_LIMIT = 100
VERSION_LENGTH = 64


def read(user_path: str, project_path: str, every_warning: bool = False, trusted: bool = False) -> Settings:
    """The settings of the two files; either may be absent. Of many warnings the first few are kept, unless `every_warning`.

    `trusted` says that the user trusts the project, whose file then decides how long its memory is kept.
    Raises ConfigError (78) or PermissionRefused (77) for the user's file; what is wrong in the project's is `Settings.problem`.
    """
    settings = Settings()
    user = _document(user_path, trusted=True)
    if user is not None:
        _take(settings, user, user_path, USER)
    settings.trusted = trusted
    try:
        project = _document(project_path, trusted=False)
        if project is not None and _is_strangers(project_path):
            settings.warnings.append(f"Ignored: {project_path} belongs neither to you nor to the owner of its folder.")
        elif project is not None:
            _take(settings, project, project_path, PROJECT)
    except HooksError as error:
        settings.problem = str(error.details.get("reason") or error)
    _tell_held(settings, project_path)
    if len(settings.warnings) > WARNING_LIMIT and not every_warning:
        more = len(settings.warnings) - WARNING_LIMIT
        settings.warnings[WARNING_LIMIT:] = [f"There are {more} more such lines; see: hooks-cli config check"]
    return settings


def _tell_held(settings: Settings, path: str) -> None:
    """One line for all that counts only with trust. That collection is not automatic is told when it would have run."""
    held = [shown(key) for key in settings.held if key != "memory.gc"]
    if held:
        listed = ", ".join(held[:4]) + (f" and {len(held) - 4} more" if len(held) > 4 else "")
        verb = "counts" if len(held) == 1 else "count"
        settings.warnings.append(
            f"Ignored in {path}: {listed} {verb} once you trust the project: hooks-cli project trust"
        )


def is_young(*paths: str) -> bool:
    """Whether one of the files was changed so lately that a further change could leave its time stamp as it is."""
    now = time.time_ns()
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        if abs(now - max(status.st_mtime_ns, status.st_ctime_ns)) < YOUNG_NS:
            return True
    return False


def _is_strangers(path: str) -> bool:
    """Whether the file is in a folder that all users may write, as /tmp is."""
    try:
        return os.stat(path).st_uid not in (0, os.geteuid(), os.stat(os.path.dirname(path)).st_uid)
    except OSError:
        return True  # gone in this moment


def _document(path: str, trusted: bool) -> dict[str, object] | None:
    """The parsed file, or None when there is none."""
    data = _bytes(path, trusted)
    if data is None:
        return None
    # tomllib keeps every prefix of a dotted key: a key of 100,000 dots in a hostile file would fill the memory.
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.count(b".") > DOT_LIMIT:
            raise ConfigError(
                path=path, reason=f"line {number} has more than {DOT_LIMIT} dots; break it into several lines"
            )
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(path=path, reason=f"it is not UTF-8 (at line {number})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path=path, reason=f"it is not valid TOML: {error}") from None
    except (RecursionError, ValueError) as error:
        raise ConfigError(path=path, reason=f"it is not usable TOML ({type(error).__name__})") from None


def _bytes(path: str, trusted: bool) -> bytes | None:
    """What the file holds, or None when there is none. Raises for one that is not to be read: not a file, another user's, too large."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PermissionRefused(path=path, reason=error.strerror or str(error)) from None
    status = os.fstat(fd)
    if not S_ISREG(status.st_mode):
        os.close(fd)
        raise ConfigError(path=path, reason="it is not a regular file")
    with os.fdopen(fd, "rb") as file:
        if trusted and (status.st_mode & 0o002 or (status.st_uid not in (0, os.geteuid()) and os.geteuid() != 0)):
            raise PermissionRefused(
                f"The settings {path} were not read: another user can write them, and they may name a command to run.",
                path=path,
                hint=f"Run: chmod o-w '{path}' (and own it)",
            )
        if not trusted and not _inside(os.path.realpath(path), os.path.realpath(os.path.dirname(path))):
            raise ConfigError(path=path, reason="it is a symbolic link that leads out of the project")
        data = file.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise ConfigError(path=path, reason=f"it is larger than {SIZE_LIMIT // 1024} KiB")
    return data


def _take(settings: Settings, document: dict[str, object], path: str, origin: int) -> None:
    """Put what a document says into the settings, judged by its origin."""
    problems: list[str] = []
    own = Own(settings)
    for key, rule, value in _entries(settings, document, path, origin):
        wrong = checked(rule[0], value)
        if isinstance(wrong, Wrong):
            problems.append(f"{shown(key)} must be {wrong.expected}, not {shown(wrong.found)}")
            continue
        reason = _judged(settings, key, rule[1], wrong, path, origin, own)
        if reason:
            problem = f"{shown(key)} {reason}"
            if origin == USER:
                problems.append(problem)
            else:
                settings.warnings.append(f"Ignored in {path}: {problem}.")
    if problems:
        raise ConfigError(path=path, reason="; ".join(problems[:3]))


def _entries(
    settings: Settings, document: dict[str, object], path: str, origin: int
) -> Iterator[tuple[str, Rule, object]]:
    """Each declared key of a document with its rule and raw value; unknown ones become a warning, tables are noted."""
    waiting: list[tuple[str, object]] = list(document.items())
    left, characters = ENTRY_LIMIT, NAMES_LIMIT

    def count(items: dict[str, object]) -> dict[str, object]:
        nonlocal left, characters
        left -= len(items)
        if left < 0:
            raise ConfigError(path=path, reason=f"it holds more than {ENTRY_LIMIT} settings")
        characters -= sum(map(len, items))
        if characters < 0:
            raise ConfigError(
                path=path, reason=f"its names and globs have more than {NAMES_LIMIT:,} characters together"
            )
        return items

    count(document)
    for key, value in waiting:  # grows while it is walked
        prefix, _, last = key.rpartition(".")
        if key in KEYS:
            kind, _, trust = KEYS[key]
            yield key, (kind, trust), value
        elif key in TABLES and isinstance(value, dict):
            settings.tables.add(key)
            _check_rows(settings, key, value, path, origin)
            kind, _, trust = TABLES[key]
            for name, item in count(value).items():
                yield f"{key}.{name}", (kind, trust), item
        elif key in FIELDS and isinstance(value, dict):
            settings.tables.add(key)
            _check_rows(settings, key, value, path, origin)
            for name, row in count(value).items():
                if not isinstance(row, dict):
                    yield f"{key}.{name}", ("table", ""), row
                    continue
                for field, item in count(row).items():
                    if field in FIELDS[key]:
                        yield f"{key}.{name}.{field}", FIELDS[key][field], item
                    else:
                        settings.warnings.append(_unknown(f"{key}.{name}.{field}", field, list(FIELDS[key]), path))
        elif key in _GROUPS and isinstance(value, dict):
            if key == "memory.gc" and origin == PROJECT and not settings.trusted and key not in settings.tables:
                settings.held.append(key)  # a project's file alone does not make collection automatic
            else:
                settings.tables.add(key)
            waiting.extend((f"{key}.{name}", item) for name, item in count(value).items())
        elif key in _GROUPS or key in TABLES or key in FIELDS:
            yield key, ("table", ""), value
        else:
            siblings = [known.rpartition(".")[2] for known in _ALL if known.rpartition(".")[0] == prefix]
            settings.warnings.append(_unknown(key, last or key, siblings, path))


def _check_rows(settings: Settings, table: str, rows: dict[str, object], path: str, origin: int) -> None:
    if origin == PROJECT and not settings.trusted and len(rows) > ROW_LIMIT:
        raise ConfigError(path=path, reason=f"[{table}] has more than {ROW_LIMIT} rows")


def _groups() -> set[str]:
    names = set()
    for key in (*KEYS, *TABLES, *FIELDS):
        while "." in key:
            key = key.rpartition(".")[0]
            names.add(key)
    return names


_GROUPS = _groups() - set(FIELDS)
_ALL = {*KEYS, *TABLES, *FIELDS, *_GROUPS}


def _unknown(key: str, last: str, siblings: list[str], path: str) -> str:
    close = near(last, siblings) or [k for k in KEYS if k.rpartition(".")[2] == last][:1]
    return f"Ignored in {path}: {shown(key)} is not a setting" + (f" (did you mean {close[0]}?)" if close else "") + "."


def _judged(settings: Settings, key: str, trust: str, value: Value, path: str, origin: int, own: Own) -> str:
    """Set the key when this origin may; otherwise why not. What counts only with trust is noted in `held`, and no reason is given."""
    folder = os.path.dirname(path)
    value = _placed(key, trust, value, folder, origin)
    if key == ENCRYPTION_KEY:
        reason = _key_refusal(settings, str(value), origin)
    elif origin == PROJECT:
        reason = _project_refusal(settings, key, trust, value, folder)
        if not reason and not settings.trusted and _needs_trust(settings, key, trust, value, own):
            if not own.says(key, value):
                settings.held.append(key)
            return ""
    else:
        reason = ""
    if reason:
        return reason
    if origin == PROJECT and key == ENCRYPTION_KEY and settings.get(key) == value:
        return ""  # what your own file says already
    if origin == PROJECT and trust == settings_keys.UNION and isinstance(value, list):
        before = settings.texts(key)
        settings.origins[key] = settings.origins.get(key, 0) | PROJECT
        settings.values[key] = before + [item for item in value if item not in before]
        return ""
    settings.values[key] = value
    settings.origins[key] = origin
    return ""


def _placed(key: str, trust: str, value: Value, folder: str, origin: int) -> Value:
    """A path as it is kept: from the settings file's folder, in your own file with `~` as your home. Other values as they are."""
    if key == "memory.store" and origin == PROJECT:
        # Kept as it is written: the folder that it starts from is the project's home, and a symbolic link may change any time, so
        # `Environment.places.named_store` looks again.
        return os.path.normpath(str(value))
    if trust == settings_keys.INSIDE and value:
        return os.path.realpath(os.path.join(folder, os.path.expanduser(str(value)) if origin == USER else str(value)))
    if key == "memory.security.key_file" and value:
        return os.path.join(folder, os.path.expanduser(str(value)))
    return value


def _key_refusal(settings: Settings, value: str, origin: int) -> str:
    """Why `encryption_key` may not say this, "" when it may."""
    if origin == PROJECT:
        if value != KEY_REFERENCE:
            return f'may only be "{KEY_REFERENCE}" here'
        named = any(settings.get(f"memory.security.{name}") for name in KEY_SOURCES)
        if named and settings.get(ENCRYPTION_KEY) != value:
            return "is left to your own config.toml, which names the key already"
    if not re.fullmatch(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}", value):
        return 'must name a variable, such as "${MEMORY_ENCRYPTION_KEY}": a key does not belong in a settings file'
    return ""


def _project_refusal(settings: Settings, key: str, trust: str, value: Value, folder: str) -> str:
    """Why a project's file may not say this, "" when it may."""
    if key == "memory.store":
        place = str(value)
        if os.path.isabs(place) or place in (".", "..") or place.startswith(".." + os.sep):
            return "may only name a place inside the project"
        if ".git" in place.split(os.sep):
            return "may not name a place inside .git"
    elif trust == settings_keys.INSIDE and value and not _inside(str(value), os.path.realpath(folder)):
        return "may only name a place inside the project"
    if trust == settings_keys.NEVER:
        return "may only be set in your own config.toml"
    loosens = trust in (settings_keys.TIGHTEN, settings_keys.TRUSTED) and not _tightens(settings, key, value)
    if loosens and key not in settings_keys.LOOSENED_BY_TRUST:
        return "may only be made stricter here"
    if key == "memory.version" and (len(str(value)) > VERSION_LENGTH or not str(value).isprintable()):
        return f"may be {VERSION_LENGTH} printable characters at most"
    if key.startswith("schemas.patterns.") and settings.origins.get(key) == USER and settings.get(key) != value:
        return "is left to your own config.toml, which names the schema already"
    return glob_refusal(key, value)


def _needs_trust(settings: Settings, key: str, trust: str, value: Value, own: Own) -> bool:
    """Whether a project's value counts only where the user trusts the project."""
    if trust == settings_keys.KEEPS:
        return not own.keeps(key, value)
    if key == "schemas.mode" and not own.has("schemas"):
        return False  # what is checked then is the project's own, or only warned of
    return trust == settings_keys.TRUSTED or (
        key in settings_keys.LOOSENED_BY_TRUST and not _tightens(settings, key, value)
    )


def _tightens(settings: Settings, key: str, value: Value) -> bool:
    """Whether a value is as strict as the one in force, or stricter."""
    order = STRICTER["agents.memory_access" if key.startswith("agents.") else key]
    now = settings.get(key)
    if order == "less":
        return value != 0 and (now == 0 or int(str(value)) <= int(str(now)))
    return order.index(value) >= (order.index(now) if now in order else 0)  # type: ignore[arg-type]


def _inside(place: str, folder: str) -> bool:
    return place.startswith(folder.rstrip(os.sep) + os.sep)
