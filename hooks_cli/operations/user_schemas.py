"""Users' own schemas: found by address, compiled once, and kept in the cache under the state of their file.

`<cache>/schemas/<name>.plan` is one line that names the schema file and its state, and the plan as JSON, which SQLite
reads. A schema that the compiler cannot say (`model.schema_compile`) has no plan; then `jsonschema` itself checks, in
about 90 ms. docs/schemas.md.
"""

from __future__ import annotations

import os
import time

from hooks_cli.config import identity
from hooks_cli.errors import ConfigError, HooksError
from hooks_cli.model.globs import glob_matches
from hooks_cli.model.schema_plan import first_violation
from hooks_cli.operations.json_reading import read_json
from hooks_cli.private_files import make_folder, read_file, write_file
from hooks_cli.project import stem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hooks_cli.environment import Environment
    from hooks_cli.store.embedded import EmbeddedStore

PLAN_LIMIT = 4 * 1024 * 1024
SCHEMA_LIMIT = 4 * 1024 * 1024
_NO_PLAN = "none"
# A file that changes again within its clock's grain would keep its state: such a young one is not cached.
_YOUNG_NS = 2_000_000_000


def path_for(address: str, patterns: Mapping[str, object]) -> str:
    """The schema file of the first glob that matches the address, or ""."""
    for pattern, path in patterns.items():
        if glob_matches(pattern, address):
            return str(path)
    return ""


def violation(store: EmbeddedStore, environment: Environment, path: str, metadata: str, strict: bool) -> str | None:
    """What of the metadata does not fit the schema in the file.

    A schema that cannot be used is told in one line; with `strict` it raises ConfigError (78).
    """
    try:
        plan = _plan(store, environment, path)
        value = read_json(store, metadata)
        return _by_library(path, value) if plan is None else first_violation(plan, value)
    except ConfigError as error:
        if strict:
            raise
        environment.err(f"hooks-cli: {error}")
        return None


def _plan(store: EmbeddedStore, environment: Environment, path: str) -> Any:
    """The plan, or None when there is none. Raises ConfigError (78) when the file is no valid schema."""
    state = identity(path)
    header = f"1 {state} {path!r}"
    cache = os.path.join(environment.cache_dir, "schemas", stem_of(path) + ".plan")
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

    from hooks_cli.model.schema_compile import OutsideSubset, check_schema, compile_plan

    schema = read_schema(path)
    wrong = check_schema(schema)
    if wrong:
        raise ConfigError(path=path, reason=f"it is no valid JSON Schema 2020-12: {wrong}")
    try:
        plan = compile_plan(schema)
    except OutsideSubset:
        return None, _NO_PLAN
    return plan, json.dumps(plan)


def read_schema(path: str) -> Any:
    """The schema in a file. Raises ConfigError (78) when it cannot be read or is no JSON."""
    import json

    from hooks_cli.model.json_exact import complaint

    content = read_file(path, SCHEMA_LIMIT)
    if content is None:
        raise ConfigError(path=path, reason="the schema is not there, cannot be read, or is larger than 4 MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigError(path=path, reason=f"the schema is not valid JSON: {complaint(error)}") from None


def _by_library(path: str, value: Any) -> str | None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    try:
        error = best_match(Draft202012Validator(read_schema(path)).iter_errors(value))
    except Exception as problem:
        # A reference to another document, or a pattern that Python's re does not know.
        raise ConfigError(path=path, reason=f"the schema cannot be used: {problem}") from None
    if error is None:
        return None
    where = error.json_path.removeprefix("$").removeprefix(".")
    return f"{where or 'it'}: {error.message[:200]}"
