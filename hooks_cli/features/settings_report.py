"""Lists the settings in force: each key, its value, and the file it comes from. Secrets are never included."""

from __future__ import annotations

import os

from hooks_cli.errors import ConfigError
from hooks_cli.project.trust import is_trusted
from hooks_cli.settings.settings import FIELDS, KEYS, PROJECT, TABLES, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hooks_cli.environment import Environment
    from hooks_cli.settings.settings import Settings, Value

DEFAULT = "default"


def rows(environment: Environment) -> list[tuple[str, Value, str]]:
    """(key, value, where it comes from) of every setting, in the order in which they are declared, the tables last.

    Where: `default`, the path of a file, or both paths joined by ` + `. Of a key command only the program is shown, since its
    arguments may hold a secret. Raises ConfigError (78).
    """
    settings = environment.settings
    found = [(key, _shown(key, settings.get(key)), _origin(environment, settings, key)) for key in KEYS]
    for prefix in TABLES:
        for name, value in sorted(settings.table(prefix).items()):
            key = f"{prefix}.{name}"
            found.append((key, value, _origin(environment, settings, key)))
    for prefix in FIELDS:
        for name, fields in sorted(settings.rows(prefix).items()):
            for field, value in fields.items():
                key = f"{prefix}.{name}.{field}"
                found.append((key, value, _origin(environment, settings, key)))
    return found


def held(environment: Environment) -> list[tuple[str, Value]]:
    """(key, value as the project's file has it) of what counts only once the user trusts the project; `memory.gc` is the table itself."""
    from hooks_cli.settings.files import read

    names = environment.settings.held
    if not names:
        return []
    settings = read(environment.folders.user_config, environment.project.config_path, True, True)
    return [(name, settings.has(name) if name == "memory.gc" else settings.get(name)) for name in names]


def check(environment: Environment) -> tuple[list[str], list[str]]:
    """(what is wrong, what is ignored), each a line, of both files read afresh and of the schemas that they name. Nothing is raised for a
    bad file.
    """
    from hooks_cli.settings.files import read

    trusted = is_trusted(environment.folders.trust_note(environment.project.stem), environment.project.home)
    try:
        settings = read(environment.folders.user_config, environment.project.config_path, True, trusted)
    except ConfigError as error:
        return [str(error)], []
    wrong = [f"The configuration {environment.project.config_path} is not valid: {settings.problem}."]
    return (wrong if settings.problem else []) + _unusable_schemas(settings), settings.warnings


def _unusable_schemas(settings: Settings) -> list[str]:
    paths = {str(path) for path in settings.table("schemas.patterns").values() if path}
    if not paths:
        return []
    from hooks_cli.features.validation.user_schemas import checked_schema

    found = []
    for path in sorted(paths):
        try:
            checked_schema(path)
        except ConfigError as error:
            found.append(str(error))
    return found


def files(environment: Environment) -> list[tuple[str, str, bool]]:
    """(name, path, whether it is there) of the two settings files."""
    pairs = (("user", environment.folders.user_config), ("project", environment.project.config_path))
    return [(name, path, os.path.exists(path)) for name, path in pairs]


def _origin(environment: Environment, settings: Settings, key: str) -> str:
    origin = settings.origins.get(key, 0)
    paths = [
        path
        for bit, path in ((USER, environment.folders.user_config), (PROJECT, environment.project.config_path))
        if origin & bit
    ]
    return " + ".join(paths) or DEFAULT


def _shown(key: str, value: Value) -> Value:
    if key == "memory.security.key_command" and isinstance(value, list) and len(value) > 1:
        return [value[0], f"({len(value) - 1} arguments)"]
    return value
