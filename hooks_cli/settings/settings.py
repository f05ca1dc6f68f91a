"""All settings with their defaults, `Settings`, and reading them from the cache.

Settings come from two files, the user's `config.toml` and the project's `hooks.toml`. The second arrives with a cloned repository
and is not trusted: `KEYS` says for each key what it may do. Reading and judging the files is `settings.files.py` (it imports
tomllib, which alone costs more than a bare interpreter); what it found is kept in `<cache>/settings/`, in a file that begins with
both files' stat or absence (its format: `settings.cache.py`), so that a hot command makes two stat calls and reads one small file.
Without any settings file there is nothing to read at all.
"""

from __future__ import annotations

import os
from stat import S_ISREG

from hooks_cli import __version__
from hooks_cli.system.private_files import read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Value = str | int | bool | list[str]

CACHE_FORMAT = "2"
CACHE_LIMIT = 1 << 20
USER, PROJECT = 1, 2  # where a value comes from; 0 is the default, 3 both (a union)

# What the project's own file may do with a key.
OWN = "own"  # it decides
KEEPS = "keeps"  # only what keeps as much as yours, or more; in a trusted project it decides
TRUSTED = "trusted"  # only in a trusted project, and there towards the stricter end
TIGHTEN = "tighten"  # only towards the stricter end (`STRICTER`)
UNION = "union"  # it may only add
INSIDE = "inside"  # a path, only inside the project
LITERAL = "literal"  # only the text "${MEMORY_ENCRYPTION_KEY}"
NEVER = "never"  # ignored, with one line

# key -> (kind, default, trust). Kinds: text, whole (an integer of at least 0), yes (a boolean), texts (a list of texts), size (bytes or
# "500MB"), span (seconds or "90d"), words (a list that is a command), or a tuple of the words that are allowed.
KEYS: dict[str, tuple[str | tuple[str, ...], str | int | bool | tuple[str, ...], str]] = {
    # The version that stored data has when its metadata names none (the envelope's "version").
    "memory.version": ("text", "1.0.0", OWN),
    # Upper bound of the store, enforced by garbage collection; 0: none.
    "memory.max_size": ("size", 0, TRUSTED),
    # Another place for the store; "" is the user's data directory.
    "memory.store": ("text", "", INSIDE),
    # Garbage collection at session-end. It runs on its own only where the table [memory.gc] is written: by the user, or in a trusted
    # project.
    "memory.gc.enabled": ("yes", True, KEEPS),
    # Entries older than this are dropped, unless a keep rule rescues them; 0: age drops nothing.
    "memory.gc.max_age_days": ("whole", 90, KEEPS),
    # Successful patterns stay whatever their age.
    "memory.gc.keep_successful_patterns": ("yes", True, KEEPS),
    # Of each commit the newest baseline of every address stays, and others until this many do.
    "memory.gc.keep_baselines_per_commit": ("whole", 5, KEEPS),
    # Newest versions of an address that are kept; 0: all.
    "memory.gc.max_versions": ("whole", 0, KEEPS),
    # Lifetime of entries that were stored without --ttl; 0: for ever.
    "memory.gc.ttl": ("span", 0, KEEPS),
    # The journal's events are dropped after this; 0: as max_age_days.
    "memory.gc.event_max_age_days": ("whole", 0, KEEPS),
    # The store's file is encrypted.
    "memory.security.encrypt_at_rest": ("yes", True, TIGHTEN),
    # The key by reference to an environment variable: "${NAME}".
    "memory.security.encryption_key": ("text", "", LITERAL),
    # The file that holds the key, in place of the one made at first use.
    "memory.security.key_file": ("text", "", NEVER),
    # A command (a list, no shell) that prints the key.
    "memory.security.key_command": ("words", (), NEVER),
    # Names of address segments and fields that are sealed once more.
    "memory.security.sensitive_keys": ("texts", ("api_keys", "credentials", "tokens"), UNION),
    # Values that look like keys are found and sealed wherever they are.
    "memory.security.scan": ("yes", True, TIGHTEN),
    # --reveal works without a terminal.
    "memory.security.allow_reveal": ("yes", False, TIGHTEN),
    # Characters that session-restore prints at most.
    "restore.max_chars": ("whole", 10000, TIGHTEN),
    # What happens to a write that does not fit its schema.
    "schemas.mode": (("off", "warn", "strict"), "warn", TIGHTEN),
    # A shared memory: whether hooks calls wait for the server, are queued, or (auto) are queued where it is far and they have no entry.
    "remote.hooks": (("auto", "wait", "queue"), "auto", NEVER),
    # A shared memory: whether a small process of yours keeps the connection to the server.
    "remote.relay": ("yes", True, NEVER),
    # What the answer to a destructive command is in an agent's PreToolUse event.
    "safety.mode": (("warn", "ask", "deny"), "warn", TIGHTEN),
}

