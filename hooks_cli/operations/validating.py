"""`memory validate`: what is stored against the schemas of its addresses, by `jsonschema` itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hooks_cli.environment import Environment
from hooks_cli.errors import ConfigError
from hooks_cli.integrations.schema_files import shipped
from hooks_cli.model.json_exact import read_for_checks
from hooks_cli.model.schema_compile import check_schema
from hooks_cli.model.sealed_text import mask
from hooks_cli.model.selection import Selection
from hooks_cli.operations import user_schemas
from hooks_cli.operations.schema_check import USER_TABLE, family_of
from hooks_cli.store import export_rows
from hooks_cli.store.embedded import EmbeddedStore


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that does not fit: the address and version, the schema, where in it, and what is wrong."""

    address: str
    version: int
    schema: str
    where: str
    what: str


class Validation:
    """A check of many entries; `checked` counts those that have a schema of their own besides the envelope's."""

    def __init__(self, store: EmbeddedStore, environment: Environment, advance: Callable[[int], None]) -> None:
        self.store = store
        self.environment = environment
        self.advance = advance
        self.entries = 0
        self.checked = 0
        self._patterns = environment.settings.table(USER_TABLE)

    def run(self, selection: Selection) -> Iterator[Violation]:
        """The violations, in the order of the entries. Raises ConfigError (78) for a user's schema that is none."""
        version = str(self.environment.settings.get("memory.version"))
        envelope = _validator("envelope")
        now = self.environment.now()
        for batch in export_rows.entry_objects(self.store, selection, now, export_rows.Form(version)):
            for text in batch:
                entry = read_for_checks(text)
                if entry["state"] == "live":
                    yield from _violations(envelope, entry, entry, "envelope")
                    yield from self._metadata(entry)
            self.entries += len(batch)
            self.advance(len(batch))

    def _metadata(self, entry: dict[str, Any]) -> Iterator[Violation]:
        path = user_schemas.path_for(entry["key"], self._patterns)
        family = family_of(entry["key"])
        if path:
            validator, name = _user_validator(path), path
        elif shipped(f"metadata-{family}") is not None:
            validator, name = _validator(f"metadata-{family}"), family
        else:
            return
        self.checked += 1
        try:
            yield from _violations(validator, entry["metadata"], entry, name)
        except ValidationError:
            raise
        except Exception as error:
            raise ConfigError(path=name, reason=f"the schema cannot be used: {error}") from None


def _violations(validator: Draft202012Validator, value: Any, entry: dict[str, Any], name: str) -> Iterator[Violation]:
    for error in sorted(validator.iter_errors(value), key=lambda error: error.json_path):
        where = error.json_path.removeprefix("$").removeprefix(".")
        yield Violation(entry["key"], entry["key_version"], name, where, mask(error.message)[:300])


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(shipped(name) or True)


@cache
def _user_validator(path: str) -> Draft202012Validator:
    schema = user_schemas.read_schema(path)
    wrong = check_schema(schema)
    if wrong:
        raise ConfigError(path=path, reason=f"it is no valid JSON Schema 2020-12: {wrong}")
    return Draft202012Validator(schema)
