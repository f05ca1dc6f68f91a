"""`memory validate`: checks stored entries against their schemas, with `jsonschema`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import referencing
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hooks_cli.environment import Environment
from hooks_cli.errors import ConfigError
from hooks_cli.features.validation import user_schemas
from hooks_cli.features.validation.check import family_of
from hooks_cli.features.validation.check_budget import OverBudget
from hooks_cli.features.validation.counted_validator import CountedValidator
from hooks_cli.features.validation.shipped_schemas import shipped
from hooks_cli.model.selection import Selection
from hooks_cli.store.sqlite.bulk import read
from hooks_cli.store.sqlite.store import EmbeddedStore
from hooks_cli.text.json_exact import read_for_checks
from hooks_cli.text.sealed_marker import mask


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

    def run(self, selection: Selection) -> Iterator[Violation]:
        """The violations, in the order of the entries. Raises ConfigError (78) for a user's schema that is none."""
        version = str(self.environment.settings.get("memory.version"))
        envelope = _validator("envelope")
        now = self.environment.now()
        for batch in read.entry_objects(self.store, selection, now, read.Form(version)):
            for text in batch:
                entry = read_for_checks(text)
                if entry["state"] == "live":
                    yield from _violations(envelope, entry, entry, "envelope")
                    yield from self._metadata(entry)
            self.entries += len(batch)
            self.advance(len(batch))

    def _metadata(self, entry: dict[str, Any]) -> Iterator[Violation]:
        schema = user_schemas.schema_for(entry["key"], self.environment.settings)
        family = family_of(entry["key"])
        if schema is not None:
            self.checked += 1
            yield from _by_user_schema(schema.path, entry)
        elif shipped(f"metadata-{family}") is not None:
            self.checked += 1
            yield from _violations(_validator(f"metadata-{family}"), entry["metadata"], entry, family)


def _by_user_schema(path: str, entry: dict[str, Any]) -> Iterator[Violation]:
    try:
        errors = _user_validator(path).errors(entry["metadata"])
    except OverBudget:
        yield Violation(entry["key"], entry["key_version"], path, "", user_schemas.given_up(path))
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(path=path, reason=f"the schema cannot be used: {error}") from None
    else:
        yield from _told(errors, entry, path)


def _violations(validator: Draft202012Validator, value: Any, entry: dict[str, Any], name: str) -> Iterator[Violation]:
    yield from _told(validator.iter_errors(value), entry, name)


def _told(errors: Iterable[ValidationError], entry: dict[str, Any], name: str) -> Iterator[Violation]:
    for error in sorted(errors, key=lambda error: error.json_path):
        where = error.json_path.removeprefix("$").removeprefix(".")
        yield Violation(entry["key"], entry["key_version"], name, where, mask(error.message)[:300])


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(shipped(name) or True, registry=referencing.Registry())


@cache
def _user_validator(path: str) -> CountedValidator:
    return user_schemas.validator(path, user_schemas.checked_schema(path))