# Tables whose keys are the user's own words: prefix -> (kind of a value, default table, trust). With fields: see FIELDS.
TABLES: dict[str, tuple[str | tuple[str, ...], dict[str, tuple[str, ...]], str]] = {
    # A role (a word of the session id) -> the address globs that session-restore reads for it.
    "restore.roles": (
        "texts",
        {
            "coder": ("swarm/architect/*",),
            "tester": ("swarm/intelligence/patterns/*",),
            "perf": ("swarm/performance/baselines/*",),
            "chaos": ("swarm/chaos/experiments/*",),
            "healing": ("swarm/self_healing/remediations/*",),
        },
        OWN,
    ),
    # An address glob -> the JSON Schema file for the metadata of what is stored there.
    "schemas.patterns": ("text", {}, INSIDE),
    # An address glob -> the table of the sqlite export that it fills.
    "export.tables": ("text", {}, OWN),
}

# Tables of tables: prefix -> field -> (kind, trust).
FIELDS: dict[str, dict[str, tuple[str | tuple[str, ...], str]]] = {
    # An address glob -> its own retention.
    "memory.gc.rules": {
        "max_age_days": ("whole", KEEPS),
        "max_versions": ("whole", KEEPS),
        "ttl": ("span", KEEPS),
        "keep_successful_patterns": ("yes", KEEPS),
        "keep_baselines_per_commit": ("whole", KEEPS),
        "keep": ("yes", KEEPS),
    },
    # An agent's name -> what it may do.
    "agents": {"memory_access": (("read-write", "read-only"), TIGHTEN)},
}

# The stricter end of each key that a project may only tighten: from loose to strict, or "less" (0 is no bound).
STRICTER: dict[str, tuple[str | bool, ...] | str] = {
    "memory.max_size": "less",
    "memory.security.encrypt_at_rest": (False, True),
    "memory.security.scan": (False, True),
    "memory.security.allow_reveal": (True, False),
    "safety.mode": ("warn", "ask", "deny"),
    "agents.memory_access": ("read-write", "read-only"),
    "restore.max_chars": "less",
    "schemas.mode": ("off", "warn", "strict"),
}
# What of these a trusted project may also loosen.
LOOSENED_BY_TRUST = ("restore.max_chars", "schemas.mode")


class Settings:
    """The settings in force: what the files say over the defaults.

    `values` maps dotted keys to what was written; `origins` to where (USER, PROJECT, or both). `tables` are the tables that stand in a
    file, also when empty. `warnings` are lines for stderr. `problem` says why the project's file, or part of it, could not be
    used; a hooks verb prints it and goes on, any other verb ends with 78. `trusted` says that the user trusts the project
    (`project.trust`); `held` are the settings of its file that count only then.
    """

    __slots__ = ("held", "origins", "problem", "tables", "trusted", "values", "warnings")

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.origins: dict[str, int] = {}
        self.tables: set[str] = set()
        self.warnings: list[str] = []
        self.problem = ""
        self.trusted = False
        self.held: list[str] = []

    def get(self, key: str) -> Value:
        """The value of a declared key (`memory.gc.max_age_days`), or of a key in an open table (`agents.NAME.memory_access`).

        A key of an open table that no file sets gives "" ; a key that is not declared at all is a KeyError (our bug).
        """
        value = self.values.get(key)
        if value is not None:
            return value
        declared = KEYS.get(key)
        if declared is not None:
            default = declared[1]
            return list(default) if isinstance(default, tuple) else default
        for prefix, (_, defaults, _) in TABLES.items():
            if key.startswith(prefix + "."):
                return list(defaults.get(key[len(prefix) + 1 :], ())) or ""
        if any(key.startswith(prefix + ".") for prefix in FIELDS):
            return ""
        raise KeyError(key)

    def text(self, key: str) -> str:
        """The value of a text key."""
        value = self.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """The value of a number, size (bytes) or span (seconds)."""
        value = self.get(key)
        return value if isinstance(value, int) else 0

    def flag(self, key: str) -> bool:
        """The value of a yes/no key."""
        return self.get(key) is True

    def texts(self, key: str) -> list[str]:
        """The value of a list."""
        value = self.get(key)
        return value if isinstance(value, list) else []

    def has(self, name: str) -> bool:
        """Whether a table (`memory.gc`) or key is written in a file, whatever it says."""
        return name in self.tables or name in self.values

    def asks_for_collection(self) -> bool:
        """Whether a file has `[memory.gc]`, also that of a project that is not trusted (which alone does not collect)."""
        return "memory.gc" in self.tables or "memory.gc" in self.held

    def table(self, prefix: str) -> dict[str, Value]:
        """An open table (`restore.roles`): the defaults, and over them what the files say, by the user's own names."""
        start = prefix + "."
        found: dict[str, Value] = {name: list(items) for name, items in TABLES[prefix][1].items()}
        for key, value in self.values.items():
            if key.startswith(start):
                found[key[len(start) :]] = value
        return found

    def rows(self, prefix: str) -> dict[str, dict[str, Value]]:
        """A table of tables (`memory.gc.rules`, `agents`): name -> field -> value. Names may hold dots; fields do not."""
        start = prefix + "."
        found: dict[str, dict[str, Value]] = {}
        for key, value in self.values.items():
            if key.startswith(start):
                name, _, field = key[len(start) :].rpartition(".")
                found.setdefault(name, {})[field] = value
        return found

    def is_projects_rule(self, pattern: str, fields: dict[str, Value]) -> bool:
        """Whether a rule of `memory.gc.rules` stands in the file of a project that is not trusted, and nowhere else."""
        start = f"memory.gc.rules.{pattern}."
        return not self.trusted and all(self.origins.get(start + field) == PROJECT for field in fields)


