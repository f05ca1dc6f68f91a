"""Users' own schemas: found by address, compiled once, cached until their file changes.

`<cache>/schemas/<name>.plan` is one line that names the schema file and its state, and the plan as JSON, which SQLite
reads. A schema that the compiler cannot say (`features.validation.compile`) has no plan; then `jsonschema` itself checks, in
about 90 ms. docs/schemas.md.

A project's `hooks.toml` may name a schema, so nothing in one is trusted: `schema_bounds` says what is refused, and a check has
`schema_plan.STEPS` steps. What takes more is stored unchecked when the project named the schema, and refused when the user did.
"""

from __future__ import annotations

import os
import time

from hooks_cli.errors import ConfigError, HooksError, SchemaViolation
from hooks_cli.features.validation.check_budget import STEPS, Budget, OverBudget
from hooks_cli.features.validation.plan import first_violation
from hooks_cli.project.discovery import stem_of
from hooks_cli.settings.settings import PROJECT, identity
from hooks_cli.system.private_files import make_folder, read_file, write_file
from hooks_cli.system.sqlite_json import read_json
from hooks_cli.text.globs import glob_matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.features.validation.counted_validator import CountedValidator
    from hooks_cli.settings.settings import Settings
    from hooks_cli.store.sqlite.store import EmbeddedStore

TABLE = "schemas.patterns"
PLAN_LIMIT = 4 * 1024 * 1024
SCHEMA_LIMIT = 4 * 1024 * 1024
_NO_PLAN = "none"
# A file that changes again within its clock's grain would keep its state: such a young one is not cached.
_YOUNG_NS = 2_000_000_000


class UserSchema:
    """A schema file that settings name: its `path`, and whether it is the user's `own` or the project's."""

    __slots__ = ("own", "path")

    def __init__(self, path: str, own: bool) -> None:
        self.path = path
        self.own = own


def schema_for(address: str, settings: Settings) -> UserSchema | None:
    """The schema of the first glob that matches the address."""
    for pattern, path in settings.table(TABLE).items():
        if glob_matches(pattern, address):
            # A glob without a file has no schema.
            return UserSchema(str(path), settings.origins.get(f"{TABLE}.{pattern}") != PROJECT) if path else None
    return None


def violation(
    store: EmbeddedStore, environment: Environment, schema: UserSchema, address: str, metadata: str, strict: bool
) -> str | None:
    """What of the metadata does not fit the schema.

    A schema that cannot be used is told in one line; with `strict` it raises ConfigError (78). A check that takes too many steps is told
    in one line, or raises SchemaViolation (65) when the schema is the user's own.
    """
    try:
        plan = _plan(store, environment, schema.path)
        value = read_json(store, metadata)
        return _by_library(schema.path, value) if plan is None else first_violation(plan, value, Budget())
    except OverBudget:
        reason = given_up(schema.path)
        if schema.own:
            raise SchemaViolation(address=address, reason=reason) from None
        environment.err(f"hooks-cli: {address} is stored without a check of its metadata: {reason}.")
        return None
    except ConfigError as error:
        if strict:
            raise
        environment.err(f"hooks-cli: {error}")
        return None


def given_up(path: str) -> str:
    """What is said of a check that took too many steps."""
    return f"its check by {path} was given up after {STEPS:,} steps; make the schema or the metadata smaller"


def _plan(store: EmbeddedStore, environment: Environment, path: str) -> Any:
    """The plan, or None when there is none. Raises ConfigError (78) when the file is not a valid schema."""
    state = identity(path)
    header = f"2 {state} {path!r}"
    cache = os.path.join(environment.folders.cache, "schemas", stem_of(path) + ".plan")
    cached = read_file(cache, PLAN_LIMIT)
    if cached is not None:
        first, _, rest = cached.decode("utf-8", "replace").partition("\n")
        if first == header:
            return None if rest == _NO_PLAN else read_json(store, rest)
    plan, text = _compiled(path)
    try:
        if identity(path) == state and _age(path) > _YOUNG_NS:
            make_folder(os.path.dirname(cache))
            write_file(cache, f"{header}\n{text}".encode(), durable=False)
    except HooksError:
        pass  # a cache that cannot be written only costs time
    return plan


def _age(path: str) -> int:
    """How long ago the file changed, in ns."""

    try:
        return time.time_ns() - os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _compiled(path: str) -> tuple[Any, str]:
    import json

    from hooks_cli.features.validation.compile import OutsideSubset, compile_plan

    try:
        plan = compile_plan(checked_schema(path))
    except OutsideSubset:
        return None, _NO_PLAN
    return plan, json.dumps(plan)


def checked_schema(path: str) -> Any:
    """The schema in a file. Raises ConfigError (78) when it cannot be read, is not a schema, or has what is refused (`schema_bounds`)."""
    from hooks_cli.features.validation.compile import check_schema
    from hooks_cli.features.validation.schema_bounds import SchemaRefused, examine

    schema = read_schema(path)
    try:
        examine(schema)
    except SchemaRefused as refused:
        raise ConfigError(path=path, reason=str(refused)) from None
    wrong = check_schema(schema)
    if wrong:
        raise ConfigError(path=path, reason=f"it is not a valid JSON Schema 2020-12: {wrong}")
    return schema


def read_schema(path: str) -> Any:
    """The JSON in a file. Raises ConfigError (78) when it cannot be read or is not JSON."""
    import json

    from hooks_cli.text.json_exact import complaint

    content = read_file(path, SCHEMA_LIMIT)
    if content is None:
        raise ConfigError(path=path, reason="the schema is not there, cannot be read, or is larger than 4 MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigError(path=path, reason=f"the schema is not valid JSON: {complaint(error)}") from None


def validator(path: str, schema: Any) -> CountedValidator:
    """`jsonschema` for a schema that was read from a file. Raises ConfigError (78)."""
    from hooks_cli.features.validation.counted_validator import CountedValidator
    from hooks_cli.features.validation.schema_bounds import SchemaRefused

    try:
        return CountedValidator(schema)
    except SchemaRefused as refused:
        raise ConfigError(path=path, reason=str(refused)) from None


def _by_library(path: str, value: Any) -> str | None:
    try:
        error = validator(path, read_schema(path)).best_error(value)
    except (OverBudget, ConfigError):
        raise
    except Exception as problem:
        raise ConfigError(path=path, reason=f"the schema cannot be used: {problem}") from None
    if error is None:
        return None
    where = error.json_path.removeprefix("$").removeprefix(".")
    return f"{where or 'it'}: {error.message[:200]}"