def load(
    user_path: str,
    project_path: str,
    cache_path: str,
    trust_path: str = "",
    is_trusted: Callable[[], bool] | None = None,
) -> Settings:
    """The settings of two files, from the cache when it fits them, else from the files (and then cached when that is possible).

    `trust_path` is the note that says that the user trusts the project, `is_trusted` reads it when no cache answers.

    Raises ConfigError (78) when the user's file is not valid, PermissionRefused (77) when it cannot be read or others can write it.
    """
    user, project = identity(user_path), identity(project_path)
    if user == project == "-":
        return Settings()
    trust = "-" if project == "-" else identity(trust_path)
    header = cache_header(user_path, user, project_path, project, trust)
    cached = read_cache(cache_path, header)
    if cached is not None:
        return cached
    from hooks_cli.settings import cache, files

    settings = files.read(user_path, project_path, trusted=is_trusted is not None and is_trusted())
    # A file that changes again within its clock's grain would keep the same identity: such a young one is not cached.
    now = (identity(user_path), identity(project_path), "-" if project == "-" else identity(trust_path))
    if (user, project, trust) == now and not files.is_young(user_path, project_path, trust_path):
        cache.write(cache_path, header, settings)
    return settings


def identity(path: str) -> str:
    """What tells one state of a file from another, or "-" when there is none."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return "-"
    except OSError as error:
        return f"?{error.errno}"
    return (
        f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_size} {status.st_ino} {status.st_dev} "
        f"{status.st_mode} {status.st_uid}"
    )


def cache_header(user_path: str, user: str, project_path: str, project: str, trust: str = "-") -> bytes:
    """The first lines of a cache file that is right for two files, and the note of trust, in the states that are given."""
    text = f"hooks-cli settings {CACHE_FORMAT} {__version__}\n{user} {escape(user_path)}\n{project} {escape(project_path)}\n{trust}\n"
    return text.encode("utf-8", "surrogatepass")


def read_cache(path: str, start: bytes) -> Settings | None:
    """The settings that a cache file holds, if it begins with `start` and no other user can have written it; else None."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    # Only a file that no other user can have written counts.
    if not S_ISREG(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.geteuid():
        return None
    data = read_file(path, CACHE_LIMIT)
    if data is None or not data.startswith(start):
        return None
    return parse_cache(data[len(start) :])


def parse_cache(data: bytes) -> Settings | None:
    """What `settings.cache.dump` wrote, or None when it is cut off or altered in its form."""
    settings = Settings()
    try:
        lines = data.decode("utf-8", "surrogatepass").split("\n")
        if len(lines) < 3 or lines[-2:] != ["end", ""] or lines[0] != str(len(lines) - 2):
            return None
        for line in lines[1:-2]:
            parts = line.split("\t")
            if len(parts) >= 3:
                key = _unescape(parts[0])
                settings.values[key] = _value(parts[2:])
                settings.origins[key] = int(parts[1])
            elif parts[0] == "#":
                settings.tables.add(_unescape(parts[1]))
            elif parts[0] == "!":
                settings.warnings.append(_unescape(parts[1]))
            elif parts[0] == "~":
                settings.held.append(_unescape(parts[1]))
            elif parts[0] == "+":
                settings.trusted = True
            elif parts[0] == "?":
                settings.problem = _unescape(parts[1])
            else:
                return None
    except (ValueError, IndexError):
        return None
    return settings


def _value(parts: list[str]) -> Value:
    tag, rest = parts[0][:1], parts[0][1:]
    if tag == "l" and not rest and all(part[:1] == "s" for part in parts[1:]):
        return [_unescape(part[1:]) for part in parts[1:]]
    if len(parts) == 1:
        if tag == "s":
            return _unescape(rest)
        if tag == "i":
            return int(rest)
        if tag == "b" and rest in ("0", "1"):
            return rest == "1"
    raise ValueError("not a value")


def escape(text: str) -> str:
    """The text without TAB and newline."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    # A doubled backslash is set apart first, so that what follows it is not taken for an escape.
    return "\\".join(part.replace("\\t", "\t").replace("\\n", "\n") for part in text.split("\\\\"))
